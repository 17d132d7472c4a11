"""What differs between two configs, with where each side was written."""

from __future__ import annotations

from simple_conf.config.history import origin
from simple_conf.errors import ConfError
from simple_conf.keypath import format_path
from simple_conf.tree.export import Exporter, simple
from simple_conf.tree.node import ABSENT
from simple_conf.values import MASK, repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.node import MappingNode

RED, GREEN, DIM, OFF = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"


class Change:
    """One path at which two configs differ.

    Args:
        kind: ``"added"``, ``"removed"`` or ``"changed"``.
        path: The path.
        before: The value in the first config, None where it was added.
        after: The value in the second config, None where it was removed.
        before_origin: Where the first value was written, or None.
        after_origin: Where the second value was written, or None.
    """

    __slots__ = ("after", "after_origin", "before", "before_origin", "kind", "path")

    def __init__(
        self,
        kind: str,
        path: str,
        before: Any,
        after: Any,
        before_origin: Origin | None,
        after_origin: Origin | None,
    ) -> None:
        self.kind = kind
        self.path = path
        self.before = before
        self.after = after
        self.before_origin = before_origin
        self.after_origin = after_origin

    def __repr__(self) -> str:
        return f"Change({self.kind!r}, {self.path!r}, {repr_of(self.before)}, {repr_of(self.after)})"

    def lines(self) -> list[tuple[str, str, str]]:
        """Return the sign, the text and the origin of each line of a unified view."""
        return [
            (sign, f"{self.path}: {text_of(value)}", str(origin or ""))
            for sign, value, origin in self.sides()
        ]

    def sides(self) -> list[tuple[str, Any, Origin | None]]:
        """Return the sign, the value and the origin of each side that has one."""
        sides = [("-", self.before, self.before_origin), ("+", self.after, self.after_origin)]
        return {"added": sides[1:], "removed": sides[:1], "changed": sides}[self.kind]


class Diff:
    """All the paths at which two configs differ, in the order of the first one; true where there are some.

    Args:
        changes: The differences.
    """

    __slots__ = ("changes",)

    def __init__(self, changes: list[Change]) -> None:
        self.changes = changes

    @property
    def added(self) -> list[Change]:
        """The paths that only the second config has."""
        return [change for change in self.changes if change.kind == "added"]

    @property
    def removed(self) -> list[Change]:
        """The paths that only the first config has."""
        return [change for change in self.changes if change.kind == "removed"]

    @property
    def changed(self) -> list[Change]:
        """The paths that have another value in the second config."""
        return [change for change in self.changes if change.kind == "changed"]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        return f"<Diff: {len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed>"

    def __str__(self) -> str:
        return self.render(color=on_a_terminal())

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from simple_conf.config.notebook import diff_html

        return diff_html([(change.path, change.sides()) for change in self.changes])

    def render(self, color: bool = False) -> str:
        """Return a unified view: a line with ``-`` or ``+`` for each side, its origin behind it.

        Args:
            color: Whether the lines are red and green.
        """
        lines = [line for change in self.changes for line in change.lines()]
        width = max((len(text) for _, text, _ in lines), default=0)
        shown = []
        for sign, text, where in lines:
            behind = f"{'' if len(text) == width else ' ' * (width - len(text))}  # {where}" if where else ""
            if color:
                shown.append(f"{RED if sign == '-' else GREEN}{sign} {text}{OFF}{DIM}{behind}{OFF}")
            else:
                shown.append(f"{sign} {text}{behind}")
        return "\n".join(shown)

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Return plain data: a list of mappings under each of ``added``, ``removed`` and ``changed``."""
        found: dict[str, list[dict[str, Any]]] = {"added": [], "removed": [], "changed": []}
        for change in self.changes:
            entry: dict[str, Any] = {"path": change.path}
            if change.kind != "added":
                entry |= {"before": change.before, "before_origin": str(change.before_origin or "")}
            if change.kind != "removed":
                entry |= {"after": change.after, "after_origin": str(change.after_origin or "")}
            found[change.kind].append(entry)
        return found


def diff(a: MappingNode, b: MappingNode, *, resolve: bool = True) -> Diff:
    """Return what differs between two configs.

    Args:
        a: The first config.
        b: The second config.
        resolve: Whether the values of references are compared, rather than their text.

    Returns:
        The differences; secrets are compared but shown masked.
    """
    changes: list[Change] = []
    one, two = (Side(cfg, plain(cfg, resolve, True), plain(cfg, resolve, False)) for cfg in (a, b))
    compare(one, two, (), changes)
    return Diff(changes)


class Side:
    """One value of a comparison.

    Args:
        cfg: The config that it is in.
        value: The value itself.
        shown: The value as it may be shown.
    """

    __slots__ = ("cfg", "shown", "value")

    def __init__(self, cfg: MappingNode, value: Any, shown: Any) -> None:
        self.cfg = cfg
        self.value = value
        self.shown = shown

    def inner(self, key: str) -> Side:
        """Return what is under a key of a mapping."""
        shown = self.shown.get(key, ABSENT) if isinstance(self.shown, dict) else self.shown
        return Side(self.cfg, self.value.get(key, ABSENT), shown)


def plain(cfg: MappingNode, resolve: bool, reveal: bool) -> Any:
    """Return a config as plain data; a value that cannot be resolved stays as written."""
    return Exporter(resolve=resolve, reveal=reveal, lenient=True).run(cfg)


def compare(one: Side, two: Side, path: KeyPath, changes: list[Change]) -> None:
    """Add the differences of two plain values at ``path`` to ``changes``."""
    a, b = one.value, two.value
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(key for key in b if key not in a)]:
            compare(one.inner(key), two.inner(key), (*path, key), changes)
    elif a is ABSENT or b is ABSENT or a != b or type(a) is not type(b):
        kind = "added" if a is ABSENT else "removed" if b is ABSENT else "changed"
        hide = MASK in (one.shown, two.shown) and MASK not in (a, b)
        before, after = (None if s.value is ABSENT else MASK if hide else s.shown for s in (one, two))
        there = None if a is ABSENT else origin_near(one.cfg, path, hide)
        here = None if b is ABSENT else origin_near(two.cfg, path, hide)
        changes.append(Change(kind, format_path(path), before, after, there, here))


def origin_near(cfg: MappingNode, path: KeyPath, hide: bool) -> Origin | None:
    """Return the origin of a value, or of the reference that it came through."""
    for end in range(len(path), 0, -1):
        try:
            found = origin(cfg, path[:end])
        except ConfError:
            continue
        return found.masked() if hide else found
    return None


def text_of(value: Any) -> str:
    """Return a value as SDN on one line."""
    from simple_conf.sdn import write

    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {text_of(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(text_of(one) for one in value)}]"
    return write({"x": simple(value)}).strip().removeprefix("x:").strip() or "null"


def on_a_terminal() -> bool:
    """Return whether standard output shows colours."""
    import os
    import sys

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
