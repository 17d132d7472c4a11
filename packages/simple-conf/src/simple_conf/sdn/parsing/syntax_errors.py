"""What to say when the grammar meets a token that it has no rule for.

The token says which kind of line it is; the line itself says which habit, of YAML, TOML, JSON or the
shell, it comes from.
"""

from __future__ import annotations

from typing import Any

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Fault

_SECTION = Pattern(r"\[+([^\[\]\n]+)\]+[ \t]*(?:#.*)?$")
_CROWDED = Pattern(r"([\w\-./]+):(\S.*)$")
_SPACED_KEY = Pattern(r"([\w\-./]+(?: +[\w\-./]+)+)[ \t]*(?::(?:[ \t]|$)|=)")
_ODD_KEY = Pattern(r"([^\s:=\"']+)[ \t]*(?::(?:[ \t]|$)|=)")
_COMMAND = Pattern(r"(export|set|let|var|const|def|local) +([\w\-./]+) *=")
_PIPES = Pattern(r"[^|\s][^|]*\|[^|]*\|")


_SHOWN = 120  # as much of a line as is looked at


def complain(error: Any, text: str) -> Fault:
    """Turn lark's report of an unexpected token into a mistake that a person can mend.

    Args:
        error: lark's `UnexpectedToken`.
        text: the document.
    """
    token = error.token
    kind = token.type
    at = getattr(token, "at", None)
    if at is None:  # $END
        return Fault("the document ends too early", len(text), "finish the last statement")
    if kind in ("DASH", "ITEMS"):
        return _stray_dash(text, at)
    if kind in ("KEY", "COLUMNS", "ENTRIES"):
        return Fault(
            "a `key: value` line among the items of a list",
            at,
            "begin it with a dash to make it an item, or give it the indentation of the key above the list",
        )
    if error.expected & {"DASH", "ITEMS"} and not error.expected & {"KEY"}:
        return Fault("an item without a dash in a list with dashes", at, "begin it with `- `")
    return _no_key(text, at)


def _stray_dash(text: str, at: int) -> Fault:
    above = _line_above(text, at)
    if above.rstrip(" \t").endswith((":", "=")):
        return Fault("a list at the column of its key", at, "indent the dashes further than the key")
    return Fault(
        "an item of a list among `key: value` lines",
        at,
        "a block is a mapping or a list: give the list a key of its own",
    )


def _line_above(text: str, at: int) -> str:
    """Give the line of the statement above an offset, without its comment."""
    for line in reversed(text[:at].split("\n")[:-1]):
        content = line.split(" #")[0].rstrip(" \t")
        if content and not content.lstrip(" ").startswith("#"):
            return content
    return ""


def _no_key(text: str, at: int) -> Fault:
    """Say why a line in a mapping is not `key: value`."""
    start = text.rfind("\n", 0, at) + 1
    line = text[at : min(text.index("\n", at), at + _SHOWN)]
    found = _foreign(line, at) or _key_slip(line, at)
    if found is not None:
        return found
    below = text[text.index("\n", at) + 1 :]
    if len(below) - len(below.lstrip(" ")) > at - start and below.strip():
        return Fault("a header without a colon", at, f"write {line.split(' #')[0].rstrip()}:")
    return Fault("expected `key: value`", at, "write a key, a colon and a space before the value")


def _foreign(line: str, at: int) -> Fault | None:
    """Recognise what other formats have and SDN has not."""
    bare = line.rstrip(" \t")
    if (section := _SECTION.match(line)) and not set(section[1]) & set(',"'):
        return Fault(
            "SDN has no [section] headers", at, f"write {section[1].strip()}: and indent the lines below it"
        )
    if bare in ("---", "..."):
        return Fault("SDN has no document markers: one file is one document", at, f"take the {bare} out")
    if line.startswith("{"):
        return Fault(
            "a document is not in { }", at, "take the outer braces out; `sdn from-json` converts JSON"
        )
    if line.startswith(("}", "]", ")")):
        return Fault(f"{line[0]} closes nothing", at, "take it out, or open the bracket after its key")
    if line.startswith("["):
        return Fault("a list without a key", at, "write a key before it: items: [1, 2]")
    if line.startswith(("//", "/*", ";", "--")):
        return Fault(f"{line[:2].rstrip()} does not begin a comment", at, "begin a comment with #")
    if line.startswith("%"):
        return Fault("SDN has no % directives", at, "take the line out")
    if line.startswith("<<"):
        return Fault(
            "SDN has no merge keys", at, "use `extends: base.sdn`, or an interpolation such as ${base}"
        )
    if line[0] in "&*!" and line[1:2].isalpha():
        names = {"&": "anchors", "*": "aliases", "!": "tags"}
        return Fault(
            f"SDN has no {names[line[0]]}", at, "use an interpolation such as ${other.key}, or plain values"
        )
    if line.startswith("? "):
        return Fault("SDN has no ? keys", at, "write `key: value`")
    return None


def _key_slip(line: str, at: int) -> Fault | None:
    """Recognise a key that is almost right."""
    if command := _COMMAND.match(line):
        return Fault(f"{command[1]} is not part of SDN", at, f"write {command[2]} = …")
    if spaced := _SPACED_KEY.match(line):
        return Fault("a key with a space in it", at, f'put it in double quotes: "{spaced[1]}":')
    if (crowded := _CROWDED.match(line)) and "=" not in crowded[1]:
        return Fault(
            "no space after the colon", at + len(crowded[1]) + 1, f"write {crowded[1]}: {crowded[2]}"
        )
    if odd := _ODD_KEY.match(line):
        return Fault(
            f"{odd[1]} is not a key without quotes",
            at,
            f'a key has letters, digits and _ - . / only; else put it in double quotes: "{odd[1]}":',
        )
    if _PIPES.match(line):
        return Fault(
            "rows of pipes are not SDN", at, "write a header, name |a, b|, and below it rows with commas"
        )
    if "|" in line and not line.startswith("|"):
        return Fault(
            "expected `key: value` or the header of a table",
            at,
            "a header is name |a, b|, with a space before the |",
        )
    return None
