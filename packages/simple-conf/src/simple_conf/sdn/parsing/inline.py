"""Inline values: collections between brackets, and scalars between commas."""

from __future__ import annotations

from collections.abc import Iterator

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Budget
from simple_conf.sdn.parsing.cell_types import convert_cell
from simple_conf.sdn.parsing.fault import Fault, plural
from simple_conf.sdn.parsing.literals import (
    Scalar,
    check_comment,
    interpolation_end,
    parse_scalar,
    read_string,
)
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.token import Token

_CLOSERS = {"[": "]", "{": "}", "(": ")"}
_TERMINALS = {"[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", "(": "LPAR", ")": "RPAR"}

_GAP = Pattern(r"((?:[ \t]*(?:(?<=[ \t\n])#[^\n]*)?\n){0,1000})[ \t]*")
_KEY = Pattern(rf'(?:({KEY})[ \t]*(?:=|:(?=[ \t\n,\]}}]))|(?=(")){STRING}[ \t]*[:=])[ \t]*')
_STOP = Pattern(r'[,\[\](){}\n"]|[ \t]#|\$\$|\$\{')
_SECOND_KEY = Pattern(rf'[ \t](?:{KEY}|"[^"\n]*")[ \t]*(?:=|:(?:[ \t]|$))')
_KEY_WITHOUT_SPACE = Pattern(r"[\w\-./]+:[^ \t]")
_TYPED_TABLE = Pattern(r"table *\{")


class InlineLexer:
    """Splits one inline collection into tokens, from its opening bracket to the closing one.

    Args:
        text: the document; it ends in a newline.
        budget: what is left of the limits.
        types: the column types if the collection holds the rows of a short table.

    Attributes:
        offset: offset of the next character; at the end, the offset after the collection.
    """

    __slots__ = ("_counts", "_openers", "_types", "budget", "offset", "text")

    def __init__(self, text: str, budget: Budget, types: tuple[str, ...] = ()) -> None:
        self.text = text
        self.budget = budget
        self.offset = 0
        self._types = types
        self._openers: list[int] = []  # offsets of the open brackets
        self._counts: list[int] = []  # items so far in each of them

    def tokens(self, start: int) -> Iterator[Token]:
        """Yield the tokens of the collection whose opening bracket is at an offset.

        Raises:
            Fault: a bracket is not closed, or an item is not valid.
        """
        self.offset = start
        yield from self._value()
        while self._openers:
            on_new_line = self._skip_gap()
            character = self._character()
            if character in "]})":
                yield self._close(character)
                continue
            if self._counts[-1]:
                yield self._separator(character, on_new_line=on_new_line)
                if self._character() in "]})":  # after a trailing comma
                    continue
            if self._character() == ",":
                raise Fault(
                    "a value is missing before this comma", self.offset, "write null, or remove the comma"
                )
            self._counts[-1] += 1
            if self.text[self._openers[-1]] == "{":
                yield self._key()
            yield from self._value()

    def _separator(self, character: str, *, on_new_line: bool) -> Token:
        """Read the comma or the line end that separates two items."""
        offset = self.offset
        if character == ",":
            self.offset += 1
            self._skip_gap()
        elif not on_new_line:
            raise Fault(
                f"expected , or {_CLOSERS[self.text[self._openers[-1]]]} after this value",
                offset,
                "separate values with a comma or a new line, or put the text in double quotes",
            )
        return Token("COMMA", None, offset)

    def _value(self) -> Iterator[Token]:
        """Yield the token of a scalar, or of the bracket that opens a collection."""
        text, start = self.text, self.offset
        character = text[start]
        is_row = bool(self._types) and len(self._openers) == 1
        if is_row and character != "(":
            cells = plural(len(self._types), "cell")
            raise Fault("expected a row in ( )", start, f"write a row of {cells} in parentheses")
        if character in "[{" or is_row:
            self._convert(None, start)
            self.budget.enter(start)
            self._openers.append(start)
            self._counts.append(0)
            self.offset = start + 1
            yield Token(_TERMINALS[character], None, start, start + 1)
            return
        self.budget.spend(1, start)
        token, self.offset = read_inline_scalar(text, start, in_dict=text[self._openers[-1]] == "{")
        token.value = self._convert(token.value, start)
        yield token

    def _convert(self, value: Scalar, offset: int) -> Scalar:
        """Check and convert a value that is a cell of a short table."""
        if not self._types or len(self._openers) != 2 or self._counts[-1] > len(self._types):
            return value
        type_name = self._types[self._counts[-1] - 1]
        return convert_cell(type_name, value, offset, collection=self.text[offset] in "[{")

    def _close(self, character: str) -> Token:
        opener = self._openers.pop()
        closer = _CLOSERS[self.text[opener]]
        if character != closer:
            raise Fault(
                f"expected {closer} to close the {self.text[opener]}, found {character}",
                self.offset,
                "close the brackets in the order in which they were opened, or put the text in double quotes",
            )
        count = self._counts.pop()
        if closer == ")" and count != len(self._types):
            raise Fault(
                f"this row has {plural(count, 'cell')}, the table has {plural(len(self._types), 'column')}",
                opener,
                "give a value for each column",
            )
        self.budget.leave()
        self.offset += 1
        return Token(_TERMINALS[character], None, self.offset - 1, self.offset)

    def _skip_gap(self) -> bool:
        """Skip white space, newlines and comments; return whether there was a newline."""
        newlines = False
        while True:
            match = _GAP.match(self.text, self.offset)
            assert match is not None  # noqa: S101  # the pattern matches the empty text
            self.offset = match.end()
            if not match[1]:
                return newlines
            newlines = True

    def _character(self) -> str:
        if self.offset >= len(self.text):
            opener = self._openers[0]
            bracket = self.text[opener]
            raise Fault(f"unclosed {bracket}", opener, f"close it with {_CLOSERS[bracket]}")
        return self.text[self.offset]

    def _key(self) -> Token:
        start = self.offset
        match = _KEY.match(self.text, start)
        if match is None:
            raise self._key_fault()
        self.offset = match.end()
        if self.text[self.offset] in ",]}\n":
            raise Fault("a value is missing after this key", start, "write null for no value")
        key = match[1] if match[2] is None else read_string(self.text, start)[0]
        return Token("KEY", key, start, before_blanks(self.text, self.offset))

    def _key_fault(self) -> Fault:
        """Return the fault for an item of a dict that does not start with a key."""
        start = self.offset
        line = self.text[start : self.text.index("\n", start)]
        if line[0] == "'":
            return Fault("a key in single quotes", start, "use double quotes, or none")
        if line[0] == '"' and '"' not in line[1:]:
            return Fault("unclosed string", start, 'close it with "')
        if _KEY_WITHOUT_SPACE.match(line):
            return Fault(
                "expected a space after the colon of a key", start + line.index(":") + 1, "write `key: value`"
            )
        return Fault("expected a key in { }", start, "write `key: value`, or use [ ] for a list")


def read_inline_scalar(text: str, start: int, *, in_dict: bool = False) -> tuple[Token, int]:
    """Read one scalar between commas.

    Args:
        text: the document; it ends in a newline.
        start: offset of its first character.
        in_dict: whether it is the value of a key in ``{ }``.

    Returns:
        The token, and the offset after the scalar.

    Raises:
        Fault: it is not a scalar, or is ambiguous.
    """
    if text[start] == '"':
        if text.startswith('"""', start):
            raise Fault(
                'a """ string inside brackets or cells',
                start,
                "write the text in one pair of quotes, with \\n for a newline",
            )
        value, end = read_string(text, start)
        return Token("STRING", value, start, end), end
    _check_start(text, start)
    end = inline_text_end(text, start)
    bare = text[start:end].rstrip(" \t")
    if in_dict and "${" not in bare and (second := _SECOND_KEY.search(bare)):
        raise Fault(
            "a second key in one value: is a comma missing?",
            start + second.start() + 1,
            "separate entries with a comma or a new line, or put the text in double quotes",
        )
    return Token("BARE", parse_scalar(bare, start), start, start + len(bare)), end


def _check_start(text: str, start: int) -> None:
    """Reject characters that a bare text between commas must not start with."""
    character = text[start]
    if character == "'":
        raise Fault("a string in single quotes", start, "use double quotes")
    if character == "#":
        raise Fault(
            "this # could be a comment or text",
            start,
            'quote the text, as in "#fff", or put the comment on its own line',
        )
    if character in "|>":
        raise Fault(f"a value cannot start with {character} here", start, "put the text in double quotes")
    if character in ")]}":
        raise Fault(f"unmatched {character}", start, "remove it, or put the text in double quotes")
    if _TYPED_TABLE.match(text, start):
        raise Fault(
            "a typed table inside brackets", start, "give the table a key of its own, on its own line"
        )


def inline_text_end(text: str, start: int) -> int:
    """Find the end of a bare text between commas.

    It ends before a comma, a closing bracket, a newline or a comment; brackets inside it are balanced.

    Raises:
        Fault: a bracket inside the text has no partner on the line, or a ``${`` is not closed.
    """
    openers: list[int] = []
    quote, offset = -1, start
    while True:
        match = _STOP.search(text, offset)
        assert match is not None  # noqa: S101  # the document ends in a newline
        found, offset = match[0], match.end()
        if found == "${":
            offset = interpolation_end(text, match.start(), text.index("\n", match.start()))
        elif found in _CLOSERS:
            openers.append(match.start())
        elif found == "\n" or found[-1] == "#":
            if found != "\n":
                check_comment(text, match.start() + 1, quote, text.index("\n", offset))
            if openers:
                raise _unbalanced(text, openers[-1])
            return match.start()
        elif found == '"':
            quote = match.start() if quote < 0 else -1
        elif found in ")]}":
            if not openers:
                return match.start()
            if _CLOSERS[text[openers[-1]]] != found:
                raise _unbalanced(text, openers[-1])
            openers.pop()
        elif found == "," and not openers:
            return match.start()


def _unbalanced(text: str, offset: int) -> Fault:
    opener = text[offset]
    return Fault(
        f"unbalanced {opener} in a bare text",
        offset,
        f"add the {_CLOSERS[opener]}, or put the text in double quotes",
    )


def before_blanks(text: str, offset: int) -> int:
    """Return the offset at which the blanks before an offset start."""
    while text[offset - 1] in " \t":
        offset -= 1
    return offset
