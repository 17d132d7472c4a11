"""WeightAverage: averages of weights that are computed in float32 or better."""

import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events
from simple_ignite.handlers import EMA, StochasticWeightAveraging
from simple_ignite.handlers.averaging.weight_average import WeightAverage, plain_keys


def filled(value, dtype=torch.float32):
    model = nn.Linear(3, 2).to(dtype)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(value)
    return model


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_small_steps_add_up_in_every_type(dtype):
    model = filled(1.0, dtype)
    ema = EMA(model, decay=0.9995, warmup=False)
    with torch.no_grad():
        model.weight.fill_(2.0)
    for _ in range(1000):
        ema()
    assert ema.model.weight.dtype is dtype
    assert float(ema.model.weight[0, 0]) == pytest.approx(2 - 0.9995**1000, abs=0.005)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_what_is_below_the_type_of_the_weights_is_saved(dtype):
    model = filled(1.0, dtype)
    first, second = WeightAverage(model), WeightAverage(model)
    with torch.no_grad():
        model.weight.fill_(2.0)
    first.update(1e-4)  # too little for the type to show
    second.load_state_dict(first.state_dict())
    for average in (first, second):
        for _ in range(99):
            average.update(1e-4)
    assert torch.equal(first.state_dict()["weight"], second.state_dict()["weight"])
    assert first.state_dict()["weight"].dtype is torch.float32
    assert float(second.state_dict()["weight"][0, 0]) == pytest.approx(2 - (1 - 1e-4) ** 100, rel=1e-5)


def test_integer_parameters_and_buffers_are_copied():
    model = filled(1.0)
    model.table = nn.Parameter(torch.tensor([1, 2]), requires_grad=False)
    model.register_buffer("seen", torch.tensor(0))
    average = WeightAverage(model)
    with torch.no_grad():
        model.table.copy_(torch.tensor([5, 6]))
        model.seen.fill_(3)
    average.update(0.25)
    assert average.model.table.tolist() == [5, 6]
    assert int(average.model.seen) == 3


def test_the_weights_of_epochs_in_half_precision_are_averaged_exactly():
    model = filled(0.0, torch.bfloat16)
    swa = StochasticWeightAveraging(model)
    values = [1.0, 1.0078125, 1.015625, 1.0234375]

    def step(engine, _batch):
        with torch.no_grad():
            model.weight.fill_(values[engine.state.epoch])

    trainer = Engine(step)
    trainer.on(Events.EPOCH_COMPLETED, swa)
    trainer.run([0], max_epochs=4)
    assert float(swa.state_dict()["module.weight"][0, 0]) == pytest.approx(sum(values) / 4, abs=1e-6)


def test_training_that_begins_anew_is_averaged_anew():
    model = filled(4.0)
    swa = StochasticWeightAveraging(model)
    trainer = Engine(lambda _engine, _batch: None)
    trainer.on(Events.EPOCH_COMPLETED, swa)
    trainer.run([0], max_epochs=2)
    with torch.no_grad():
        model.weight.fill_(1.0)
    trainer.run([0], max_epochs=2, restart=True)
    assert float(swa.model.module.weight[0, 0]) == 1.0
    assert int(swa.model.n_averaged) == 2


@pytest.mark.parametrize("made", [lambda model: EMA(model), lambda model: StochasticWeightAveraging(model)])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (lambda model: torch.compile(model, backend="eager"), lambda model: model),
        (lambda model: model, lambda model: torch.compile(model, backend="eager")),
        (nn.DataParallel, lambda model: model),
        (lambda model: model, nn.DataParallel),
    ],
)
def test_wrapped_and_plain_models_load_into_each_other(made, before, after):
    saved, other = made(before(filled(3.0))), made(after(filled(0.0)))
    other.load_state_dict(saved.state_dict())
    weights = getattr(other.model, "module", other.model).weight
    assert float(weights[0, 0]) == 3.0


def test_keys_of_wrapped_models_of_earlier_versions_lose_their_prefix():
    model = nn.Sequential(nn.Linear(1, 1))
    wrapped = {f"_orig_mod.module.{key}": value for key, value in model.state_dict().items()}
    assert list(plain_keys(wrapped, model)) == ["0.weight", "0.bias"]
    own = nn.Module()
    own.module = nn.Linear(1, 1)
    assert list(plain_keys(own.state_dict(), own)) == ["module.weight", "module.bias"]
    assert list(plain_keys({"module.other": 1}, own)) == ["module.other"]
