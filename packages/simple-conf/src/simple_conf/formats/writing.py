"""Writing a config to a file, all of it or nothing."""

# pathlib is slow to import, and writing a config must not be.
# ruff: noqa: PTH101, PTH105, PTH108, PTH110, PTH112, PTH116, PTH119, PTH120, PTH122

from __future__ import annotations

import os

from simple_conf.errors import ConfigNotFoundError, LoadError
from simple_conf.tree.export import to_json, to_sdn, to_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.config.config import Config

WRITERS: dict[str, Any] = {".sdn": to_sdn, ".yaml": to_yaml, ".yml": to_yaml, ".json": to_json}


def save(cfg: Config, path: str | os.PathLike[str], resolve: bool = False, *, reveal: bool = False) -> None:
    """Write a config to a file: whoever reads it meanwhile sees the old text or the new one.

    Args:
        cfg: The config.
        path: The file; its suffix says the format.
        resolve: Whether references are worked out; they stay as text otherwise.
        reveal: Whether secrets are written.

    Raises:
        LoadError: The suffix is that of no format that can be written.
        ConfigNotFoundError: There is no folder for the file.
    """
    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in WRITERS:
        raise LoadError(f"{name}: a config can be saved as {', '.join(WRITERS)}")
    write_whole(name, WRITERS[ending](cfg, resolve=resolve, reveal=reveal))


def write_whole(name: str, text: str) -> None:
    """Replace a file's text in one step."""
    import tempfile

    target = os.path.realpath(name)
    if not os.path.isdir(os.path.dirname(target)):
        raise ConfigNotFoundError(f"there is no folder {os.path.dirname(name)} to save {name} in")
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=f".{os.path.basename(target)}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~umask()
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def umask() -> int:
    """Return this process's file mode mask."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
