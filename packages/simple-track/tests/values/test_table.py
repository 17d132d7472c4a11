import datetime
import enum
import math
from decimal import Decimal

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simple_track.errors import SettingError
from simple_track.values import Histogram, Image, Table
from simple_track.values.arrays import ValueRangeError, ValueShapeError
from simple_track.values.cells import TableCellError
from simple_track.values.table import UnknownColumnError
from simple_track.values.tables.arrow_column import digits

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
).filter(lambda value: isinstance(value, list | dict))
TIMES = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))
CELLS = {
    "int": st.integers(-(2**63), 2**64 - 1),
    "float": st.floats(),
    "decimal": st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30
    ).filter(lambda number: max(digits(number)) <= 38),
    "date": st.dates(),
    "time": st.times(),
    "datetime[ns]": st.integers(-(2**63) + 1, 2**63 - 1).map(lambda n: np.datetime64(n, "ns")),
    "duration": st.timedeltas(datetime.timedelta(-(10**8)), datetime.timedelta(10**8)),
    "duration[ns]": st.integers(-(2**63) + 1, 2**63 - 1).map(lambda n: np.timedelta64(n, "ns")),
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
        assert kind == table.types[name] or kind == table.types[name].removesuffix(
            "[ns]"
        )  # all of microseconds


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
    for number in (2**64, -(2**63) - 1):
        with pytest.raises(TableCellError) as caught:
            Table(["n"], [[1], [number]])
        assert str(caught.value) == (
            f"row 1, column 'n': expected an int of 64 bits, got int {number}. "
            "Convert the value to a float or a text, or give all of the column as Decimal."
        )


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
    with pytest.raises(SettingError, match="'number' is not one of int, float"):
        Table(["a"], types={"a": "number"})
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
    with pytest.raises(
        TableCellError, match="row 0, column 'x': expected a float that equals it, got int 9007"
    ):
        Table(["x"], [[2**53 + 1]], types={"x": "float"})
    with pytest.raises(
        TableCellError, match="row 1, column 'x': expected a float that equals it, got int 1000"
    ):
        Table(["x"], [[0.5], [10**400]])


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


@given(table=tables())
@quick
def test_any_table_comes_back_through_arrow_and_pandas(table):
    kept = table.to_arrow()
    back = Table.from_arrow(kept)
    for name in table.columns:
        kind = table.types.get(name)
        if kind != "json":  # which is text there
            assert alike(back.get_column(name), table.get_column(name)), (name, kind)
    frame = table.to_pandas()
    assert len(frame) == len(table)
    again = Table.from_pandas(frame)
    for name in table.columns:
        cells = table.get_column(name)
        if table.types.get(name) == "float" and None in cells:
            cells = [math.nan if cell is None else cell for cell in cells]  # pandas has only NaN there
        assert alike(again.get_column(name), cells), (name, table.types.get(name))


def alike(found, expected):
    def same(a, b):
        if isinstance(a, dict):
            return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
        if isinstance(a, list):
            return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
        if isinstance(b, np.generic) and not isinstance(a, np.generic):
            a = type(b)(a)  # all cells are whole microseconds
        return a is b or a == b or (a != a and b != b)

    return len(found) == len(expected) and all(map(same, found, expected))


def test_integers_and_decimals_are_one_column():
    table = Table(["x"], [[1], [Decimal("0.10")], [10**30]])
    assert table.types == {"x": "decimal"}
    assert table.get_column("x") == [Decimal(1), Decimal("0.10"), Decimal(10**30)]
    assert table.sum("x") == Decimal("1000000000000000000000000000001.10")
    assert table.mean("x") > Decimal(10**29)
    assert (table.min("x"), table.max("x")) == (Decimal("0.1"), Decimal(10**30))


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal(10**38), Decimal("1e-39")])
def test_a_decimal_that_no_file_holds_is_refused(value):
    with pytest.raises(
        TableCellError, match="expected a Decimal of up to 38 digits before and behind the point"
    ):
        Table(["x"], [[value]])


def test_decimals_of_any_size_share_a_column(round_trip):
    table = Table(["x"], [[Decimal(10**37)], [Decimal("1e-38")], [None]])
    assert round_trip(table) == table


@pytest.mark.parametrize(
    "missing", [None, pandas.NA, pandas.NaT, np.datetime64("NaT"), np.timedelta64("NaT", "s")]
)
@pytest.mark.parametrize("cell", [1, 0.5, "a", datetime.date(2026, 1, 1), datetime.timedelta(1)])
def test_whatever_stands_for_no_value_is_none(missing, cell, round_trip):
    table = Table(["x"], [[missing], [cell], [missing]])
    assert table.get_column("x") == [None, cell, None]
    assert round_trip(table) == table
    assert table.count("x") == 1


def test_nan_is_no_missing_text():
    with pytest.raises(
        TableCellError, match=r"expected str, got float nan\. Where there is no value, give None\."
    ):
        Table(["x"], [["a"], [math.nan]])


def test_nanoseconds_are_kept(round_trip):
    stamp, took = pandas.Timestamp("2026-01-01T00:00:00.123456789"), pandas.Timedelta(5, "ns")
    table = Table(["t", "d"], [[stamp, took], [datetime.datetime(2026, 1, 2), datetime.timedelta(1)]])
    assert table.types == {"t": "datetime[ns]", "d": "duration[ns]"}
    assert table[0] == {"t": stamp.to_datetime64(), "d": np.timedelta64(5, "ns")}
    assert table[1]["t"] == np.datetime64("2026-01-02", "ns")
    assert round_trip(table) == table
    assert table.to_pandas()["t"].tolist() == [stamp, pandas.Timestamp("2026-01-02")]
    assert (table.min("t"), table.max("d")) == (stamp.to_datetime64(), np.timedelta64(1, "D"))


def test_a_zoned_time_with_nanoseconds_is_refused_and_the_hint_helps():
    stamp = pandas.Timestamp("2026-01-01T00:00:00.123456789", tz="Europe/Berlin")
    with pytest.raises(TableCellError, match="kept to the microsecond; floor\\('us'\\) cuts it there"):
        Table(["t"], [[stamp]])
    assert Table(["t"], [[stamp.floor("us")]]).types == {"t": "datetime[UTC]"}
    with pytest.raises(ValueRangeError, match="has nanoseconds; expected zoned times to the microsecond"):
        Table.from_arrow(pyarrow.table({"t": pyarrow.array([5], pyarrow.timestamp("ns", "UTC"))}))


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("10000-01-01"),
        np.timedelta64(5, "Y"),
        np.timedelta64(5),
        datetime.time(1, tzinfo=datetime.UTC),
        np.complex64(1),
        1j,
        bytearray(b"a"),
    ],
)
def test_what_no_column_holds_is_refused(value):
    with pytest.raises(TableCellError, match="expected one of int, float, decimal"):
        Table(["x"], [[value]])


def test_subclasses_become_what_is_read_back(round_trip):
    class Day(datetime.date):
        pass

    kind = enum.IntEnum("Kind", "ONE").ONE
    color = enum.StrEnum("Color", "RED").RED
    table = Table(["a", "b", "c", "d"], [[kind, color, Day(2026, 1, 1), np.float64(0.5)]])
    assert [type(cell) for cell in table[0].values()] == [int, str, datetime.date, float]
    assert table[0]["b"] == "red"
    assert round_trip(table) == table


def test_times_at_the_ends_of_the_calendar_are_kept_or_refused(round_trip):
    table = Table(["t"], [[datetime.datetime.max], [datetime.datetime.min], [None]])
    assert round_trip(table) == table
    west = datetime.timezone(datetime.timedelta(hours=-5))
    with pytest.raises(TableCellError, match="expected datetime\\[UTC\\]"):
        Table(["t"], [[datetime.datetime.max.replace(tzinfo=west)]])
    with pytest.raises(TableCellError, match="expected datetime\\[ns\\], got datetime"):
        Table(["t"], [[datetime.datetime(1600, 1, 1)]], types={"t": "datetime[ns]"})


def test_nan_has_no_place_in_an_order():
    for cells in ([math.nan, 1.0, 2.0], [2.0, math.nan, 1.0], [1.0, 2.0, math.nan]):
        table = Table(["a"], [[cell] for cell in cells])
        assert (table.min("a"), table.max("a")) == (1.0, 2.0)
        assert math.isnan(table.mean("a"))
    assert math.isnan(Table(["a"], [[math.nan]]).min("a"))
    assert Table(["a"]).max("a") is None


def test_what_has_no_order_is_said():
    with pytest.raises(ValueRangeError) as caught:
        Table(["a"], [[[1]], [[2]]]).min("a")
    assert str(caught.value) == (
        "table: column 'a' is of type json, which has no order; expected a column of numbers, texts, bytes or times."  # noqa: E501 - a message, whole
    )


def test_sums_and_means_do_not_fail_where_floats_end():
    assert Table(["a"], [[math.inf], [-math.inf]]).mean("a") != 0
    assert Table(["a"], [[1e308], [1e308]]).mean("a") == math.inf
    assert Table(["a"], [[2**63], [2**63]]).sum("a") == 2**64
    total = Table(["a"], [[Decimal("1e37")], [Decimal("1e-38")]]).sum("a")
    assert total - Decimal(10**37) == Decimal("1e-38")


def test_columns_of_one_name_are_refused():
    with pytest.raises(ValueShapeError, match="column names that differ"):
        Table.from_arrow(pyarrow.table([[1], [2]], names=["a", "a"]))
    with pytest.raises(ValueShapeError, match="column names that differ"):
        Table.from_columns({1: [1], "1": [2]})


def test_unsigned_integers_are_numbers_for_other_libraries(logged_file):
    path = logged_file(Table(["h", "mixed"], [[2**63 + 5, 2**64 - 1], [None, -1]]))
    stored = pyarrow.parquet.read_table(path)
    assert stored["h"].to_pylist() == [2**63 + 5, None]
    assert stored["mixed"].to_pylist() == [2**64 - 1, -1]
    assert pandas.read_parquet(path)["h"][0] == 2**63 + 5


def test_a_notebook_shows_the_first_rows_escaped():
    table = Table(["<b>", "image"], [["<script>", Image(np.zeros((2, 2)), caption="<i>")]] * 21)
    shown = table._repr_html_()
    assert "<caption>21 rows, the first 20 of them</caption>" in shown
    assert "<th>&lt;b&gt;</th>" in shown
    assert "<td>&lt;script&gt;</td>" in shown
    assert "data:image/png;base64," in shown
    assert "<i>" not in shown


@pytest.mark.parametrize(
    "columns",
    [
        {"a": [1]},
        [[1, 2], [3, 4]],
        [(1, 2), (3, 4)],
        [{"a": 1}],
        np.zeros((2, 2)),
        Table(["a"], [[1]]),
        pyarrow.table({"a": [1]}),
        pandas.DataFrame({"a": [1]}),
        polars.DataFrame({"a": [1]}),
    ],
    ids=lambda columns: type(columns).__module__.partition(".")[0] + " " + type(columns).__name__,
)
def test_contents_in_the_place_of_column_names_are_refused(columns):
    with pytest.raises(ValueRangeError, match="expected a list of names; contents are given by data="):
        Table(columns)
    if not isinstance(columns, (np.ndarray, list)):
        assert list(Table(data=columns)) == [{"a": 1}]  # as the message says


@pytest.mark.parametrize(
    "frame", [pandas.DataFrame, polars.DataFrame, pyarrow.table], ids=["pandas", "polars", "arrow"]
)
@pytest.mark.parametrize("columns", [None, ["a", "b"], ["b", "a"]])
def test_frames_keep_their_columns(frame, columns):
    table = Table(columns, frame({"a": [1, 2], "b": [3, 4]}))  # square: rows and columns could be mistaken
    assert [row["a"] for row in table] == [1, 2]
    assert [row["b"] for row in table] == [3, 4]
    assert table.columns == (columns or ["a", "b"])
    with pytest.raises(UnknownColumnError, match="no column 'a'"):
        Table(["x", "b"], frame({"a": [1, 2], "b": [3, 4]}))
