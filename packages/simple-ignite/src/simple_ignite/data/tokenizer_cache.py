"""The files of a tokenizer, read in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from simple_ignite.data.files.background_read import BackgroundRead, ReadInBackground, Report
from simple_ignite.data.files.file_memory import read_into
from simple_ignite.data.files.file_stamp import FileStamp, open_file
from simple_ignite.data.vocabulary import parse_merges, parse_vocab

__all__ = ["TokenizerCache"]

CHUNK = 1 << 20  # bytes read at once


class TokenizerCache(ReadInBackground["Loaded"]):
    """A vocabulary, and perhaps merges, that a daemon thread reads while the program goes on.

    Args:
        vocab_path: An object of JSON (`.json`) with each token's number, else a text file with one token a
            line, numbered from 0.
        merges_path: A text file with two tokens a line, with one space between them; a first line that
            begins with `#version` is skipped. Default: none.

    Raises:
        CacheFileNotFoundError: If a file does not exist.
        CacheError: If one is no regular file.
    """

    def __init__(self, vocab_path: str | Path, merges_path: str | Path | None = None) -> None:
        self.vocab_path = Path(vocab_path)
        self.merges_path = None if merges_path is None else Path(merges_path)
        FileStamp.of_path(self.vocab_path)
        if self.merges_path is not None:
            FileStamp.of_path(self.merges_path)
        self._background = BackgroundRead(Load(self.vocab_path, self.merges_path), self.vocab_path)

    @property
    def vocab(self) -> dict[str, int]:
        """Each token's number; waits until it is read, and raises as `wait_ready`."""
        return self._background.wait().vocab

    @property
    def merges(self) -> list[tuple[str, str]]:
        """The pairs in order, if there is a merges file; waits for them, and raises as `wait_ready`."""
        return self._background.wait().merges

    @property
    def progress(self) -> float:
        """The part that has been read, from 0.0 to 1.0."""
        return self._background.progress()

    def is_ready(self) -> bool:
        """Return whether the files have been read."""
        return self._background.is_ready()

    def wait_ready(self, timeout: float | None = None) -> TokenizerCache:
        """Return this object, once the files have been read.

        Args:
            timeout: The most seconds to wait. Default: no limit.

        Raises:
            FileNotReadyError: If they have not been read by then; it is a TimeoutError.
            CacheError: If one cannot be read, is not valid, or this object was closed.
        """
        self._background.wait(timeout)
        return self

    def close(self) -> None:
        """Stop reading, and let the contents go."""
        self._background.close()

    def __reduce__(self) -> tuple[Callable[..., TokenizerCache], tuple[Any, ...]]:
        return TokenizerCache, (self.vocab_path, self.merges_path)


class Loaded(NamedTuple):
    """What the files hold."""

    vocab: dict[str, int]
    merges: list[tuple[str, str]]


class Load:
    """Reads a tokenizer's files.

    Args:
        vocab: The vocabulary's path.
        merges: The merges' path, or None.
    """

    def __init__(self, vocab: Path, merges: Path | None) -> None:
        self.vocab = vocab
        self.merges = merges

    def __call__(self, report: Report) -> Loaded:
        """Read them."""
        share = 1.0 if self.merges is None else 0.5
        vocab = parse_vocab(_read(self.vocab, lambda done: report(done * share)), self.vocab)
        if self.merges is None:
            return Loaded(vocab, [])
        return Loaded(
            vocab, parse_merges(_read(self.merges, lambda done: report(0.5 + done / 2)), self.merges)
        )


def _read(path: Path, report: Report) -> bytearray:
    file, stamp = open_file(path)
    content = bytearray(stamp.size)
    with file:
        for start in range(0, stamp.size, CHUNK):
            report(start / stamp.size)
            read_into(file, memoryview(content)[start : start + CHUNK], start, path)
    return content
