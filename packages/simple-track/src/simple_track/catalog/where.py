"""The language of conditions and orders that select runs.

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

import re

from simple_track.catalog.where_parser import Known, Predicate, WhereParser

COMMA = re.compile(r""",(?![^\[]*["']\])""")  # not in the brackets of a name


def compile_where(text: str, fields: tuple[str, ...], known: Known = tuple) -> Predicate:
    """Compile a condition.

    Args:
        text: The condition; see the module.
        fields: The names that a field may begin with.
        known: Returns the names that the runs have, for suggestions in messages.

    Returns:
        A function of a run's facts, a mapping from each name in `fields` to a value or a nested mapping.

    Raises:
        WhereError: The text is not a condition.
    """
    return WhereParser(text, fields, known).parse()


def compile_order(text: str, fields: tuple[str, ...], known: Known = tuple) -> list[tuple[Predicate, bool]]:
    """Compile an order such as `-summary.val/acc, name`.

    Args:
        text: Fields, separated by commas; `-` before a field sorts in descending order.
        fields: The names that a field may begin with.
        known: Returns the names that the runs have, as for `compile_where`.

    Returns:
        For each field, a function that looks it up, and whether it sorts in descending order.

    Raises:
        WhereError: The text is not an order.
    """
    order = []
    offset = 0
    for item in COMMA.split(text):
        name = item.strip()
        bare = name.lstrip("+-")
        parser = WhereParser(bare, fields, known, whole_text=text, shift=offset + item.find(bare))
        order.append((parser.parse_field(), name.startswith("-")))
        offset += len(item) + 1
    return order


def fields_of(text: str, fields: tuple[str, ...], *, order: bool = False) -> list[str]:
    """List the fields of a condition or an order, such as `summary.val/acc`.

    Args:
        text: A condition, or an order.
        fields: The names that a field may begin with.
        order: Whether it is an order.

    Raises:
        WhereError: The text cannot be parsed.
    """
    parts = [part.strip().lstrip("+-") for part in COMMA.split(text)] if order else [text]
    named = []
    for part in parts:
        parser = WhereParser(part, fields)
        parser.parse()
        named += parser.named
    return named
