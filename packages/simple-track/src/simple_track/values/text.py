"""Text, kept as UTF-8 files."""

from __future__ import annotations

from typing import ClassVar, Self

import attrs

from simple_track.values.checks import must_be_text
from simple_track.values.notebook.media_html import text
from simple_track.values.value import Body, Value, ValueFolder


@attrs.frozen
class Text(Value):
    """A text of any length, such as a sample of what a model wrote.

    Args:
        text: The text.
    """

    kind: ClassVar[str] = "text"
    text: str = attrs.field(validator=must_be_text)

    def _repr_html_(self) -> str:
        return text(self.text)

    def write(self, folder: ValueFolder) -> Body:
        """One UTF-8 file."""
        return folder.save(self.text.encode("utf-8", "surrogatepass"), "text", ".txt")

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The text from its file."""
        return cls(folder.load(body).decode("utf-8", "surrogatepass"))
