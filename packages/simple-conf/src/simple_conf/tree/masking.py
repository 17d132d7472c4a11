"""Replaces secret values in messages and excerpts."""

from __future__ import annotations

from simple_conf.errors import (
    ConfError,
    PlacedError,
    ResolveError,
    SdnSyntaxError,
    ValidationError,
    ValidationIssue,
)
from simple_conf.origin.origin import Origin
from simple_conf.template import ExpressionError, read_template
from simple_conf.tree.node import MappingNode, Overlaid, has_item, raw_item
from simple_conf.tree.provenance import assignment_of
from simple_conf.values import MASK, MISSING, Secret, Table, integer_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.tree.assignment import Assignment

SHORT = 4
"""A text of fewer characters is only replaced where it is a word of its own."""


class Censor:
    """Replaces some texts by the mask.

    Args:
        texts: The texts that must not be shown; empty ones are ignored.
    """

    __slots__ = ("_pattern",)

    def __init__(self, texts: Iterable[str]) -> None:
        forms = {form for text in texts if text.strip() for form in (text, repr(text)[1:-1])}
        self._pattern = pattern_of(sorted(forms, key=len, reverse=True)) if forms else None

    def text(self, shown: str) -> str:
        """Return ``shown`` without the texts."""
        return self._pattern.sub(MASK, shown) if self._pattern is not None else shown

    def hits(self, shown: str) -> bool:
        """Return whether ``shown`` contains one of the texts."""
        return self._pattern is not None and self._pattern.search(shown) is not None

    def origin(self, origin: Origin | None) -> Origin | None:
        """Return an origin without the texts; an excerpt that contains one of them is left out."""
        if origin is None or not self.hits(f"{origin.name}\n{origin.excerpt()}"):
            return origin
        return Origin(origin.kind, self.text(origin.name), origin.line, origin.column)

    def error(self, failure: ConfError) -> ConfError:
        """Return an error without the texts; where it had one of them, its cause is left out."""
        if self._pattern is None:
            return failure
        before = str(failure)
        if isinstance(failure, SdnSyntaxError):
            failure = self.syntax_error(failure)
        elif isinstance(failure, PlacedError):
            self.mask(failure)
            failure.args = (failure.message,)
        elif isinstance(failure, ValidationError):
            for issue in failure.issues:
                self.mask(issue)
                if isinstance(issue.got, str):
                    issue.got = self.text(issue.got)
            failure.refresh()
        elif isinstance(failure, ResolveError):
            failure = ResolveError([self.error(inner) for inner in failure.errors])
        if str(failure) != before or self.hits(str(failure.__cause__)):
            failure.__cause__ = failure.__context__ = None
        return failure

    def mask(self, failure: PlacedError | ValidationIssue) -> None:
        """Replace the texts in what an error or an issue shows."""
        failure.message = self.text(failure.message)
        failure.hint = failure.hint and self.text(failure.hint)
        failure.origin = self.origin(failure.origin)

    def syntax_error(self, failure: SdnSyntaxError) -> SdnSyntaxError:
        """Return a syntax error without the texts."""
        return type(failure)(
            self.text(failure.message),
            path=failure.path,
            line=failure.line,
            column=failure.column,
            hint=failure.hint and self.text(failure.hint),
            excerpt="" if self.hits(failure.excerpt) else failure.excerpt,
        )


def pattern_of(forms: list[str]) -> re.Pattern[str]:
    """Return the pattern that finds the forms, the longest first."""
    import re

    parts = [re.escape(form) if len(form) >= SHORT else rf"(?<!\w){re.escape(form)}(?!\w)" for form in forms]
    return re.compile("|".join(parts))


def censor_of(root: MappingNode) -> Censor:
    """Return the censor of the secrets of a tree, of what they were before they were overridden too."""
    paths = root.__tree__.secrets.copy()
    return Censor(text for path in paths for text in (*texts_at(root, path), *earlier_texts(root, path)))


def earlier_texts(root: MappingNode, path: KeyPath) -> Iterator[str]:
    """Yield the texts of every value that was set at a path of a tree, or in a value around it."""
    node: Any = root
    for depth, segment in enumerate(path):
        node = node.overrides if type(node) is Overlaid else node
        if not has_item(node, segment):
            return
        assignment: Assignment | None = assignment_of(node, segment)
        while assignment is not None:
            yield from texts_at(assignment.value, path[depth + 1 :])
            assignment = assignment.before
        node = raw_item(node, segment)


def texts_at(root: Any, path: KeyPath) -> Iterator[str]:
    """Yield the texts of the value at ``path`` of a node or of plain data, as written and as resolved."""
    node = root
    for depth, segment in enumerate(path):
        node = node.overrides if type(node) is Overlaid else node
        if isinstance(node, MappingNode):
            key = str(segment)
            if depth == len(path) - 1:
                yield from texts_in(node.__raw__.get(key))
            node = node.__dict__.get(key, node.__raw__.get(key))
        elif isinstance(node, (list, Table)):
            index = segment if isinstance(segment, int) else -1
            node = node[index] if 0 <= index < len(node) else None
        elif isinstance(node, dict):
            node = node.get(segment)
        else:
            return
    yield from texts_in(node)


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts of a value and of everything in it; true, false, null and ``???`` have none."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, MappingNode):
        value = {**value.__raw__, **value.__dict__}
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, (list, tuple, Table)):
        for inner in value:
            yield from texts_in(inner)
    elif isinstance(value, str) and "${" in value:
        yield from plain_parts(value)
    elif value is not None and value is not MISSING and not isinstance(value, bool):
        yield integer_text(value) if type(value) is int else str(value)


def plain_parts(text: str) -> list[str]:
    """Return the parts of a text that are not references."""
    try:
        return [part for part in read_template(text).parts if isinstance(part, str)]
    except ExpressionError:
        return [text]
