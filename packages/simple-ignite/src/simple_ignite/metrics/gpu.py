"""How full and how busy the GPUs are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from simple_ignite.distributed.collective import is_distributed
from simple_ignite.errors import MetricInputError, MissingDependencyError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Value
from simple_ignite.metrics.base.transform import single


class Reading(NamedTuple):
    """What one GPU tells.

    Attributes:
        device: The number of the device in this process.
        used: Bytes in use by all processes.
        total: Bytes there are.
        peak: Most bytes that tensors of this process held since the last reset.
        busy: Per cent of the last moments in which a kernel ran; -1 when not asked for.
    """

    device: int
    used: int
    total: int
    peak: int
    busy: int = -1


class GpuInfo(Metric):
    """Memory, and on request load, of the GPUs, read when the value is computed.

    Alone, of every GPU that torch sees; over ranks, of the current one of each rank.

    Args:
        utilization: Also tell how busy they are; needs `nvidia-ml-py`.
        read: Gives the readings; default: torch.cuda's.

    Raises:
        MetricInputError: torch sees no GPU.
        MissingDependencyError: Utilization was asked for without `nvidia-ml-py`.
    """

    output_transform = staticmethod(single)

    def __init__(self, *, utilization: bool = False, read: Callable[[], list[Reading]] | None = None) -> None:
        if read is None and not torch.cuda.is_available():
            raise MetricInputError(
                "GpuInfo", "no GPU that torch sees", "a CUDA device, and a torch built for it"
            )
        self.utilization = utilization
        self.read = read or self._read_cuda
        self._rows: Tensor | None = None
        super().__init__()
        if utilization:
            self.read()

    def reset(self) -> None:
        """Forget the peak."""
        if torch.cuda.is_available():
            for index in range(torch.cuda.device_count()):
                torch.cuda.reset_peak_memory_stats(index)

    def accumulate(self, output: Any) -> None:
        """Do nothing: it is read when it is computed."""

    def leaves(self) -> tuple[Metric, ...]:
        """Give itself: the readings are what travels."""
        return (self,)

    def local(self) -> dict[str, Value]:
        """Give the readings of this rank."""
        return {"rows": torch.tensor([list(reading) for reading in self.read()], dtype=torch.int64)}

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:
        """Put the readings of all ranks together, with the rank in front."""
        rows = [
            torch.cat([torch.full((len(r), 1), i), r], 1)
            for i, r in enumerate(cast(Tensor, p["rows"]) for p in parts)
        ]
        return {"rows": torch.cat(rows)}

    def hold(self, states: Mapping[str, Value]) -> None:
        """Take the readings of all ranks."""
        self._rows = cast(Tensor, states["rows"])

    def release(self, held: object) -> None:  # noqa: ARG002 (it keeps no states)
        """Forget the readings of all ranks."""
        self._rows = None

    def state_dict(self) -> dict[str, Any]:
        """Give nothing: there is nothing to go on from."""
        return {}

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Do nothing."""

    def result(self) -> dict[str, float]:
        """Give bytes by name: `gpu0/memory_used`, `…_total`, `…_peak`, and per cent: `…/utilization`."""
        if self._rows is None:
            named = {f"gpu{reading.device}": reading for reading in self.read()}
        else:
            named = {f"rank{rank}/gpu{row[0]}": Reading(*row) for rank, *row in self._rows.tolist()}
        values: dict[str, float] = {}
        for name, reading in named.items():
            values[f"{name}/memory_used"] = float(reading.used)
            values[f"{name}/memory_total"] = float(reading.total)
            values[f"{name}/memory_peak"] = float(reading.peak)
            if self.utilization:
                values[f"{name}/utilization"] = float(reading.busy)
        return values

    def _read_cuda(self) -> list[Reading]:
        """Ask torch.cuda."""
        current = torch.cuda.current_device()
        readings = []
        for index in [current] if is_distributed() else range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(index)
            busy = self._busy(index) if self.utilization else -1
            readings.append(Reading(index, total - free, total, torch.cuda.max_memory_allocated(index), busy))
        return readings

    @staticmethod
    def _busy(index: int) -> int:
        """Ask NVML."""
        try:
            return int(torch.cuda.utilization(index))
        except ModuleNotFoundError:
            raise MissingDependencyError("nvidia-ml-py", "GpuInfo(utilization=True)") from None
