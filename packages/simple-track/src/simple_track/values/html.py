"""HTML documents, kept as they are given."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

import attrs

from simple_track.values.checks import must_be_text
from simple_track.values.notebook.media_html import document
from simple_track.values.value import Body, Value, ValueFolder


def _read(source: str | Path) -> str:
    return source.read_text("utf-8") if isinstance(source, Path) else source


@attrs.frozen
class Html(Value):
    """An HTML document or fragment. Viewers show it only in a sandboxed frame.

    Args:
        html: The document, or the path of its file as a `pathlib.Path`.
    """

    kind: ClassVar[str] = "html"
    html: str = attrs.field(converter=_read, validator=must_be_text)

    def _repr_html_(self) -> str:
        return document(self.html)

    def write(self, folder: ValueFolder) -> Body:
        """One UTF-8 file."""
        return folder.save(self.html.encode("utf-8", "surrogatepass"), "html", ".html")

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The document from its file."""
        return cls(folder.load(body).decode("utf-8", "surrogatepass"))
