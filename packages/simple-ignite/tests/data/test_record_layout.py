"""How records lie in a file."""

import numpy as np
import pytest
import torch

from simple_ignite.data import CachedData, CacheMode
from simple_ignite.data.record_layout import RecordLayout
from simple_ignite.errors import CacheError, DataArgumentError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.bin"


def layout(path, dtype=None, shape=None, offset=0):
    return RecordLayout.of(CachedData(path), dtype, shape, offset)


def test_records_after_an_offset(path):
    path.write_bytes(bytes(100))
    found = layout(path, "float32", (2, 3), 4)
    assert found == RecordLayout(torch.float32, (2, 3), 4, 4, swapped=False)
    assert found.nbytes == 24


@pytest.mark.parametrize(
    ("shape", "wanted"), [(None, ()), (5, (5,)), ([1, 5], (1, 5)), (np.int64(5), (5,)), ((), ())]
)
def test_shapes(path, shape, wanted):
    path.write_bytes(bytes(20))
    assert layout(path, torch.int8, shape).shape == wanted


def test_an_empty_file_has_no_records(path):
    path.touch()
    assert layout(path, "float32", 3).count == 0


@pytest.mark.parametrize(
    ("dtype", "swapped"), [(">f4", True), ("<f4", False), ("=f4", False), ("u1", False), (">i8", True)]
)
def test_byte_order(path, dtype, swapped):
    path.write_bytes(bytes(16))
    found = layout(path, dtype)
    assert found.swapped == swapped
    assert found.dtype.itemsize == np.dtype(dtype).itemsize


@pytest.mark.parametrize(
    ("dtype", "shape", "offset", "problem"),
    [
        (
            "float32",
            5,
            0,
            "has 99 bytes, which is no whole number of records of 20 bytes (float32, shape (5,))",
        ),
        (
            torch.bfloat16,
            (2, 2),
            9,
            "has 90 bytes after the first 9, which is no whole number of records of 8 bytes "
            "(bfloat16, shape (2, 2))",
        ),
        (
            "int8",
            None,
            200,
            "has 0 bytes after the first 200, which is no whole number of records of 1 bytes "
            "(int8, shape ())",
        ),
    ],
)
def test_sizes_that_are_no_whole_number_of_records(path, dtype, shape, offset, problem):
    path.write_bytes(bytes(99))
    with pytest.raises(CacheError) as caught:
        layout(path, dtype, shape, offset)
    assert str(caught.value) == f"{path}: {problem}"


@pytest.mark.parametrize(
    ("arguments", "argument", "problem"),
    [
        ({"dtype": "int8", "offset": -1}, "offset", "offset must be a number of bytes, 0 or more, not -1"),
        ({"dtype": "int8", "offset": 1.0}, "offset", "offset must be a number of bytes, 0 or more, not 1.0"),
        (
            {"dtype": "int8", "offset": True},
            "offset",
            "offset must be a number of bytes, 0 or more, not True",
        ),
        (
            {"dtype": "int8", "shape": (3, 0)},
            "shape",
            "shape (3, 0) must have at least 1 in each dimension of a record",
        ),
        (
            {"dtype": "int8", "shape": -1},
            "shape",
            "shape (-1,) must have at least 1 in each dimension of a record",
        ),
        (
            {"dtype": "int8", "shape": (-2, -2)},
            "shape",
            "shape (-2, -2) must have at least 1 in each dimension of a record",
        ),
        (
            {"dtype": "S4"},
            "dtype",
            "dtype |S4 is not known to torch; use 'uint8' and take the bytes apart yourself",
        ),
    ],
)
def test_arguments_that_make_no_sense(path, arguments, argument, problem):
    path.write_bytes(bytes(12))
    with pytest.raises(DataArgumentError) as caught:
        layout(path, **arguments)
    assert (str(caught.value), caught.value.argument) == (problem, argument)


# .npy files.


@pytest.mark.parametrize("mode", [CacheMode.MMAP, CacheMode.NONE])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize(
    "array", [np.zeros((5, 2, 3), "f4"), np.zeros(7, ">i2"), np.zeros((0, 4)), np.zeros((5, 1), order="F")]
)
def test_the_header_of_a_npy_file_says_it_all(path, version, array, mode):
    path = path.with_suffix(".npy")
    with path.open("wb") as file:
        np.lib.format.write_array(file, array, version)
    found = RecordLayout.of(CachedData(path, mode), None, None, 0)
    assert (found.shape, found.count) == (array.shape[1:], len(array))
    assert found.offset == path.stat().st_size - array.nbytes
    assert found.swapped == (not array.dtype.isnative)


def test_a_npy_file_by_another_name(path):
    np.save(path.with_suffix(".npy"), np.zeros((5, 3)))
    path.with_suffix(".npy").rename(path)
    assert layout(path).count == 5
    assert layout(path, "uint8").count == path.stat().st_size


def test_what_the_header_says_too_may_be_given(path):
    path = path.with_suffix(".npy")
    np.save(path, np.zeros((5, 3), "f4"))
    assert layout(path, torch.float32, 3).count == 5


def npy(path, array, **kwargs):
    path = path.with_suffix(".npy")
    np.save(path, array, **kwargs)
    return path


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.array([{}, None]), "holds pickled objects, which are never loaded"),
        (np.array(5.0), "is an array of shape (), which has no records"),
        (np.zeros((3, 0)), "is an array of shape (3, 0), which has no records"),
        (
            np.zeros((3, 2), order="F"),
            "stores columns together, not records; save numpy.ascontiguousarray(…) of it",
        ),
        (np.array(["a"]), "holds values of dtype <U1, which torch does not know; save them as numbers"),
        (
            np.zeros(3, "f4,i4"),
            "holds values of dtype [('f0', '<f4'), ('f1', '<i4')], which torch does not know; "
            "save them as numbers",
        ),
    ],
)
def test_npy_files_that_hold_no_records(path, array, problem):
    path = npy(path, array, allow_pickle=True)
    with pytest.raises(CacheError) as caught:
        layout(path)
    assert str(caught.value) == f"{path}: {problem}"


@pytest.mark.parametrize("change", [-1, 1, -24])
def test_a_npy_file_that_is_not_whole(path, change):
    path = npy(path, np.zeros((5, 3)))
    content = path.read_bytes()
    path.write_bytes(content[:change] if change < 0 else content + b"x")
    with pytest.raises(CacheError) as caught:
        layout(path)
    assert str(caught.value) == (
        f"{path}: has {248 + change} bytes, and 5 records of 24 bytes after a header of 128 need 248"
    )


@pytest.mark.parametrize(
    "content", [b"", b"\x93NUM", b"\x93NUMPY", b"\x93NUMPY\x01\x00\x08\x00{'a': 1}", b"\x93NUMPY\x09\x00"]
)
def test_npy_files_without_a_good_header(path, content):
    path = path.with_suffix(".npy")
    path.write_bytes(content)
    with pytest.raises(
        (CacheError, DataArgumentError), match=r"its \.npy header cannot be read|is no \.npy file"
    ):
        layout(path)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("(" * 500, "its .npy header cannot be read: "),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -2)}",
            "is an array of shape (-2, -2), which has",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}",
            "is an array of shape (-4,), which has no",
        ),
    ],
)
def test_npy_headers_that_numpy_does_not_write(path, header, problem):
    path = path.with_suffix(".npy")
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(16))
    with pytest.raises(CacheError) as caught:
        layout(path)
    assert problem in str(caught.value)


def test_other_files_need_a_dtype(path):
    path.write_bytes(bytes(12))
    with pytest.raises(DataArgumentError) as caught:
        layout(path)
    assert (
        str(caught.value) == f"{path}: is no .npy file; say what its records are: dtype='float32', shape=(…)"
    )
    path = path.rename(path.with_suffix(".npy"))
    with pytest.raises(CacheError, match=r"is no \.npy file, as its name says; rename it to read records"):
        layout(path, "uint8")


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [({"dtype": "f8"}, "dtype"), ({"shape": 4}, "shape"), ({"offset": 128}, "offset")],
)
def test_what_contradicts_the_header_is_refused(path, arguments, argument):
    path = npy(path, np.zeros((5, 3), "f4"))
    with pytest.raises(DataArgumentError) as caught:
        layout(path, **arguments)
    assert str(caught.value) == (
        f"{path}: is a .npy file of float32, records (3,); leave out dtype, shape and offset"
    )
    assert caught.value.argument == argument
