"""Samples of the machine during a run: CPU, memory, disk, network, and GPUs by NVML.

Needs psutil, and nvidia-ml-py for GPUs: the extra `[system]`. Without psutil nothing is sampled, and
`system=True` is an error.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import Any

from simple_track.errors import MissingExtraError
from simple_track.storage.clock import timestamp
from simple_track.storage.journal import Journal
from simple_track.storage.layout import RunLayout
from simple_track.storage.record import SYSTEM_PREFIX, encode_metrics

SAMPLE_SECONDS = 10.0
MIB = 1024 * 1024
DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/nvhost-ctrl", "/dev/nvgpu", "/proc/driver/nvidia")
"""Linux, WSL and Jetson have one of these if there is an NVIDIA GPU; without them NVML is not loaded."""


def make_sampler(layout: RunLayout, wanted: bool | None) -> HardwareSampler | None:
    """Make the sampler of a run.

    Args:
        layout: The run's folder.
        wanted: False: no sampler. None: one if psutil is installed. True: one in any case.

    Raises:
        MissingExtraError: `wanted` is True, and psutil is not installed.
    """
    if wanted is False:
        return None
    try:
        psutil = importlib.import_module("psutil")
    except ImportError as error:
        if wanted:
            raise MissingExtraError("system=True", "psutil", "system") from error
        return None
    return HardwareSampler(layout, psutil, GpuProbe(load_nvml()))


def load_nvml() -> ModuleType | None:
    """Load and initialize NVIDIA's management library; None without it or its driver."""
    if sys.platform == "linux" and not any(map(os.path.exists, DRIVERS)):
        return None
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    return nvml


def describe_gpus() -> list[dict[str, Any]]:
    """Name, memory and driver of every GPU; empty without GPUs or NVML."""
    nvml = load_nvml()
    return GpuProbe(nvml).describe() if nvml else []


class GpuProbe:
    """Reads all GPUs through NVML. Values that a device does not support are left out.

    Args:
        nvml: The `pynvml` module after `nvmlInit`, or an object with its functions; None for no GPUs.
    """

    def __init__(self, nvml: Any) -> None:
        self._nvml = nvml
        self._devices = self._find() if nvml is not None else []

    def _find(self) -> list[Any]:
        count = self._ask(self._nvml.nvmlDeviceGetCount) or 0
        found = (self._ask(self._nvml.nvmlDeviceGetHandleByIndex, i) for i in range(count))
        return [device for device in found if device is not None]

    def _ask(self, question: Any, *arguments: Any) -> Any:
        try:
            return question(*arguments)
        except self._nvml.NVMLError:
            return None

    def describe(self) -> list[dict[str, Any]]:
        """Name, memory in bytes and driver of every GPU."""
        driver = _text(self._ask(self._nvml.nvmlSystemGetDriverVersion)) if self._devices else ""
        described = []
        for device in self._devices:
            memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, device)
            name = _text(self._ask(self._nvml.nvmlDeviceGetName, device))
            described.append(
                {"name": name, "memory_bytes": int(memory.total) if memory else 0, "driver": driver}
            )
        return described

    def sample(self) -> dict[str, float]:
        """Of GPU n: utilization and memory_utilization (%), memory_mib, temperature (°C) and power_watt."""
        values: dict[str, float] = {}
        for number, device in enumerate(self._devices):
            rates = self._ask(self._nvml.nvmlDeviceGetUtilizationRates, device)
            memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, device)
            kind = self._nvml.NVML_TEMPERATURE_GPU
            temperature = self._ask(self._nvml.nvmlDeviceGetTemperature, device, kind)
            milliwatt = self._ask(self._nvml.nvmlDeviceGetPowerUsage, device)
            name = f"{SYSTEM_PREFIX}gpu.{number}"
            if rates is not None:
                values[f"{name}.utilization"] = float(rates.gpu)
                values[f"{name}.memory_utilization"] = float(rates.memory)
            if memory is not None:
                values[f"{name}.memory_mib"] = round(memory.used / MIB, 1)
            if temperature is not None:
                values[f"{name}.temperature"] = float(temperature)
            if milliwatt is not None:
                values[f"{name}.power_watt"] = milliwatt / 1000
        return values


class HardwareSampler:
    """Appends samples of the machine to a file of their own, `metrics.system.jsonl`.

    Args:
        layout: The run's folder.
        psutil: The psutil module.
        gpus: Reads the GPUs.
        seconds: The period.
    """

    def __init__(
        self, layout: RunLayout, psutil: Any, gpus: GpuProbe, seconds: float = SAMPLE_SECONDS
    ) -> None:
        self.seconds = seconds
        self._layout = layout
        self._psutil = psutil
        self._gpus = gpus
        self._process = psutil.Process(os.getpid())
        self._journal = Journal(layout.system_metrics)
        self._count = 0
        self._before = self._counters()
        psutil.cpu_percent()

    def _counters(self) -> dict[str, float]:
        """Bytes of disk and network since the machine started, and the time."""
        disk, net = self._psutil.disk_io_counters(), self._psutil.net_io_counters()
        counters: dict[str, float] = {"time": timestamp()}
        if disk is not None:
            counters |= {"disk.read": disk.read_bytes, "disk.written": disk.write_bytes}
        if net is not None:
            counters |= {"net.received": net.bytes_recv, "net.sent": net.bytes_sent}
        return counters

    def measure(self) -> dict[str, float]:
        """CPU and memory in %, this process in MiB, disk and network since the last call in MiB/s."""
        memory = self._psutil.virtual_memory()
        now, before = self._counters(), self._before
        self._before = now
        seconds = max(now["time"] - before["time"], 1e-3)
        values = {
            f"{SYSTEM_PREFIX}cpu_percent": float(self._psutil.cpu_percent()),
            f"{SYSTEM_PREFIX}memory_percent": float(memory.percent),
            f"{SYSTEM_PREFIX}process_memory_mib": round(self._process.memory_info().rss / MIB, 1),
            f"{SYSTEM_PREFIX}process_threads": self._process.num_threads(),
            f"{SYSTEM_PREFIX}disk_used_percent": float(
                self._psutil.disk_usage(str(self._layout.dir)).percent
            ),
        }
        for name in now.keys() & before.keys() - {"time"}:
            rate = (now[name] - before[name]) / seconds / MIB
            values[f"{SYSTEM_PREFIX}{name}_mib_per_second"] = round(max(rate, 0.0), 3)
        return values | self._gpus.sample()

    def sample(self) -> None:
        """Append one sample."""
        self._journal.append(encode_metrics(self._count, self.measure(), timestamp()))
        self._count += 1

    def close(self) -> None:
        """Take a last sample and close the file."""
        self.sample()
        self._journal.close(sync=False)  # samples need not survive power loss


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
