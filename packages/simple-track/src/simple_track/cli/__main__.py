"""Makes `python -m simple_track.cli` the command line."""

import sys

from simple_track.cli.main import main

sys.exit(main())
