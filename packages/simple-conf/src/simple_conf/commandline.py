"""A script's command line: ``python train.py [FILE] [overrides…]``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH100, PTH110, PTH117, PTH118, PTH119, PTH120

from __future__ import annotations

import os
import sys

from simple_conf import compose, groups, override
from simple_conf.diagnosis import validate
from simple_conf.errors import ConfError, OverrideError
from simple_conf.formats.reading import READERS
from simple_conf.merge import merge
from simple_conf.node import grow
from simple_conf.origin import NamedLayer
from simple_conf.secrets import hide
from simple_conf.suggestion import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from simple_conf.config import Config

    T = TypeVar("T")
    R = TypeVar("R")

OPTIONS = ["--help", "--show", "--check", "--completion"]
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
            script = home(function)
            try:
                answer = option(schema, sys.argv[1:], config, script, function.__doc__ or "")
                cfg = (
                    None if answer is not None else cli(schema, config=config, folder=os.path.dirname(script))
                )
            except ConfError as failure:
                print(failure, file=sys.stderr)
                raise SystemExit(USAGE) from None
            if cfg is None:
                show(str(answer))
                raise SystemExit(0)
            try:
                return function(cfg)
            except KeyboardInterrupt:
                print("interrupted", file=sys.stderr)
                raise SystemExit(INTERRUPTED) from None

        run.__name__ = function.__name__
        run.__doc__ = function.__doc__
        return run

    return decorate


def home(function: Callable[..., object]) -> str:
    """Return the file of the script that a function is the entry of."""
    module = sys.modules.get(function.__module__)
    return os.path.abspath(getattr(module, "__file__", None) or sys.argv[0])


def option(
    schema: Any, argv: Sequence[str], config: str | os.PathLike[str] | None, script: str, about: str
) -> str | None:
    """Return what ``--help``, ``--show``, ``--check`` or ``--completion`` print, or None without one of them.

    Raises:
        ConfError: The config is wrong, or there is no such option.
    """
    asked = [word for word in argv if word.startswith("-") and word != "-"]
    if not asked:
        return None
    words = [word for word in argv if word not in asked]
    if "=" in asked[0] and not asked[0].startswith("--completion="):
        override.read_override(asked[0])
    program, folder = os.path.basename(script), os.path.dirname(script)
    if asked[0] in ("--help", "-h"):
        return help_page(program, schema, words, config, folder, about)
    if asked[0].startswith("--completion"):
        from simple_conf.completion import script as completion

        shell = asked[0].partition("=")[2] or (words[0] if words else "")
        return completion(shell, program, schema)
    cfg = gathered(words, config, folder)
    if asked[0] == "--show":
        from simple_conf.annotated import annotate

        hide(cfg, schema)
        return annotate(cfg).rstrip()
    if asked[0] == "--check":
        validate(schema, cfg)
        return "the config is fine"
    close = closest(asked[0], OPTIONS)
    raise OverrideError(
        f"there is no option {asked[0]}",
        hint=f"did you mean {close}?" if close else f"known: {', '.join(OPTIONS)}",
    )


def show(text: str) -> None:
    """Print to standard output, whose reader may have gone, or may not know every letter."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def help_page(
    program: str,
    schema: Any,
    words: list[str],
    config: str | os.PathLike[str] | None,
    folder: str,
    about: str,
) -> str:
    """Return the help page, with the present config where it can be read."""
    from simple_conf.usage import page

    try:
        return page(program, schema, gathered(words, config, folder), None, about)
    except ConfError as failure:
        return page(program, schema, None, failure, about)


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
    if name is not None:
        return groups.load(name, words)
    return merge([grow({}, NamedLayer("code", "defaults")), override.parse_dotlist(words, compose.load)])


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
