"""Makes `python -m simple_track` the command line, as `simple-track` is."""

import sys

from simple_track.cli.main import main

sys.exit(main())
