"""Files of values inside HTML: pictures with what is drawn over them, sound, films and documents."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from simple_track.html_table import Markup, html_text

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that are put into a notebook; of a larger one only the size is shown."""


def picture(png: bytes, caption: str = "", overlay: str = "") -> Markup:
    """A picture of PNG under a caption, and over it an SVG of the same proportions.

    Args:
        png: The file.
        caption: A line of text.
        overlay: SVG, or nothing.
    """
    image = _file("<img style='max-width:100%' src='{}'>", "image/png", png)
    if overlay:
        image = f"<div style='position:relative;display:inline-block'>{image}{overlay}</div>"
    return captioned(image, caption)


def sound(wav: bytes, caption: str = "") -> Markup:
    """A player of a WAV file under a caption."""
    return captioned(_file("<audio controls src='{}'></audio>", "audio/wav", wav), caption)


def film(mp4: bytes, caption: str = "") -> Markup:
    """A player of an MP4 file under a caption."""
    return captioned(
        _file("<video controls loop style='max-width:100%' src='{}'></video>", "video/mp4", mp4), caption
    )


def document(html: str) -> Markup:
    """A document in a frame of its own, in which no script runs and nothing of the page is reached."""
    from html import escape

    frame = "<iframe sandbox='' style='width:100%;height:20em;border:1px solid #ccc' srcdoc=\"{}\"></iframe>"
    return Markup(frame.format(escape(html)))


def text(content: str) -> Markup:
    """A text with its line breaks."""
    from html import escape

    return Markup(f"<pre style='white-space:pre-wrap'>{escape(content)}</pre>")


def boxes_svg(width: int, height: int, boxes: Iterable[tuple[float, float, float, float, str]]) -> str:
    """Rectangles with labels, to be laid over a picture.

    Args:
        width: Of the picture, in pixels.
        height: Likewise.
        boxes: x0, y0, x1, y1 in pixels, and the label.
    """
    size = max(width, height) / 30
    shapes = [
        f"<rect x='{x0:g}' y='{y0:g}' width='{x1 - x0:g}' height='{y1 - y0:g}' fill='none' stroke='#e6194b' "
        f"stroke-width='{size / 8:g}'/><text x='{x0:g}' y='{max(y0 - size / 4, size):g}' fill='#e6194b' "
        f"font-size='{size:g}'>{html_text(label)}</text>"
        for x0, y0, x1, y1, label in boxes
    ]
    style = "position:absolute;left:0;top:0;width:100%;height:100%"
    return f"<svg style='{style}' viewBox='0 0 {width} {height}'>{''.join(shapes)}</svg>" if shapes else ""


def side_by_side(shown: Iterable[str]) -> Markup:
    """Pieces of HTML beside each other, as many as fit on a line."""
    return Markup(f"<div style='display:flex;flex-wrap:wrap;gap:8px'>{''.join(shown)}</div>")


def captioned(html: str, caption: str) -> Markup:
    """HTML above a line of text."""
    line = f"<figcaption>{html_text(caption)}</figcaption>" if caption else ""
    return Markup(f"<figure style='margin:0'>{html}{line}</figure>")


def _file(tag: str, kind: str, data: bytes) -> str:
    if len(data) > LARGEST:
        return f"<em>{len(data) / 1e6:.0f} MB of {kind}, too large to show here</em>"
    return tag.format(f"data:{kind};base64,{b64encode(data).decode()}")
