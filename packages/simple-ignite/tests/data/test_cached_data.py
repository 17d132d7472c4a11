"""The bytes of one file."""

import faulthandler
import gc
import os
import pickle
import shutil
import signal
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simple_ignite.data import CachedData, CacheManager, CacheMode, FileChangedError
from simple_ignite.data.cached_data import CachedData as Module
from simple_ignite.errors import CacheError, CacheFileNotFoundError, DataArgumentError

HELD = [CacheMode.MMAP, CacheMode.NORMAL]
MODES = [*HELD, CacheMode.NONE]


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(48)))
    return file


def address(memory):
    return np.frombuffer(memory, np.uint8).__array_interface__["data"][0]


@pytest.mark.parametrize("mode", MODES)
def test_what_it_says_of_itself(path, mode):
    data = CachedData(path, mode)
    assert (data.path, data.mode, data.cached, data.size) == (path, mode, mode is not CacheMode.NONE, 48)
    assert repr(data) == f"CachedData({str(path)!r}, {mode}, 48 bytes)"
    assert CachedData is Module


@pytest.mark.parametrize("mode", MODES)
def test_the_bytes_are_the_files_and_read_only(path, mode):
    data = CachedData(str(path), mode).data
    assert data.readonly
    assert bytes(data) == path.read_bytes()
    with pytest.raises(TypeError):
        data[0] = 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "dtype", ["float32", np.int16, np.dtype(">u4"), torch.float64, np.uint8, "complex64"]
)
def test_arrays(path, mode, dtype):
    array = CachedData(path, mode).numpy(dtype, (2, -1))
    kind = torch.empty(0, dtype=dtype).numpy().dtype if isinstance(dtype, torch.dtype) else np.dtype(dtype)
    np.testing.assert_array_equal(array, np.fromfile(path, kind).reshape(2, -1))
    assert array.dtype == kind
    assert not array.flags.writeable


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, "bfloat16", np.int64, "uint16", torch.bool])
def test_tensors(path, mode, dtype):
    tensor = CachedData(path, mode).tensor(dtype, [2, -1])
    assert tensor.view(torch.uint8).flatten().tolist() == list(range(48))
    assert tensor.shape[0] == 2
    assert tensor.dtype == CachedData(path).tensor(dtype).dtype


@pytest.mark.parametrize("mode", HELD)
def test_views_are_no_copies(path, mode):
    data = CachedData(path, mode)
    where = address(data.data)
    assert data.numpy("float32").__array_interface__["data"][0] == where
    assert data.tensor(torch.float32, (3, 4)).data_ptr() == where
    assert data.tensor(torch.uint8).data_ptr() == where


def test_mode_none_reads_at_each_access(path):
    data = CachedData(path, CacheMode.NONE)
    before = data.tensor("uint8")
    path.write_bytes(bytes(48))
    assert data.tensor("uint8").tolist() == [0] * 48
    assert before.tolist() == list(range(48))


@pytest.mark.parametrize("mode", HELD)
def test_torch_does_not_warn_of_memory_that_cannot_be_written_to(path, mode):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CachedData(path, mode).tensor(torch.float32)


@pytest.mark.parametrize("mode", HELD)
@pytest.mark.parametrize("view", ["data", "numpy", "tensor"])
def test_a_view_outlives_the_object(path, mode, view):
    data = CachedData(path, mode)
    kept = data.data if view == "data" else getattr(data, view)("uint8")
    del data
    gc.collect()
    assert bytes(bytearray(kept)) == bytes(range(48))


@pytest.mark.parametrize("mode", HELD)
def test_a_write_in_place_ends_the_process_and_changes_nothing(path, mode, in_child):
    """A crash, not data that are silently other than the file's."""
    data = CachedData(path, mode)

    def write():
        faulthandler.disable()
        data.tensor("uint8").add_(1)

    assert in_child(write) == -signal.SIGSEGV
    assert bytes(data.data) == path.read_bytes() == bytes(range(48))


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_file(tmp_path, mode):
    path = tmp_path / "empty"
    path.touch()
    data = CachedData(path, mode)
    assert (data.size, bytes(data.data), data.cached) == (0, b"", mode.cached)
    assert data.numpy("float32").shape == (0,)
    assert data.tensor(torch.int64, (0, 7)).shape == (0, 7)
    assert data.tensor(torch.int64).dtype == torch.int64
    assert data._mapping is None


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_shape_is_taken_if_and_only_if_numpy_takes_it(tmp_path, drawn):
    path = tmp_path / "drawn.bin"
    path.write_bytes(bytes(drawn.draw(st.sampled_from([0, 1, 4, 8, 12, 48]))))
    shape = tuple(drawn.draw(st.lists(st.integers(-2, 6), max_size=3)))
    dtype = drawn.draw(st.sampled_from(["uint8", "float32"]))
    try:
        wanted = (
            np.fromfile(path, dtype).reshape(shape).shape
            if path.stat().st_size % np.dtype(dtype).itemsize == 0
            else None
        )
    except ValueError:
        wanted = None
    if any(each < -1 for each in shape):  # numpy takes some of them for -1
        wanted = None
    for view in ("numpy", "tensor"):
        data = CachedData(path)
        if wanted is None:
            with pytest.raises(CacheError):
                getattr(data, view)(dtype, shape)
        else:
            assert tuple(getattr(data, view)(dtype, shape).shape) == wanted


@pytest.mark.parametrize(
    ("dtype", "shape", "problem"),
    [
        ("float32", (5, 3), "has 48 bytes; shape (5, 3) of float32 needs exactly 60"),
        (torch.float32, 7, "has 48 bytes; shape (7,) of float32 needs exactly 28"),
        (torch.bfloat16, (-1, 7), "has 48 bytes; shape (-1, 7) of bfloat16 needs a multiple of 14"),
        (
            "int8",
            (-1, -1),
            "has 48 bytes; shape (-1, -1) of int8 is not possible: "
            "one dimension may be -1, the others are 0 or more",
        ),
        ("int8", (-1, 0), "has 48 bytes; shape (-1, 0) of int8 has no values, so -1 can be any number"),
    ],
)
def test_sizes_that_do_not_fit_say_file_bytes_shape_and_dtype(path, dtype, shape, problem):
    with pytest.raises(CacheError) as caught:
        CachedData(path).tensor(dtype, shape)
    assert str(caught.value) == f"{path}: {problem}"
    assert caught.value.path == path


def test_shapes_and_dtypes_that_are_none(path):
    data = CachedData(path)
    with pytest.raises(
        DataArgumentError, match=r"shape must be whole numbers, one a dimension, not \(2.5,\)"
    ):
        data.numpy("uint8", (2.5,))
    with pytest.raises(DataArgumentError, match="dtype 'float33' is not known to numpy"):
        data.numpy("float33")
    with pytest.raises(
        DataArgumentError, match=r"dtype torch.bfloat16 is not known to numpy; use .tensor\(torch.bf"
    ):
        data.numpy(torch.bfloat16)
    with pytest.raises(DataArgumentError, match="dtype object holds Python objects"):
        data.numpy(object)
    with pytest.raises(DataArgumentError, match=r"dtype \|S4 is not known to torch; use 'uint8'"):
        data.tensor("S4")


def test_modes_may_be_given_by_their_names(path):
    for mode in ("mmap", "normal", "none"):
        data = CachedData(path, mode)
        assert data.mode is CacheMode(mode)
        assert bytes(data.data) == bytes(range(48))
    with pytest.raises(
        DataArgumentError, match="mode must be one of 'mmap', 'normal', 'none', 'disabled', not"
    ):
        CachedData(path, "fast")
    with pytest.raises(DataArgumentError, match="mode DISABLED refuses a file; use MMAP, NORMAL or NONE"):
        CachedData(path, CacheMode.DISABLED)
    with pytest.raises(
        DataArgumentError, match="advise must be one of 'sequential', 'random', 'willneed' or None"
    ):
        CachedData(path, advise="fast")


# Files that change.


@pytest.mark.parametrize("mode", [CacheMode.MMAP, CacheMode.NONE])
@pytest.mark.parametrize("size", [0, 47])
def test_a_file_that_was_cut_off_is_an_error_at_each_access(path, mode, size):
    data = CachedData(path, mode)
    os.truncate(path, size)
    verb = "mapped" if mode is CacheMode.MMAP else "opened"
    for access in (
        lambda: data.data,
        lambda: data.numpy("uint8"),
        lambda: data.tensor("uint8"),
        lambda: data.copy(0, 1),
    ):
        with pytest.raises(FileChangedError) as caught:
            access()
        assert str(caught.value) == (
            f"{path}: has {size} bytes, and had 48 when it was {verb}: it was cut off; "
            "write a new file and rename it instead"
        )
        assert caught.value.path == path
    os.truncate(path, 48)
    assert bytes(data.data) == path.read_bytes()


@pytest.mark.parametrize(
    "change", [lambda path: os.truncate(path, 1), lambda path: path.write_bytes(bytes(99)), Path.unlink]
)
def test_mode_normal_is_immune(path, change):
    data = CachedData(path, CacheMode.NORMAL)
    tensor = data.tensor("uint8")
    change(path)
    assert tensor.tolist() == data.tensor("uint8").tolist() == list(range(48))


@pytest.mark.parametrize("mode", HELD)
def test_a_file_replaced_by_renaming_keeps_its_old_bytes(path, mode, tmp_path):
    data = CachedData(path, mode)
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "new").replace(path)
    assert bytes(data.data) == bytes(range(48))


def test_mode_none_refuses_a_file_that_was_replaced(path, tmp_path):
    """Its size, and the records in it, may be others."""
    data = CachedData(path, CacheMode.NONE)
    (tmp_path / "new").write_bytes(bytes(96))
    (tmp_path / "new").replace(path)
    for access in (lambda: data.data, lambda: data.copy(0, 8)):
        with pytest.raises(FileChangedError) as caught:
            access()
        assert str(caught.value) == f"{path}: was replaced after it was opened; open it again"


@pytest.mark.parametrize("mode", MODES)
def test_a_file_that_grew_keeps_its_size(path, mode):
    data = CachedData(path, mode)
    with path.open("ab") as file:
        file.write(b"more")
    assert bytes(data.data) == bytes(range(48))
    assert data.tensor("uint8").shape == (48,)


def test_mode_none_without_its_file(path):
    data = CachedData(path, CacheMode.NONE)
    path.unlink()
    with pytest.raises(CacheFileNotFoundError, match="does not exist"):
        data.numpy("uint8")


# What cannot be opened.


@pytest.mark.parametrize("mode", MODES)
def test_a_file_that_is_not_there(tmp_path, mode):
    with pytest.raises(CacheFileNotFoundError) as caught:
        CachedData(tmp_path / "none", mode)
    assert str(caught.value) == f"{tmp_path / 'none'}: does not exist"
    assert isinstance(caught.value, FileNotFoundError)
    with pytest.raises(CacheFileNotFoundError):
        CachedData(tmp_path / "none" / "below", mode)


def test_a_folder(tmp_path):
    with pytest.raises(CacheError, match="is a folder; name a file in it"):
        CachedData(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CacheError, match="is a pipe, socket or device, not a regular file"):
        CachedData(tmp_path / "pipe")


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs the /proc of Linux")
@pytest.mark.parametrize("mode", MODES)
def test_a_file_without_a_size_is_not_taken_for_an_empty_one(mode):
    with pytest.raises(CacheError) as caught:
        CachedData("/proc/cpuinfo", mode)
    assert str(caught.value) == (
        "/proc/cpuinfo: has 0 bytes by its size, and more to read, as files of /proc do: copy it to a disk"
    )


def test_names_that_no_file_can_have(tmp_path):
    with pytest.raises(CacheError, match="cannot be opened: embedded null byte"):
        CachedData("a\0b")
    with pytest.raises(CacheError, match="cannot be opened: File name too long"):
        CachedData(tmp_path / ("x" * 5000))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(CacheError, match="loop: cannot be opened: Too many levels of symbolic links"):
        CachedData(tmp_path / "loop")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a user who can be another")
def test_a_file_that_may_not_be_read(in_child):
    folder = Path(tempfile.mkdtemp())  # one that others may enter, unlike tmp_path
    folder.chmod(0o755)
    (folder / "a").write_bytes(b"secret")
    (folder / "a").chmod(0o600)

    def work():
        os.seteuid(65534)
        with pytest.raises(CacheError, match="a: cannot be opened: Permission denied"):
            CachedData(folder / "a")
        with pytest.raises(CacheError, match="a: cannot be opened: Permission denied"):
            CacheManager(99).get(folder / "a")

    try:
        assert in_child(work) == 0
    finally:
        shutil.rmtree(folder)


# Other processes.


@pytest.mark.parametrize("mode", MODES)
def test_it_is_pickled_by_its_path(path, mode):
    data = CachedData(path, mode)
    pickled = pickle.dumps(data)
    assert len(pickled) < 1000
    other = pickle.loads(pickled)
    assert (other.path, other.mode, bytes(other.data)) == (path, mode, path.read_bytes())


def test_a_file_that_changed_before_it_was_unpickled(path, tmp_path):
    pickled = pickle.dumps(CachedData(path))
    (tmp_path / "new").write_bytes(bytes(5))
    (tmp_path / "new").replace(path)
    with pytest.raises(FileChangedError) as caught:
        pickle.loads(pickled)
    assert str(caught.value) == (
        f"{path}: has 5 bytes, and had 48 in the process that opened it first: "
        "it was replaced or written to; open it again there"
    )


# Records.


@pytest.mark.parametrize("mode", MODES)
def test_records_are_gathered_from_any_offset(path, mode):
    out = np.empty((4, 5), np.uint8)
    CachedData(path, mode).gather(np.array([8, 0, 3, 3]), 3, out)
    assert [row.tolist() for row in out] == [[*range(at, at + 5)] for at in (43, 3, 18, 18)]


@pytest.mark.parametrize("mode", MODES)
def test_copies_may_be_written_to(path, mode):
    data = CachedData(path, mode)
    copied = data.copy(3, 2)
    copied[:] = 0
    assert data.copy(3, 2).tolist() == [3, 4]
    assert data.copy(46, 9).tolist() == [46, 47]
    assert data.copy(99, 9).tolist() == []


def test_advice_is_taken(path):
    assert bytes(CachedData(path, advise="sequential").data) == path.read_bytes()
