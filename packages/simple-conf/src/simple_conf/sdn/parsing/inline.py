"""Tokens of what stands between brackets, or between the commas of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.parsing.cells import count, typed_cell
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.literals import check_comment, interpolation_end, read_quoted, scalar
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.token import Lexeme

CLOSERS = {"[": "]", "{": "}", "(": ")"}

_TERMINALS = {"[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", "(": "LPAR", ")": "RPAR", ",": "COMMA"}

_GAP = Pattern(r"((?:[ \t]*(?:(?<=[ \t\n])#[^\n]*)?\n){0,1000})[ \t]*")
_KEY = Pattern(rf'(?:({KEY})[ \t]*(?:=|:(?=[ \t\n,\]}}]))|(?=(")){STRING}[ \t]*[:=])[ \t]*')
_STOP = Pattern(r'[,\[\](){}\n"]|[ \t]#|\$\$|\$\{')
_SECOND_KEY = Pattern(rf'[ \t](?:{KEY}|"[^"\n]*")[ \t]*(?:=|:(?:[ \t]|$))')
_CROWDED = Pattern(r"[\w\-./]+:[^ \t]")
_TYPED = Pattern(r"table *\{")


def bare_end(text: str, at: int) -> int:
    """Find where a bare text between commas ends: at `,`, a closer, a newline or a comment, outside brackets.

    Raises:
        Fault: a bracket inside the text has no partner on the line.
    """
    open_at: list[int] = []
    quote, here = -1, at
    while True:
        match = _STOP.search(text, here)
        if match is None:  # pragma: no cover  # a document ends in a newline
            return len(text)
        found, here = match[0], match.end()
        if found == "${":
            here = interpolation_end(text, match.start(), text.index("\n", match.start()))
        elif found in "([{":
            open_at.append(match.start())
        elif found == "\n" or found[-1] == "#":
            if found != "\n":
                check_comment(text, match.start() + 1, quote, text.index("\n", here))
            if open_at:
                raise _unbalanced(text, open_at[-1])
            return match.start()
        elif found == '"':
            quote = match.start() if quote < 0 else -1
        elif found in ")]}":
            if not open_at:
                return match.start()
            if text[open_at[-1]] + found not in ("()", "[]", "{}"):
                raise _unbalanced(text, open_at[-1])
            open_at.pop()
        elif found == "," and not open_at:
            return match.start()


def blanks_before(text: str, at: int) -> int:
    """Give the offset at which the blanks before an offset begin."""
    while text[at - 1] in " \t":
        at -= 1
    return at


def _unbalanced(text: str, at: int) -> Fault:
    closer = CLOSERS[text[at]]
    return Fault(
        f"unbalanced {text[at]} in a bare text", at, f"add the {closer}, or put the text in double quotes"
    )


class Brackets:
    """Reads one collection, from its opening bracket to the closing one, into tokens.

    Args:
        text: the whole document; it ends in a newline.
        budget: what is left of the limits.
        types: the types of the cells of a short typed table, or nothing.
    """

    __slots__ = ("at", "budget", "opened", "text", "types", "widths")

    def __init__(self, text: str, budget: Budget, types: tuple[str, ...] = ()) -> None:
        self.text = text
        self.budget = budget
        self.types = types
        self.opened: list[int] = []
        self.widths: list[int] = []
        self.at = 0

    def tokens(self, at: int) -> Iterator[Lexeme]:
        """Give the tokens of the collection that begins at an offset; `at` is then the offset after it."""
        self.at = at
        value_next = True
        while True:
            if value_next:
                yield from self._value()
            if not self.opened:
                return
            value_next = False
            opener = self.text[self.opened[-1]]
            separated = self._gap()
            character = self._character()
            if character in "]})":
                yield self._close(character)
                continue
            if self.widths[-1]:  # something stands before: a comma or a line end must come between
                if character == ",":
                    yield Lexeme("COMMA", None, self.at)
                    self.at += 1
                    self._gap()
                    if self._character() in "]})":
                        continue
                elif separated:
                    yield Lexeme("COMMA", None, self.at)
                else:
                    raise Fault(
                        f"expected , or {CLOSERS[opener]} after this value",
                        self.at,
                        "separate values with a comma or a new line, or put the text in double quotes",
                    )
            if self._character() == ",":
                raise Fault(
                    "a value is missing before this comma", self.at, "write null, or take the comma out"
                )
            self.widths[-1] += 1
            if opener == "{":
                yield self._key()
            value_next = True

    def _value(self) -> Iterator[Lexeme]:
        """Give the token of a scalar, or of the bracket that opens a collection."""
        text, at = self.text, self.at
        character = text[at]
        if self.types and len(self.opened) == 1 and character != "(":
            raise Fault(
                "expected a row in ( )", at, f"write a row of {count(len(self.types), 'cell')} in parentheses"
            )
        if character in "[{" or (character == "(" and self.types and len(self.opened) == 1):
            self._typed(None, at)
            self.budget.deeper(at)
            self.opened.append(at)
            self.widths.append(0)
            self.at = at + 1
            yield Lexeme(_TERMINALS[character], None, at, at + 1)
            return
        self.budget.spend(1, at)
        token, self.at = read_value(text, at, in_dict=text[self.opened[-1]] == "{")
        token.value = self._typed(token.value, at)
        yield token

    def _typed(self, value: Any, at: int) -> Any:
        """Check a value against its column, in the rows of a typed table."""
        if not self.types or len(self.opened) != 2 or self.widths[-1] > len(self.types):
            return value
        return typed_cell(self.types[self.widths[-1] - 1], value, at, collection=self.text[at] in "[{")

    def _close(self, character: str) -> Lexeme:
        opened = self.opened.pop()
        closer = CLOSERS[self.text[opened]]
        if character != closer:
            raise Fault(
                f"expected {closer} to close the {self.text[opened]}, found {character}",
                self.at,
                "close the brackets in the order in which they were opened, or put the text in double quotes",
            )
        width = self.widths.pop()
        if closer == ")" and width != len(self.types):
            raise Fault(
                f"this row has {count(width, 'cell')}, the table has {count(len(self.types), 'column')}",
                opened,
                "give a value for each column",
            )
        self.budget.shallower()
        self.at += 1
        return Lexeme(_TERMINALS[character], None, self.at - 1, self.at)

    def _gap(self) -> bool:
        """Skip white space, line ends and comments; tell whether there was a line end."""
        lines = False
        while True:
            match = _GAP.match(self.text, self.at)
            assert match is not None  # noqa: S101  # the pattern matches nothing, too
            self.at = match.end()
            if not match[1]:
                return lines
            lines = True

    def _character(self) -> str:
        if self.at >= len(self.text):
            opened = self.opened[0]
            closer = CLOSERS[self.text[opened]]
            raise Fault(f"unclosed {self.text[opened]}", opened, f"close it with {closer}")
        return self.text[self.at]

    def _key(self) -> Lexeme:
        at = self.at
        match = _KEY.match(self.text, at)
        if match is None:
            raise self._no_key()
        self.at = match.end()
        if self.text[self.at] in ",]}\n":
            raise Fault("a value is missing after this key", at, "write null for no value")
        key = match[1] if match[2] is None else read_quoted(self.text, at)[0]
        return Lexeme("KEY", key, at, blanks_before(self.text, self.at))

    def _no_key(self) -> Fault:
        at, line = self.at, self.text[self.at : self.text.index("\n", self.at)]
        if line[0] == "'":
            return Fault("a key in single quotes", at, "use double quotes, or none")
        if line[0] == '"' and '"' not in line[1:]:
            return Fault("unclosed string", at, 'close it with "')
        if _CROWDED.match(line):
            return Fault(
                "expected a space after the colon of a key", at + line.index(":") + 1, "write `key: value`"
            )
        return Fault("expected a key in { }", at, "write `key: value`, or use [ ] for a list")


def read_value(text: str, at: int, *, in_dict: bool = False) -> tuple[Lexeme, int]:
    """Read one scalar between commas.

    Args:
        text: the whole document.
        at: offset of its first character.
        in_dict: whether it is the value of a key in ``{ }``.

    Returns:
        The token, and the offset after the scalar.

    Raises:
        Fault: it is not a scalar, or may be read in two ways.
    """
    character = text[at]
    if character == '"':
        if text.startswith('"""', at):
            raise Fault(
                '""" between brackets', at, "write the text in one pair of quotes, with \\n for a line end"
            )
        value, end = read_quoted(text, at)
        return Lexeme("STRING", value, at, end), end
    check_start(text, at)
    end = bare_end(text, at)
    bare = text[at:end].rstrip(" \t")
    if in_dict and "${" not in bare and (second := _SECOND_KEY.search(bare)):
        raise Fault(
            "a second key in one value: is a comma missing?",
            at + second.start() + 1,
            "separate entries with a comma or a new line, or put the text in double quotes",
        )
    return Lexeme("BARE", scalar(bare, at), at, at + len(bare)), end


def check_start(text: str, at: int) -> None:
    """Refuse what a bare text between commas must not begin with.

    Raises:
        Fault: it begins so.
    """
    character = text[at]
    if character == "'":
        raise Fault("a string in single quotes", at, "use double quotes")
    if character == "#":
        raise Fault(
            "is this # a comment or text?",
            at,
            'quote the text, as in "#fff", or put the comment on its own line',
        )
    if character in "|>":
        raise Fault(f"a value cannot begin with {character} here", at, "put the text in double quotes")
    if character in ")]}":
        raise Fault(f"{character} closes nothing", at, "take it out, or put the text in double quotes")
    if _TYPED.match(text, at):
        raise Fault("a typed table between brackets", at, "give the table a key of its own, on its own line")
