"""Sphinx settings: `hatch run docs:build` writes the pages to `site`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "Simple ML"
author = "Simple ML"
copyright = "2026, Simple ML"

extensions = ["myst_parser", "feature_table"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_extensions", "README.md"]

html_theme = "furo"
html_title = "Simple ML"
html_static_path: list[str] = []
html_show_copyright = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
