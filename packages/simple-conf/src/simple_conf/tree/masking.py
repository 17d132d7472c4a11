"""Texts that must not be shown, taken out of what is."""

from __future__ import annotations

from simple_conf.errors import ConfError, PlacedError, ResolveError, SdnSyntaxError, ValidationError
from simple_conf.origin.origin import Origin
from simple_conf.template import ExpressionError, read_template
from simple_conf.tree.node import MappingNode, Overlaid
from simple_conf.values import MASK, Secret, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator
    from typing import Any

    from simple_conf.keypath import KeyPath

SHORT = 4
"""A text of fewer characters is only taken out where it stands as a word of its own."""


class Censor:
    """Puts the mask in the place of some texts.

    Args:
        texts: What must not be shown; empty texts are passed over.
    """

    __slots__ = ("_pattern",)

    def __init__(self, texts: Iterable[str]) -> None:
        forms = {form for text in texts if text.strip() for form in (text, repr(text)[1:-1])}
        self._pattern = pattern_of(sorted(forms, key=len, reverse=True)) if forms else None

    def text(self, shown: str) -> str:
        """Return ``shown`` without the texts."""
        return self._pattern.sub(MASK, shown) if self._pattern is not None else shown

    def hits(self, shown: str) -> bool:
        """Return whether one of the texts stands in ``shown``."""
        return self._pattern is not None and self._pattern.search(shown) is not None

    def origin(self, place: Origin | None) -> Origin | None:
        """Return an origin without the texts; an excerpt that has one of them is left out."""
        if place is None or not self.hits(f"{place.name}\n{place.excerpt()}"):
            return place
        return Origin(place.kind, self.text(place.name), place.line, place.column)

    def error(self, failure: ConfError) -> ConfError:
        """Return an error without the texts; where it had one of them, its cause is left out."""
        if self._pattern is None:
            return failure
        before = str(failure)
        if isinstance(failure, SdnSyntaxError):
            failure = self.syntax_error(failure)
        elif isinstance(failure, PlacedError):
            self.place(failure)
            failure.args = (failure.message,)
        elif isinstance(failure, ValidationError):
            for issue in failure.issues:
                self.place(issue)
                if isinstance(issue.got, str):
                    issue.got = self.text(issue.got)
            failure.args = ("\n".join(map(str, failure.issues)),)
        elif isinstance(failure, ResolveError):
            failure = ResolveError([self.error(inner) for inner in failure.errors])
        if str(failure) != before or self.hits(str(failure.__cause__)):
            failure.__cause__ = failure.__context__ = None
        return failure

    def place(self, failure: Any) -> None:
        """Take the texts out of what an error or an issue shows."""
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
    """Return what finds the forms, the longest first."""
    import re

    parts = [re.escape(form) if len(form) >= SHORT else rf"(?<!\w){re.escape(form)}(?!\w)" for form in forms]
    return re.compile("|".join(parts))


def censor_of(root: Any) -> Censor:
    """Return what takes the secrets of a tree out of a text."""
    return Censor(text for path in root.__tree__.secrets.copy() for text in texts_at(root, path))


def texts_at(root: Any, path: KeyPath) -> Iterator[str]:
    """Yield what stands at a path of a tree, as written and as it reads, as texts."""
    node = root
    for depth, segment in enumerate(path):
        node = node.overrides if type(node) is Overlaid else node
        if isinstance(node, MappingNode):
            key = str(segment)
            if depth == len(path) - 1:
                yield from texts_in(node.__raw__.get(key))
            node = node.__dict__.get(key, node.__raw__.get(key))
        elif isinstance(node, (list, Table)):
            values: Any = node
            index = segment if isinstance(segment, int) else -1
            node = values[index] if 0 <= index < len(values) else None
        elif isinstance(node, dict):
            node = node.get(segment)
        else:
            return
    yield from texts_in(node)


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts of a value and of everything in it; true, false and null say nothing."""
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
        yield from written_out(value)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def written_out(text: str) -> list[str]:
    """Return what a text says itself, around its references."""
    try:
        return [part for part in read_template(text).parts if isinstance(part, str)]
    except ExpressionError:
        return [text]
