"""Secret lines: those of a broken text that may hold a secret, whatever the format of the text.

A broken text has no structure to rely on, so lines are judged by their words and their indentation. A line
that is taken for a secret by mistake costs its excerpt; the opposite mistake would show the secret.
"""

from __future__ import annotations

from simple_conf.pattern import Pattern
from simple_conf.secret_names import MARKED, may_name_secret, names_secret
from simple_conf.values import MASK

_WORD = Pattern(r"[^\W\d][\w\-.]*")
_KEY_WORD = Pattern(r"[^\W\d][\w\-.]*(?=[\"']?\s*(?:[:=|,]|$))")
_MARGIN = Pattern(r"[ \t]*(?:-[ \t]+)*")
_KEY_LINE = Pattern(r"[ \t]*(?:[\w\-./]+|\"[^\"]*\"|'[^']*')[ \t]*(?:\+?=|:(?:\s|$)|\|)")
_SECTION = Pattern(r"[ \t]*\[+([^\[\]=,{}]*)\]+[ \t]*(?:#.*)?$")
_QUOTED = Pattern(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_URL_PASSWORD = Pattern(r"://[^/@\s:]{0,200}:[^/@\s]{1,200}@")
_TRIPLE = ('"""', "'''")
_MANY = 10_000  # words of a text that are compared with the names of secrets for misspellings


class SecretLines:
    """Decides line by line, from the top of a text, whether the line may show a secret."""

    __slots__ = ("_block", "_depth", "_known", "_open", "_quote", "_section")

    def __init__(self) -> None:
        self._block: int | None = None  # column of the secret key that the lines belong to
        self._open = False  # whether its value may still go on in the margin
        self._quote = ""  # the triple quotes that are open
        self._depth = 0  # brackets that its value has left open
        self._section = False  # whether the section, as in TOML, is a secret
        self._known: dict[str, bool] = {}

    def add(self, line: str) -> bool:
        """Return whether the next line may show a secret."""
        if self._quote:
            if self._quote in line:
                self._quote = ""
            return True
        if self._depth > 0:
            self._depth += _depth_of(line)
            return True
        margin = _MARGIN.match(line)
        column = margin.end() if margin is not None else 0
        if section := _SECTION.match(line):
            self._block, self._section = None, self._secret_in(section[1]) >= 0
        if not line.strip():
            return self._block is not None or self._section
        inside = self._block is not None and (
            column > self._block or (self._open and not _KEY_LINE.match(line))
        )
        if not inside:
            self._block, self._open = None, False
        at = self._secret_in(line)
        if at >= 0:
            self._enter(line[at:], column if self._block is None else self._block)
        return inside or self._section or at >= 0 or _URL_PASSWORD.search(line) is not None

    def _enter(self, value: str, column: int) -> None:
        """Note how far the value of a secret reaches.

        Args:
            value: The line after the name of the secret.
            column: The column of its key.
        """
        self._block = column
        bare = _QUOTED.sub("", value)
        self._quote = next((quote for quote in _TRIPLE if value.count(quote) % 2), "")
        self._depth = 0 if self._quote else max(_depth_of(value), 0)
        self._open = not value.strip(" \t\"':=|>-+\\") or '"' in bare or "'" in bare or value.endswith("\\")

    def _secret_in(self, line: str) -> int:
        """Return the offset after the first word that is the name of a secret, or -1."""
        for word in _WORD.finditer(line):
            if names_secret(word[0]):
                return word.end()
        for word in _KEY_WORD.finditer(line):
            if self._is_misspelt(word[0]):
                return word.end()
        return -1

    def _is_misspelt(self, word: str) -> bool:
        if word not in self._known:
            self._known[word] = len(self._known) < _MANY and may_name_secret(word)
        return self._known[word]


def _depth_of(text: str) -> int:
    """Return how many brackets a text opens and does not close, without those between quotes."""
    bare = _QUOTED.sub("", text)
    return sum(bare.count(letter) for letter in "[{(") - sum(bare.count(letter) for letter in ")}]")


def is_secret_line(text: str, number: int) -> bool:
    """Return whether a line of a text may show a secret.

    Args:
        text: The text, in any format.
        number: The line, from 1.
    """
    if "" in MARKED.get():  # the whole config is a secret
        return True
    lines = SecretLines()
    secret = False
    for line in text.split("\n", number)[:number]:
        secret = lines.add(line)
    return secret


def masked_argument(argument: str) -> str:
    """Return an override such as ``db.password=x`` without its value, if it names a secret."""
    for word in _WORD.finditer(argument):
        if may_name_secret(word[0]):
            rest = argument[word.end() :]
            separator = rest[: len(rest) - len(rest.lstrip(" \"':=+"))]
            return argument[: word.end()] + separator.rstrip("\"'") + MASK if rest.strip() else argument
    return argument


def masked_excerpt(line: int) -> str:
    """Return the excerpt of a line that may show a secret."""
    return f"  {line} | {MASK}"
