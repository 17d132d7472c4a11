"""Checks of the data: what is found in batches and their order, and what is not."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, RandomSampler, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from simple_ignite.data import prefetch


def pairs(count, value=None):
    inputs = torch.randn(count, 10) if value is None else torch.full((count, 10), value)
    return TensorDataset(inputs, torch.arange(count) % 3)


def test_no_batch_is_one_finding_with_the_sizes(parts, finding):
    parts.loader = DataLoader(pairs(5), 8, shuffle=True, drop_last=True)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loader-empty", "error", "loader")
    assert found.message == "yields no batch: length 5, batch_size 8, drop_last True"


def test_an_empty_list_is_an_empty_loader(parts, finding):
    parts.loader = []
    assert finding(parts).message == "yields no batch: length 0"


class Failing(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, index):
        if index == 13:
            raise ValueError("picture 13 is damaged")
        return torch.zeros(10), index % 3


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_the_dataset_is_shown_with_the_number_of_the_batch(parts, check, workers):
    parts.loader = DataLoader(Failing(), 10, num_workers=workers)
    (found,) = check(parts)["dataloader"]
    assert (found.code, found.level) == ("loader-raises", "error")
    assert found.message == "batch 2 raises ValueError: picture 13 is damaged"


def test_an_object_that_cannot_be_iterated_is_an_error(parts, finding):
    parts.loader = 7
    assert finding(parts).message.startswith("batch 1 raises TypeError")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_not_finite_are_counted(parts, finding, value):
    data = pairs(48)
    data.tensors[0][:, 3] = value
    parts.loader = DataLoader(data, 12, shuffle=True)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loader-non-finite", "error", "batch[0]")
    assert found.message == "12 of 120 values are NaN or infinite in batch 1"


def test_a_batch_without_nan_is_used_for_the_step(parts, check):
    parts.loader = [
        (torch.full((8, 10), torch.nan), torch.arange(8) % 3),
        (torch.randn(8, 10), torch.arange(8) % 3),
    ]
    report = check(parts)
    assert [finding.code for finding in report.findings] == [
        "loader-non-finite",
        "memory-size",
        "training-falls",
    ]


def test_an_additive_mask_may_hold_minus_infinity(sound, codes):
    parts = sound["mlp"]()

    class Masked(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(10, 3)

        def forward(self, x, mask):
            return self.linear(x * mask.softmax(1))

    parts.model = Masked()
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.1)
    mask = torch.zeros(12, 10)
    mask[:, 7:] = -torch.inf
    parts.loader = [((torch.randn(12, 10), mask), torch.arange(12) % 3)]
    assert codes(parts) == []


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            torch.zeros(8, 10, dtype=torch.float64),
            "float32 of shape (10,) in batch 1, and float64 of shape (10,) in batch 2",
        ),
        (torch.zeros(8, 12), "float32 of shape (10,) in batch 1, and float32 of shape (12,) in batch 2"),
    ],
)
def test_another_dtype_or_shape_in_a_later_batch_is_a_warning(parts, finding, second, message):
    labels = torch.arange(8) % 3
    parts.loader = [(torch.randn(8, 10), labels), (second, labels)]
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loader-shape-changes", "warning", "batch[0]")
    assert found.message == f"{message} (first dimension left out)"


def test_a_smaller_last_batch_is_not_another_shape(parts, codes):
    parts.loader = DataLoader(pairs(30), 12, shuffle=True)
    assert codes(parts) == []


def test_the_same_order_in_two_passes_is_a_warning(parts, finding):
    parts.loader = DataLoader(pairs(48), 12)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loader-same-order", "warning", "loader")


class Stream(IterableDataset):
    def __iter__(self):
        yield from ((torch.full((10,), float(i)), i % 3) for i in range(48))


@pytest.mark.parametrize("workers", [0, 1])
def test_the_same_order_of_a_stream_is_a_warning(parts, codes, workers):
    parts.loader = DataLoader(Stream(), 12, num_workers=workers)
    assert codes(parts) == ["loader-same-order"]


class Augmented(Dataset):
    def __len__(self):
        return 48

    def __getitem__(self, index):
        return torch.randn(10), index % 3


@pytest.mark.parametrize(
    "make",
    [
        lambda: DataLoader(pairs(48), 48),
        lambda: DataLoader(Augmented(), 12),
        lambda: DataLoader(pairs(48), 12, sampler=RandomSampler(pairs(48), generator=torch.Generator())),
        lambda: DataLoader(pairs(48), 12, sampler=DistributedSampler(pairs(48), 2, 0)),
        lambda: prefetch(DataLoader(pairs(48), 12, shuffle=True)),
        lambda: DataLoader(
            pairs(48), None, sampler=torch.utils.data.BatchSampler(RandomSampler(pairs(48)), 12, False)
        ),
    ],
    ids=["one batch", "augmented", "generator", "set_epoch", "prefetch", "batch sampler as sampler"],
)
def test_other_orders_give_no_warning(parts, codes, make):
    parts.loader = make()
    assert codes(parts) == []


def test_targets_of_one_class_are_a_warning(parts, finding):
    parts.loader = DataLoader(TensorDataset(torch.randn(48, 10), torch.full((48,), 2)), 12, shuffle=True)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loader-one-class", "warning", "batch[1]")
    assert found.message == "all 36 targets of the first 3 batches are 2"


@pytest.mark.parametrize(("count", "expected"), [(8, []), (9, ["loader-one-class"])])
def test_few_targets_may_be_of_one_class(parts, codes, count, expected):
    parts.loader = [(torch.randn(count, 10), torch.full((count,), 2))]
    assert codes(parts) == expected


def test_ignored_targets_are_no_class(parts, codes):
    target = torch.full((13,), 2)
    target[:4] = -100
    parts.loader = [(torch.randn(13, 10), target)]
    assert codes(parts) == ["loader-one-class"]
    target[0] = 1
    assert codes(parts) == []


def with_norm(parts):
    parts.model = nn.Sequential(nn.Linear(10, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.1)


@pytest.mark.parametrize(
    ("samples", "drop", "expected"), [(49, False, 1), (49, True, 0), (48, False, 0), (50, False, 0)]
)
def test_a_last_batch_of_one_sample_with_a_batch_norm_is_an_error(parts, check, samples, drop, expected):
    with_norm(parts)
    parts.loader = DataLoader(pairs(samples), 12, shuffle=True, drop_last=drop)
    found = check(parts)["dataloader"]
    assert [(one.code, one.level) for one in found] == [("batch-of-one", "error")] * expected
    if found:
        assert found[0].message == "the last batch has one sample, of which 1 cannot compute a variance"


def test_a_last_batch_of_one_sample_without_a_batch_norm_is_sound(parts, codes):
    parts.loader = DataLoader(pairs(49), 12, shuffle=True)
    assert codes(parts) == []


def test_batches_of_one_sample_with_a_batch_norm_are_one_finding(parts, finding):
    with_norm(parts)
    parts.loader = DataLoader(pairs(12), 1, shuffle=True)
    assert finding(parts).code == "batch-of-one"


def generator():
    yield from [(torch.randn(8, 10), torch.arange(8) % 3)] * 3


class Wrapped(IterableDataset):
    def __init__(self, source):
        self.source = source

    def __iter__(self):
        return self.source


@pytest.mark.parametrize("wrap", [lambda source: source, lambda source: DataLoader(Wrapped(source), None)])
def test_an_iterator_is_not_touched(parts, check, wrap):
    source = generator()
    parts.loader = wrap(source)
    report = check(parts)
    assert [(one.code, one.level, one.where) for one in report.findings] == [
        ("loader-once", "warning", "loader")
    ]
    assert len(list(source)) == 3


def test_without_data_the_rest_is_checked(parts, codes, check):
    parts.loader = None
    parts.optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
    assert codes(parts) == ["optimizer-foreign"]
    assert [one.code for one in check(parts)["dataloader"]] == ["not-checked"]


class Counting(Dataset):
    def __init__(self):
        self.read = []

    def __len__(self):
        return 1000

    def __getitem__(self, index):
        self.read.append(index)
        return torch.zeros(10), index % 3


@pytest.mark.parametrize(("shuffle", "batches"), [(True, 3), (False, 5)])
def test_at_most_five_batches_are_drawn(parts, codes, shuffle, batches):
    data = Counting()
    parts.loader = DataLoader(data, 10, shuffle=shuffle)
    codes(parts)
    assert len(data.read) == 10 * batches
