"""HTML for notebooks: escaped text with inline styles, which suit light and dark pages."""

from __future__ import annotations

LONGEST = 300  # characters of a value that are shown

BLOCK = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px;line-height:1.5"
FAINT = "opacity:.6"
KEY = "font-weight:600"
COLORS = {"text": "#2e8540", "number": "#2f6fd0", "word": "#a05a00", "bad": "#d1342f", "good": "#2e8540"}
"""Colours with enough contrast on white and on dark grey."""


def escaped(text: str) -> str:
    """Return text as HTML, a long one cut, with line ends and control characters shown."""
    from html import escape  # only where something is shown

    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    visible = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in short)
    return escape(visible)


def span(html: str, style: str = "", title: str = "") -> str:
    """Return HTML in a span.

    Args:
        html: The HTML inside.
        style: Its CSS.
        title: What shows when the mouse is over it, as plain text.
    """
    attributes = f' style="{style}"' if style else ""
    if title:
        attributes += f' title="{escaped(title)}"'
    return f"<span{attributes}>{html}</span>"


def div(html: str, style: str = "") -> str:
    """Return HTML in a block of its own line."""
    return f'<div style="{style}">{html}</div>' if style else f"<div>{html}</div>"


def error_html(parts: list[str]) -> str:
    """Return the texts of errors, each with its excerpt and its hint below the first line, as one block.

    Args:
        parts: The texts, as `str` gives them.
    """
    blocks = []
    for part in parts:
        head, *rest = part.split("\n")
        lines = [span(escaped(head), KEY)]
        for line in rest:
            text = escaped(line)
            if line.lstrip(" 0123456789|").startswith("^"):
                text = span(text, f"color:{COLORS['bad']};font-weight:700")
            lines.append(text)
        blocks.append(div("\n".join(lines), "white-space:pre-wrap;margin:4px 0"))
    style = f"{BLOCK};border-left:3px solid {COLORS['bad']};padding:2px 10px"
    return div("".join(blocks), style)
