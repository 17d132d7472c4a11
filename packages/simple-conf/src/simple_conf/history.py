"""Who set a value, and what they overrode."""

from __future__ import annotations

from simple_conf.access import nothing_at, path_of
from simple_conf.config import place, raw_of
from simple_conf.export import Exporter
from simple_conf.node import ListNode, MappingNode
from simple_conf.trail import trail_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.config import Config
    from simple_conf.origin import Origin, Path
    from simple_conf.trail import Trail


class Entry:
    """One value that was set at a path.

    Args:
        value: The value as it was written.
        origin: Where.
    """

    __slots__ = ("origin", "value")

    def __init__(self, value: Any, origin: Origin) -> None:
        self.value = value
        self.origin = origin

    def __repr__(self) -> str:
        return f"{self.value!r} ({self.origin})"


def origin(cfg: Config, path: str | Path) -> Origin:
    """Return where the value at ``path`` was written.

    Raises:
        MissingKeyError: There is nothing at ``path``.
    """
    segments = path_of(path)
    if segments:
        holder(cfg, segments)
    return place(cfg.__tree__.root, (*cfg.__path__, *segments))


def history(cfg: Config, path: str | Path) -> list[Entry]:
    """Return every value that was set at ``path``, the current one first.

    Raises:
        MissingKeyError: There is nothing at ``path``.
    """
    segments = path_of(path)
    node = holder(cfg, segments)
    entries = []
    trail: Trail | None = trail_of(node, segments[-1])
    while trail is not None:
        entries.append(Entry(as_written(trail.value), trail.layer.locate(trail.path)))
        trail = trail.before
    return entries


def as_written(value: Any) -> Any:
    """Return a value as plain data, references as text."""
    return (
        Exporter(resolve=False, lenient=True).run(value)
        if isinstance(value, (MappingNode, ListNode))
        else value
    )


def holder(cfg: Config, segments: Path) -> Any:
    """Return the node that holds the last segment of a path of the tree as written."""
    node: Any = cfg
    for depth, segment in enumerate(segments):
        values = raw_of(node) if isinstance(node, (MappingNode, ListNode)) else {}
        inside = (
            segment in values
            if isinstance(values, dict)
            else isinstance(segment, int) and segment < len(values)
        )
        if not inside:
            raise nothing_at(cfg, segments[: depth + 1])
        if depth == len(segments) - 1:
            return node
        node = values[segment]
    raise nothing_at(cfg, segments)
