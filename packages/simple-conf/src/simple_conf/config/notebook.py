"""Configs and differences as HTML, for notebooks."""

from __future__ import annotations

from contextlib import suppress

from simple_conf.errors import ConfError, UnwritableError
from simple_conf.html_text import BLOCK, FAINT, KEY, colored, div, escaped, span
from simple_conf.tree.export import Exporter
from simple_conf.tree.location import origin_in
from simple_conf.tree.node import MARKER, ListNode, MappingNode, Overlaid, raw_items
from simple_conf.tree.number_text import number_in
from simple_conf.values import MASK, repr_of
from simple_conf.written import KINDS, WRITTEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.origin.origin import Origin
    from simple_conf.tree.node import Key, Node

ROWS = 200
"""Maximum number of rows of a config that are shown."""
INLINE = 60  # characters of a list that is shown on one line
INDENT = "1.1em"
"""The width of the triangle that browsers draw before a section."""
CELL = "text-align:left;vertical-align:top;padding:2px 16px 2px 0;font:inherit"


class Outline:
    """Writes the rows of a config, up to a maximum.

    Attributes:
        left: How many rows may still be written.
        skipped: How many were not.
    """

    __slots__ = ("left", "skipped")

    def __init__(self) -> None:
        self.left = ROWS
        self.skipped = 0

    def mapping(self, node: MappingNode, plain: dict[str, Any]) -> str:
        """Return the rows of a mapping, given its plain data."""
        return "".join(self.row(node, key, f"{key}", value) for key, value in plain.items())

    def row(self, node: Node, key: Key, label: str, value: Any) -> str:
        """Return the row of one value, and of all in it below it."""
        if self.left <= 0:
            self.skipped += 1
            return ""
        self.left -= 1
        name = span(f"{escaped(label)}:", KEY, where(node, key))
        inner = inside(node, key)
        if isinstance(inner, MappingNode) and isinstance(value, dict) and value:
            rows = self.mapping(inner, value)
        elif isinstance(value, list) and len(repr_of(value)) > INLINE and isinstance(inner, ListNode):
            rows = "".join(self.row(inner, at, f"[{at}]", item) for at, item in enumerate(value))
        else:
            return div(f"{name} {value_html(value, node, key)}", f"padding-left:{INDENT}")
        summary = f'<summary style="cursor:pointer">{name}</summary>'
        return f"<details open>{summary}{div(rows, f'margin-left:{INDENT}')}</details>"


def config_html(node: MappingNode) -> str:
    """Return a config as HTML: its values as written, secrets masked, the origin of each on its key."""
    outline = Outline()
    rows = outline.mapping(node, Exporter(resolve=False, lenient=True).run(node))
    more = div(f"… {outline.skipped} more", FAINT) if outline.skipped else ""
    return div((rows or span("(empty)", FAINT)) + more, BLOCK)


def inside(node: Node, key: Key) -> Any:
    """Return what a node holds under a key as written; of keys on top of a reference, the keys."""
    if isinstance(node, MappingNode):
        found = node.__raw__.get(str(key))
    else:
        values = raw_items(node)
        found = values[int(key)] if int(key) < len(values) else None
    return found.overrides if type(found) is Overlaid else found


def where(node: Node, key: Key) -> str:
    """Return the origin of a value as text, or an empty text where it is not known."""
    try:
        return str(origin_in(node, key))
    except (ConfError, LookupError, TypeError):
        return ""


def value_html(value: Any, node: Node | None = None, key: Key = "", within: bool = False) -> str:
    """Return a value as HTML, in the words of SDN, the leaves in the colours of their kinds.

    Args:
        value: The value, plain.
        node: The mapping or list that holds it, if there is one: a number is shown as it was written.
        key: Its key or index there.
        within: Whether it is in a list or mapping on the same line.
    """
    inner = None if node is None else inside(node, key)
    held = inner if isinstance(inner, (MappingNode, ListNode)) else None
    if isinstance(value, list):
        items = [value_html(item, held, at, True) for at, item in enumerate(value)]
        return f"[{', '.join(items)}]"
    if isinstance(value, dict):
        pairs = [f"{escaped(str(name))}: {value_html(v, held, name, True)}" for name, v in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if value is None or isinstance(value, bool):
        word = {None: "null", True: "true", False: "false"}[value]
        return span(word, colored("word"))
    if isinstance(value, str):
        marked = value in (MASK, MARKER)
        return span(
            escaped(value if marked else text_in_sdn(value, within)), colored("bad" if marked else "text")
        )
    if isinstance(value, (int, float)):
        return span(escaped(number_text(value, node, key)), colored("number"))
    return escaped(repr_of(value))


def text_in_sdn(text: str, within: bool) -> str:
    """Return a text as SDN has it: in quotes where it would be read as something else."""
    from simple_conf.sdn.quoting import inline_text, line_text

    try:
        return inline_text(text) if within else line_text(text)
    except UnwritableError:
        return text


def number_text(value: float, node: Node | None, key: Key) -> str:
    """Return a number as it was written where that is known."""
    if node is not None and type(value) in KINDS:
        with suppress(ConfError, LookupError):
            found = number_in(node, key, value)
            if isinstance(found, WRITTEN) and found.text is not None:
                return found.text
    return repr_of(value)


def diff_html(changes: list[tuple[str, list[tuple[str, Any, Origin | None]]]]) -> str:
    """Return differences as an HTML table.

    Args:
        changes: The path of each, with a sign (``-`` or ``+``), a value and its origin for each side.
    """
    if not changes:
        return div(span("(no differences)", FAINT), BLOCK)
    rows = []
    for path, sides in changes:
        cells = {"-": "", "+": ""}
        for sign, value, origin in sides:
            mark = span(sign, f"{colored('bad' if sign == '-' else 'good')};font-weight:700")
            cells[sign] = span(f"{mark} {value_html(value)}", "", str(origin or ""))
        tds = "".join(
            f'<td style="{CELL}">{cell}</td>' for cell in (span(escaped(path), KEY), cells["-"], cells["+"])
        )
        rows.append(f"<tr>{tds}</tr>")
    head = "".join(f'<th style="{CELL};{FAINT}">{name}</th>' for name in ("path", "before", "after"))
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return div(f'<table style="border-collapse:collapse;font:inherit;color:inherit">{body}</table>', BLOCK)
