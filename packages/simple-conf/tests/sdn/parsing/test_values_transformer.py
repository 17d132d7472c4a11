"""The transformer to plain values."""

import pytest

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired
from simple_conf.sdn.parsing.lark_parser import ParserInput, run, values_parser
from simple_conf.sdn.parsing.token import Token
from simple_conf.sdn.parsing.values_transformer import ValuesTransformer
from simple_conf.values import Table


def values(text, *, single_value=False):
    source = ParserInput(f"{text}\n", Limits(), fast=False, single_value=single_value)
    return run(values_parser(), source)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("a: 1\nb:\nc:\n  d: 2", {"a": 1, "b": None, "c": {"d": 2}}),
        ("- 1\n-\n- a: 2\n- - 3", [1, None, {"a": 2}, [3]]),
        ("a:\n  b\n  [1]", {"a": ["b", [1]]}),
        ("a: [1, [], {b: 2}, {}]", {"a": [1, [], {"b": 2}, {}]}),
        ("a: |\n  b", {"a": "b\n"}),
    ],
)
def test_a_document(text, value):
    assert values(text) == value


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("t |a, b|\n  1, \n  2, [3]", Table(["a", "b"], [(1, None), (2, [3])])),
        ("t |a| 1", Table(["a"], [(1,)])),
        ("t |a|", Table(["a"], [])),
        ("t: table{i8, str}\n  1, x", Table([], [(1, "x")], ["i8", "str"])),
        ("t: table{i8} = [(1), (2),]", Table([], [(1,), (2,)], ["i8"])),
        ("t: table{i8} = []", Table([], [], ["i8"])),
    ],
)
def test_a_table(text, table):
    read = values(text)["t"]
    assert isinstance(read, Table)
    assert (read.columns, read.rows, read.types) == (table.columns, table.rows, table.types)


def test_a_single_value():
    assert values("[1]", single_value=True) == [1]
    assert values("", single_value=True) is None


def test_runs_are_joined_with_what_is_around_them():
    transformer = ValuesTransformer()
    entries, key = Token("ENTRIES", {"a": 1}, 0), Token("KEY", "b", 5)
    assert transformer.mapping([entries, (key, 2), Token("ENTRIES", {"c": 3}, 9)]) == {"a": 1, "b": 2, "c": 3}
    assert transformer.mapping([entries]) is entries.value
    items = Token("ITEMS", [1, 2], 0)
    assert transformer.dash_list([0, items, [3]]) == [0, 1, 2, [3]]
    assert transformer.rows([(0,), Token("ROWS", [(1,), (2,)], 0), (3,)]) == [(0,), (1,), (2,), (3,)]


def test_the_value_of_a_run_is_not_changed():
    entries = {"a": 1}
    assert ValuesTransformer().mapping([Token("ENTRIES", entries, 0), (Token("KEY", "b", 5), 2)]) == {
        "a": 1,
        "b": 2,
    }
    assert entries == {"a": 1}


def test_a_duplicate_key_names_both_offsets():
    transformer = ValuesTransformer()
    with pytest.raises(Fault, match="duplicate key a") as caught:
        transformer.mapping([(Token("KEY", "a", 3), 1), (Token("KEY", "b", 5), 1), (Token("KEY", "a", 9), 2)])
    assert (caught.value.offset, caught.value.first) == (9, 3)
    with pytest.raises(Fault, match="duplicate key t"):
        values("t: 1\nt |a| 1")
    with pytest.raises(Fault, match="duplicate key b"):
        values("a: {b: 1, b: 2}")


def test_a_duplicate_of_a_key_in_a_run_is_located_by_the_slow_path():
    entries, key = Token("ENTRIES", {"a": 1}, 0), Token("KEY", "a", 5)
    for duplicate in ([entries, (key, 2)], [(key, 2), entries], [entries, Token("ENTRIES", {"a": 2}, 9)]):
        with pytest.raises(SlowPathRequired):
            ValuesTransformer().mapping(duplicate)


def test_keys_are_interned():
    """Reading them as attributes is then fast."""
    first, second = values('"a key": 1'), values('"a key": 2')
    assert next(iter(first)) is next(iter(second))
