"""Records of a file, as a dataset."""

import copy
import os
import pickle

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Subset, random_split

from simple_ignite.data import CachedDataset, CacheManager, CacheMode, FileChangedError
from simple_ignite.errors import CacheError

ROWS = np.arange(100 * 6, dtype=np.float32).reshape(100, 2, 3)


@pytest.fixture
def path(tmp_path):
    ROWS.tofile(tmp_path / "a.bin")
    return tmp_path / "a.bin"


@pytest.fixture(params=["own", "mmap", "normal", "none", "too small"])
def cache(request, path):
    if request.param == "own":
        return None
    cache = CacheManager(10 if request.param == "too small" else 10**6)
    if request.param != "too small":
        cache.set_cache_mode(path, request.param)
    return cache


def dataset(path, **kwargs):
    return CachedDataset(path, "float32", (2, 3), **kwargs)


def half(item):
    return {"half": item / 2}


def test_what_it_says_of_itself(path):
    data = dataset(path)
    assert (data.path, data.dtype, data.shape, len(data)) == (path, torch.float32, (2, 3), 100)


def test_items_are_records(path, cache):
    data = dataset(path, cache=cache)
    for index in (0, 99, -1, -100, np.int64(5), torch.tensor(7)):
        item = data[index]
        assert (item.dtype, item.shape) == (torch.float32, (2, 3))
        assert torch.equal(item, torch.from_numpy(ROWS[int(index)]))
    assert len(list(data)) == 100


def test_batches_are_the_items(path, cache):
    data = dataset(path, cache=cache)
    for indices in ([3, 99, -1, 0, 3], (5,), [], range(4, 9), np.array([1, -100]), torch.tensor([2, 4])):
        items = data.__getitems__(indices)
        assert len(items) == len(indices)
        assert all(torch.equal(item, data[index]) for item, index in zip(items, indices, strict=True))


@pytest.mark.parametrize("index", [100, -101, 10**12])
def test_records_that_are_not_there(path, cache, index):
    data = dataset(path, cache=cache)
    for ask in (lambda: data[index], lambda: data.__getitems__([3, index, 5])):
        with pytest.raises(IndexError) as caught:
            ask()
        assert str(caught.value) == f"{path}: has 100 records, numbered from 0; there is no number {index}"


def test_an_index_that_is_no_number(path):
    with pytest.raises(TypeError):
        dataset(path)[1.5]
    for indices in ([0, 1.5], [True, False], ["a"], [2**70], np.zeros((2, 2), int)):
        with pytest.raises(TypeError, match="records are asked for by whole numbers, not by"):
            dataset(path).__getitems__(indices)
    with pytest.raises(IndexError):
        dataset(path).__getitems__(np.array([2**64 - 1], np.uint64))


def test_writing_to_items_and_batches_changes_nothing(path, cache):
    data = dataset(path, cache=cache)
    data[3].zero_()
    for item in data.__getitems__([3, 4]):
        item.zero_()
    for batch in DataLoader(data, 10, collate_fn=data.collate):
        batch.zero_()
    assert torch.equal(data[3], torch.from_numpy(ROWS[3]))
    np.testing.assert_array_equal(np.fromfile(path, np.float32), ROWS.ravel())


def test_items_of_a_batch_do_not_share_an_end(path):
    """Each is a view of one batch, whose neighbours a write must not reach."""
    first, second = dataset(path).__getitems__([1, 1])
    first.zero_()
    assert torch.equal(second, torch.from_numpy(ROWS[1]))


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_layout_reads_what_numpy_reads(tmp_path, drawn):
    dtype = np.dtype(
        drawn.draw(st.sampled_from(["u1", "?", "<i2", ">i4", "<f8", ">f2", "<c8", ">c16", "<u2", ">u8"]))
    )
    shape = tuple(drawn.draw(st.lists(st.integers(1, 3), max_size=2)))
    count, offset = drawn.draw(st.integers(0, 9)), drawn.draw(st.integers(0, 9))
    width = dtype.itemsize * int(np.prod(shape))
    content = np.random.default_rng(drawn.draw(st.integers(0, 99))).integers(
        0, 2, offset + count * width, np.uint8
    )
    (tmp_path / "drawn.bin").write_bytes(content.tobytes())
    values = content[offset:].copy().view(dtype).reshape(count, *shape)
    indices = drawn.draw(st.lists(st.integers(-count, count - 1), max_size=12)) if count else []
    mode = drawn.draw(st.sampled_from(["mmap", "none"]))
    cache = CacheManager(10**6)
    cache.set_cache_mode(tmp_path / "drawn.bin", mode)
    data = CachedDataset(tmp_path / "drawn.bin", dtype, shape, offset=offset, cache=cache)
    items = data.__getitems__(indices)
    for index, item in zip(indices, items, strict=True):
        np.testing.assert_array_equal(item.numpy(), values[index])
        np.testing.assert_array_equal(data[index].numpy(), values[index])
        assert item.shape == shape


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn, torch.complex64])
def test_torchs_own_dtypes(tmp_path, dtype):
    values = torch.arange(12, dtype=torch.float32).to(dtype).reshape(4, 3)
    (tmp_path / "a").write_bytes(values.view(torch.uint8).numpy().tobytes())
    batch = next(
        iter(DataLoader(data := CachedDataset(tmp_path / "a", dtype, 3), 4, collate_fn=data.collate))
    )
    assert batch.dtype == dtype
    assert torch.equal(batch.view(torch.uint8), values.view(torch.uint8))


@pytest.mark.parametrize("array", [ROWS, ROWS.astype(">f4"), ROWS[:, 0, 0].astype(np.int64)])
def test_npy_files(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    data = CachedDataset(tmp_path / "a.npy")
    assert len(data) == len(array)
    assert torch.equal(torch.stack(list(data)), torch.from_numpy(array.astype(array.dtype.newbyteorder("="))))


def test_a_transform_is_applied_to_each_item(path):
    data = dataset(path, transform=half)
    assert torch.equal(data[4]["half"], torch.from_numpy(ROWS[4] / 2))
    assert torch.equal(data.__getitems__([4])[0]["half"], torch.from_numpy(ROWS[4] / 2))
    for collate in (None, data.collate):
        batch = next(iter(DataLoader(data, 10, collate_fn=collate)))
        assert torch.equal(batch["half"], torch.from_numpy(ROWS[:10] / 2))


# In a DataLoader.


@pytest.mark.parametrize("workers", [None, "fork", pytest.param("spawn", marks=pytest.mark.slow)])
@pytest.mark.parametrize("collate", ["own", "default", "other"])
def test_the_same_values_with_and_without_workers(path, workers, collate):
    data = dataset(path, cache=CacheManager(10**6))
    loader = DataLoader(
        data,
        32,
        num_workers=0 if workers is None else 2,
        multiprocessing_context=workers,
        collate_fn={"own": data.collate, "default": None, "other": torch.stack}[collate],
    )
    batches = list(loader)
    assert [len(batch) for batch in batches] == [32, 32, 32, 4]
    assert torch.equal(torch.cat(batches), torch.from_numpy(ROWS))


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_part_of_it_is_gathered_whole_too(path, depth, monkeypatch):
    data = part = dataset(path)
    for _ in range(depth):
        part = Subset(part, range(100))
    monkeypatch.setattr(torch.Tensor, "unbind", lambda *args: pytest.fail("items were made"))
    batches = list(DataLoader(part, 50, collate_fn=data.collate))
    assert torch.equal(torch.cat(batches), torch.from_numpy(ROWS))


def test_whole_batches_are_given_to_its_own_collate_only(path):
    """Other functions of a DataLoader get a list of items, as from any dataset."""
    data, other, seen = dataset(path), dataset(path), []

    def collate(items):
        seen.append(type(items))
        return torch.stack(items)

    for loader in (
        DataLoader(data, 50, collate_fn=collate),
        DataLoader(Subset(data, range(50)), 50, collate_fn=collate),
        DataLoader(data, 50, collate_fn=lambda items: (seen.append(type(items)), other.collate(items))[1]),
    ):
        for _ in loader:
            pass
    assert seen == [list] * 5
    first, second = random_split(data, [0.5, 0.5], torch.Generator().manual_seed(1))
    both = [next(iter(DataLoader(part, 50, collate_fn=data.collate))) for part in (first, second)]
    assert torch.cat(both)[:, 0, 0].sort().values.equal(torch.from_numpy(ROWS[:, 0, 0]))


def test_batches_go_straight_into_shared_memory_in_a_worker(path):
    data = dataset(path)
    batch = next(iter(DataLoader(data, 10, collate_fn=data.collate, num_workers=1)))
    assert batch.is_shared()
    assert not next(iter(DataLoader(data, 10, collate_fn=data.collate))).is_shared()


def test_other_samplers(path):
    data = dataset(path)
    batches = BatchSampler(
        RandomSampler(data, generator=torch.Generator().manual_seed(3)), 32, drop_last=False
    )
    found = torch.cat(list(DataLoader(data, batch_sampler=batches, collate_fn=data.collate)))
    assert not torch.equal(found, torch.from_numpy(ROWS))
    assert torch.equal(found[found[:, 0, 0].argsort()], torch.from_numpy(ROWS))
    items = list(DataLoader(data, batch_size=None))
    assert torch.equal(torch.stack(items), torch.from_numpy(ROWS))


def test_several_threads_at_once(path):
    from concurrent.futures import ThreadPoolExecutor

    data = dataset(path)
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda start: torch.stack(data.__getitems__(range(start, start + 10))), range(90))
        )
    assert all(
        torch.equal(each, torch.from_numpy(ROWS[start : start + 10])) for start, each in enumerate(found)
    )


# Files that change.


def test_a_file_that_was_cut_off_is_an_error(path):
    for cache in (None, CacheManager(10**6)):
        data = dataset(path, cache=cache)
        os.truncate(path, 48)
        for ask, index in ((data.__getitem__, 0), (data.__getitems__, [0])):
            with pytest.raises(
                FileChangedError, match="has 48 bytes, and had 2400 when it was mapped: it was"
            ):
                ask(index)
        ROWS.tofile(path)


def test_a_file_that_was_replaced_is_read_on_as_it_was(path, tmp_path):
    data = dataset(path, cache=CacheManager(10**6))
    own = dataset(path)
    (ROWS + 1).tofile(tmp_path / "new")
    (tmp_path / "new").replace(path)
    assert torch.equal(data[5], torch.from_numpy(ROWS[5]))
    assert torch.equal(own[5], torch.from_numpy(ROWS[5]))


def test_a_file_that_the_cache_opened_anew_is_not_mixed_with_the_old(path, tmp_path):
    cache = CacheManager(10**6)
    data = dataset(path, cache=cache)
    (ROWS[:50] + 1).tofile(tmp_path / "new")
    (tmp_path / "new").replace(path)
    cache.get(path)
    for ask in (lambda: data[0], lambda: data.__getitems__([0])):
        with pytest.raises(FileChangedError) as caught:
            ask()
        assert str(caught.value) == (
            f"{path}: has 1200 bytes, and had 2400 when the dataset was made: it was replaced or written to; "
            "make a new CachedDataset"
        )
    assert len(dataset(path, cache=cache)) == 50


def test_what_the_cache_dropped_is_opened_again(path):
    cache = CacheManager(10**6)
    data = dataset(path, cache=cache)
    cache.invalidate()
    assert torch.equal(data[5], torch.from_numpy(ROWS[5]))
    assert cache.stats()["files"] == 1
    cache.set_cache_mode(path, CacheMode.DISABLED)
    with pytest.raises(CacheError, match="is disabled in this cache"):
        data[5]


def test_datasets_of_one_cache_keep_its_limit(tmp_path):
    cache = CacheManager(5000)
    datasets = []
    for number in range(5):
        (ROWS + number).tofile(tmp_path / f"{number}.bin")
        cache.set_cache_mode(tmp_path / f"{number}.bin", "normal")
        datasets.append(dataset(tmp_path / f"{number}.bin", cache=cache))
    for index in (0, 99, 4):
        for number, data in enumerate(datasets):
            assert torch.equal(data[index], torch.from_numpy(ROWS[index] + number))
            assert cache.stats()["bytes"] <= 5000
    assert cache.stats()["evictions"] > 10


# Copies.


def test_it_is_pickled_by_its_path(path):
    data = dataset(path, cache=CacheManager(10**6), transform=half)
    pickled = pickle.dumps(data)
    assert len(pickled) < 2000
    assert torch.equal(pickle.loads(pickled)[3]["half"], data[3]["half"])
    assert torch.equal(copy.deepcopy(dataset(path))[3], torch.from_numpy(ROWS[3]))


def test_a_file_replaced_before_a_worker_opens_it(path, tmp_path):
    pickled = pickle.dumps(dataset(path))
    (ROWS + 1).tofile(tmp_path / "new")
    (tmp_path / "new").replace(path)
    with pytest.raises(
        FileChangedError, match="has 2400 bytes, and had 2400 when the dataset was made: it was replaced"
    ):
        pickle.loads(pickled)[0]
