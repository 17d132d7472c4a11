"""Run the Python blocks of the README files and of the pages in ``docs`` as tests."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    from sybil import Sybil
    from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
except ModuleNotFoundError:  # a package's own environment
    pass
else:

    def enter_empty_folder(namespace: dict[str, Any]) -> None:
        """Let the blocks of one page write files without touching the repository."""
        namespace["_came_from"] = Path.cwd()
        namespace["_folder"] = tempfile.mkdtemp(prefix="docs-")
        os.chdir(namespace["_folder"])

    def leave_folder(namespace: dict[str, Any]) -> None:
        """Go back, remove what the page wrote, and take back what it set for the whole process."""
        if "simple_track" in sys.modules:
            track = sys.modules["simple_track"].Track
            track.set_dir(None)
            track.set_mode(None)
        os.chdir(namespace["_came_from"])
        shutil.rmtree(namespace["_folder"], ignore_errors=True)

    pytest_collect_file = Sybil(
        parsers=[PythonCodeBlockParser(), SkipParser()],
        patterns=["README.md", "*.md"],
        setup=enter_empty_folder,
        teardown=leave_folder,
    ).pytest()
