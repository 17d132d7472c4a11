"""A regular expression that is compiled when it is first used: compiling is most of the cost of an import."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, without importing it
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator


class Pattern:
    """A regular expression with the methods of a compiled one.

    Args:
        text: the regular expression.
        flags: as in `re.compile`.
    """

    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    findall: Callable[..., list[tuple[str, ...]]]
    finditer: Callable[..., Iterator[re.Match[str]]]
    sub: Callable[..., str]

    def __init__(self, text: str, flags: int = 0) -> None:
        self.text = text
        self.flags = flags

    def __getattr__(self, name: str) -> object:
        """Compile the pattern, and keep the method that was asked for: the next use finds it at once."""
        import re

        method = getattr(re.compile(self.text, self.flags), name)
        setattr(self, name, method)
        return method
