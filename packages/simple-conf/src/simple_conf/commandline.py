"""A script's command line: ``python train.py [FILE] [overrides…]``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH100, PTH110, PTH117, PTH118, PTH120

from __future__ import annotations

import os
import sys

from simple_conf import compose, override
from simple_conf.diagnosis import validate
from simple_conf.errors import ConfError
from simple_conf.formats.reading import READERS
from simple_conf.merge import merge
from simple_conf.node import grow
from simple_conf.origin import NamedLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from simple_conf.config import Config

    T = TypeVar("T")
    R = TypeVar("R")

USAGE = 2
INTERRUPTED = 130


def main(
    schema: type[T], config: str | os.PathLike[str] | None = None
) -> Callable[[Callable[[T], R]], Callable[[], R]]:
    """Make a function the script's entry: it gets the config as an object of ``schema``.

    ``@Conf.main(AppCfg, config="config/train.sdn")`` above ``def main(cfg: AppCfg)``; call ``main()`` without
    arguments. The command line is an optional config file and overrides such as ``train.lr=0.1``.
    A mistake in them or in the file prints one message and exits 2.

    Args:
        schema: What the config must look like.
        config: The config file when none is given on the command line: relative to the working directory, or
            to the script where it is not found there.

    Returns:
        A decorator; the function it makes takes no arguments.
    """

    def decorate(function: Callable[[T], R]) -> Callable[[], R]:
        def run() -> R:
            folder = os.path.dirname(os.path.abspath(function.__code__.co_filename))
            try:
                cfg = cli(schema, sys.argv[1:], config=config, folder=folder)
            except ConfError as failure:
                print(failure, file=sys.stderr)
                raise SystemExit(USAGE) from None
            try:
                return function(cfg)
            except KeyboardInterrupt:
                print("interrupted", file=sys.stderr)
                raise SystemExit(INTERRUPTED) from None

        run.__name__ = function.__name__
        run.__doc__ = function.__doc__
        return run

    return decorate


def cli(
    schema: type[T],
    argv: Sequence[str] | None = None,
    *,
    config: str | os.PathLike[str] | None = None,
    folder: str | None = None,
) -> T:
    """Return the config that a command line asks for, as an object of ``schema``.

    Args:
        schema: What the config must look like.
        argv: The words after the script's name; by default those of this process.
        config: The config file when ``argv`` names none.
        folder: Where to look for ``config`` when it is not in the working directory.

    Raises:
        ConfError: The file, an override or a value is wrong; the message names the place.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    return validate(schema, gathered(words, config, folder))


def gathered(words: list[str], config: str | os.PathLike[str] | None, folder: str | None) -> Config:
    """Return the config file with the overrides over it."""
    name = words.pop(0) if words and is_file_word(words[0]) else found(config, folder)
    base = compose.load(name) if name is not None else grow({}, NamedLayer("code", "defaults"))
    return merge([base, override.parse_dotlist(words, compose.load)])


def is_file_word(word: str) -> bool:
    """Return whether a command-line word names a config file rather than an override."""
    if word.startswith(("~", "+", "@", "-")) or "=" in word:
        return False
    return word.lower().endswith(tuple(READERS)) or os.path.exists(word)


def found(config: str | os.PathLike[str] | None, folder: str | None) -> str | None:
    """Return the default config file: in the working directory, else beside the script."""
    if config is None:
        return None
    name = os.fspath(config)
    if folder is None or os.path.isabs(name) or os.path.exists(name):
        return name
    beside = os.path.join(folder, name)
    return beside if os.path.exists(beside) else name
