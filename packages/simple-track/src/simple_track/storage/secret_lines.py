"""Lines of source code and configuration files, in which the values of secret names are masked.

In source code only literals are masked: `password = "x"` is a secret, `password = read()` is not. In
configuration files whatever stands beneath a secret name is masked, also on the lines that follow.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from simple_track.storage.secrets import MASK, PRIVATE_KEY, is_secret_name, mask_code, mask_text

_LONGEST_LINE = 20_000
"""Longer lines are masked as texts, in which only what looks like a secret is one."""
_NAME = re.compile(
    r"(?<![\w$.-])(?P<name>[\w$.-]{1,128})(?P<quote>\\?[\"'`]?)\s?(?P<closed>\]?)"
    r"(?P<operator>\s{0,9}(?::\s{0,9}[\w\[\]. |\"']{1,80}?\s{0,9}=(?!=)|=>|:=|[=!]==?|\+?=|:(?!:)|,))\s{0,99}"
)
_DEFAULT = re.compile(r"\b(?:default|value)\s?[=:]\s?")
_LITERAL = re.compile(
    r"(?P<open>[A-Za-z]{0,2}(?P<q>\\\"|\\'|\"{3}|'{3}|\"(?!\"\")|'(?!'')|`))(?P<text>(?:(?!(?P=q))(?:\\[\s\S]|[^\\]))*)(?P<close>(?P=q))"
)
_OPEN_LITERAL = re.compile(r"[A-Za-z]{0,2}(?P<q>\"{3}|'{3}|[\"'`])")
_NUMBER = re.compile(r"[-+]?\d[\d_.]{3,}\b")
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`")
_IN_STRING = re.compile(r"(?![{%\\$<])[^\s\"'`;,&)}\]\\]+")
_PLAIN = frozenset({"none", "null", "true", "false", "~", "nil", "undefined", "yes", "no", "on", "off"})
_REFERENCE = re.compile(
    r"\$\{[\w.]+\}|\$\{(?:oc\.)?env:\w+\}|\$\{\{\s*[\w.]+\s*\}\}|\{\{\s*[\w.]+\s*\}\}"
    r"|\$[A-Z_][A-Z\d_]*|%\(\w+\)s|<[\w -]+>"
)
_BLOCK_VALUE = re.compile(r"[|>][-+\d]*\s*(#.*)?$")
_MARGIN = re.compile(r"[ \t]*(?:-[ \t]+)*")
_STATEMENT = re.compile(r"[ \t]*(?:-[ \t]+)?(?:export |set |ENV |ARG )?[ \t]*[\w$.-]+\s*[:=]")
_SECTION = re.compile(r"\s*\[+\s*[\"']?([\w .-]+?)[\"']?\s*\]+\s*(?:[#;].*)?$")
_COMMENTED = re.compile(r"\s*(?:#|//|--|;)+\s*[\w$.-]+\s*=\s*\S")


class SecretLines:
    """Masks lines one after another: what one line opens, the next ones belong to.

    Args:
        code: Whether the lines are source code or prose, and not those of a configuration file.
    """

    def __init__(self, *, code: bool) -> None:
        self._code = code
        self._key = False  # inside a private key
        self._quote = ""  # the quotes that a secret has left open
        self._depth = 0  # the brackets that a secret has left open
        self._next = False  # the value of a secret name stands on the next line
        self._margin: int | None = None  # the column of the secret name that further lines stand beneath
        self._section = False

    def mask(self, line: str) -> str:
        """Mask the next line.

        Args:
            line: The line, without its line end.
        """
        if self._key or PRIVATE_KEY.search(line):
            begins = not self._key
            self._key = "-----END" not in line
            return line if begins and self._key else mask_code(line) if begins else _hidden(line)
        if len(line) > _LONGEST_LINE:
            return mask_text(line)
        if self._quote:
            return self._until_quote(line)
        if self._depth > 0:
            self._count(line)
            return self._beneath(line)
        if self._code:
            return self._mask_code(line)
        return self._mask_data(line)

    def _mask_code(self, line: str) -> str:
        if self._next and line.strip():
            self._next = False
            if literal := _LITERAL.match(line.lstrip()):
                at = len(line) - len(line.lstrip())
                return line[:at] + _masked_literal(literal) + self._assignments(line[at + literal.end() :])
        if _COMMENTED.match(line):
            return mask_text(line)
        return mask_code(self._assignments(line))

    def _mask_data(self, line: str) -> str:
        if not line.strip():
            return line
        if section := _SECTION.match(line):
            self._section, self._margin = any(map(is_secret_name, section[1].split("."))), None
            return line
        margin = _MARGIN.match(line)
        column = margin.end() if margin else 0
        if self._margin is not None:
            if column > self._margin or (column == self._margin and line.lstrip().startswith("-")):
                return self._beneath(line)
            self._margin = None
        if self._section:
            return self._beneath(line)
        return mask_code(self._assignments(line, column))

    def _assignments(self, line: str, column: int = 0) -> str:
        """Mask the values of all secret names in a line."""
        done: list[str] = []
        at = 0
        strings = [match.span() for match in _STRING.finditer(line)] if self._code else []
        while found := _NAME.search(line, at):
            name, end = found["name"], found.end()
            if not is_secret_name(name) or (found["operator"].strip() == "," and not found["quote"]):
                done.append(line[at : found.end("name")])
                at = found.end("name")
                continue
            inside = _is_inside(strings, found.start(), end)
            until, masked = self._value(line, found, column, inside=inside)
            done += line[at:end], masked
            at = until
        return "".join([*done, line[at:]])

    def _value(self, line: str, found: re.Match[str], column: int, *, inside: bool) -> tuple[int, str]:
        """The end of the value after a secret name, and what takes its place."""
        end = found.end()
        name, operator = found["name"], found["operator"].strip()
        comparison = operator in ("==", "===", "!=", "!==")
        if comparison and name.lower().rpartition(".")[2] == "token":
            return end, ""  # a token of a text
        if literal := _LITERAL.match(line, end):
            if operator == "," and _is_option(name):
                return self._default(line, end)
            return literal.end(), _masked_literal(literal)
        if operator == ",":
            return self._default(line, end) if _is_option(name) else (end, "")
        if inside:
            bare = _IN_STRING.match(line, end)
            return (bare.end(), _shown(bare[0])) if bare else (end, "")
        if opened := _OPEN_LITERAL.match(line, end):
            self._quote = opened["q"]
            return len(line), opened[0] + MASK
        rest = line[end:]
        if rest[:1] in ("{", "[", "("):
            return self._open(line, end)
        if not self._code:
            return self._bare(line, found, column)
        if rest.strip() in ("", "\\"):
            self._next = rest.strip() == "\\" or operator == "=" or bool(found["quote"])
        number = _NUMBER.match(line, end)
        return (number.end(), MASK) if number else (end, "")

    def _default(self, line: str, end: int) -> tuple[int, str]:
        """Mask the default of an option, as in `add_argument("--password", default="x")`."""
        default = _DEFAULT.search(line, end)
        literal = default and _LITERAL.match(line, default.end())
        if not default or not literal:
            return end, ""
        return literal.end(), line[end : default.end()] + _masked_literal(literal)

    def _open(self, line: str, end: int) -> tuple[int, str]:
        """Mask what stands in brackets, which the next lines may close."""
        for at in range(end, len(line)):
            self._depth += (line[at] in "{[(") - (line[at] in "}])")
            if self._depth <= 0:
                return at, line[end] + self._beneath(line[end + 1 : at])
        return len(line), line[end] + self._beneath(line[end + 1 :])

    def _bare(self, line: str, found: re.Match[str], column: int) -> tuple[int, str]:
        """Mask a value without quotes; if there is none, lines further to the right are the value."""
        end = found.end()
        rest = line[end:].strip()
        first = _STATEMENT.match(line)
        if not rest or rest.startswith("#") or _BLOCK_VALUE.match(rest):
            if found["operator"].strip() == ":":
                self._margin = column
            return len(line), line[end:]
        if first and found.end() >= first.end() and found.start() <= first.end() and not found["quote"]:
            value = re.split(r"\s#", line[end:])[0].rstrip()
        else:
            value = re.split(r"[\s,;&}\])\"']", line[end:])[0]
        return end + len(value), _shown(value)

    def _beneath(self, line: str) -> str:
        """Mask a line that stands beneath a secret name."""
        if not line.strip():
            return line
        if self._code:
            return _NUMBER.sub(MASK, _LITERAL.sub(_masked_literal, line))
        found = _NAME.match(line.lstrip(" \t-\"'"))
        at = line.find(found[0]) + len(found[0]) if found and found["operator"].strip() in ("=", ":") else 0
        if not at:
            return _hidden(line)
        value = line[at:]
        return line[:at] + (_shown(value.rstrip(",")) if value.strip(" ,{[") else value)

    def _until_quote(self, line: str) -> str:
        end = line.find(self._quote)
        if end < 0:
            return _hidden(line)
        self._quote = ""
        return MASK + line[end:]

    def _count(self, line: str) -> None:
        bare = _STRING.sub("", line)
        self._depth += sum(map(bare.count, "{[(")) - sum(map(bare.count, "}])"))


def _is_inside(strings: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a part of a line lies within one of its strings, which are in order."""
    at = bisect_left(strings, (start, 0)) - 1
    return at >= 0 and end <= strings[at][1]


def _is_option(text: str) -> bool:
    return text.startswith("-")


def _hidden(line: str) -> str:
    text = line.strip()
    return line[: len(line) - len(line.lstrip())] + (MASK if text.strip("}]),") else text)


def _masked_literal(literal: re.Match[str]) -> str:
    text = literal["text"]
    shown = text if not text.strip() or _REFERENCE.fullmatch(text) else MASK
    return literal["open"] + shown + literal["close"]


def _shown(value: str) -> str:
    """The mask, or a value that is none: nothing, a constant, or the name of another value."""
    text = value.strip().strip("\"'")
    return value if not text or text.lower() in _PLAIN or text == MASK or _REFERENCE.fullmatch(text) else MASK
