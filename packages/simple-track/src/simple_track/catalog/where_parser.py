"""The parser of conditions; `where` describes the language.

Each method that parses a part returns a function of a run's facts.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from simple_track.catalog.field_names import Name, complete_field, suggest_fields
from simple_track.errors import WhereError

Predicate = Callable[[Mapping[str, Any]], Any]
Known = Callable[[], Iterable[Name]]
"""Returns the names that the runs have; it is called for messages only."""

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
MISSING: Any = object()
"""The value of a field that a run does not have."""
DEEPEST = 64
LONGEST = 400


class Token(NamedTuple):
    """A part of a condition.

    Args:
        kind: number, text, symbol, word or end.
        value: The text of the token.
        offset: The position of its first character.
    """

    kind: str
    value: str
    offset: int


def lookup(facts: Mapping[str, Any], path: str) -> Any:
    """The value of a field, or `MISSING`; a key that contains dots takes precedence over nesting."""
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


class WhereParser:
    """Parses one condition from left to right.

    Args:
        text: The condition.
        fields: The names that a field may begin with.
        known: Returns the names that the runs have.
        whole_text: The text for messages, if the condition is a part of it.
        shift: The offset of the condition in that text.

    Attributes:
        named: The fields that were parsed so far.

    Raises:
        WhereError: A character begins no token.
    """

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

    def parse(self) -> Predicate:
        """Parse the whole text as a condition.

        Raises:
            WhereError: The text is not a condition.
        """
        test = self._or()
        token = self._take()
        if token.kind != "end":
            before = self._tokens[self._next - 2] if self._next > 1 else Token("", "", 0)
            near = complete_field(before.value, self._known()) if before.kind == "word" else None
            hint = f"; did you mean {near}?" if near else ""
            raise self._error(token.offset, f"expected 'and', 'or' or the end, found {token.value!r}{hint}")
        return test

    def parse_field(self) -> Predicate:
        """Parse the whole text as a single field.

        Raises:
            WhereError: The text is not a field.
        """
        token = self._take()
        if token.kind != "word" or self._tokens[self._next].kind != "end":
            raise self._error(token.offset, "expected a field such as summary.val/acc")
        return self._field(token)

    def _scan(self) -> list[Token]:
        tokens: list[Token] = []
        offset = 0
        end = len(self._text.rstrip())
        while offset < end:
            match = TOKEN.match(self._text, offset)
            if match is None:
                rest = self._text[offset:].lstrip()
                raise self._error(len(self._text) - len(rest), _unreadable(rest, tokens))
            kind = str(match.lastgroup)
            tokens.append(Token(kind, match.group(kind), match.start(kind)))
            offset = match.end()
        return [*tokens, Token("end", "the end", end)]

    def _error(self, offset: int, reason: str) -> WhereError:
        return WhereError(self._shown, offset + self._shift + 1, reason)

    def _peek(self) -> str:
        token = self._tokens[self._next]
        return token.value if token.kind in ("symbol", "word") else ""

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _expect(self, symbol: str) -> None:
        token = self._take()
        if token.value != symbol:
            raise self._error(token.offset, f"expected {symbol!r}, found {token.value!r}")

    def _or(self) -> Predicate:
        tests = [self._and()]
        while self._peek() == "or":
            self._take()
            tests.append(self._and())
        return tests[0] if len(tests) == 1 else lambda facts: any(test(facts) is True for test in tests)

    def _and(self) -> Predicate:
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
            raise self._error(self._tokens[self._next].offset, f"nested deeper than {DEEPEST}")

    def _shallow_term(self) -> Predicate:
        if self._peek() == "not":
            self._take()
            inner = self._term()
            return lambda facts: inner(facts) is not True
        if self._peek() == "(":
            self._take()
            inner = self._or()
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
            return lambda facts: bool(_without_missing(left(facts)))
        self._take()
        right = self._operand()
        compare = COMPARE[sign]
        return lambda facts: _compare(compare, left(facts), right(facts))

    def _operand(self) -> Predicate:
        token = self._take()
        if token.kind == "number":
            number = self._number(token)
            return lambda _: number
        if token.kind == "text":
            text = re.sub(r"\\(.)", r"\1", token.value[1:-1])
            return lambda _: text
        if token.value == "[":
            return self._list()
        if token.kind == "word" and token.value in CONSTANTS:
            return lambda _: CONSTANTS[token.value]
        if token.kind == "word" and token.value not in RESERVED:
            return self._field(token)
        raise self._error(token.offset, f"expected a field or a value, found {token.value!r}")

    def _number(self, token: Token) -> int | float:
        digits = token.value.replace("_", "")
        if len(digits) > LONGEST:
            raise self._error(token.offset, f"a number of {len(digits)} digits")
        return int(digits) if re.fullmatch(r"-?\d+", digits) else float(digits)

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

    def _field(self, token: Token) -> Predicate:
        name, bracket, quoted = token.value.partition("[")
        path = f"{name}.{quoted[1:-2]}" if bracket else name
        first = path.partition(".")[0]
        if first not in self._fields:
            raise self._error(token.offset, self._unknown_field(token.value, path, first))
        self.named.append(path)
        return lambda facts: lookup(facts, path)

    def _unknown_field(self, word: str, path: str, first: str) -> str:
        near = suggest_fields(path, self._fields, self._known())
        before = self._tokens[self._next - 2].value if self._next > 1 else ""
        if not near and (before in COMPARE or before in ("[", ",")):
            return f"no field {word!r}; a text is written in quotes: '{word}'"
        if near:
            return f"no field {word!r}; did you mean {' or '.join(near)}?"
        return f"no field {first!r}; there are {', '.join(self._fields)}"


def _unreadable(rest: str, tokens: list[Token]) -> str:
    """The reason why no token begins here, and what to write instead."""
    if rest[0] in "'\"":
        return f"a text that begins with {rest[0]} and does not end"
    advice = ADVICE.get(rest[0])
    if advice is None and tokens and tokens[-1].kind == "word":
        advice = 'a name with such a character is written in quotes, as in summary["top 5"]'
    return f"cannot read {rest[0]!r}" + (f"; {advice}" if advice else "")


def _without_missing(value: Any) -> Any:
    return None if value is MISSING else value


def _compare(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if left is None or right is None:
        left, right = _without_missing(left), _without_missing(right)
    elif left is MISSING or right is MISSING:
        return False
    try:
        return bool(compare(left, right))
    except TypeError:
        return False
