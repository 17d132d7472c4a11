"""The canonical layout of a document: the same values and comments, with even indentation and spacing."""

from __future__ import annotations

from simple_conf.errors import DocumentError
from simple_conf.pattern import Pattern
from simple_conf.sdn.editing.buffer import Page
from simple_conf.sdn.format_inline import Inline
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parser import parse
from simple_conf.sdn.parsing.blocktext import take_lines
from simple_conf.sdn.parsing.patterns import KEY, STRING
from simple_conf.sdn.parsing.position import Place
from simple_conf.sdn.parsing.tables import NAMED, TYPED
from simple_conf.sdn.writer import INDENT
from simple_conf.source import Source, normalise

_KEY = Pattern(f"{KEY}|{STRING}")
_MARK = Pattern(r"[|>]-?")


def format_text(text: str, *, name: str = "<text>", limits: Limits | None = None) -> str:
    r"""Lay a document out anew.

    Blocks are indented by two spaces, a key is followed by a colon and one space, cells and inline
    values by a comma and one space, a comment stands two spaces behind its value; there is at most one
    blank line between statements. Values keep the form in which they are written: quotes, number
    forms and line breaks inside brackets stay. Doing it twice changes nothing more.

    Args:
        text: SDN text.
        name: what errors call it.
        limits: how large it may be.

    Returns:
        The new text, with ``\n`` line ends.

    Raises:
        SdnSyntaxError: the text is not SDN.
    """
    parsed = parse(Source(normalise(text), name), limits=limits)
    source = parsed.source.text
    closed = source if source.endswith("\n") else source + "\n"
    result = Layouter(closed).document(parsed.places)
    again = parse(Source(result, name), limits=limits)
    if again.values != parsed.values:
        raise DocumentError("this document cannot be laid out without changing a value", key_path="")
    return result


class Layouter:
    """Writes a document line by line, from the places of its values.

    Args:
        text: the document; it ends in a newline.
    """

    __slots__ = ("done", "inline", "lines", "open", "page", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.page = Page(text)
        self.inline = Inline(text)
        self.lines: list[str] = []
        self.done = 0  # offset of the first line that is not written yet
        self.open: list[tuple[int, int]] = []  # the old and the new column of each block around the last line

    def document(self, root: Place) -> str:
        """Give the text of the whole document."""
        if root.children:
            self._block(root, 0, 0, None)
        self._gap(len(self.text), 0, 0)
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return "\n".join([*self.lines, ""]) if self.lines else ""

    def _gap(self, until: int, indent: int, depth: int, *, first: bool = False) -> None:
        """Write the comments up to an offset, and at most one blank line between them."""
        *lines, _ = self.text[self.done : until].split("\n") if self.done < until else [""]
        blank = False
        for line in lines:
            comment = line.strip(" \t")
            if not comment:
                blank = True
                continue
            self._blank(blank and not first)
            blank = False
            column = len(line) - len(line.lstrip(" \t"))
            self.lines.append(
                " " * (indent if first else self._comment_column(column, indent, depth)) + comment
            )
            first = False
        self._blank(blank and not first)
        del self.open[depth + 1 :]

    def _blank(self, wanted: bool) -> None:
        if wanted and self.lines and self.lines[-1]:
            self.lines.append("")

    def _comment_column(self, column: int, indent: int, depth: int) -> int:
        """Give the new column of a comment: that of the innermost block that it is indented for."""
        inner = [new for old, new in self.open[depth + 1 :] if old <= column]
        return inner[-1] if inner else indent

    def _block(self, place: Place, indent: int, depth: int, lead: str | None) -> None:
        """Write a block; its first line may go on after a dash."""
        items = place.inside()
        self.open[depth:] = [(self.page.column(items[0].key_at), indent)]
        for number, item in enumerate(items):
            start = lead if number == 0 and lead is not None else None
            if start is None:
                self._gap(self.page.line_start(item.key_at), indent, depth, first=number == 0 and depth > 0)
                start = " " * indent
            if place.kind == "lines":
                self._entry(item, start, indent, depth)
            elif place.kind == "dashes":
                self._entry(item, f"{start}- ", indent, depth)
            elif item.kind == "named":
                self._named(item, start, indent, depth)
            else:
                self._entry(item, f"{start}{self._key(item)}: ", indent, depth)

    def _key(self, item: Place) -> str:
        match = _KEY.match(self.text, item.key_at)
        assert match is not None  # noqa: S101  # the parser found a key here
        return match[0]

    def _entry(self, item: Place, lead: str, indent: int, depth: int) -> None:
        """Write a value after its key or dash; `lead` is the line so far."""
        kind, text = item.kind, self.text
        if kind in ("mapping", "dashes", "lines"):
            self._nested(item, lead, indent, depth)
        elif kind == "null":
            self._line(lead.rstrip(" "), item.key_end)
        elif kind == "text" and text[item.at] in "|>":
            self._text_block(item, lead, indent)
        elif kind == "typed":
            match = TYPED.match(text, item.at)
            assert match is not None  # noqa: S101  # the parser found a typed table here
            types = ", ".join(name.strip(" \t") for name in match[1].split(","))
            self._line(f"{lead}table{{{types}}}", match.end(2))
            self._rows(item, indent, depth)
        else:
            self._line(lead + self.inline.write(item, indent), item.end)

    def _nested(self, item: Place, lead: str, indent: int, depth: int) -> None:
        first = item.inside()[0]
        between = self.text[item.key_end : first.key_at]
        behind_dash = lead.endswith("- ") and item.kind != "lines" and not between.strip(" \t\n")
        if behind_dash:
            self.done = self.page.line_start(first.key_at)
            self._block(item, indent + INDENT, depth + 1, lead)
        else:
            self._line(lead.rstrip(" "), item.key_end)
            self._block(item, indent + INDENT, depth + 1, None)

    def _text_block(self, item: Place, lead: str, indent: int) -> None:
        mark = _MARK.match(self.text, item.at)
        assert mark is not None  # noqa: S101  # the parser found a text block here
        self._line(lead + mark[0], mark.end())
        level = self.page.column(item.key_at)
        body, self.done, _ = take_lines(self.text, self.done, level)
        margin = " " * (indent + INDENT)
        self.lines.extend(margin + line if line else "" for line in body)

    def _named(self, item: Place, start: str, indent: int, depth: int) -> None:
        match = NAMED.match(self.text, item.key_at)
        assert match is not None  # noqa: S101  # the parser found a table here
        columns = ", ".join(name.strip(" \t") for name in match[2].split(","))
        header = f"{start}{match[1]} |{columns}|"
        rows = item.inside()
        if rows and self.page.line_start(rows[0].at) == self.page.line_start(item.key_at):
            self._line(f"{header} {self.inline.row(rows[0])}", rows[0].end)
            return
        self._line(header, item.key_end)
        self._rows(item, indent, depth)

    def _rows(self, table: Place, indent: int, depth: int) -> None:
        for number, row in enumerate(table.inside()):
            if number == 0:
                self.open[depth + 1 :] = [(self.page.column(row.at), indent + INDENT)]
            self._gap(self.page.line_start(row.at), indent + INDENT, depth + 1, first=number == 0)
            self._line(" " * (indent + INDENT) + self.inline.row(row), row.end)

    def _line(self, line: str, end: int) -> None:
        """Write a line, with the comment that stands behind an offset on its old line."""
        line_end = self.page.line_end(end)
        comment = self.text[end:line_end].strip(" \t,")
        self.lines.append(f"{line}  {comment}" if comment else line)
        self.done = line_end + 1
