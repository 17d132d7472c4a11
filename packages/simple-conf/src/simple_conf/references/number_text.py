"""The text of the numbers that references lead to, for texts around them and for fields that take text."""

from __future__ import annotations

import os

from simple_conf.errors import ConfError
from simple_conf.keypath import parse_path
from simple_conf.template import Call, Reference, read_template
from simple_conf.tree.node import ListNode, MappingNode, has_item, raw_item, read_item
from simple_conf.tree.number_text import number_in
from simple_conf.written import KINDS, WRITTEN, reads_as, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.references.failures import Trace
    from simple_conf.tree.node import Key, Node

    Part = Reference | Call
    Place = tuple[Node, Key]

MAX_DEPTH = 64


class NumberTexts:
    """Finds the texts of numbers, where the evaluation of references says what a reference names.

    Args:
        path_of: Returns the path that a reference names.
        evaluate: Returns an argument of a resolver with its references evaluated.
    """

    __slots__ = ("_evaluate", "_path_of")

    def __init__(
        self,
        path_of: Callable[[Reference, Node, Key, Trace], KeyPath],
        evaluate: Callable[[Any, Node, Key, Trace], Any],
    ) -> None:
        self._path_of = path_of
        self._evaluate = evaluate

    def with_text(self, node: Node, key: Key, value: Any) -> Any:
        """Return a number that a node has under a key with the text that it was read from, if there is one.

        Args:
            node: The mapping or list.
            key: The key or index.
            value: Its value, resolved.
        """
        if type(value) not in KINDS or not has_item(node, key):
            return value
        return self.followed((node, key), value)

    def of_part(self, part: Part, node: Node, key: Key, trace: Trace, value: Any) -> Any:
        """Return a number that one ``${…}`` gives with the text that it was read from, if there is one.

        Args:
            part: The reference or call.
            node: The mapping or list that holds the text around it.
            key: The key or index of that.
            trace: The values that are being resolved.
            value: Its value.
        """
        return self.followed(self.named(part, node, key, trace), value) if type(value) in KINDS else value

    def followed(self, place: Place | str | None, value: float) -> Any:
        """Return a number with the text that is at a place, or where the references there lead.

        A number that was written as Python writes it stays as it is.
        """
        for _ in range(MAX_DEPTH):
            if type(place) is not tuple:
                break
            raw = raw_item(*place)
            if not isinstance(raw, str):
                break
            try:
                part = read_template(raw).whole
            except ConfError:
                return value
            place = self.named(part, *place, [place]) if part is not None else raw
        if isinstance(place, str):
            place = place.strip()
            return written(value, place) if reads_as(place, value) else value
        return value if place is None else number_in(*place, value)

    def named(self, part: Part, node: Node, key: Key, trace: Trace) -> Place | str | None:
        """Return the place that a ``${…}`` names, or the text that its number is read from, or None."""
        try:
            if isinstance(part, Reference):
                path = self._path_of(part, node, key, trace)
                return place_at(node.__tree__.root, path)
            first, *rest = [*part.arguments, None]
            default = rest[0] if rest else None
            if part.name in ("env", "env.str"):
                name = str(self._evaluate(first, node, key, trace))
                return os.environ.get(name) or self.of_argument(default, node, key, trace)
            if part.name == "get":
                path = parse_path(str(self._evaluate(first, node, key, trace)))
                found = place_at(node.__tree__.root, path)
                return self.of_argument(default, node, key, trace) if found is None else found
            if part.name == "decode":
                return self.of_argument(first, node, key, trace)
        except (ConfError, LookupError, TypeError, ValueError):
            pass
        return None

    def of_argument(self, argument: Any, node: Node, key: Key, trace: Trace) -> Place | str | None:
        """Return the place that an argument of a resolver names, or the text that it is, or None."""
        if isinstance(argument, WRITTEN):
            return argument.text
        if not isinstance(argument, str):
            return None
        part = read_template(argument).whole if "${" in argument else None
        if part is not None:
            return self.named(part, node, key, trace)
        text = self._evaluate(argument, node, key, trace)
        return text if isinstance(text, str) else None


def place_at(root: MappingNode, path: KeyPath) -> Place | None:
    """Return the mapping or list that holds what is at a path, and its key or index there."""
    holder: Any = root
    for segment in path[:-1]:
        holder = read_item(holder, index_or_key(holder, segment))
    if path and type(holder) is type(root) and (key := str(path[-1])) in holder.__raw__:
        return holder, key
    if not path or not isinstance(holder, (MappingNode, ListNode)):
        return None
    place = (holder, index_or_key(holder, path[-1]))
    return place if has_item(*place) else None


def index_or_key(holder: Any, segment: Key) -> Key:
    """Return a segment of a path as a mapping or a list takes it."""
    if not isinstance(holder, ListNode):
        return str(segment)
    index = int(segment)
    return index + len(holder) if index < 0 else index  # the texts are found by the place in the file
