"""How values show in a notebook: HTML without script, and SVG."""
