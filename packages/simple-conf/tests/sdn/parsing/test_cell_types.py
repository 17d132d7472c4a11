# ruff: noqa: E501
"""Cells of typed tables: which values a column type accepts, and what they become."""

import pytest

from simple_conf.sdn.parsing.cell_types import TYPES, convert_cell, type_problem
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.values import MISSING


def test_the_types():
    assert TYPES == ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool", "str")


@pytest.mark.parametrize(
    ("type_name", "low", "high"),
    [
        ("i8", -128, 127), ("i16", -(2**15), 2**15 - 1), ("i32", -(2**31), 2**31 - 1), ("i64", -(2**63), 2**63 - 1),
        ("u8", 0, 255), ("u16", 0, 2**16 - 1), ("u32", 0, 2**32 - 1), ("u64", 0, 2**64 - 1),
    ],
)  # fmt: skip
def test_an_integer_type_has_a_range(type_name, low, high):
    assert type_problem(type_name, low) is None
    assert type_problem(type_name, high) is None
    assert type_problem(type_name, low - 1) == f"{low - 1} is out of range for {type_name} ({low} to {high})"
    assert (
        type_problem(type_name, high + 1) == f"{high + 1} is out of range for {type_name} ({low} to {high})"
    )


def test_a_float_type_has_a_range():
    assert type_problem("f32", 3.4e38) is None
    assert type_problem("f32", -3.5e38) == "-3.5e+38 is out of range for f32"
    assert type_problem("f64", 1e308) is None
    assert type_problem("f64", 10**400) == "a large number is out of range for f64"
    assert type_problem("f32", 10**39) == f"{10**39} is out of range for f32"


@pytest.mark.parametrize(
    ("type_name", "value", "found"),
    [
        ("i8", 1.0, "1.0"), ("i8", True, "true"), ("i8", "x", "the text 'x'"), ("i8", MISSING, "???"), ("i8", -(10.0**40), "a large number"),
        ("f32", False, "false"), ("f64", "1", "the text '1'"), ("bool", 1, "1"), ("bool", "true", "the text 'true'"),
        ("str", 5, "5"), ("str", True, "true"), ("str", "x" * 39, None), ("i8", "x" * 39, f"the text '{'x' * 39}'"), ("i8", "x" * 40, "a text"),
        ("bool", 10**40 - 1, f"{10**40 - 1}"), ("bool", -(10**40), "a large number"),
    ],
)  # fmt: skip
def test_another_type_is_a_problem(type_name, value, found):
    assert type_problem(type_name, value) == (found and f"expected {type_name}, found {found}")


@pytest.mark.parametrize("type_name", TYPES)
def test_an_empty_cell_has_every_type(type_name):
    assert convert_cell(type_name, None, 0) is None


@pytest.mark.parametrize(
    ("type_name", "value", "converted"),
    [("f32", 2, 2.0), ("f64", 2, 2.0), ("f64", 2.5, 2.5), ("f64", 2**53 + 1, 2**53 + 1), ("i8", 2, 2), ("str", "2", "2"), ("bool", True, True)],
)  # fmt: skip
def test_an_integer_in_a_float_column_becomes_a_float_if_that_is_exact(type_name, value, converted):
    got = convert_cell(type_name, value, 0)
    assert (got, type(got)) == (converted, type(converted))


@pytest.mark.parametrize(
    ("type_name", "value", "hint"),
    [("bool", 1, "write true or false"), ("str", 1, "put the text in double quotes"), ("i8", "x", None)],
)
def test_a_problem_is_a_fault_at_the_cell(type_name, value, hint):
    with pytest.raises(Fault) as caught:
        convert_cell(type_name, value, 7)
    assert (caught.value.offset, caught.value.hint) == (7, hint)


def test_a_collection_has_no_type():
    with pytest.raises(Fault, match="expected str, found a collection"):
        convert_cell("str", None, 7, collection=True)
