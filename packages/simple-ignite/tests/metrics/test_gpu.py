"""Readings of GPUs, with a pretended one, and with a real one where there is one."""

import pytest
import torch

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import GpuInfo, MetricSet
from simple_ignite.metrics.gpu import Reading


def test_every_reading_has_its_name():
    metrics = MetricSet()
    metrics.add("gpu", GpuInfo(utilization=True, read=lambda: [Reading(0, 3, 10, 2, 55)]))
    metrics.update(None)
    assert metrics.compute()["gpu"] == {
        "gpu0/memory_used": 3.0,
        "gpu0/memory_total": 10.0,
        "gpu0/memory_peak": 2.0,
        "gpu0/utilization": 55.0,
    }
    metrics.load_state_dict(metrics.state_dict())


def test_readings_of_ranks_stay_apart():
    metric = GpuInfo(read=lambda: [Reading(0, 3, 10, 2)])
    held = metric.hold(metric.merged([metric.local(), metric.local()]))
    assert {name.split("/")[0] for name in metric.result()} == {"rank0", "rank1"}
    metric.release(held)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so():
    with pytest.raises(MetricInputError) as error:
        GpuInfo()
    assert str(error.value) == (
        "GpuInfo: got no GPU that torch sees; expected a CUDA device, and a torch built for it"
    )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_real_gpu_tells_its_peak():
    metric = GpuInfo()
    metric.reset()
    held = torch.zeros(1 << 20, device="cuda")
    values = metric.compute()
    assert values["gpu0/memory_peak"] >= held.numel() * 4
    assert 0 < values["gpu0/memory_used"] <= values["gpu0/memory_total"]
