"""SDN files that are read and replaced whole.

simple-conf is imported with the first file: that keeps `import simple_track` light.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simple_track.errors import FormatError
from simple_track.storage.atomic_write import atomic_write


def read_sdn(path: Path) -> dict[str, Any]:
    """Read an SDN file that holds a mapping.

    Args:
        path: The file.

    Returns:
        Plain values.

    Raises:
        FileNotFoundError: The file does not exist.
        FormatError: The file is not valid SDN, or does not hold a mapping.
    """
    from simple_conf import sdn

    try:
        text = path.read_text("utf-8")
        tree = sdn.parse(text, name=str(path)).values
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"not readable as SDN ({error})") from error
    if not isinstance(tree, dict):
        raise FormatError(path, f"holds a {type(tree).__name__}, expected a mapping")
    return tree


def write_sdn(path: Path, tree: dict[str, Any]) -> None:
    """Replace an SDN file. After power loss it holds the old content or the new one, whole.

    Args:
        path: The file; its folder must exist.
        tree: Plain values.
    """
    from simple_conf import sdn

    data = sdn.write(tree).encode("utf-8")
    with atomic_write(path) as file:
        file.write(data)
