"""HostCopy: what it copies, and the memory that it reuses."""

from collections import OrderedDict

import torch

from simple_ignite.handlers.checkpointing.host_copy import HostCopy


def test_a_copy_is_of_the_same_values_and_has_memory_of_its_own():
    states = {
        "model": OrderedDict(weight=torch.arange(6.0).view(2, 3), empty=torch.empty(0, 3)),
        "list": [torch.tensor(1), (torch.tensor([True]), "text")],
        "number": 3,
    }
    copied = HostCopy().copy(states)
    assert copied["model"]["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert copied["model"]["empty"].shape == (0, 3)
    assert copied["list"][0].item() == 1
    assert type(copied["list"][1]) is tuple
    assert copied["list"][1][0].tolist() == [True]
    assert (copied["list"][1][1], copied["number"]) == ("text", 3)
    states["model"]["weight"].zero_()
    assert copied["model"]["weight"][0, 1].item() == 1


def test_the_memory_is_reused():
    host, value = HostCopy(), torch.zeros(3)
    first = host.copy({"a": value})["a"]
    second = host.copy({"a": value + 1})["a"]
    assert second is first
    assert first.tolist() == [1, 1, 1]


def test_memory_of_another_shape_or_dtype_is_not_reused():
    host = HostCopy()
    first = host.copy({"a": torch.zeros(3)})["a"]
    second = host.copy({"a": torch.ones(2)})["a"]
    third = host.copy({"a": torch.ones(2, dtype=torch.int64)})["a"]
    assert second is not first
    assert (second.tolist(), third.tolist(), third.dtype) == ([1, 1], [1, 1], torch.int64)


def test_entries_of_the_same_name_elsewhere_have_memory_of_their_own():
    copied = HostCopy().copy({"a": {"x": torch.zeros(2)}, "b": [torch.ones(2), torch.full((2,), 2.0)]})
    assert copied["a"]["x"].tolist() == [0, 0]
    assert [part.tolist() for part in copied["b"]] == [[1, 1], [2, 2]]


def test_shared_tensors_are_shared_in_the_copy_too():
    shared = torch.zeros(2, 2)
    copied = HostCopy().copy({"a": shared, "b": shared, "view": shared[0], "other": shared.clone()})
    assert copied["a"] is copied["b"]
    assert copied["view"].shape == (2,)
    assert copied["other"] is not copied["a"]
    turned = HostCopy().copy({"a": shared, "turned": shared.t()})
    assert turned["turned"] is not turned["a"]


def test_empty_tensors_are_not_taken_for_shared_ones():
    copied = HostCopy().copy({"a": torch.empty(0, 2), "b": torch.empty(0, 3)})
    assert (copied["a"].shape, copied["b"].shape) == ((0, 2), (0, 3))
    twice = torch.empty(0)
    copied = HostCopy().copy([twice, twice])
    assert copied[0] is not copied[1]


def test_gradients_are_not_followed():
    weight = torch.nn.Parameter(torch.ones(2))
    copied = HostCopy().copy([weight, weight * 2])
    assert not any(part.requires_grad for part in copied)


def test_memory_that_is_no_longer_used_is_freed():
    host = HostCopy()
    host.copy({"a": torch.zeros(2), "b": torch.zeros(2)})
    host.copy({"a": torch.zeros(2)})
    assert list(host._memory) == [("a",)]


class Layout(torch.Tensor):
    """A tensor with a layout of its own, as a DTensor."""

    def to_local(self):
        raise AssertionError("a layout is kept")


def test_a_distributed_tensor_keeps_its_layout():
    value = torch.ones(2).as_subclass(Layout)
    host = HostCopy()
    copied = host.copy([value])[0]
    assert (type(copied), copied.tolist()) == (Layout, [1, 1])
    assert copied.data_ptr() != value.data_ptr()
    assert host._memory == {}
