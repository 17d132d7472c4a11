import copy
import pickle

import pytest

from simple_conf.values import MISSING, Missing, Secret, Table


def test_a_named_table_reads_as_a_sequence_of_dicts():
    table = Table(["a", "b"], [(1, 2), (3, None)])
    assert table == [{"a": 1, "b": 2}, {"a": 3, "b": None}]
    assert table.to_list() == table
    assert list(table) == table.to_list()
    assert table[1] == {"a": 3, "b": None}
    assert table[-1:] == [{"a": 3, "b": None}]
    assert len(table) == 2
    assert {"a": 1, "b": 2} in table
    assert table.column("b") == [2, None]
    with pytest.raises(KeyError):
        table.column("c")


def test_a_typed_table_reads_as_a_sequence_of_lists():
    table = Table(types=["i32", "f64"], rows=[(1, 2.5)])
    assert table == [[1, 2.5]]
    assert table.to_list() == [[1, 2.5]]


def test_tables_differ_by_columns_rows_and_order():
    table = Table(["a", "b"], [(1, 2)])
    assert table == Table(["a", "b"], [(1, 2)])
    assert table != Table(["a", "c"], [(1, 2)])
    assert table != Table(["a", "b"], [(1, 3)])
    assert table != Table(["a", "b"], [])
    assert table != [{"a": 1}]
    assert table != 3


def test_a_table_is_checked_when_it_is_made():
    with pytest.raises(ValueError, match="row 1 has 1 cells, the table has 2 columns"):
        Table(["a", "b"], [(1, 2), (3,)])
    with pytest.raises(ValueError, match="comes twice"):
        Table(["a", "a"])
    with pytest.raises(ValueError, match="needs columns or types"):
        Table()


def test_a_table_copies_and_pickles_and_does_not_hash():
    table = Table(["a"], [(1,)], ["i32"])
    for twin in (copy.copy(table), copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        assert twin == table
        assert twin.types == ("i32",)
        twin.rows.append((2,))
    assert len(table) == 1
    with pytest.raises(TypeError):
        hash(table)


def test_there_is_one_missing():
    assert Missing() is MISSING
    assert copy.deepcopy(MISSING) is MISSING
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_a_secret_shows_nothing_but_is_there():
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>8}", repr([secret]), f"{secret!r}"):
        assert "hunter2" not in shown
        assert "••••" in shown
    assert secret == Secret("hunter2")
    assert secret != Secret("other")
    assert secret != "hunter2"
    assert hash(secret) == hash(Secret("hunter2"))
    assert pickle.loads(pickle.dumps(secret)) == secret
    assert copy.deepcopy(secret).reveal() == "hunter2"
