"""A script's command line: ``python train.py [FILE] [overrides…]``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH100, PTH109, PTH110, PTH117, PTH118, PTH119, PTH120

from __future__ import annotations

import os
import sys

from simple_conf.config.config import as_config
from simple_conf.error_block import print_error
from simple_conf.errors import ConfError
from simple_conf.formats.reading import PACKAGE, READERS, file_name, not_found
from simple_conf.keypath import parse_path
from simple_conf.origin.layers import NamedLayer
from simple_conf.schemas.defaults.default_layer import SchemaDefaults
from simple_conf.schemas.fields import keys_of
from simple_conf.schemas.secrets import marking_secrets, masked_error
from simple_conf.schemas.validation import validate
from simple_conf.script import completion, options
from simple_conf.script.help import page
from simple_conf.script.show import annotate
from simple_conf.sources import compose, dotlist, extends
from simple_conf.sources.environment import read_variables
from simple_conf.sources.groups import Group
from simple_conf.sources.override import merge_overrides
from simple_conf.tree.node import grow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.resources.abc import Traversable
    from typing import Any, TypeVar

    from simple_conf.config.config import Config

    File = str | os.PathLike[str] | Traversable
    T = TypeVar("T")
    R = TypeVar("R")

USAGE = 2
INTERRUPTED = 130
KERNELS = ("ipykernel_launcher.py", "colab_kernel_launcher.py")
NAMELESS = ("", "-c", "-m", "__main__.py")


def main(
    schema: type[T],
    config: File | None = None,
    env_prefix: str | None = None,
    ignore_unknown: bool = False,
) -> Callable[[Callable[[T], R]], Callable[[], R]]:
    """Make a function the script's entry: it gets the config as an object of ``schema``.

    ``@Conf.main(AppCfg, config="config/train.sdn")`` above ``def main(cfg: AppCfg)``; call ``main()`` without
    arguments. The command line is an optional config file and overrides such as ``train.lr=0.1``.
    A mistake in them or in the file prints one message and exits 2.

    Args:
        schema: What the config must look like.
        config: The config file when none is given on the command line: relative to the working directory, or
            to the script where it is not found there.
        env_prefix: What the names of environment variables begin with that override the file, below the
            command line, such as ``"APP_"``; see ``Conf.from_env``. Default: none are.
        ignore_unknown: Whether options of others, as a launcher's ``--local_rank=0``, are passed over.

    Returns:
        A decorator; the function it makes takes no arguments.

    Raises:
        TypeError: ``schema`` is a function: ``@Conf.main`` is used without its brackets.
    """
    if not isinstance(schema, type) and hasattr(schema, "__code__"):
        raise TypeError("Conf.main takes the schema: write @Conf.main(AppCfg) above the function")

    def decorate(function: Callable[[T], R]) -> Callable[[], R]:
        def run() -> R:
            script = home(function)
            words = options.without_unknown(sys.argv[1:]) if ignore_unknown else sys.argv[1:]
            try:
                cfg = parsed(schema, words, config, script, function.__doc__ or "", env_prefix)
            except ConfError as failure:
                print_error(failure, sys.stderr)
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


def home(function: Callable[..., object]) -> str:
    """Return the file of the script that a function is the entry of, by the name that it was started by."""
    module = sys.modules.get(function.__module__)
    folder, name = os.path.split(os.path.abspath(getattr(module, "__file__", None) or sys.argv[0]))
    started = os.path.basename(sys.argv[0])
    return os.path.join(folder, name if started in NAMELESS else started)


def parsed(
    schema: type[T],
    argv: Sequence[str],
    config: File | None,
    script: str,
    about: str,
    env_prefix: str | None = None,
) -> T:
    """Return the config that a command line asks for; print what an option asks for and exit.

    Raises:
        ConfError: The config is wrong, or there is no such option.
        SystemExit: What was asked for is printed.
    """
    folder = os.path.dirname(script)
    try:
        with marking_secrets(schema):
            asked = options.first_option(argv, schema)
            if asked is None:
                return validate(schema, gathered(schema, argv, config, folder, env_prefix))
            words = [word for word in argv if not options.is_option(word)]
            show(answer(asked, schema, words, config, script, about, env_prefix))
    except ConfError as failure:
        problem = masked_error(failure, schema, argv)
    else:
        raise SystemExit(0)
    raise problem  # here, so that what it may have shown of a secret is not its context


def answer(
    asked: str,
    schema: Any,
    words: list[str],
    config: File | None,
    script: str,
    about: str,
    env_prefix: str | None = None,
) -> str:
    """Return what ``--help``, ``--show``, ``--check`` or ``--completion`` print.

    Raises:
        ConfError: The config is wrong.
    """
    program, folder = os.path.basename(script), os.path.dirname(script)
    kind = options.name_of(asked)
    if kind == "--help":
        return help_page(program, schema, words, config, folder, about, env_prefix)
    if kind == "--completion":
        shell = asked.partition("=")[2] or (words[0] if words else "")
        return completion.script(shell, program, schema, groups_of(schema, [], config, folder))
    cfg = gathered(schema, words, config, folder, env_prefix)
    if kind == "--show":
        return annotate(cfg, schema).rstrip()
    validate(schema, cfg)
    return "the config is fine"


def groups_of(schema: Any, words: list[str], config: File | None, folder: str | None) -> list[Group]:
    """Return the keys of a schema that choose among files beside the config file."""
    name, overrides = split(words, config, folder)
    if name is None:
        return []
    return compose.listed(name, overrides, [parse_path(key) for key, _ in keys_of(schema)])


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
    config: File | None,
    folder: str,
    about: str,
    env_prefix: str | None = None,
) -> str:
    """Return the help page, with the present config where it can be read."""
    found = groups_of(schema, words, config, folder)
    try:
        return page(program, schema, gathered(schema, words, config, folder, env_prefix), None, about, found)
    except ConfError as failure:
        return page(program, schema, None, masked_error(failure, schema, words), about, found)


def cli(
    schema: type[T],
    argv: Sequence[str] | None = None,
    *,
    config: File | None = None,
    folder: str | None = None,
    env_prefix: str | None = None,
    ignore_unknown: bool = False,
) -> T:
    """Return the config that a command line asks for, as an object of ``schema``.

    ``--help``, ``--show``, ``--check`` and ``--completion`` print what they are for and exit.

    Args:
        schema: What the config must look like.
        argv: The words after the script's name; by default those of this process.
        config: The config file when ``argv`` names none.
        folder: Where to look for ``config`` when it is not in the working directory.
        env_prefix: What the names of environment variables begin with that override the file, below the
            command line; default: none are.
        ignore_unknown: Whether options of others, as a launcher's ``--local_rank=0``, are passed over.

    Raises:
        ConfError: The file, an override or a value is wrong; the message names the place.
        SystemExit: An option was given, and what it prints is printed.
    """
    if isinstance(argv, str):
        raise TypeError(f"a command line is a list of words such as ['train.lr=0.1'], not {argv!r}")
    words = own_arguments() if argv is None else list(argv)
    if ignore_unknown:
        words = options.without_unknown(words)
    program = os.path.basename(sys.argv[0]) or "script"
    return parsed(schema, words, config, os.path.join(folder or "", program), "", env_prefix)


def own_arguments() -> list[str]:
    """Return the words after the script's name; none in a notebook, whose kernel has arguments of its own."""
    launcher = os.path.basename(sys.argv[0]) if sys.argv else ""
    return [] if launcher in KERNELS else sys.argv[1:]


def gathered(
    schema: Any,
    words: Sequence[str],
    config: File | None,
    folder: str | None,
    env_prefix: str | None = None,
) -> Config:
    """Return the config file, environment variables and overrides over it, the schema's defaults below it."""
    name, overrides = split(words, config, folder)
    defaults = SchemaDefaults(schema)
    variables = read_variables(env_prefix) if env_prefix else []
    if name is not None:
        known = {str(parse_path(key)[0]) for key, _ in keys_of(schema)}
        return compose.load(name, overrides, defaults=defaults, environment=variables, known=known)
    nothing = grow({}, NamedLayer("command line", "no config file"))
    nothing.__tree__.defaults = defaults
    return as_config(merge_overrides(nothing, [*variables, *dotlist.read_patches(overrides, extends.load)]))


def split(words: Sequence[str], config: File | None, folder: str | None) -> tuple[str | None, list[str]]:
    """Return the config file that a command line is about, and the overrides; ``--`` is passed over."""
    words = [word for word in words if word != options.END]
    if words and is_file_word(words[0]):
        return words[0], list(words[1:])
    return found(config, folder), list(words)


def is_file_word(word: str) -> bool:
    """Return whether a command-line word names a config file rather than an override."""
    if word.startswith(("~", "+", "@", "-")) or "=" in word:
        return False
    return word.lower().endswith(tuple(READERS)) or os.path.exists(word)


def found(config: File | None, folder: str | None) -> str | None:
    """Return the default config file: in the working directory, else beside the script."""
    if config is None:
        return None
    name = file_name(config)
    whole = not isinstance(config, (str, os.PathLike)) or name.startswith(("~", PACKAGE))
    if whole or not folder or os.path.isabs(name) or os.path.exists(name):
        return name
    beside = os.path.join(folder, name)
    if not os.path.exists(beside) and os.path.abspath(folder) != os.getcwd():
        raise not_found(name, [name, beside])
    return beside if os.path.exists(beside) else name
