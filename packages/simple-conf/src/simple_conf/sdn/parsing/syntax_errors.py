"""Explanations of syntax errors that the grammar finds: a token that no rule accepts.

The type of the token shows what kind of line it is; the text of the line shows whether it is YAML, TOML,
JSON or shell syntax.
"""

from __future__ import annotations

from lark.exceptions import UnexpectedToken

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.patterns import KEY
from simple_conf.sdn.parsing.token import Token

_SECTION = Pattern(r"\[+([^\[\]\n]+)\]+[ \t]*(?:#.*)?$")
_NO_SPACE = Pattern(r"([\w\-./]+):(\S.*)$")
_SPACED_KEY = Pattern(r"([\w\-./]+(?: +[\w\-./]+)+)[ \t]*(?::(?:[ \t]|$)|=)")
_QUOTABLE_KEY = Pattern(r"([^\s:=\"']+)[ \t]*(?::(?:[ \t]|$)|=)")
_COMMAND = Pattern(r"(export|set|let|var|const|def|local) +([\w\-./]+) *=")
_PIPE_ROW = Pattern(r"[^|\s][^|]*\|[^|]*\|")
_BARE_KEY = Pattern(KEY)
_SHOWN = 120  # characters of a line that are examined


def explain(error: UnexpectedToken, text: str) -> Fault:
    """Return the fault that explains an unexpected token.

    Args:
        error: what lark raised on the slow path.
        text: the document; it ends in a newline.
    """
    token: object = error.token
    if not isinstance(token, Token):  # lark's own token for the end of the input
        return Fault("the document ends too early", len(text), "finish the last statement")
    offset = token.start
    if token.type == "DASH":
        return _dash_fault(text, offset)
    if token.type in ("KEY", "COLUMNS"):
        return Fault(
            "a `key: value` line among the items of a list",
            offset,
            "start it with a dash to make it an item, or indent it like the key above the list",
        )
    if "DASH" in error.expected and "KEY" not in error.expected:
        return Fault("an item without a dash in a list with dashes", offset, "start it with `- `")
    return _value_fault(text, offset)


def _dash_fault(text: str, offset: int) -> Fault:
    """Return the fault for a dash in a mapping."""
    if _line_above(text, offset).endswith((":", "=")):
        return Fault("a list at the column of its key", offset, "indent the dashes more than the key")
    return Fault(
        "an item of a list among `key: value` lines",
        offset,
        "a block is a mapping or a list: give the list a key of its own",
    )


def _line_above(text: str, offset: int) -> str:
    """Return the line of the statement above an offset, without its comment."""
    for line in reversed(text[:offset].split("\n")[:-1]):
        content = line.split(" #")[0].rstrip(" \t")
        if content and not content.lstrip(" ").startswith("#"):
            return content
    return ""


def _value_fault(text: str, offset: int) -> Fault:
    """Return the fault for a line in a mapping that is not `key: value`."""
    line_end = text.index("\n", offset)
    line = text[offset : min(line_end, offset + _SHOWN)]
    found = _other_format_fault(line, offset) or _key_fault(line, offset)
    if found is not None:
        return found
    column = offset - text.rfind("\n", 0, offset) - 1
    below = text[line_end + 1 :]
    if len(below) - len(below.lstrip(" ")) > column and below.strip():
        written, message = line.split(" #")[0].rstrip(), "a header without a colon"
        return Fault(message, offset, f"write {_key_text(written)}:", plain=message)
    return Fault("expected `key: value`", offset, "write a key, a colon and a space before the value")


def _other_format_fault(line: str, offset: int) -> Fault | None:
    """Recognise syntax of other formats that SDN does not have."""
    bare = line.rstrip(" \t")
    if (section := _SECTION.match(line)) and not set(section[1]) & set(',"'):
        return Fault(
            "SDN has no [section] headers",
            offset,
            _section_hint(section[1].strip(), is_list=line.startswith("[[")),
            plain="SDN has no [section] headers",
        )
    if bare in ("---", "..."):
        return Fault("SDN has no document markers: one file is one document", offset, f"remove the {bare}")
    if line.startswith("{"):
        return Fault(
            "the document is enclosed in { }",
            offset,
            "take the outer braces out; `sdn from-json` converts JSON",
        )
    if line.startswith(("}", "]", ")")):
        return Fault(f"unmatched {line[0]}", offset, "remove it, or open the bracket after its key")
    if line.startswith("["):
        return Fault("a list without a key", offset, "write a key before it: items: [1, 2]")
    if line.startswith(("//", "/*", ";", "--")):
        return Fault(f"{line[:2].rstrip()} does not start a comment", offset, "start a comment with #")
    if line.startswith("%"):
        return Fault("SDN has no % directives", offset, "remove the line")
    if line.startswith("<<"):
        return Fault(
            "SDN has no merge keys", offset, "use `extends: base.sdn`, or an interpolation such as ${base}"
        )
    if line[0] in "&*!" and line[1:2].isalpha():
        names = {"&": "anchors", "*": "aliases", "!": "tags"}
        return Fault(
            f"SDN has no {names[line[0]]}",
            offset,
            "use an interpolation such as ${other.key}, or plain values",
        )
    if line.startswith("? "):
        return Fault("SDN has no ? keys", offset, "write `key: value`")
    return None


def _section_hint(name: str, *, is_list: bool) -> str:
    """Return how SDN writes the [section] or [[section]] of another format."""
    keys = [_key_text(part.strip()) for part in name.split(".")]
    start = f"write {keys[0]}:" + "".join(f", indented below it {key}:" for key in keys[1:])
    if is_list:
        return f"{start} and below it one list for all such sections, each item after a dash"
    return f"{start} and indent the lines below it"


def _key_text(text: str) -> str:
    """Return a key as it is written: bare, or in double quotes."""
    return text if _BARE_KEY.fullmatch(text) else _quoted(text.strip('"'))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key_fault(line: str, offset: int) -> Fault | None:
    """Recognise a key that is almost valid."""
    if command := _COMMAND.match(line):
        message = f"SDN has no `{command[1]}`"
        return Fault(message, offset, f"write {command[2]} = …", plain=message)
    if spaced := _SPACED_KEY.match(line):
        message = "a bare key with a space"
        return Fault(message, offset, f'put it in double quotes: "{spaced[1]}":', plain=message)
    if (match := _NO_SPACE.match(line)) and "=" not in match[1]:
        message = "no space after the colon"
        return Fault(message, offset + len(match[1]) + 1, f"write {match[1]}: {match[2]}", plain=message)
    if quotable := _QUOTABLE_KEY.match(line):
        return Fault(
            f"{quotable[1]} is not a valid bare key",
            offset,
            f"use only letters, digits and _ - . / or put the key in double quotes: {_quoted(quotable[1])}:",
            plain="this is not a valid bare key",
        )
    if _PIPE_ROW.match(line):
        return Fault(
            "SDN has no rows with | between the cells",
            offset,
            "write a header, name |a, b|, and below it rows with commas",
        )
    if "|" in line and not line.startswith("|"):
        return Fault(
            "expected `key: value` or the header of a table",
            offset,
            "a header is name |a, b|, with a space before the first |",
        )
    return None
