"""Retention: which checkpoints are kept, and the list of them beside the files."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from simple_ignite.handlers.checkpointing.atomic_write import remove, replace_file

__all__ = ["Kept", "Retention"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that is kept.

    Attributes:
        file: Its name in the folder.
        step: The global step at which it was saved.
        score: Its score, or None if it has none.
    """

    file: str
    step: int
    score: float | None = None


@dataclass(slots=True)
class Retention:
    """The checkpoints that are kept in a folder, oldest first.

    With scores, the best are kept, and the latest without a score until a later one is saved; without scores,
    the latest.

    Attributes:
        list_file: The list: `checkpoints.json`, with pointers to the latest and the best.
        most: The maximum number of checkpoints; None for all.
        kept: The checkpoints that are kept.
        leaving: The names of files that are to be deleted.
    """

    list_file: Path
    most: int | None = 1
    kept: list[Kept] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)

    def admits(self, score: float | None) -> bool:
        """Return whether a checkpoint with this score would be kept."""
        if score is None:
            return True
        if math.isnan(score):
            return False
        scores = sorted(one.score for one in self.kept if one.score is not None)
        return self.most is None or len(scores) < self.most or score > scores[0]

    def admit(self, new: Kept) -> None:
        """Add a checkpoint, and mark those for deletion that exceed the maximum."""
        before = [one for one in self.kept if one.file != new.file]
        scored = [one for one in before if one.score is not None]
        if new.score is not None:  # the worst leave; among equals the oldest
            pool = sorted([*scored, new], key=lambda one: (one.score, [*scored, new].index(one)))
            stay = pool if self.most is None else pool[-self.most :]
        elif scored:
            stay = [*scored, new]
        else:
            stay = [*before, new] if self.most is None else [*before, new][-self.most :]
        self.kept = [one for one in [*before, new] if one in stay]
        gone = [one.file for one in before if one not in stay]
        self.leaving = [name for name in dict.fromkeys([*self.leaving, *gone]) if name != new.file]

    @property
    def best(self) -> Kept | None:
        """The checkpoint with the highest score, or None."""
        scored = [(one.score, -number, one) for number, one in enumerate(self.kept) if one.score is not None]
        return max(scored)[2] if scored else None

    def write(self) -> None:
        """Write the list atomically; the folder is not synced yet."""
        content = {
            "format": 1,
            "latest": self.kept[-1].file if self.kept else None,
            "best": self.best.file if self.best else None,
            "kept": [asdict(one) for one in self.kept],
            "leaving": self.leaving,
        }
        replace_file(self.list_file, lambda path: _write_text(path, json.dumps(content, indent=1) + "\n"))

    def prune(self) -> None:
        """Delete the files that are to be deleted."""
        for name in self.leaving:
            remove(self.list_file.parent / name)
        self.leaving = []

    def forget(self) -> None:
        """Begin a new list; the files of the old one stay where they are."""
        self.kept = []

    def state_dict(self) -> dict[str, Any]:
        """Return what is kept, and what is to be deleted."""
        return {"kept": [asdict(one) for one in self.kept], "leaving": list(self.leaving)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned, for the files that still exist.

        Files that were written after that state was saved are deleted at the next save. Names that are not
        those of checkpoints in the folder are ignored.
        """
        folder, prefix = self.list_file.parent, checkpoint_prefix(self.list_file)
        kept = [one for one in state_dict["kept"] if is_name(one["file"], prefix)]
        self.kept = [Kept(**one) for one in kept if (folder / one["file"]).exists()]
        known = {one.file for one in self.kept}
        listed = read_list(self.list_file)
        later = [one["file"] for one in listed.get("kept", [])] + listed.get("leaving", [])
        names = [name for name in [*state_dict["leaving"], *later] if is_name(name, prefix)]
        self.leaving = [name for name in dict.fromkeys(names) if name not in known]


def read_list(list_file: Path) -> dict[str, Any]:
    """Return the list beside the files; an empty one if it is missing or not valid."""
    try:
        content = json.loads(list_file.read_text(encoding="utf-8"))
        prefix = checkpoint_prefix(list_file)
        names = [one["file"] for one in content["kept"]] + content["leaving"]
        names += [name for name in (content["latest"], content["best"]) if name is not None]
        sound = all(is_name(name, prefix) for name in names)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return dict(content) if sound else {}


def checkpoint_prefix(list_file: Path) -> str:
    """Return the prefix of the names of the checkpoints in a list."""
    return list_file.name.removesuffix("s.json") + "_"


def is_name(name: object, prefix: str) -> bool:
    """Return whether `name` is that of a checkpoint in the folder of its list, and not a path elsewhere."""
    return isinstance(name, str) and Path(name).name == name and name.startswith(prefix) and "\0" not in name


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
