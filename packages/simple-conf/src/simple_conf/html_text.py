"""HTML for notebooks: escaped text with inline styles, which suit light and dark pages."""

from __future__ import annotations

LONGEST = 300  # characters of a value that are shown

BLOCK = (
    "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px;line-height:1.5;"
    "overflow-wrap:anywhere"
)
FAINT = "opacity:.65"
KEY = "font-weight:600"
COLORS = {"text": "#1f7a34", "number": "#2563c4", "word": "#965200", "bad": "#c62a26", "good": "#1f7a34"}


def colored(kind: str) -> str:
    """Return the CSS of a colour: mixed with that of the text around, it suits light and dark pages.

    Browsers that cannot mix colours take the first of the two.
    """
    return f"color:{COLORS[kind]};color:color-mix(in srgb,{COLORS[kind]} 68%,currentColor)"


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
        lines = "\n".join([span(escaped(head), KEY), *map(line_html, rest)])
        blocks.append(div(lines, "white-space:pre-wrap;margin:4px 0"))
    style = f"{BLOCK};border-left:3px solid {COLORS['bad']};padding:2px 10px"
    return div("".join(blocks), style)


def line_html(line: str) -> str:
    """Return a line below the first one of an error: of the excerpt, with the caret, or the hint."""
    text = escaped(line)
    margin, bar, code = text.partition("| ")
    if bar and not margin.strip(" 0123456789"):
        if code.strip() == "^":
            code = span(code, f"{colored('bad')};font-weight:700")
        return span(margin + bar, FAINT) + code
    if text.strip() == "^":
        return span(text, f"{colored('bad')};font-weight:700")
    if text.startswith("  hint:"):
        return span("  hint:", f"{colored('number')};font-weight:600") + text.removeprefix("  hint:")
    return text
