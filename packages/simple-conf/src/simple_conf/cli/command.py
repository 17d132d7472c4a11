"""The command line of the `sdn` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from simple_conf.__about__ import __version__
from simple_conf.cli import converting, editing, reading
from simple_conf.error_block import print_error
from simple_conf.errors import ConfError, KeyPathError

NO = 1
"""Exit status: a check failed, a path does not exist, or two documents differ."""

USAGE = 2
"""Exit status: the command is not valid, or a file cannot be read or written."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: the arguments after `sdn`; those of this process by default.

    Returns:
        The exit status: 0 for success, or `NO` or `USAGE`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except KeyPathError as error:
        print(f"sdn: {error}", file=sys.stderr)
        return USAGE
    except ConfError as error:
        print_error(error, sys.stderr, label=False)
        return USAGE if isinstance(error, ImportError) else NO
    except BrokenPipeError:  # the reader of our output has stopped: no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        print(f"sdn: {error.filename or 'file'}: {error.strerror or error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("sdn: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sdn",
        description="Check, read, edit and convert SDN files. `-` as a file is standard input.",
        epilog="Exit status: 0 success; 1 no (failed check, missing path, different documents); 2 usage.",
    )
    parser.add_argument("--version", action="version", version=f"sdn {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    check = verbs.add_parser("check", help="check whether files are valid SDN")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.set_defaults(run=reading.check)

    get = verbs.add_parser("get", help="print the value at a path")
    _file(get)
    get.add_argument("path", metavar="PATH", help="for instance train.layers[0].width; '' for everything")
    get.add_argument("--json", action="store_true", help="print it as JSON")
    get.set_defaults(run=reading.get)

    set_ = verbs.add_parser("set", help="set a value in place; comments and layout are kept")
    _file(set_)
    set_.add_argument("path", metavar="PATH")
    set_.add_argument("value", metavar="VALUE", help="SDN: 5e-4, [1, 2], {type: vgg}, some text")
    set_.set_defaults(run=editing.set_value)

    delete = verbs.add_parser("del", help="delete a value in place")
    _file(delete)
    delete.add_argument("path", metavar="PATH")
    delete.set_defaults(run=editing.delete_value)

    fmt = verbs.add_parser("fmt", help="format files; values and comments are kept")
    fmt.add_argument("files", nargs="+", metavar="FILE")
    fmt.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file would change")
    fmt.add_argument("--diff", action="store_true", help="change nothing; print what would change")
    fmt.set_defaults(run=editing.fmt)

    for name, run, text in (
        ("to-json", converting.to_json, "print SDN as JSON"),
        ("from-json", converting.from_json, "print JSON as SDN"),
        ("to-yaml", converting.to_yaml, "print SDN as YAML"),
        ("from-yaml", converting.from_yaml, "print YAML as SDN"),
    ):
        convert = verbs.add_parser(name, help=text)
        _file(convert)
        convert.set_defaults(run=run)

    differ = verbs.add_parser("diff", help="print how the values of two files differ")
    differ.add_argument("first", metavar="A")
    differ.add_argument("second", metavar="B")
    differ.set_defaults(run=reading.diff)
    return parser


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
