"""A column in a file grows, reads back, and shows any damage."""

import math

import numpy as np
import pytest

from simple_track.reading.column_file import ColumnFile, checksum
from simple_track.reading.columns import Part

KINDS = {
    "f": np.array([1.5, -0.0, math.inf, 0.1]),
    "i": np.array([1, -(2**63), 2**63 - 1, 5]),
    "u": np.array([2**63, 2**64 - 1, 2**63 + 1, 2**63 + 2], np.uint64),
    "b": np.array([True, False, True, True]),
    "s": np.array(["a", "", "ünï", '", '], dtype=object),
}


def part(letter, start, stop, rows=None):
    chosen = np.arange(start, stop) if rows is None else np.array(rows)
    return Part(chosen.astype(np.uint32), KINDS[letter][start:stop])


@pytest.mark.parametrize("letter", KINDS)
@pytest.mark.parametrize("cut", [1, 2, 4])
def test_pieces_read_back_as_one_column(tmp_path, letter, cut):
    column = ColumnFile("x", letter, 3)
    column.append(tmp_path, part(letter, 0, cut))
    if cut < 4:
        column.append(tmp_path, part(letter, cut, 4))
    found = column.read(tmp_path)
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert repr(found.values.tolist()) == repr(KINDS[letter].tolist())
    assert found.values.dtype == KINDS[letter].dtype
    assert (column.count, column.first) == (4, 0)
    assert [path.name for path in tmp_path.iterdir()] == [f"3.{letter}"]


@pytest.mark.parametrize(
    ("first", "second"),
    [([2, 3], [4, 5]), ([2, 3], [5, 6]), ([2, 3], [4, 6]), ([2, 4], [5, 6]), ([0, 9], [10, 12])],
    ids=str,
)
def test_rows_are_kept_where_they_have_gaps(tmp_path, first, second):
    column = ColumnFile("x", "i", 0)
    column.append(tmp_path, part("i", 0, 2, first))
    column.append(tmp_path, part("i", 2, 4, second))
    found = column.read(tmp_path)
    assert found.rows.tolist() == [*first, *second]
    assert found.rows.dtype == np.uint32
    assert found.values.tolist() == KINDS["i"].tolist()
    gapless = [*first, *second] == list(range(first[0], first[0] + 4))
    assert (column.first == first[0]) == gapless
    assert (tmp_path / "0.rows").exists() != gapless


def test_a_third_piece_goes_on_where_gaps_were(tmp_path):
    column = ColumnFile("x", "f", 0)
    for start, rows in ((0, [0]), (1, [5]), (2, [6, 8])):
        column.append(tmp_path, part("f", start, start + len(rows), rows))
    assert column.read(tmp_path).rows.tolist() == [0, 5, 6, 8]


@pytest.mark.parametrize("letter", KINDS)
def test_what_a_killed_writer_left_is_written_over(tmp_path, letter):
    column = ColumnFile("x", letter, 0)
    column.append(tmp_path, part(letter, 0, 2))
    with (tmp_path / f"0.{letter}").open("ab") as file:
        file.write(b"\1" * 100)
    column.append(tmp_path, part(letter, 2, 4))
    assert repr(column.read(tmp_path).values.tolist()) == repr(KINDS[letter].tolist())


@pytest.mark.parametrize("name", ["0.i", "0.rows"])
@pytest.mark.parametrize("harm", ["cut", "flip", "zero"])
def test_damage_is_an_error(tmp_path, name, harm):
    column = ColumnFile("x", "i", 0)
    column.append(tmp_path, part("i", 0, 4, [0, 2, 3, 7]))
    path = tmp_path / name
    data = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(data[:-1])
    elif harm == "flip":
        data[-1] ^= 1
        path.write_bytes(data)
    else:
        path.write_bytes(bytes(len(data)))
    with pytest.raises(ValueError, match="column 0 is not what its index says"):
        column.read(tmp_path)


def test_a_missing_file_is_an_error(tmp_path):
    column = ColumnFile("x", "i", 0)
    column.append(tmp_path, part("i", 0, 4))
    (tmp_path / "0.i").unlink()
    with pytest.raises(FileNotFoundError):
        column.read(tmp_path)


def test_an_index_with_another_count_does_not_fit(tmp_path):
    column = ColumnFile("x", "i", 0)
    column.append(tmp_path, part("i", 0, 4))
    column.count = 3
    with pytest.raises(ValueError, match="column 0"):
        column.read(tmp_path)


def test_a_file_is_opened_at_a_byte_and_not_cut(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abcdef")
    with ColumnFile.opened(path, 2) as file:
        file.write(b"XY")
    assert path.read_bytes() == b"abXYef"
    with ColumnFile.opened(tmp_path / "new", 0) as file:
        file.write(b"Z")
    assert (tmp_path / "new").read_bytes() == b"Z"


@pytest.mark.parametrize("values", KINDS.values(), ids=KINDS)
def test_the_checksum_of_two_pieces_adds_up(values):
    whole = checksum(values)
    assert (checksum(values[:1]) + checksum(values[1:])) % 2**64 == whole % 2**64
    assert checksum(values[:0]) == 0


@pytest.mark.parametrize("letter", "fiub")
def test_zeros_have_a_checksum_too(letter):
    zeros = np.zeros(4, KINDS[letter].dtype)
    assert checksum(zeros) == 4
    assert checksum(zeros) != checksum(KINDS[letter])


def test_rows_of_several_fields_have_a_checksum():
    rows = np.array([(1, 2.0), (3, 4.0)], [("step", "<i8"), ("timestamp", "<f8")])
    assert checksum(rows) != checksum(rows[::-1][:1])
    assert checksum(rows) == checksum(rows[:1]) + checksum(rows[1:])
