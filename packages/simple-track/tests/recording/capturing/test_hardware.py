"""Sampling the machine; GPUs by the real NVML, and by a small one that answers as two GPUs would."""

import sys
from types import SimpleNamespace

import psutil
import pytest

from simple_track import MissingExtraError, Track
from simple_track.recording.capturing import hardware
from simple_track.recording.capturing.hardware import GpuProbe, HardwareSampler, load_nvml
from simple_track.storage.layout import Layout


class FakeNvml:
    """Two GPUs, the second of which does not tell its power."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        pass

    def nvmlSystemGetDriverVersion(self):
        return b"555.42"

    def nvmlDeviceGetCount(self):
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):
        return index

    def nvmlDeviceGetName(self, device):
        return f"GPU {device}"

    def nvmlDeviceGetMemoryInfo(self, device):
        return SimpleNamespace(total=80 * 2**30, used=(device + 1) * 2**30)

    def nvmlDeviceGetUtilizationRates(self, device):
        return SimpleNamespace(gpu=50 + device, memory=10 + device)

    def nvmlDeviceGetTemperature(self, device, kind):
        assert kind == self.NVML_TEMPERATURE_GPU
        return 60 + device

    def nvmlDeviceGetPowerUsage(self, device):
        if device == 1:
            raise self.NVMLError("not supported")
        return 350_500


def test_gpus_are_described_and_sampled():
    probe = GpuProbe(FakeNvml())
    assert probe.describe() == [
        {"name": "GPU 0", "memory_bytes": 80 * 2**30, "driver": "555.42"},
        {"name": "GPU 1", "memory_bytes": 80 * 2**30, "driver": "555.42"},
    ]
    assert probe.sample() == {
        "system/gpu.0.utilization": 50.0,
        "system/gpu.0.memory_utilization": 10.0,
        "system/gpu.0.memory_mib": 1024.0,
        "system/gpu.0.temperature": 60.0,
        "system/gpu.0.power_watt": 350.5,
        "system/gpu.1.utilization": 51.0,
        "system/gpu.1.memory_utilization": 11.0,
        "system/gpu.1.memory_mib": 2048.0,
        "system/gpu.1.temperature": 61.0,
    }


def test_the_fake_has_no_function_that_the_real_one_lacks():
    pynvml = pytest.importorskip("pynvml")
    names = [name for name in vars(FakeNvml) if name.lower().startswith("nvml")]
    assert len(names) > 8
    assert all(hasattr(pynvml, name) for name in names)


def test_a_machine_without_gpus_has_none():
    assert GpuProbe(None).sample() == {}
    nvml = load_nvml()
    if nvml is None:
        assert hardware.describe_gpus() == []


@pytest.mark.skipif(sys.platform != "linux", reason="devices are files on Linux only")
def test_nvml_is_imported_only_where_there_is_a_driver(monkeypatch, tmp_path):
    nvml = FakeNvml()
    nvml.nvmlInit = lambda: None
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setattr(hardware, "DRIVERS", (str(tmp_path / "device"),))
    assert load_nvml() is None
    (tmp_path / "device").touch()
    assert load_nvml() is nvml
    assert hardware.describe_gpus()[0]["name"] == "GPU 0"


@pytest.mark.gpu
def test_real_gpus_answer():
    nvml = load_nvml()
    if nvml is None:
        pytest.skip("no NVIDIA driver")
    probe = GpuProbe(nvml)
    assert probe.describe()[0]["memory_bytes"] > 2**30
    assert 0 <= probe.sample()["system/gpu.0.utilization"] <= 100


def test_samples_go_to_a_file_of_their_own_and_are_read_when_asked_for(tmp_path):
    layout = Layout(tmp_path).run("demo", "one")
    layout.dir.mkdir(parents=True)
    sampler = HardwareSampler(layout, psutil, GpuProbe(FakeNvml()))
    sampler.sample()
    sampler.close()
    from simple_track.reading.column_cache import load_columns

    columns = load_columns(layout, system=True)
    assert len(columns.rows) == 2
    assert columns.parts["system/gpu.1.temperature"]["f"].values.tolist() == [61.0, 61.0]
    memory = columns.parts["system/process_memory_mib"]["f"].values
    assert (memory > 1).all()
    rates = [key for key in columns.parts if key.endswith("per_second")]
    assert {"system/net.sent_mib_per_second"} <= set(rates)
    assert len(load_columns(layout, system=False).rows) == 0


def test_a_run_samples_while_it_runs_and_history_leaves_it_out_unless_asked(root, monkeypatch):
    monkeypatch.setattr(hardware.HardwareSampler.__init__, "__defaults__", (0.02,))
    with Track.run(project="demo") as run:
        run.log({"x": 1})
        import time

        time.sleep(0.3)
    assert list(run.history()) == ["step", "timestamp", "x"]
    samples = run.history(["system/cpu_percent"])
    assert samples.rows >= 3
    assert "system/memory_percent" in run.history(system=True)
    assert "system/cpu_percent" not in run.summary


def test_sampling_is_off_when_told_and_an_error_when_asked_for_without_psutil(root, monkeypatch):
    with Track.run(project="demo", system=False) as run:
        pass
    assert [path.name for path in Track.load(run.id).layout.metric_files()] == ["metrics.jsonl"]
    monkeypatch.setitem(sys.modules, "psutil", None)
    with Track.run(project="demo") as run:
        pass
    assert Track.load(run.id).state == "finished"
    with pytest.raises(MissingExtraError) as caught:
        Track.run(project="demo", system=True)
    assert str(caught.value) == (
        "system=True needs psutil; install it with: pip install 'psutil>=5.9' (it is in the extra [system])"
    )
    assert Track.runs("demo", where="state == 'running'") == []


class FakePsutil:
    """A machine that reads and sends as much as it is told."""

    def __init__(self):
        self.count = 0

    def disk_io_counters(self):
        self.count += 1
        return SimpleNamespace(read_bytes=self.count * 2**20, write_bytes=self.count * 3 * 2**20)

    def net_io_counters(self):
        return SimpleNamespace(bytes_recv=self.count * 5 * 2**20, bytes_sent=self.count * 7 * 2**20)

    def __getattr__(self, name):
        return getattr(psutil, name)


def test_rates_have_their_names_and_are_in_mib_per_second(tmp_path, monkeypatch):
    times = iter([100.0, 102.0])
    monkeypatch.setattr(hardware, "timestamp", lambda: next(times))
    run = Layout(tmp_path).run("demo", "one")
    run.dir.mkdir(parents=True)
    sampler = HardwareSampler(run, FakePsutil(), GpuProbe(None))
    rates = {name: value for name, value in sampler.measure().items() if name.endswith("_mib_per_second")}
    assert rates == {
        "system/disk.read_mib_per_second": 0.5,
        "system/disk.written_mib_per_second": 1.5,
        "system/net.received_mib_per_second": 2.5,
        "system/net.sent_mib_per_second": 3.5,
    }
