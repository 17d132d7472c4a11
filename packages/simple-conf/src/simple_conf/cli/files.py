"""The files of a command: a name, or `-` for standard input and output."""

from __future__ import annotations

import sys

from simple_conf.sdn import SdnDocument
from simple_conf.source import MAX_CHARACTERS, Source, read_source, source_from_bytes

STDIN = "<stdin>"


def source(name: str) -> Source:
    """Read the text of a file, or of standard input."""
    if name != "-":
        return read_source(name)
    return source_from_bytes(sys.stdin.buffer.read(MAX_CHARACTERS + 1), STDIN)


def document(name: str) -> SdnDocument:
    """Read a document to edit from a file, or from standard input."""
    if name != "-":
        return SdnDocument.read(name)
    data = sys.stdin.buffer.read(MAX_CHARACTERS + 1)
    source_from_bytes(data, STDIN)  # its errors name the byte
    return SdnDocument(data.decode(), name=STDIN)


def save(edited: SdnDocument, name: str) -> None:
    """Write an edited document to its file, or to standard output if it came from standard input."""
    if name == "-":
        sys.stdout.write(edited.text)
    else:
        edited.save(name)
