"""Where: the little language that picks runs.

```text
condition = alternative ("or" alternative)*
alternative = term ("and" term)*
term = "not" term | "(" condition ")" | operand [("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in")
operand] operand = number | 'text' | "text" | true | false | null | [operand, …] | field
field = state | name | config.train.lr | summary.val/acc | summary["val acc"]
```

A comparison with a field that a run does not have is false, except with null.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simple_track.catalog.field_names import Name, continued, meant
from simple_track.errors import WhereError

Predicate = Callable[[Mapping[str, Any]], Any]
Known = Callable[[], Iterable[Name]]
"""Tells what there is, for messages; it is called only for one."""

TOKEN = re.compile(
    r"""\s*(?:(?P<number>-?(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<symbol>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
    |(?P<word>[^\W\d][\w./:-]*(?:\[(?:"[^"]*"|'[^']*')\])?))""",
    re.VERBOSE,
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}
CONSTANTS = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
    "nil": None,
}
RESERVED = {"and", "or", "not", "in"}
ADVICE = {"=": "compare with ==", "&": "write 'and'", "|": "write 'or'", "!": "write 'not', or !="}
COMMA = re.compile(r""",(?![^\[]*["']\])""")  # but for one in the brackets of a name
MISSING: Any = object()
DEEPEST = 64
LONGEST = 400


def compile_where(text: str, fields: tuple[str, ...], known: Known = tuple) -> Predicate:
    """Make a test of runs from text.

    Args:
        text: A condition; see the module.
        fields: The names that a field may begin with.
        known: Tells what the runs have, so that a message can say what was meant.

    Returns:
        A function of a run's facts, a mapping from each name in `fields` to a value or a nested mapping.

    Raises:
        WhereError: The text is not a condition.
    """
    return _Parser(text, fields, known).whole()


def compile_order(text: str, fields: tuple[str, ...], known: Known = tuple) -> list[tuple[Predicate, bool]]:
    """Read an order such as `-summary.val/acc, name`.

    Args:
        text: Fields, separated by commas; `-` before one sorts it downwards.
        fields: The names that a field may begin with.
        known: Tells what the runs have, as for `compile_where`.

    Returns:
        For each field, how to look it up and whether it sorts downwards.

    Raises:
        WhereError: The text is not an order.
    """
    order = []
    place = 0
    for item in COMMA.split(text):
        name = item.strip()
        bare = name.lstrip("+-")
        parser = _Parser(bare, fields, known, whole_text=text, shift=place + item.find(bare))
        order.append((parser.only_field(), name.startswith("-")))
        place += len(item) + 1
    return order


def fields_of(text: str, fields: tuple[str, ...], *, order: bool = False) -> list[str]:
    """The fields that a condition or an order names, such as `summary.val/acc`.

    Args:
        text: A condition, or an order.
        fields: The names that a field may begin with.
        order: Whether it is an order.

    Raises:
        WhereError: The text cannot be read.
    """
    parts = [part.strip().lstrip("+-") for part in COMMA.split(text)] if order else [text]
    named = []
    for part in parts:
        parser = _Parser(part, fields)
        parser.whole()
        named += parser.named
    return named


def lookup(facts: Mapping[str, Any], path: str) -> Any:
    """The value that a field names, or `MISSING`: a key with dots or slashes wins over nesting."""
    current: Any = facts
    rest = path
    while rest:
        if not isinstance(current, Mapping):
            return MISSING
        if rest in current:
            return current[rest]
        head, dot, tail = rest.partition(".")
        while dot and head not in current:
            more, dot, tail_after = tail.partition(".")
            head, tail = f"{head}.{more}", tail_after
        if head not in current:
            return MISSING
        current, rest = current[head], tail
    return current


class _Parser:
    """Reads one condition from left to right."""

    def __init__(
        self,
        text: str,
        fields: tuple[str, ...],
        known: Known = tuple,
        *,
        whole_text: str | None = None,
        shift: int = 0,
    ) -> None:
        self._text = text
        self._fields = fields
        self._known = known
        self.named: list[str] = []
        self._shown = text if whole_text is None else whole_text
        self._shift = shift
        self._tokens = self._scan()
        self._next = 0
        self._depth = 0

    def _scan(self) -> list[tuple[str, str, int]]:
        tokens: list[tuple[str, str, int]] = []
        place = 0
        end = len(self._text.rstrip())
        while place < end:
            match = TOKEN.match(self._text, place)
            if match is None:
                rest = self._text[place:].lstrip()
                raise self._error(len(self._text) - len(rest), _unreadable(rest, tokens))
            kind = str(match.lastgroup)
            tokens.append((kind, match.group(kind), match.start(kind)))
            place = match.end()
        return [*tokens, ("end", "the end", end)]

    def _error(self, place: int, reason: str) -> WhereError:
        return WhereError(self._shown, place + self._shift + 1, reason)

    def _peek(self) -> str:
        kind, value, _ = self._tokens[self._next]
        return value if kind in ("symbol", "word") else ""

    def _take(self) -> tuple[str, str, int]:
        token = self._tokens[self._next]
        self._next += token[0] != "end"
        return token

    def _expect(self, symbol: str) -> None:
        _, value, place = self._take()
        if value != symbol:
            raise self._error(place, f"expected {symbol!r}, found {value!r}")

    def whole(self) -> Predicate:
        test = self._either()
        kind, value, place = self._take()
        if kind != "end":
            before = self._tokens[self._next - 2] if self._next > 1 else ("", "", 0)
            near = continued(before[1], self._known()) if before[0] == "word" else None
            hint = f"; did you mean {near}?" if near else ""
            raise self._error(place, f"expected 'and', 'or' or the end, found {value!r}{hint}")
        return test

    def only_field(self) -> Predicate:
        kind, value, place = self._take()
        if kind != "word" or self._tokens[self._next][0] != "end":
            raise self._error(place, "expected a field such as summary.val/acc")
        return self._field(value, place)

    def _either(self) -> Predicate:
        tests = [self._both()]
        while self._peek() == "or":
            self._take()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda facts: any(test(facts) is True for test in tests)

    def _both(self) -> Predicate:
        tests = [self._term()]
        while self._peek() == "and":
            self._take()
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda facts: all(test(facts) is True for test in tests)

    def _term(self) -> Predicate:
        self._enter()
        try:
            return self._shallow_term()
        finally:
            self._depth -= 1

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(self._tokens[self._next][2], f"nested deeper than {DEEPEST}")

    def _shallow_term(self) -> Predicate:
        if self._peek() == "not":
            self._take()
            inner = self._term()
            return lambda facts: inner(facts) is not True
        if self._peek() == "(":
            self._take()
            inner = self._either()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Predicate:
        left = self._operand()
        sign = self._peek()
        if sign == "not":
            self._take()
            sign = f"not {self._peek()}"
        if sign not in COMPARE:
            return lambda facts: bool(_known(left(facts)))
        self._take()
        right = self._operand()
        compare = COMPARE[sign]
        return lambda facts: _compare(compare, left(facts), right(facts))

    def _operand(self) -> Predicate:
        kind, value, place = self._take()
        if kind == "number":
            plain = value.replace("_", "")
            if len(plain) > LONGEST:
                raise self._error(place, f"a number of {len(plain)} digits")
            number: Any = int(plain) if re.fullmatch(r"-?\d+", plain) else float(plain)
            return lambda _: number
        if kind == "text":
            text = re.sub(r"\\(.)", r"\1", value[1:-1])
            return lambda _: text
        if value == "[":
            return self._list()
        if kind == "word" and value in CONSTANTS:
            return lambda _: CONSTANTS[value]
        if kind == "word" and value not in RESERVED:
            return self._field(value, place)
        raise self._error(place, f"expected a field or a value, found {value!r}")

    def _list(self) -> Predicate:
        items: list[Predicate] = []
        self._enter()
        while self._peek() != "]":
            items.append(self._operand())
            if self._peek() != "]":
                self._expect(",")
        self._take()
        self._depth -= 1
        return lambda facts: [item(facts) for item in items]

    def _field(self, word: str, place: int) -> Predicate:
        name, bracket, quoted = word.partition("[")
        path = f"{name}.{quoted[1:-2]}" if bracket else name
        first = path.partition(".")[0]
        if first not in self._fields:
            raise self._error(place, self._no_field(word, path, first))
        self.named.append(path)
        return lambda facts: lookup(facts, path)

    def _no_field(self, word: str, path: str, first: str) -> str:
        near = meant(path, self._fields, self._known())
        before = self._tokens[self._next - 2][1] if self._next > 1 else ""
        if not near and (before in COMPARE or before in ("[", ",")):
            return f"no field {word!r}; a text is written in quotes: '{word}'"
        if near:
            return f"no field {word!r}; did you mean {' or '.join(near)}?"
        return f"no field {first!r}; there are {', '.join(self._fields)}"


def _unreadable(rest: str, tokens: list[tuple[str, str, int]]) -> str:
    """What is wrong where no token begins, and what to write instead."""
    if rest[0] in "'\"":
        return f"a text that begins with {rest[0]} and does not end"
    advice = ADVICE.get(rest[0])
    if advice is None and tokens and tokens[-1][0] == "word":
        advice = 'a name with such a character is written in quotes, as in summary["top 5"]'
    return f"cannot read {rest[0]!r}" + (f"; {advice}" if advice else "")


def _known(value: Any) -> Any:
    return None if value is MISSING else value


def _compare(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if left is None or right is None:
        left, right = _known(left), _known(right)
    elif left is MISSING or right is MISSING:
        return False
    try:
        return bool(compare(left, right))
    except TypeError:
        return False
