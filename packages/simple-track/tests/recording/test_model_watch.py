"""Watching a model: what is measured is right, and nothing of it stays behind."""

import math

import numpy as np
import pytest

from simple_track import SettingError, Track, TrackWarning, ValueKindError
from simple_track.recording.model_watch import SAMPLE, measure

torch = pytest.importorskip("torch")


@pytest.fixture
def model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 1))


@pytest.fixture
def run(root):
    with Track.run(project="demo", system=False) as run:
        yield run


def backward(model):
    model.zero_grad()
    model(torch.randn(8, 20)).square().mean().backward()
    return {name: p.grad.clone() for name, p in model.named_parameters()}


def hooks(model):
    return {
        **{name: p._backward_hooks or {} for name, p in model.named_parameters()},
        **{
            name: (m._forward_hooks, m._backward_hooks, m._forward_pre_hooks)
            for name, m in model.named_modules()
        },
    }


def test_gradients_are_logged_once_in_so_many_passes(run, model):
    run.watch(model, log_freq=3)
    for step in range(7):
        gradients = backward(model)
        run.log({"loss": 1.0}, step=step)
        if step == 3:
            wanted = gradients
    name = "gradients/0.weight"
    history = run.history([f"{name}.norm"])
    assert history["step"].tolist() == [0, 3, 6]
    assert history[f"{name}.norm"][1] == pytest.approx(wanted["0.weight"].norm().item(), rel=1e-5)
    assert [step for step, _ in run.media(name)] == [0, 3, 6]
    histogram = run.media(name)[1][1]
    values = wanted["0.weight"].flatten().numpy()
    counts, edges = np.histogram(values, bins=64)
    assert histogram.total == values.size
    assert np.abs(histogram.counts - counts).max() <= 1  # rounding at a bin's edge
    assert np.allclose(histogram.edges, edges, rtol=1e-5, atol=1e-9)
    assert run.history(["loss"])["step"].tolist() == list(range(7))


def test_parameters_and_both(run, model):
    run.watch(model, log="all", log_freq=1)
    backward(model)
    names = set(run.history())
    assert {"gradients/2.bias.norm", "parameters/2.bias.norm", "parameters/0.weight.norm"} <= names
    assert run.history(["parameters/0.weight.norm"])["parameters/0.weight.norm"][0] == pytest.approx(
        model[0].weight.norm().item(), rel=1e-5
    )


def test_unwatch_leaves_no_trace(run, model):
    before = repr(hooks(model))
    other = torch.nn.Linear(2, 2)
    run.watch(model, log_freq=2)
    run.watch(other)
    for _ in range(3):
        backward(model)
    assert repr(hooks(model)) != before
    run.unwatch(model)
    assert repr(hooks(model)) == before
    assert other.weight._backward_hooks
    run.unwatch()
    assert not other.weight._backward_hooks
    count = run.history().rows
    backward(model)
    assert run.history().rows == count


def test_finishing_the_run_unwatches(root, model):
    before = repr(hooks(model))
    with Track.run(project="demo", system=False) as run:
        run.watch(model)
    assert repr(hooks(model)) == before
    backward(model)


def test_frozen_and_unused_parameters_are_left_out(run, model):
    model[2].bias.requires_grad_(False)
    unused = torch.nn.ModuleDict({"used": model, "unused": torch.nn.Linear(3, 3)})
    run.watch(unused, log_freq=1)
    model(torch.randn(4, 20)).sum().backward()
    names = set(run.history())
    assert "gradients/used.2.weight.norm" in names
    assert "gradients/used.2.bias.norm" not in names
    assert "gradients/unused.weight.norm" not in names


def test_every_pass_is_reported_when_asked_for(run, model):
    run.watch(model, log_freq=1)
    for _ in range(6):
        backward(model)
        run.log({"loss": 1.0})
    assert run.history(["gradients/0.weight.norm"])["step"].tolist() == list(range(6))


def test_passes_count_whichever_parameters_they_reach(run):
    branches = torch.nn.ModuleList([torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)])
    run.watch(branches, log_freq=2)
    for step in range(8):
        branches[step in (2, 3, 6)](torch.ones(1, 2)).sum().backward()
        run.log({"loss": 1.0})
    first = run.history(["gradients/0.weight.norm"])["step"].tolist()
    second = run.history(["gradients/1.weight.norm"])["step"].tolist()
    assert (first, second) == ([0, 4], [2, 6])


def test_trouble_while_measuring_never_reaches_training(run, model, monkeypatch):
    monkeypatch.setattr("simple_track.recording.model_watch.measure", lambda *_: 1 / 0)
    run.watch(model, log_freq=1)
    with pytest.warns(TrackWarning, match="run.watch could not measure: ZeroDivisionError"):
        backward(model)
    backward(model)


def test_empty_and_complex_parameters(run):
    model = torch.nn.Module()
    model.empty = torch.nn.Parameter(torch.zeros(0, 2))
    model.complex = torch.nn.Parameter(torch.tensor([3 + 4j, 0j]))
    run.watch(model, log="all", log_freq=1)
    (model.complex.abs().sum() + model.empty.sum()).backward()
    assert run.history(["parameters/complex.norm"])["parameters/complex.norm"].tolist() == [5.0]
    assert "parameters/empty.norm" not in run.history()


def test_values_that_are_not_finite_are_counted():
    tensor = torch.tensor([1.0, 2.0, math.nan, math.inf, -math.inf, 3.0])
    values = measure(torch, {"x": tensor})
    assert values["x.nonfinite"] == 3
    assert values["x"].total == 3
    assert not math.isfinite(values["x.norm"])
    nothing = measure(torch, {"x": torch.full((3,), math.nan)})
    assert set(nothing) == {"x.norm", "x.nonfinite"}
    assert measure(torch, {}) == {}


@pytest.mark.parametrize("size", [1, 2, 63, SAMPLE, SAMPLE + 1, 3 * SAMPLE + 5])
def test_large_tensors_are_sampled_evenly(size):
    values = measure(torch, {"x": torch.arange(size, dtype=torch.float32)})
    assert values["x.norm"] == pytest.approx(
        float(np.linalg.norm(np.arange(size, dtype=np.float64))), rel=1e-4
    )
    if size > 1:
        assert 0 < values["x"].total <= SAMPLE
        assert values["x"].edges[0] == 0
        assert values["x"].edges[-1] >= (size - 1) * 0.99 - 4
        assert values["x"].counts.max() - values["x"].counts.min() <= max(2, values["x"].total // 64)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_every_float_type_is_measured(dtype):
    values = measure(torch, {"x": torch.linspace(-1, 1, 100).to(dtype)})
    assert values["x"].total == 100
    assert values["x.norm"] == pytest.approx(5.83, rel=0.01)


def test_the_modules_are_kept_when_asked_for(run, model):
    run.watch(model, log_graph=True)
    (event,) = Track.load(run.id).events("graph")
    assert [m["type"] for m in event["modules"]] == ["Sequential", "Linear", "ReLU", "Linear"]
    assert event["modules"][1] == {
        "name": "0",
        "type": "Linear",
        "parameters": {"weight": [30, 20], "bias": [30]},
    }


def test_mistakes_are_clear(run, model):
    with pytest.raises(SettingError, match="log: 'gradient' is not one of gradients, parameters, all"):
        run.watch(model, log="gradient")
    with pytest.raises(SettingError, match="log_freq: 0 is not one of a whole number from 1"):
        run.watch(model, log_freq=0)
    with pytest.raises(
        ValueKindError, match=r"run.watch: cannot watch a model of type list; give a torch.nn.Module"
    ):
        run.watch([])
    with pytest.raises(ValueKindError, match="no parameter is trained"):
        run.watch(torch.nn.ReLU())


@pytest.mark.gpu
def test_measuring_on_a_gpu_transfers_once(model):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    tensors = {name: p.detach().cuda() for name, p in model.named_parameters()}
    torch.cuda.synchronize()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        values = measure(torch, tensors)
    copies = [e for e in profile.events() if "memcpy" in e.name.lower() and "dtoh" in e.name.lower()]
    assert len(copies) == 1
    assert values["0.weight.norm"] == pytest.approx(model[0].weight.norm().item(), rel=1e-4)
