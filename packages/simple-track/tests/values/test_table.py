import datetime
import math

import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simple_track.errors import SettingError
from simple_track.values import Histogram, Image, Table
from simple_track.values.arrays import ValueShapeError
from simple_track.values.cells import TableCellError
from simple_track.values.table import UnknownColumnError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
).filter(lambda value: isinstance(value, list | dict))
TIMES = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))
CELLS = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(),
    "bool": st.booleans(),
    "str": st.text(),
    "bytes": st.binary(),
    "datetime": TIMES,
    "datetime[UTC]": TIMES.map(lambda time: time.replace(tzinfo=datetime.UTC)),
    "json": JSON,
}


@st.composite
def tables(draw):
    names = draw(st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True))
    types = {name: draw(st.sampled_from(sorted(CELLS))) for name in names}
    row = st.tuples(*(st.none() | CELLS[types[name]] for name in names))
    return Table(names, draw(st.lists(row, max_size=6)), types)


@given(table=tables())
@quick
def test_any_table_comes_back(table, round_trip):
    assert round_trip(table) == table


@given(table=tables())
@quick
def test_types_are_inferred_as_they_were_given(table):
    inferred = Table(table.columns, [list(row.values()) for row in table])
    for name, kind in inferred.types.items():
        assert kind == table.types[name]


def test_media_are_cells(round_trip):
    table = Table(
        ["image", "label"], [[Image(np.zeros((2, 2))), "cat"], [None, "dog"], [Histogram([1.0]), None]]
    )
    back = round_trip(table)
    assert back == table
    assert back[0]["image"] == Image(np.zeros((2, 2)))
    assert table.types == {"image": "media", "label": "str"}


def test_other_libraries_read_the_file(logged_file):
    table = Table(["n", "x", "name"], [[1, 0.5, "a"], [2, math.nan, None]])
    path = logged_file(table)
    frame = pandas.read_parquet(path)
    assert frame["n"].tolist() == [1, 2]
    assert path.parent.name == "tables"
    stored = pyarrow.parquet.read_table(path)
    assert [str(field.type) for field in stored.schema] == ["int64", "double", "string"]
    assert stored["name"].to_pylist() == ["a", None]


def test_a_wrong_cell_is_named_by_row_and_column():
    table = Table(["step", "loss"], [[0, 0.5]])
    with pytest.raises(TableCellError) as caught:
        table.add_rows([[1, 0.4], [2, "low"]])
    assert str(caught.value) == ("row 2, column 'loss': expected float, got str 'low'. Convert the value.")
    assert (caught.value.row, caught.value.column) == (2, "loss")
    assert len(table) == 1  # all rows or none


def test_integers_are_floats_where_floats_are_held():
    table = Table(["x"], [[1], [0.5]])
    assert table.types == {"x": "float"}
    table.add_row([2])
    assert table.get_column("x") == [1.0, 0.5, 2.0]
    assert isinstance(table.get_column("x")[2], float)


def test_a_float_is_no_integer():
    with pytest.raises(TableCellError, match=r"row 0, column 'n': expected int, got float 1.5"):
        Table(["n"], [[1.5]], types={"n": "int"})


def test_true_is_no_number():
    with pytest.raises(TableCellError, match=r"row 1, column 'n': expected int, got bool True"):
        Table(["n"], [[1], [True]])


def test_what_no_column_holds_is_named():
    with pytest.raises(
        TableCellError, match=r"row 0, column 'n': expected one of int, .*, media, got object"
    ):
        Table(["n"], [[object()]])


def test_a_table_is_no_cell():
    with pytest.raises(TableCellError, match=r"row 0, column 'a': expected one of int, .*, got Table"):
        Table(["a"], [[Table(["b"], [[1]])]])


def test_a_number_beyond_64_bits_is_named():
    with pytest.raises(TableCellError, match="expected int, got int 9223372036854775808"):
        Table(["n"], [[2**63]])


def test_scalars_of_numpy_and_torch_are_plain():
    torch = pytest.importorskip("torch")
    table = Table(["a", "b", "c"], [[np.int32(1), np.float32(0.5), torch.tensor(2)]])
    assert table.types == {"a": "int", "b": "float", "c": "int"}
    assert table[0] == {"a": 1, "b": 0.5, "c": 2}


def test_rows_may_be_dicts():
    table = Table(data=[{"a": 1}, {"a": 2, "b": "x"}])
    assert table.columns == ["a", "b"]
    assert list(table) == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]
    with pytest.raises(UnknownColumnError) as caught:
        table.add_row({"c": 1})
    assert str(caught.value) == "no column 'c'; the table has: a, b."


def test_a_short_row_is_named():
    with pytest.raises(
        ValueShapeError, match=r"row 0: shape \(1,\) does not fit; expected one cell for each of"
    ):
        Table(["a", "b"], [[1]])


def test_types_that_do_not_exist_are_refused():
    with pytest.raises(SettingError, match="'decimal' is not one of int, float"):
        Table(["a"], types={"a": "decimal"})
    with pytest.raises(SettingError, match="types: 'b' is not one of a"):
        Table(["a"], types={"b": "int"})


def test_filter_map_and_aggregates():
    table = Table(["name", "loss"], [["a", 3.0], ["b", 1.0], ["c", None]])
    assert table.filter(lambda row: row["name"] != "a").get_column("name") == ["b", "c"]
    assert table.map(lambda row: {"upper": row["name"].upper()}).get_column("upper") == ["A", "B", "C"]
    assert (table.sum("loss"), table.mean("loss")) == (4.0, 2.0)
    assert (table.min("loss"), table.max("name")) == (1.0, "c")
    assert (table.count(), table.count("loss"), len(table)) == (3, 2, 3)
    assert math.isnan(Table(["x"]).mean("x"))
    assert Table(["x"]).min("x") is None
    with pytest.raises(TableCellError, match="row 0, column 'name': expected float, got str 'a'"):
        table.mean("name")


def test_a_filter_that_keeps_nothing_keeps_the_types():
    table = Table(["a"], [[1]])
    assert table.filter(lambda row: False).types == {"a": "int"}


def test_pandas_there_and_back():
    frame = pandas.DataFrame(
        {
            "n": [1, 2],
            "x": [0.5, math.nan],
            "s": ["a", None],
            "t": pandas.to_datetime(["2026-01-10 12:00", "2026-01-11 00:30"]),
            "maybe": pandas.array([1, None], dtype="Int64"),
        }
    )
    table = Table.from_pandas(frame)
    assert table.types == {"n": "int", "x": "float", "s": "str", "t": "datetime", "maybe": "int"}
    assert table.get_column("s") == ["a", None]
    assert math.isnan(table.get_column("x")[1])
    assert Table.from_pandas(table.to_pandas()) == table


def test_a_data_frame_is_taken_as_rows():
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert Table(data=frame) == Table(["a", "b"], [[1, "x"], [2, "y"]])
    assert Table(["b", "a"], frame).columns == ["b", "a"]
    with pytest.raises(UnknownColumnError, match="no column 'b'; the table has: a"):
        Table(["a"], frame)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Table(["a", "b"], ["xy"]), "row 0: got str 'xy'; expected a list or a dict."),
        (lambda: Table(["a"], [5]), "row 0: got int 5; expected a list or a dict."),
        (lambda: Table("ab"), "table: columns are the text 'ab'; expected a list of names."),
    ],
)
def test_text_is_not_taken_for_many_things(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == message


def test_an_integer_that_no_float_is_is_refused():
    assert Table(["x"], [[2**53]], types={"x": "float"}).get_column("x") == [2.0**53]
    with pytest.raises(TableCellError, match="row 0, column 'x': expected float, got int 9007199254740993"):
        Table(["x"], [[2**53 + 1]], types={"x": "float"})


def test_arrow_there_and_back():
    arrow = pyarrow.table({"a": [1, None], "b": ["x", "y"]})
    table = Table.from_arrow(arrow)
    assert table.types == {"a": "int", "b": "str"}
    assert table.to_arrow().cast(arrow.schema).equals(arrow)


def test_whole_columns_are_taken():
    assert Table.from_columns({"a": [1, None], "b": ["x", "y"]}) == Table(["a", "b"], [[1, "x"], [None, "y"]])
    with pytest.raises(ValueShapeError, match=r"columns of one length, not \{'a': 1, 'b': 2\}"):
        Table.from_columns({"a": [1], "b": [1, 2]})
    with pytest.raises(TableCellError, match=r"row 1, column 'a': expected int, got bool True"):
        Table.from_columns({"a": [1, True]})


def test_tables_differ_by_a_cell():
    assert Table(["a"], [[1]]) != Table(["a"], [[2]])
    assert Table(["a"], [[math.nan]]) == Table(["a"], [[math.nan]])
    assert Table(["a"], [[1]]) != Table(["a"], [[1.0]])


def test_a_dict_of_columns_makes_a_table():
    assert Table(data={"a": [1, 2], "b": ["x", "y"]}) == Table(["a", "b"], [[1, "x"], [2, "y"]])
    assert Table(data={"a": []}).columns == ["a"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Table({"a": [1, 2]}),
            "table: columns are a dict; expected a list of names; contents are given by data=.",
        ),
        (
            lambda: Table(pandas.DataFrame({"a": [1]})),
            "table: columns are a DataFrame; expected a list of names; contents are given by data=.",
        ),
        (
            lambda: Table(data=[[1, 2]]),
            "table: rows without names; expected columns=[…], or rows that are dicts.",
        ),
        (lambda: Table.from_pandas([1]), "table: got list; expected a pandas.DataFrame."),
        (
            lambda: Table(["a"], [[1]])["a"],
            "table: row 'a'; expected a whole number; a column is had by get_column.",
        ),
        (
            lambda: Table(["a"], [[1]])[0:1],
            "table: a slice of rows; expected a whole number; some rows are had by filter.",
        ),
        (lambda: Table(["a"], [[1]])[1], "row 1: the table has 1, numbered from 0."),
    ],
)
def test_what_makes_no_table_or_is_not_in_it_is_said(make, message):
    with pytest.raises((ValueError, IndexError)) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("first", "second", "advice"),
    [
        (1, 2.5, "Make the table with types={'a': 'float'}, or convert the value."),
        ("x", datetime.date(2026, 1, 1), "Convert the value: a date is a datetime at midnight, or its text."),
        (1, "x", "Convert the value."),
    ],
)
def test_what_to_do_about_a_cell_is_said(first, second, advice):
    table = Table(["a"], [[first]])
    with pytest.raises(TableCellError) as caught:
        table.add_row([second])
    assert str(caught.value).endswith(f". {advice}")
    assert len(table) == 1
