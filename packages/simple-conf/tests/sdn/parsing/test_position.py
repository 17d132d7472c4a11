"""Positions are found by the parts of a path."""

from simple_conf.sdn.parsing.position import Position
from simple_conf.sdn.parsing.token import Token

CELLS = [Position("bare", 10, 11), Position("blank", 12, 12)]
ROW = Position("row", 10, 12, CELLS, columns=("x", "y"))
TABLE = Position("named_table", 0, 12, [ROW], columns=("x", "y"))
MAPPING = Position("mapping", 0, 12, {"t": TABLE})


def test_a_key_finds_an_entry():
    assert MAPPING.child("t") is TABLE
    assert MAPPING.child("u") is None
    assert MAPPING.child(0) is None


def test_an_index_finds_an_item_from_either_end():
    items = [Position("bare", number, number + 1) for number in range(3)]
    holder = Position("inline_list", 0, 9, items)
    assert [holder.child(index) for index in (0, 2, -1, -3)] == [items[0], items[2], items[2], items[0]]
    assert holder.child(3) is None
    assert holder.child(-4) is None
    assert holder.child("x") is None


def test_a_cell_is_found_by_its_column_and_by_its_index():
    assert ROW.child("y") is CELLS[1]
    assert ROW.child(1) is CELLS[1]
    assert ROW.child("z") is None
    assert TABLE.child("x") is None  # a table has rows, not cells


def test_a_scalar_has_nothing_inside():
    assert CELLS[0].child(0) is None
    assert CELLS[0].child("x") is None
    assert CELLS[0].items() == []


def test_items_are_in_the_order_of_the_text():
    assert MAPPING.items() == [TABLE]
    assert ROW.items() == CELLS
    assert Position("inline_dict", 0, 2, {}).items() == []


def test_the_key_starts_at_the_value_until_it_is_set():
    position = Position("bare", 3, 4)
    assert (position.key_start, position.key_end) == (3, 3)
    assert position.with_key(Token("KEY", "a", 0, 2)) is position
    assert (position.key_start, position.key_end) == (0, 2)
    assert (position.start, position.end) == (3, 4)
