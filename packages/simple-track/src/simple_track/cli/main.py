"""The entry point: reads the arguments, runs one command, and turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from simple_track.__about__ import __version__
from simple_track.cli import diff, doctor, export, gc, ls, pack, plot, query, show, tail
from simple_track.cli.editing import archive, note, rename, rm, tag
from simple_track.cli.terminal import Terminal, safe
from simple_track.cli.versioning import artifact_command, lineage_command, registry_command
from simple_track.errors import QueryError, TrackError, TrackWarning, UnreadableWarning, WhereError
from simple_track.settings import DIR_VARIABLE, current_layout

RUNS = (ls, show, plot, diff, tail, query, tag, rename, note, archive, rm, export, pack)
COMMANDS = (*RUNS, artifact_command, registry_command, lineage_command, gc, doctor)
LISTS = ("runs", "metrics", "words")
"""The arguments of commands that may be repeated."""
LAST = "text"
"""The argument of commands that may be left out."""
DESCRIPTION = "Look at, compare, query, edit, export and repair what runs have logged."
CODES = """exit codes: 0 done · 1 it failed, or there is something to report · 2 the command line is wrong"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The arguments; those of the process by default.

    Returns:
        0 when done, 1 when it failed or found something wrong, 2 when the arguments are wrong.
    """
    parser = _parser()
    try:
        args = _parsed(parser, _joined(sys.argv[1:] if argv is None else argv))
    except SystemExit as stop:  # argparse has printed what is wrong, or the help
        return int(stop.code or 0)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no braille shows "?"
    if args.command is None:
        parser.print_help()
        return 0
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    if sys.stdout is None:  # closed by the shell: >&-
        sys.stderr.write(f"simple-track {args.command}: there is no standard output to write to\n")
        return 1
    try:
        _require_store(args.dir or os.environ.get(DIR_VARIABLE))
        terminal = Terminal(json=args.json)
        with warnings.catch_warnings():
            warnings.simplefilter("always", TrackWarning)
            warnings.showwarning = partial(_report, terminal, args.command, warnings.showwarning)
            code = int(args.run(args, terminal))
        sys.stdout.flush()
        if terminal.unreadable:
            code = code or 1
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the shell's next line does not begin behind ^C
        return 130
    except (WhereError, QueryError) as error:  # what was asked cannot be read
        sys.stderr.write(f"simple-track {args.command}: {safe(str(error))}\n")
        return 2
    except (TrackError, OSError) as error:
        sys.stderr.write(f"simple-track {args.command}: {safe(str(error))}\n")
        return 1
    except Exception as error:  # of another library, or a fault of ours
        if os.environ.get("SIMPLE_TRACK_TRACEBACK"):
            raise
        said = safe(f"{type(error).__name__}: {error}")
        sys.stderr.write(f"simple-track {args.command}: {said}; see where with SIMPLE_TRACK_TRACEBACK=1\n")
        return 1
    return code


def _parsed(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; those of a list, or an optional last one, may also come after options.

    So in `tag last --remove old new` and `note last --append text`. argparse takes them as left out when the
    arguments before the options are complete.
    """
    args, rest = parser.parse_known_args(argv)
    if len(rest) == 1 and not rest[0].startswith("-") and getattr(args, LAST, ...) is None:
        setattr(args, LAST, rest.pop())
    lists = [name for name in LISTS if isinstance(getattr(args, name, None), list)]
    if rest and (not lists or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    for name in lists:
        getattr(args, name).extend(rest)
    return args


def _report(
    terminal: Terminal, command: str, show: Callable[..., None], warning: Warning | str, *rest: Any
) -> None:
    """Print a warning as a command prints its errors."""
    if isinstance(warning, UnreadableWarning):
        terminal.leave_out(warning.where, warning.reason)
    elif isinstance(warning, TrackWarning):
        terminal.complain(f"simple-track {command}: {warning}")
    else:
        show(warning, *rest)


def _joined(argv: Sequence[str]) -> list[str]:
    """The arguments, with `--order -field` as `--order=-field`: else the field is taken for an option."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] == "--order":
            joined[-1] = f"--order={word}"
        else:
            joined.append(word)
    return joined


def _require_store(named: str | Path | None) -> None:
    """A store that is named has to be there; the default one may not have been made yet."""
    if named is not None and not current_layout(named).root.is_dir():
        raise FileNotFoundError(f"{named}: no such folder; name the store with --dir or {DIR_VARIABLE}")


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "simple-track", description=DESCRIPTION, epilog=CODES, formatter_class=raw
    )
    parser.add_argument("--version", action="version", version=f"simple-track {__version__}")
    parser.set_defaults(json=False, dir=None)
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    for place in (parser, shared):  # before the command, or behind it
        place.add_argument("--json", action="store_true", help="print JSON", default=argparse.SUPPRESS)
        place.add_argument(
            "--dir",
            type=Path,
            metavar="PATH",
            help=f"the store; default: ${DIR_VARIABLE}, or .simple here",
            default=argparse.SUPPRESS,
        )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        summary, _, example = (command.__doc__ or "").partition("\n\n")
        one = commands.add_parser(
            command.NAME,
            help=summary.rstrip("."),
            description=summary,
            epilog="examples:\n" + textwrap.indent(example.strip(), "  "),
            formatter_class=raw,
            parents=[shared],
        )
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return parser
