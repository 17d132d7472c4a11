"""Documents: SDN files that are read and replaced whole.

simple-conf is imported when the first one is: that keeps `import simple_track` light.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from simple_track.errors import FormatError


def read_document(path: Path) -> dict[str, Any]:
    """The tree in an SDN file.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: There is none.
        FormatError: It is not SDN, or not a mapping.
    """
    from simple_conf import sdn

    try:
        text = path.read_text("utf-8")
        tree = sdn.parse(text, name=str(path)).values
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise FormatError(path, f"not readable as SDN ({error})") from error
    if not isinstance(tree, dict):
        raise FormatError(path, f"holds a {type(tree).__name__}, expected a mapping")
    return tree


def write_document(path: Path, tree: dict[str, Any]) -> None:
    """Replace an SDN file whole: a reader sees the old text or the new one, never half of one.

    Args:
        path: The file; its folder must exist.
        tree: Plain values.
    """
    from simple_conf import sdn

    replace_bytes(path, sdn.write(tree).encode("utf-8"))


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that is possible.

    Args:
        folder: The folder.
    """
    import shutil  # only here: it brings every kind of compression along

    shutil.rmtree(folder, ignore_errors=True)


def replace_bytes(path: Path, data: bytes) -> None:
    """Replace a file whole.

    Args:
        path: The file; its folder must exist.
        data: What it holds from now on.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        new.write_bytes(data)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
