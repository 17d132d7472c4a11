"""A note for workers of a DataLoader that died of an access to a mapped file."""

from __future__ import annotations

import mmap
import weakref
from pathlib import Path

import torch.utils.data._utils.signal_handling as torch_signals

__all__ = ["watch_mapping"]

WRITTEN = (
    "simple_ignite.data: a write in place to a tensor of CachedData.tensor() is a segmentation fault, "
    "since its memory is read-only; if there is one, change a clone() instead."
)

_mapped: weakref.WeakKeyDictionary[mmap.mmap, Path] = weakref.WeakKeyDictionary()


def watch_mapping(mapping: mmap.mmap, path: Path) -> None:
    """From now on, as long as `mapping` lives, explain deaths of workers by it.

    Reading pages of a mapping that lie behind the end of its file is a bus error (SIGBUS). torch takes each
    bus error of a worker for a lack of shared memory, in the handler of SIGCHLD that it sets when the first
    workers start. There is no public way into that handler, so the function that it calls is replaced.
    """
    _mapped[mapping] = path
    check = getattr(torch_signals, "_error_if_any_worker_fails", None)
    if check is not None and not isinstance(check, WorkerCheck):
        torch_signals._error_if_any_worker_fails = WorkerCheck(check)  # type: ignore[attr-defined]


class WorkerCheck:
    """torch's check for dead workers, with a note on bus errors while files are mapped.

    Args:
        check: torch's own function, which raises RuntimeError for a worker that died.
    """

    def __init__(self, check: object) -> None:
        self.check = check

    def __call__(self) -> None:
        """Raise RuntimeError if a worker died."""
        try:
            self.check()  # type: ignore[operator]
        except RuntimeError as error:
            if _mapped and "Bus error" in str(error):
                error.add_note(_note())
            elif _mapped and "Segmentation fault" in str(error):
                error.add_note(WRITTEN)
            raise


def _note() -> str:
    mapped = list(_mapped.items())
    cut = sorted({str(path) for mapping, path in mapped if mapping.size() < len(mapping)})
    if cut:
        what = f"{_some(cut)} was cut off after it was mapped, which is a bus error for whoever reads on"
    else:
        names = sorted({str(path) for _, path in mapped})
        what = (
            f"the workers also read mapped files ({_some(names)}); "
            "if one of them was cut off, reading on is a bus error"
        )
    return (
        f"simple_ignite.data: {what}. Shared memory need not be the cause. "
        "Do not shorten a file in use: write a new one and rename it, or use CacheMode.NORMAL."
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
