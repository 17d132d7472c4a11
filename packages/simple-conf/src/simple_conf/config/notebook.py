"""Configs and differences as HTML, for notebooks."""

from __future__ import annotations

from simple_conf.errors import ConfError
from simple_conf.html_text import BLOCK, COLORS, FAINT, KEY, div, escaped, span
from simple_conf.tree.export import Exporter
from simple_conf.tree.location import origin_in
from simple_conf.tree.node import MARKER, ListNode, MappingNode, Overlaid, raw_items
from simple_conf.values import MASK, repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.origin.origin import Origin
    from simple_conf.tree.node import Key, Node

ROWS = 200
"""Maximum number of rows of a config that are shown."""
INLINE = 60  # characters of a list that is shown on one line


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
            return div(f"{name} {value_html(value)}")
        body = div(rows, "margin-left:1.4em")
        return f'<details open><summary style="cursor:pointer">{name}</summary>{body}</details>'


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


def value_html(value: Any) -> str:
    """Return a value as HTML, in the words of config files and in the colour of its kind."""
    if isinstance(value, str) and value in (MASK, MARKER):
        return span(escaped(str(value)), f"color:{COLORS['bad']}")
    if isinstance(value, str):
        return span(escaped(value) if value else '""', f"color:{COLORS['text']}")
    if value is None or isinstance(value, bool):
        word = {None: "null", True: "true", False: "false"}[value]
        return span(word, f"color:{COLORS['word']}")
    style = f"color:{COLORS['number']}" if isinstance(value, (int, float)) else ""
    return span(escaped(repr_of(value)), style)


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
            color = COLORS["bad"] if sign == "-" else COLORS["good"]
            mark = span(sign, f"color:{color};font-weight:700")
            cells[sign] = span(f"{mark} {value_html(value)}", "", str(origin or ""))
        tds = "".join(
            f'<td style="text-align:left;padding:2px 12px 2px 0">{cell}</td>'
            for cell in (span(escaped(path), KEY), cells["-"], cells["+"])
        )
        rows.append(f"<tr>{tds}</tr>")
    head = "".join(
        f'<th style="text-align:left;padding:2px 12px 2px 0;{FAINT}">{name}</th>'
        for name in ("path", "before", "after")
    )
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return div(f'<table style="border-collapse:collapse">{body}</table>', BLOCK)
