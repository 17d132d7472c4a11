"""The files of a tokenizer, as their formats say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simple_ignite.errors import CacheError

__all__ = ["parse_merges", "parse_vocab"]


def parse_vocab(content: bytes | bytearray, path: Path) -> dict[str, int]:
    """Return each token's number: from an object of JSON, or from the lines of another file, from 0 on.

    Raises:
        CacheError: If the file is not valid, names a token twice, or has an empty line.
    """
    text = _decode(content, path)
    if path.suffix.lower() == ".json":
        return _parse_json(text, path)
    vocab: dict[str, int] = {}
    for number, token in enumerate(_lines(text)):
        if not token:
            raise CacheError(f"{path}:{number + 1}: is empty; expected a token in each line", path=path)
        if token in vocab:
            raise CacheError(
                f"{path}:{number + 1}: token {token!r} stands in line {vocab[token] + 1} already; "
                "remove one, since a token has one number",
                path=path,
            )
        vocab[token] = number
    return vocab


def parse_merges(content: bytes | bytearray, path: Path) -> list[tuple[str, str]]:
    """Return the pairs of a merges file, one a line, in order; a first line of `#version` is skipped.

    Raises:
        CacheError: If a line is no pair.
    """
    merges = []
    for number, line in enumerate(_lines(_decode(content, path)), 1):
        if not line or (number == 1 and line.startswith("#version")):
            continue
        left, _, right = line.partition(" ")
        if not left or not right or " " in right:
            raise CacheError(
                f"{path}:{number}: {line!r} is no pair; expected two tokens with one space between them",
                path=path,
            )
        merges.append((left, right))
    return merges


def _parse_json(text: str, path: Path) -> dict[str, int]:
    try:
        found = json.loads(text, object_pairs_hook=lambda pairs: _Pairs(pairs, path))
    except json.JSONDecodeError as error:
        raise CacheError(
            f"{path}:{error.lineno}:{error.colno}: is not valid JSON: {error.msg}", path=path
        ) from error
    if not isinstance(found, dict):
        raise CacheError(
            f"{path}: is {_kind(found)}; expected an object of tokens with their numbers", path=path
        )
    for token, number in found.items():
        if type(number) is not int:
            raise CacheError(
                f"{path}: token {token!r} has {_kind(number)} for a number; expected an object of tokens "
                "with their numbers, such as vocab.json (not a whole tokenizer.json)",
                path=path,
            )
    return dict(found)


class _Pairs(dict[str, Any]):
    """An object of JSON in which no key stands twice."""

    def __init__(self, pairs: list[tuple[str, Any]], path: Path) -> None:
        super().__init__(pairs)
        if len(self) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise CacheError(f"{path}: {twice!r} stands twice in an object; remove one", path=path)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", float: "a fraction"}
    return names.get(type(value), "null" if value is None else "a number")


def _decode(content: bytes | bytearray, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CacheError(
            f"{path}:{line}: is not UTF-8: {error.reason} at byte {error.start}", path=path
        ) from error


def _lines(text: str) -> list[str]:
    """Return the lines; only a line feed ends one, since tokens hold other kinds of space."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
