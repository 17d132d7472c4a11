"""The supervised steps: precision, accumulation, clipping, compiling, devices, modes."""

import shutil
from collections import OrderedDict, namedtuple

import pytest
import torch
from torch import nn
from torch.optim import SGD

from simple_ignite import (
    Engine,
    Events,
    evaluation_step,
    supervised_evaluator,
    supervised_trainer,
    training_step,
)
from simple_ignite.errors import BatchError, RunError
from simple_ignite.metrics import Accuracy
from simple_ignite.steps import to_device


def batches(number=6, size=4):
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(number * size, 5, generator=generator)
    return list(zip(x.split(size), (x.sum(1) > 0).long().split(size), strict=True))


def made():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 2))
    return model, SGD(model.parameters(), lr=0.1, momentum=0.9)


def trained(data, device=None, **options):
    """Return the weights after training on the data."""
    model, optimizer = made()
    supervised_trainer(model, optimizer, nn.functional.cross_entropy, device=device, **options).run(
        data, max_epochs=2
    )
    return torch.cat([p.detach().cpu().flatten() for p in model.parameters()])


def by_hand(data):
    model, optimizer = made()
    for _ in range(2):
        for x, y in data:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_it_trains_as_a_loop_by_hand_does():
    assert torch.equal(trained(batches()), by_hand(batches()))


def test_the_output_holds_loss_prediction_and_target_without_gradients():
    model, optimizer = made()
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy)
    trainer.add_metric(Accuracy(), "accuracy")
    outputs = []
    trainer.on(Events.ITERATION_COMPLETED, lambda engine: outputs.append(engine.state.output))
    trainer.run(batches(1))
    assert set(outputs[0]) == {"loss", "pred", "target"}
    assert not outputs[0]["loss"].requires_grad
    assert not outputs[0]["pred"].requires_grad
    assert 0 <= trainer.state.metrics["accuracy"] <= 1


@pytest.mark.parametrize("number", [6, 7])
def test_accumulated_batches_count_as_one(number):
    """Also the last ones of an epoch, which are fewer."""
    data = batches(number)
    joined = [
        (torch.cat([x for x, _ in group]), torch.cat([y for _, y in group]))
        for group in (data[:3], data[3:6], data[6:])
        if group
    ]
    torch.testing.assert_close(trained(data, grad_accumulation=3), by_hand(joined))


def test_data_of_unknown_length_lose_no_gradient():
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter(batches(5))

    data = batches(5)
    joined = [
        tuple(torch.cat([batch[n] for batch in group]) for n in (0, 1)) for group in (data[:4], data[4:])
    ]
    torch.testing.assert_close(trained(Stream(), grad_accumulation=4), by_hand(joined))


def test_gradients_of_a_run_that_was_given_up_are_forgotten():
    model, optimizer = made()
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy, grad_accumulation=4)
    stop = trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    trainer.run(batches())
    stop.remove()
    assert trainer.step.accumulation.held == 2
    trainer.on(
        Events.ITERATION_STARTED(once=1),
        lambda: pytest.fail("held") if trainer.step.accumulation.held else None,
    )
    trainer.run(batches(), restart=True)


@pytest.mark.parametrize(
    ("batch", "came"),
    [
        ((1, 2, 3), "a tuple of 3"),
        ({"x": 1, "y": 2}, "a mapping of 'x', 'y'"),
        (torch.ones(2), "a Tensor"),
    ],
)
def test_other_batches_are_explained(batch, came):
    expected = (
        f"the supervised step takes batches of (input, target), and got {came}; "
        "for other batches write a step of your own: Engine(step)"
    )
    model, optimizer = made()
    for engine in (
        supervised_trainer(model, optimizer, nn.functional.cross_entropy),
        supervised_evaluator(model),
    ):
        with pytest.raises(BatchError) as caught:
            engine.run([batch])
        assert str(caught.value) == expected


def test_models_of_several_answers_and_losses_that_are_no_number():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(5, 2)

        def forward(self, x):
            return {"logits": self.linear(x), "hidden": [x]}

    model = Two()
    outputs = []
    optimizer = SGD(model.parameters(), lr=0.1)
    trainer = supervised_trainer(
        model, optimizer, lambda pred, y: nn.functional.cross_entropy(pred["logits"], y)
    )
    trainer.on(Events.ITERATION_COMPLETED, lambda engine: outputs.append(engine.state.output["pred"]))
    trainer.run(batches(1))
    assert not outputs[0]["logits"].requires_grad
    for loss, came in (
        (lambda p, y: 1.0, "a float"),
        (lambda p, y: torch.ones(4), r"a tensor of shape \(4,\)"),
    ):
        with pytest.raises(BatchError, match=f"loss_fn must return a scalar tensor, not {came}; return"):
            supervised_trainer(model, optimizer, loss).run(batches(1))
    with pytest.raises(RunError, match="LBFGS calls the model itself"):
        supervised_trainer(model, torch.optim.LBFGS(model.parameters()), loss)


def test_clipping_bounds_the_step():
    model, _ = made()
    optimizer = SGD(model.parameters(), lr=1.0)
    before = torch.cat([p.detach().flatten() for p in model.parameters()])
    supervised_trainer(model, optimizer, nn.functional.cross_entropy, clip_grad_norm=0.01).run(batches(1))
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert float((after - before).norm()) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("amp", ["bf16", torch.bfloat16, True])
def test_autocast_to_bfloat16(amp):
    seen = set()
    model, optimizer = made()
    model[1].register_forward_hook(lambda module, inputs, output: seen.add(output.dtype))
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy, amp=amp)
    trainer.run(batches())
    assert seen == {torch.bfloat16}
    assert next(model.parameters()).dtype == torch.float32
    torch.testing.assert_close(trained(batches(), amp=amp), by_hand(batches()), rtol=0.1, atol=0.05)


def test_a_scaler_changes_nothing_but_travels_in_the_state():
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    torch.testing.assert_close(trained(batches(), scaler=scaler, clip_grad_norm=100.0), by_hand(batches()))
    model, optimizer = made()
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy, scaler=scaler)
    fresh = supervised_trainer(*made(), nn.functional.cross_entropy, scaler=torch.amp.GradScaler("cpu"))
    fresh.load_state_dict(trainer.state_dict())
    assert fresh.step.scaler.get_scale() == scaler.get_scale() == 1024.0


def test_a_compiled_model_trains_the_same():
    assert torch.equal(trained(batches(), compile={"backend": "eager"}), by_hand(batches()))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="the default compiler of torch needs g++")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")  # torch's own use of what it deprecates
def test_a_model_compiled_by_the_default_compiler_trains_the_same():
    torch.testing.assert_close(trained(batches(), compile=True), by_hand(batches()), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grad_accumulation": 0}, "grad_accumulation must be a whole number from 1, not 0"),
        ({"clip_grad_norm": -1.0}, "clip_grad_norm must be above 0, not -1.0"),
        ({"amp": "int8"}, "amp must be one of bf16, bfloat16, fp16, float16, a dtype or True, not 'int8'"),
    ],
)
def test_arguments_out_of_range(options, message):
    with pytest.raises(RunError) as caught:
        supervised_trainer(*made(), nn.functional.cross_entropy, **options)
    assert str(caught.value) == message


def test_an_evaluator_leaves_each_module_in_the_mode_it_had():
    model = nn.Sequential(nn.Linear(5, 5), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 2))
    model.train()
    model[1].eval()  # frozen, as in fine-tuning
    modes = []
    evaluator = supervised_evaluator(model, {"accuracy": Accuracy()})
    evaluator.on(Events.ITERATION_COMPLETED, lambda: modes.append([m.training for m in model.modules()]))
    evaluator.on(
        Events.ITERATION_COMPLETED(once=1),
        lambda engine: modes.append(engine.state.output["pred"].is_inference()),
    )
    evaluator.run(batches())
    assert not any(modes[0])
    assert modes[1] is True
    assert [m.training for m in model.modules()] == [True, True, False, True, True]
    assert 0 <= evaluator.state.metrics["accuracy"] <= 1


def test_modes_come_back_after_an_error_too():
    model = nn.Linear(3, 1)
    evaluator = supervised_evaluator(model)
    with pytest.raises(RuntimeError):
        evaluator.run(batches())
    assert model.training


def test_the_steps_alone():
    model, optimizer = made()
    trainer = Engine(training_step(model, optimizer, nn.functional.cross_entropy))
    evaluator = Engine(evaluation_step(model))
    trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run(batches()))
    trainer.run(batches())
    assert not model.training
    assert (trainer.name, evaluator.name) == ("training_step", "evaluation_step")


def test_nested_batches_are_moved_and_keep_their_form():
    Pair = namedtuple("Pair", "x y")
    t = torch.ones(2)
    batch = OrderedDict(a=Pair(t, [t, "text"]), b=(t, 3))
    moved = to_device(batch, torch.device("meta"))
    assert type(moved) is OrderedDict
    assert type(moved["a"]) is Pair
    assert moved["a"].x.is_meta
    assert moved["a"].y[0].is_meta
    assert (moved["a"].y[1], moved["b"][1]) == ("text", 3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
class TestOnCuda:
    def test_it_trains_as_on_the_cpu(self):
        torch.testing.assert_close(
            trained(batches(), device="cuda"), by_hand(batches()), rtol=1e-3, atol=1e-4
        )

    @pytest.mark.parametrize("amp", ["fp16", "bf16"])
    def test_mixed_precision(self, amp):
        weights = trained(batches(), device="cuda", amp=amp, clip_grad_norm=10.0, grad_accumulation=2)
        expected = trained(batches(), clip_grad_norm=10.0, grad_accumulation=2)
        torch.testing.assert_close(weights, expected, rtol=0.1, atol=0.05)

    def test_compiled(self):
        torch.testing.assert_close(
            trained(batches(), device="cuda", compile=True), by_hand(batches()), rtol=1e-3, atol=1e-4
        )

    def test_no_host_sync_in_an_iteration(self):
        model, optimizer = made()
        trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy, device="cuda")
        trainer.add_metric(Accuracy(), "accuracy")
        data = [(x.cuda(), y.cuda()) for x, y in batches()]
        trainer.run(data)
        trainer.on(Events.ITERATION_STARTED(once=7), lambda: torch.cuda.set_sync_debug_mode("error"))
        trainer.on(
            Events.ITERATION_COMPLETED(once=12),
            lambda: torch.cuda.set_sync_debug_mode("default"),
            priority=-1,
        )
        try:
            assert trainer.run(data, max_epochs=2).iteration == 12
        finally:
            torch.cuda.set_sync_debug_mode("default")


def test_training_is_in_training_mode_also_after_an_evaluation_by_hand():
    model, optimizer = made()
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy)
    modes = []
    trainer.on(Events.ITERATION_COMPLETED, lambda: modes.append(model.training), priority=1)
    trainer.on(Events.ITERATION_COMPLETED(once=2), lambda: model.eval())
    trainer.run(batches(4))
    model.eval()
    trainer.run(batches(1))
    assert modes == [True] * 5


@pytest.mark.parametrize("built", ["trainer", "evaluator", "step", "evaluation"])
def test_the_model_is_moved_to_the_device(built):
    model, optimizer = made()
    {
        "trainer": lambda: supervised_trainer(model, optimizer, nn.functional.cross_entropy, device="meta"),
        "evaluator": lambda: supervised_evaluator(model, device="meta"),
        "step": lambda: training_step(model, optimizer, nn.functional.cross_entropy, device="meta"),
        "evaluation": lambda: evaluation_step(model, device="meta"),
    }[built]()
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}


def test_batches_are_moved_to_the_device():
    model, optimizer = made()
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy, device="meta")
    trainer.on(
        Events.ITERATION_COMPLETED, lambda engine: devices.append(engine.state.output["target"].device.type)
    )
    devices = []
    trainer.run(batches(1))
    assert devices == ["meta"]
