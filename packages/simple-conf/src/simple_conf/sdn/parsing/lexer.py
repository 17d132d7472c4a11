"""Lines into tokens.

Runs of plain lines, and the plain rows of a table, become one token each: that is where the speed
comes from. Everything else goes the long way, token by token, and every mistake is found there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.blocktext import MARK, read_block, read_triple
from simple_conf.sdn.parsing.fault import Again, Fault, Spent
from simple_conf.sdn.parsing.inline import Brackets, blanks_before
from simple_conf.sdn.parsing.layout import Layout, stray
from simple_conf.sdn.parsing.literals import bare_end, read_quoted, scalar
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.runs import read_entries, read_items
from simple_conf.sdn.parsing.tables import NAMED, TYPED, Tables
from simple_conf.sdn.parsing.token import Lexeme

_ENTRY = Pattern(rf'(?:({KEY})[ \t]*(?::(?=[ \t\n])|=)|(?=(")){STRING}[ \t]*[:=])[ \t]*')
_DASH = Pattern(r"-(?: +|(?=\n))")


class Lines:
    """Reads one document into tokens.

    Args:
        text: the document; it ends in a newline, and has neither CRLF nor control characters.
        limits: how large it may be.
        runs: whether plain lines are read in runs; without, every token has its own offset.
    """

    __slots__ = ("layout", "runs", "tables", "text")

    def __init__(self, text: str, limits: Limits, *, runs: bool) -> None:
        self.text = text
        self.runs = runs
        self.layout = Layout(text, limits)
        self.tables = Tables(self.layout, runs=runs)

    def document(self) -> Iterator[Lexeme]:
        """Give the tokens of the whole document."""
        layout = self.layout
        layout.begin()
        while not layout.ended:
            if layout.width != layout.levels[-1]:
                yield from layout.dedent()
            start = layout.at
            if self.runs:
                yield from self._run()
            if layout.at == start:
                yield from self._statement(start)
        yield from layout.end()

    def value(self) -> Iterator[Lexeme]:
        """Give the tokens of a text that is one value, as on a command line."""
        text = self.text
        at, end = len(text) - len(text.lstrip(" \t")), len(text) - 1
        if at < end:
            if text[at] in '[{"':
                at = yield from self._closed(at)
            else:
                self._check_start(at)
                if "\n" in text[at:end]:
                    raise Fault(
                        "a value of more than one line",
                        text.index("\n"),
                        "put the text in double quotes, with \\n for a line end",
                    )
                yield self._bare(at, end)
                at = end
            if text[at:].strip(" \t\n"):
                raise stray(text, at)
        yield Lexeme("_END", None, at)

    def _run(self) -> Iterator[Lexeme]:
        """Read as many plain lines as there are, in one token a kind."""
        layout = self.layout
        start, level = layout.at, layout.levels[-1]
        try:
            if self.text.startswith("- ", start):
                items, at, width = read_items(self.text, start, level)
                layout.budget.spend(len(items), start)
                if items:
                    yield Lexeme("ITEMS", items, start)
                    layout.move(at, width)
                return
            pieces, at, width = read_entries(self.text, start, level, layout.budget)
        except Spent:
            raise
        except Fault:
            raise Again from None
        for piece in pieces:
            if type(piece) is dict:
                yield Lexeme("ENTRIES", piece, start)
            elif type(piece) is tuple:
                yield Lexeme("KEY", piece[0], start)
                yield layout.indent(piece[1], start)
            else:
                yield Lexeme("ITEMS", piece, start)
        layout.move(at, width)

    def _statement(self, at: int) -> Iterator[Lexeme]:
        text, layout = self.text, self.layout
        if dash := _DASH.match(text, at):
            yield Lexeme("DASH", None, at, at + 1)
            content = dash.end()
            if text[content] == "\t":
                raise _dash_and_tab(content)
            if _DASH.match(text, content) or _ENTRY.match(text, content) or NAMED.match(text, content):
                yield layout.indent(layout.levels[-1] + content - at, content)
                yield from self._statement(content)
            elif text.startswith("-\t", content):
                raise _dash_and_tab(content + 1)
            else:
                yield from self._value(content)
        elif text.startswith("-\t", at):
            raise _dash_and_tab(at + 1)
        elif entry := _ENTRY.match(text, at):
            key = entry[1] if entry[2] is None else read_quoted(text, at)[0]
            yield Lexeme("KEY", key, at, blanks_before(text, entry.end()))
            yield from self._value(entry.end())
        elif table := NAMED.match(text, at):
            yield from self.tables.named(table, at)
        elif text[at] == "|":
            raise Fault("a table without a name", at, "write a key before the header, as in: rows |a, b|")
        else:
            yield from self._value(at)

    def _value(self, at: int) -> Iterator[Lexeme]:
        """Read what stands after a key or a dash, or alone on its line, and the line's end."""
        text, layout = self.text, self.layout
        character = text[at]
        if character == "\n" or (character == "#" and self._is_comment(at)):
            layout.finish(at)
            yield layout.indent(layout.width, layout.at) if layout.deeper else Lexeme("_END", None, at)
            return
        if character in "|>" and (mark := MARK.match(text, at)):
            below = text.index("\n", at) + 1
            value, end = read_block(text, below, layout.levels[-1], fold=mark[1] == ">", strip=bool(mark[2]))
            layout.budget.spend(1, at)
            yield Lexeme("TEXT", value, at, _content_end(text, at, end))
            layout.skip(end)
            yield Lexeme("_END", None, at)
            return
        if typed := TYPED.match(text, at):
            finished = yield from self.tables.typed(typed, at)
            if finished is None:
                return
            end = finished
        elif character in '[{"':
            end = yield from self._closed(at)
        else:
            self._check_start(at)
            end = bare_end(text, at, text.index("\n", at))
            yield self._bare(at, end)
        layout.finish(end)
        yield Lexeme("_END", None, at)

    def _closed(self, at: int) -> Generator[Lexeme, None, int]:
        """Read a value that says itself where it ends: quoted text or a collection."""
        text, budget = self.text, self.layout.budget
        if text[at] != '"':
            brackets = Brackets(text, budget)
            yield from brackets.tokens(at)
            return brackets.at
        budget.spend(1, at)
        if text.startswith('"""', at):
            value, end = read_triple(text, at)
            yield Lexeme("TEXT", value, at, end)
        else:
            value, end = read_quoted(text, at)
            yield Lexeme("STRING", value, at, end)
        return end

    def _bare(self, at: int, end: int) -> Lexeme:
        self.layout.budget.spend(1, at)
        bare = self.text[at:end].rstrip(" \t")
        return Lexeme("BARE", scalar(bare, at), at, at + len(bare))

    def _is_comment(self, at: int) -> bool:
        """Tell whether a ``#`` right after a key is a comment; ``key: #fff`` may be meant as text."""
        if self.text[at + 1] in " \t\n#" or self.layout.next_width(at) > self.layout.levels[-1]:
            return True
        raise Fault(
            "is this # a comment or text?",
            at,
            'quote the text, as in "#fff", or put a space after the # of a comment',
        )

    def _check_start(self, at: int) -> None:
        """Refuse what a bare text must not begin with."""
        text, character = self.text, self.text[at]
        if character == "'":
            raise Fault("a string in single quotes", at, "use double quotes")
        if character == "#":
            raise Fault("is this # a comment or text?", at, 'quote the text, as in "#fff"')
        if character == ">":
            raise Fault(
                "a value cannot begin with >",
                at,
                "quote the text; the lines of a text block begin below the >",
            )
        if character == "|":
            line = text[at : text.index("\n", at)]
            if line[1:2] and line[1:2] in "+123456789":
                raise Fault(
                    f"{line[:2]} does not begin a text block", at, "use | or |-, or a quoted string with \\n"
                )
            if line.count("|") > 1:
                raise Fault(
                    "a table in the place of a value", at, "write its key without a colon, as in: name |a, b|"
                )
            raise Fault(
                "a value cannot begin with |",
                at,
                "quote the text; the lines of a text block begin below the |",
            )


def _dash_and_tab(at: int) -> Fault:
    return Fault("a tab after a dash", at, "put one space after the dash")


def _content_end(text: str, at: int, end: int) -> int:
    """Give the offset after the last line of a text block that is not blank; of its mark where all are."""
    lines = text[at:end].rstrip(" \t\n")
    return at + len(lines)
