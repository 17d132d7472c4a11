"""Batches on their way to a device."""

import dataclasses
from collections import OrderedDict, UserDict, defaultdict, namedtuple

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from simple_ignite.data.loading.device_transfer import CudaTransfer, HostTransfer, _tensors, transfer_to
from simple_ignite.errors import DataArgumentError

Pair = namedtuple("Pair", "x y")
META = torch.device("meta")


@dataclasses.dataclass(frozen=True)
class Sample:
    x: torch.Tensor
    name: str


class Encoding(UserDict):
    def to(self, device):
        return Encoding({key: value.to(device) for key, value in self.items()})


def moved(batch):
    transfer = transfer_to("meta")
    transfer.observe()
    return transfer.receive(transfer.send(batch))


def x():
    return torch.zeros(3)


def test_without_a_device_a_batch_is_left_as_it_is():
    batch = [x(), object()]
    transfer = transfer_to(None)
    assert transfer.receive(transfer.send(batch)) is batch


def test_tensors_are_moved_in_what_holds_them():
    batch = {
        "a": [x(), (x(), 5)],
        "b": Pair(x(), "text"),
        "c": Sample(x(), "name"),
        "d": None,
        "e": torch.Tensor,
    }
    found = moved(batch)
    assert (
        found["a"][0].device == found["a"][1][0].device == found["b"].x.device == found["c"].x.device == META
    )
    assert (found["a"][1][1], found["b"].y, found["c"].name, found["d"], found["e"]) == (
        5,
        "text",
        "name",
        None,
        torch.Tensor,
    )
    assert [type(each) for each in found.values()] == [list, Pair, Sample, type(None), type(torch.Tensor)]
    assert batch["a"][0].device.type == batch["c"].x.device.type == "cpu"


@pytest.mark.parametrize("kind", [dict, OrderedDict, lambda values: defaultdict(list, values)])
def test_mappings_keep_their_kind(kind):
    batch = kind({"a": x()})
    found = moved(batch)
    assert type(found) is type(batch)
    assert found["a"].device == META
    assert batch["a"].device.type == "cpu"
    assert getattr(found, "default_factory", None) == getattr(batch, "default_factory", None)


def test_what_can_move_itself_does():
    found = moved([Encoding(a=x()), pack_sequence([torch.zeros(2), torch.zeros(1)])])
    assert found[0]["a"].device == META
    assert isinstance(found[1], PackedSequence)
    assert found[1].data.device == META
    assert found[1].batch_sizes.device.type == "cpu"


def test_shapes_and_results_of_torch_stay_what_they_are():
    found = moved([torch.Size([2, 3]), torch.zeros(2, 2).max(0), (5,)])
    assert found[0] == torch.Size([2, 3])
    assert type(found[1]) is torch.return_types.max
    assert found[1].indices.device == META
    assert found[2] == (5,)


@dataclasses.dataclass(slots=True)
class Slotted:
    x: torch.Tensor


class Cyclic:
    """Moves itself, and refers to itself."""

    __slots__ = ("__dict__", "y")

    def __init__(self):
        self.y, self.x, self.own, self.kind = x(), x(), self, Slotted

    def to(self, device):
        return self


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (x, 1),
        (lambda: {"a": [x(), (x(), 5)], "b": Pair(x(), "text"), "c": Sample(x(), "name"), "d": None}, 4),
        (lambda: Slotted(x()), 1),
        (Cyclic, 2),
        (lambda: Encoding(a=x(), b=x()), 2),
        (lambda: pack_sequence([torch.zeros(2), torch.zeros(1)]), 2),
        (lambda: [x()] * 3, 1),
        (lambda: [torch.Tensor, torch.float32, Sample, torch.device("cpu")], 0),
    ],
)
def test_each_tensor_that_is_moved_is_found(make, count):
    """The consumer's stream must be noted for all of them."""
    found = list(_tensors(make()))
    assert len(found) == count
    assert all(isinstance(each, torch.Tensor) for each in found)


@pytest.mark.parametrize(
    ("device", "problem"),
    [
        ("cuda:99", r"device 'cuda:99' is not there: torch sees \d+ CUDA devices; name another, or 'cpu'"),
        ("gpu", "device 'gpu' is not known to torch: "),
    ],
)
def test_devices_that_are_not_there(device, problem):
    with pytest.raises(DataArgumentError, match=problem) as caught:
        transfer_to(device)
    assert caught.value.argument == "device"


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_without_cuda():
    with pytest.raises(DataArgumentError) as caught:
        transfer_to("cuda")
    assert (
        str(caught.value) == "device 'cuda' is not there: torch sees 0 CUDA devices; name another, or 'cpu'"
    )


def test_the_cpu_is_a_device():
    transfer = transfer_to("cpu")
    assert isinstance(transfer, HostTransfer)
    batch = x()
    assert transfer.send(batch) is batch


@pytest.mark.gpu
class TestOnCuda:
    @pytest.fixture(autouse=True)
    def cuda(self):
        if not torch.cuda.is_available():
            pytest.skip("needs CUDA")

    def test_tensors_arrive_through_pinned_memory(self):
        transfer = transfer_to("cuda")
        assert isinstance(transfer, CudaTransfer)
        transfer.observe()
        batch = {
            "x": torch.arange(10),
            "pair": Pair(torch.ones(3), "text"),
            "sample": Sample(torch.zeros(2), "name"),
        }
        found = transfer.receive(transfer.send(batch))
        assert found["x"].tolist() == list(range(10))
        assert found["pair"].x.is_cuda
        assert found["sample"].x.is_cuda
        assert batch["x"].device.type == "cpu"

    def test_what_is_there_already_stays(self):
        transfer = transfer_to("cuda")
        batch = torch.zeros(3, device="cuda")
        assert transfer.receive(transfer.send(batch)) is batch

    def test_a_copy_waits_for_what_the_consumers_stream_was_given(self):
        transfer = transfer_to("cuda")
        source = torch.zeros(1 << 20, device="cuda")
        torch.cuda._sleep(50_000_000)
        source.add_(1)
        transfer.observe()
        sent = transfer.send({"x": torch.ones(3), "y": source})
        assert not sent.arrived.query()
        found = transfer.receive(sent)
        assert found["y"].sum().item() == 1 << 20
        assert sent.arrived.query()

    def test_memory_is_not_reused_before_the_consumer_is_done(self):
        """Without record_stream, the next copy would get the memory that a slow kernel still reads."""
        transfer = transfer_to("cuda")
        sums = []
        for number in range(20):
            transfer.observe()
            batch = transfer.receive(transfer.send(torch.full((1 << 20,), float(number))))
            torch.cuda._sleep(5_000_000)
            sums.append(batch.sum())
            del batch
        assert [each.item() for each in sums] == [float(number << 20) for number in range(20)]

    def test_a_stream_of_the_consumers_own(self):
        transfer, stream = transfer_to("cuda"), torch.cuda.Stream()
        with torch.cuda.stream(stream):
            transfer.observe()
            found = transfer.receive(transfer.send(torch.arange(1 << 20)))
            assert found.sum().item() == (1 << 20) * ((1 << 20) - 1) // 2
