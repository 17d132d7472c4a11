"""Who set a value, and what they overrode."""

from __future__ import annotations

from simple_conf.config.access import nothing_at, path_of
from simple_conf.references.evaluation import follow
from simple_conf.tree.export import as_written
from simple_conf.tree.location import origin_at, origin_in, shielded
from simple_conf.tree.masking import Censor, texts_at
from simple_conf.tree.node import ListNode, MappingNode, has_item, raw_item
from simple_conf.tree.provenance import assignment_of
from simple_conf.values import MASK, repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin
    from simple_conf.tree.assignment import Assignment
    from simple_conf.tree.node import Node, Tree


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
        return f"{repr_of(self.value)} ({self.origin})"


def origin(cfg: MappingNode, path: str | KeyPath) -> Origin:
    """Return where the value at ``path`` was written.

    Raises:
        MissingKeyError: There is nothing at ``path``.
    """
    segments = path_of(path)
    if not segments:
        return origin_at(cfg.__tree__.root, cfg.__path__)
    return origin_in(holder(cfg, segments), segments[-1])


def history(cfg: MappingNode, path: str | KeyPath) -> list[Entry]:
    """Return every value that was set at ``path``, the current one first.

    Raises:
        MissingKeyError: There is nothing at ``path``.
    """
    segments = path_of(path)
    node = holder(cfg, segments)
    entries = []
    assignment: Assignment | None = assignment_of(node, segments[-1])
    while assignment is not None:
        entries.append(entry_of(assignment, node.__tree__, (*node.__path__, segments[-1])))
        assignment = assignment.before
    return entries


def entry_of(assignment: Assignment, tree: Tree, path: KeyPath) -> Entry:
    """Return who set the value at ``path`` of ``tree``, secrets masked."""
    origin, value = assignment.layer.locate(assignment.path), as_written(assignment.value)
    if not tree.secrets:
        return Entry(value, origin)
    below = [secret[len(path) :] for secret in tree.secrets if secret[: len(path)] == path]
    if tree.hides(path):
        return Entry(MASK, origin.masked())
    texts = [text for inner in below for text in texts_at(value, inner)]
    if Censor(texts).hits(f"{origin.name}\n{origin.excerpt()}"):
        origin = origin.masked()
    for inner in below:
        value = masked_at(value, inner)
    return Entry(value, shielded(origin, tree.root))


def masked_at(value: Any, path: KeyPath) -> Any:
    """Return plain data with the mask at a path, where there is something."""
    if not path:
        return MASK
    key, *rest = path
    if isinstance(value, dict) and key in value:
        return {**value, key: masked_at(value[key], tuple(rest))}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return [*value[:key], masked_at(value[key], tuple(rest)), *value[key + 1 :]]
    return value


def holder(cfg: MappingNode, segments: KeyPath) -> Node:
    """Return the node that holds the last segment of a path, references on the way followed.

    Raises:
        MissingKeyError: There is nothing at the path.
    """
    node: Any = cfg
    for depth, segment in enumerate(segments):
        if not has_item(node, segment):
            break
        if depth == len(segments) - 1:
            holding: Node = node
            return holding
        inner = raw_item(node, segment)
        node = inner if isinstance(inner, (MappingNode, ListNode)) else follow(node, (segment,))
    raise nothing_at(cfg, segments)
