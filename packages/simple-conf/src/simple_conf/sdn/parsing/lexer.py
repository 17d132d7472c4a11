"""The lexer: splits a document into tokens.

The fast path reads runs of plain lines, and runs of plain table rows, as one token each. The slow path
reads everything else token by token, and locates all faults.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing import text_block
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired, ValueLimitFault
from simple_conf.sdn.parsing.inline import InlineLexer, before_blanks
from simple_conf.sdn.parsing.layout import Layout, comma_fault, trailing_text_fault
from simple_conf.sdn.parsing.literals import bare_text_end, parse_scalar, read_string
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.runs import read_entries, read_items
from simple_conf.sdn.parsing.tables import NAMED_HEADER, TYPED_HEADER, TableLexer
from simple_conf.sdn.parsing.token import Token

_KEY = Pattern(rf'(?:({KEY})[ \t]*(?::(?=[ \t\n])|=)|(?=(")){STRING}[ \t]*[:=])[ \t]*')
_DASH = Pattern(r"-(?: +|(?=\n))")


class Lexer:
    """Splits one document into tokens.

    Args:
        text: the document; it ends in a newline, and has neither CRLF nor control characters.
        limits: limits of the parse.
        fast: whether runs of plain lines are read as one token; without, every token has its own offset.
    """

    __slots__ = ("fast", "layout", "tables", "text")

    def __init__(self, text: str, limits: Limits, *, fast: bool) -> None:
        self.text = text
        self.fast = fast
        self.layout = Layout(text, limits)
        self.tables = TableLexer(self.layout, fast=fast)

    def document(self) -> Iterator[Token]:
        """Yield the tokens of the document.

        Raises:
            Fault: the text is not SDN.
            SlowPathRequired: the same, found on the fast path.
        """
        layout = self.layout
        layout.begin()
        while not layout.at_end:
            if layout.column != layout.levels[-1]:
                yield from layout.dedent()
            start = layout.offset
            if self.fast:
                yield from self._run()
            if layout.offset == start:
                yield from self._statement(start)
        yield from layout.end()

    def value(self) -> Iterator[Token]:
        """Yield the tokens of a text that is one value, as on a command line.

        Raises:
            Fault: the text is not one value.
        """
        text = self.text
        start, end = len(text) - len(text.lstrip(" \t")), len(text) - 1
        if start < end:
            if text[start] in '[{"':
                start = yield from self._delimited(start)
            else:
                self._check_bare_start(start)
                if "\n" in text[start:end]:
                    raise Fault(
                        "a value of more than one line",
                        text.index("\n"),
                        "put the text in double quotes, with \\n for a newline",
                    )
                yield self._bare(start, end)
                start = end
            if text[start:].strip(" \t\n"):
                raise trailing_text_fault(text, start)
        yield Token("_END", None, start)

    def _run(self) -> Iterator[Token]:
        """Yield the tokens of a run of plain lines; none if the next line is not plain."""
        layout = self.layout
        start, column = layout.offset, layout.levels[-1]
        try:
            if self.text.startswith("- ", start):
                items, end, next_column = read_items(self.text, start, column)
                layout.budget.spend(len(items), start)
                if items:
                    yield Token("ITEMS", items, start)
                    layout.move(end, next_column)
                return
            pieces, end, next_column = read_entries(self.text, start, column, layout.budget)
        except ValueLimitFault:
            raise
        except Fault:
            raise SlowPathRequired from None
        for piece in pieces:
            if type(piece) is dict:
                yield Token("ENTRIES", piece, start)
            elif type(piece) is tuple:
                key, block_column = piece
                yield Token("KEY", key, start)
                yield layout.indent(block_column, start)
            else:
                yield Token("ITEMS", piece, start)
        layout.move(end, next_column)

    def _statement(self, start: int) -> Iterator[Token]:
        text, layout = self.text, self.layout
        if dash := _DASH.match(text, start):
            yield Token("DASH", None, start, start + 1)
            content = dash.end()
            if text[content] == "\t":
                raise _tab_after_dash(content)
            if _DASH.match(text, content) or _KEY.match(text, content) or NAMED_HEADER.match(text, content):
                yield layout.indent(layout.levels[-1] + content - start, content)
                yield from self._statement(content)
            elif text.startswith("-\t", content):
                raise _tab_after_dash(content + 1)
            else:
                yield from self._value(content)
        elif text.startswith("-\t", start):
            raise _tab_after_dash(start + 1)
        elif match := _KEY.match(text, start):
            key = match[1] if match[2] is None else read_string(text, start)[0]
            yield Token("KEY", key, start, before_blanks(text, match.end()))
            yield from self._value(match.end())
        elif header := NAMED_HEADER.match(text, start):
            yield from self.tables.named(header)
        elif text[start] == "|":
            raise Fault("a table without a name", start, "write a key before the header, as in: rows |a, b|")
        else:
            yield from self._value(start)

    def _value(self, start: int) -> Iterator[Token]:
        """Yield the tokens after a key or dash, or of a value alone on its line, and end the line."""
        text, layout = self.text, self.layout
        character = text[start]
        if character == "\n" or (character == "#" and self._is_comment(start)):
            layout.end_statement(start)
            if layout.indented:
                yield layout.indent(layout.column, layout.offset)
            else:
                yield Token("_END", None, start)
            return
        if character in "|>" and (header := text_block.HEADER.match(text, start)):
            yield from self._text_block(start, fold=header[1] == ">", strip=bool(header[2]))
            return
        if header := TYPED_HEADER.match(text, start):
            short_table_end = yield from self.tables.typed(header)
            if short_table_end is None:
                return
            end = short_table_end
        elif character in '[{"':
            end = yield from self._delimited(start)
        else:
            self._check_bare_start(start)
            end = bare_text_end(text, start, text.index("\n", start))
            yield self._bare(start, end)
        layout.end_statement(end)
        yield Token("_END", None, start)

    def _text_block(self, start: int, *, fold: bool, strip: bool) -> Iterator[Token]:
        text, layout = self.text, self.layout
        below = text.index("\n", start) + 1
        value, end = text_block.read_text_block(text, below, layout.levels[-1], fold=fold, strip=strip)
        layout.budget.spend(1, start)
        content_end = start + len(text[start:end].rstrip(" \t\n"))
        yield Token("TEXT_BLOCK", value, start, content_end)
        layout.skip_to_statement(end)
        yield Token("_END", None, start)

    def _delimited(self, start: int) -> Generator[Token, None, int]:
        """Yield the tokens of a value between quotes or brackets; return the offset after it."""
        text, budget = self.text, self.layout.budget
        if text[start] != '"':
            lexer = InlineLexer(text, budget)
            yield from lexer.tokens(start)
            return lexer.offset
        budget.spend(1, start)
        if text.startswith('"""', start):
            value, end = text_block.read_triple_quoted(text, start)
            yield Token("TEXT_BLOCK", value, start, end)
        else:
            value, end = read_string(text, start)
            yield Token("STRING", value, start, end)
        return end

    def _bare(self, start: int, end: int) -> Token:
        self.layout.budget.spend(1, start)
        bare = self.text[start:end].rstrip(" \t")
        if bare[-1] == ",":
            raise comma_fault(self.text, start, start + len(bare) - 1)
        return Token("BARE", parse_scalar(bare, start), start, start + len(bare))

    def _is_comment(self, offset: int) -> bool:
        """Return whether a ``#`` directly after a key starts a comment; ``key: #fff`` could be text."""
        if self.text[offset + 1] in " \t\n#" or self.layout.next_column(offset) > self.layout.levels[-1]:
            return True
        raise Fault(
            "this # could be a comment or text",
            offset,
            'quote the text, as in "#fff", or put a space after the # of a comment',
        )

    def _check_bare_start(self, start: int) -> None:
        """Reject characters that a bare text must not start with."""
        text, character = self.text, self.text[start]
        if character == "'":
            raise Fault("a string in single quotes", start, "use double quotes")
        if character == "#":
            raise Fault("this # could be a comment or text", start, 'quote the text, as in "#fff"')
        if character not in "|>":
            return
        line = text[start : text.index("\n", start)]
        if character == "|" and line[1:2] and line[1:2] in "+123456789":
            raise Fault(
                f"{line[:2]} does not start a text block", start, "use | or |-, or a quoted string with \\n"
            )
        if character == "|" and line.count("|") > 1:
            raise Fault(
                "a table header in the place of a value",
                start,
                "write its key without a colon, as in: name |a, b|",
            )
        raise Fault(
            f"a value cannot start with {character}",
            start,
            f"quote the text; the lines of a text block start below the {character}",
        )


def _tab_after_dash(offset: int) -> Fault:
    return Fault("a tab after a dash", offset, "put one space after the dash")
