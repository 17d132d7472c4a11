"""Set-ups of other forms: none of them gives a false alarm, and what cannot be judged is an info."""

import io
import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from simple_ignite import Engine, Events
from simple_ignite.checks import RuntimeValidator

COUNT = 32
FOUR, THREE, IDS = torch.randn(COUNT, 4), torch.randn(COUNT, 3), torch.randint(0, 30, (COUNT, 6))
LABELS = torch.arange(COUNT) % 2


def loader_of(sample, **options):
    """A shuffled loader of what `sample` makes of an index."""
    return DataLoader([sample(index) for index in range(COUNT)], 8, shuffle=True, **options)


PAIRS = lambda: loader_of(lambda i: (FOUR[i], LABELS[i]))  # noqa: E731


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Linear(4, 8), nn.Linear(3, 8), nn.Linear(8, 2)

    def forward(self, a, b):
        return self.head(torch.relu(self.a(a) + self.b(b)))


class Output(dict):
    """As transformers return: a mapping with attributes."""

    __getattr__ = dict.__getitem__


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.head = nn.Embedding(30, 8), nn.Linear(8, 2)

    def forward(self, input_ids=None, attention_mask=None, labels=None):
        logits = self.head((self.embedding(input_ids) * attention_mask[..., None]).mean(1))
        if labels is None:
            return Output(logits=logits)
        return Output(loss=functional.cross_entropy(logits, labels), logits=logits)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.head = nn.Embedding(30, 8), nn.Linear(8, 30, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids):
        return self.head(self.embedding(ids)).transpose(1, 2)


class Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x > 0)


class Between(nn.Module):
    """Calls a function between two layers."""

    def __init__(self, function):
        super().__init__()
        self.first, self.second, self.function = nn.Linear(4, 8), nn.Linear(8, 2), function

    def forward(self, x):
        return self.second(self.function(self.first, x))


class Penalty(nn.Module):
    """Returns its output, and the gradient of that by the input."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def forward(self, x):
        x = x.detach().requires_grad_()
        output = self.net(x)
        (slope,) = torch.autograd.grad(output.sum(), x, create_graph=True)
        return output, slope


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(3, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.head(self.lstm(packed)[1][0][-1])


class InPlace(nn.Linear):
    """Changes its input."""

    def forward(self, x):
        return super().forward(x.mul_(2))


class Pairwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 8), nn.Linear(3, 8)

    def forward(self, a, b):
        return 5 * functional.normalize(self.a(a), dim=1) @ functional.normalize(self.b(b), dim=1).T


def normed():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        layers = weight_norm(nn.Linear(4, 8)), nn.Tanh(), spectral_norm(nn.Linear(8, 8)), nn.Linear(8, 2)
    layers = *layers[:3], parametrizations.weight_norm(layers[3])
    return nn.Sequential(*layers)


def pruned():
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    prune.l1_unstructured(model[0], "weight", 0.3)
    model(FOUR)
    return model


def reached_by_compiled_forward():
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    model.forward = torch.compile(model.forward, backend="eager")
    return model


def ce(output, target):
    return functional.cross_entropy(output, target)


def text_sample(i):
    return {"input_ids": IDS[i], "attention_mask": torch.ones(6), "labels": LABELS[i]}


def plain():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


SETUPS = {
    "two inputs": (Two, lambda: loader_of(lambda i: ((FOUR[i], THREE[i]), LABELS[i])), ce),
    "two inputs and a target": (Two, lambda: loader_of(lambda i: (FOUR[i], THREE[i], LABELS[i])), ce),
    "inputs by name": (Two, lambda: loader_of(lambda i: ({"a": FOUR[i], "b": THREE[i]}, LABELS[i])), ce),
    "batch by name": (
        Two, lambda: loader_of(lambda i: {"a": FOUR[i], "b": THREE[i], "label": LABELS[i]}), ce,
    ),
    "loss in the output": (Text, lambda: loader_of(text_sample), None),
    "loss of the output": (Text, lambda: loader_of(text_sample), lambda output, target: output.loss),
    "loss that is not used": (Text, lambda: loader_of(text_sample), ce),
    "logits": (Text, lambda: loader_of(text_sample), lambda output, target: ce(output.logits, target)),
    "tied weights": (Tied, lambda: loader_of(lambda i: (IDS[i], IDS[i])), ce),
    "custom function": (lambda: Between(lambda layer, x: Clamp.apply(layer(x))), PAIRS, ce),
    "checkpointing": (lambda: Between(lambda layer, x: checkpoint(layer, x, use_reentrant=False)), PAIRS, ce),
    "reentrant checkpointing": (
        lambda: Between(lambda layer, x: checkpoint(layer, x.requires_grad_(), use_reentrant=True)),
        PAIRS,
        ce,
    ),
    "gradient penalty": (
        Penalty,
        lambda: loader_of(lambda i: (FOUR[i], FOUR[i].sum(0, keepdim=True))),
        lambda output, target: functional.mse_loss(output[0], target) + output[1].square().mean(),
    ),
    "packed sequences": (
        Packed, lambda: loader_of(lambda i: ((torch.randn(5, 3), torch.tensor(i % 5 + 1)), LABELS[i])), ce,
    ),
    "changed in place": (lambda: InPlace(4, 2), PAIRS, ce),
    "all with all": (
        Pairwise,
        lambda: loader_of(lambda i: ((FOUR[i], THREE[i]), LABELS[i])),
        lambda output, target: ce(output, torch.arange(len(output))),
    ),
    "weight and spectral norm": (normed, PAIRS, ce),
    "pruned": (pruned, PAIRS, ce),
    "lazy": (lambda: nn.Sequential(nn.LazyLinear(8), nn.Tanh(), nn.LazyLinear(2)), PAIRS, ce),
    "script": (lambda: torch.jit.script(plain()), PAIRS, ce),
    "compiled": (lambda: torch.compile(plain(), backend="eager"), PAIRS, ce),
    "compiled forward": (reached_by_compiled_forward, PAIRS, ce),
    "data parallel": (lambda: nn.DataParallel(plain()), PAIRS, ce),
    "double": (
        lambda: nn.Linear(4, 2).double(),
        lambda: loader_of(lambda i: (FOUR[i].double(), LABELS[i])), ce),
    "bfloat16": (
        lambda: nn.Linear(4, 2).bfloat16(),
        lambda: loader_of(lambda i: (FOUR[i].bfloat16(), LABELS[i])), ce),
    "complex": (
        lambda: nn.Linear(4, 2, dtype=torch.complex64),
        lambda: loader_of(lambda i: (FOUR[i] + 0j, FOUR[i, :2] + 1j)),
        lambda output, target: (output - target).abs().square().mean(),
    ),
    "several targets": (
        lambda: nn.Linear(4, 3),
        lambda: loader_of(lambda i: (FOUR[i], (LABELS[i], FOUR[i, :1]))),
        lambda output, target: ce(output[:, :2], target[0]) + functional.mse_loss(output[:, 2:], target[1]),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*jit.*:DeprecationWarning", "ignore:.*jit.*:FutureWarning")
@pytest.mark.parametrize("name", SETUPS)
def test_a_set_up_of_another_form_gives_no_alarm_and_its_loss_falls(name):
    make, loader, loss_fn = SETUPS[name]
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    before = {
        key: None if nn.parameter.is_lazy(p) else p.detach().clone() for key, p in model.named_parameters()
    }
    report = RuntimeValidator().validate_all(model, loader(), optimizer, loss_fn)
    assert report.errors == report.warnings == ()
    assert "training-falls" in [finding.code for finding in report.infos]
    for key, parameter in model.named_parameters():
        assert parameter.grad is None
        assert nn.parameter.is_lazy(parameter) if before[key] is None else torch.equal(parameter, before[key])


@pytest.mark.parametrize("sparse", ["embedding", "bag"])
def test_sparse_embeddings(sparse):
    first = nn.Embedding(30, 8, sparse=True) if sparse == "embedding" else nn.EmbeddingBag(30, 8, sparse=True)
    model = nn.Sequential(first, nn.Flatten(), nn.LazyLinear(2))
    model(IDS)
    optimizers = [torch.optim.SparseAdam(first.parameters()), torch.optim.Adam(model[2].parameters())]
    loader = loader_of(lambda i: (IDS[i], LABELS[i]))
    report = RuntimeValidator().validate_all(model, loader, optimizers, ce)
    assert report.errors == report.warnings == ()


def test_a_model_that_changes_its_input_leaves_the_batches():
    batch = FOUR[:8].clone()
    model = InPlace(4, 2)
    RuntimeValidator().validate_all(
        model, [(batch, LABELS[:8])], torch.optim.SGD(model.parameters(), 0.1), ce
    )
    assert torch.equal(batch, FOUR[:8])


# Steps of your own


def own_step(model, loader, optimizer, loss_fn):
    """Return the report of an engine with another step."""
    engine = Engine(lambda engine, batch: None)
    validator = RuntimeValidator(model=model, optimizer=optimizer, loss_fn=loss_fn, file=io.StringIO())
    engine.on(Events.STARTED, validator)
    engine.run(loader)
    return validator.report


GENERATOR = lambda: nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 4))  # noqa: E731


def test_a_batch_that_only_your_own_step_understands_is_an_info():
    generator = GENERATOR()
    optimizer = torch.optim.Adam(generator.parameters())
    report = own_step(generator, loader_of(lambda i: FOUR[i]), optimizer, nn.BCEWithLogitsLoss())
    assert report.errors == report.warnings == ()
    assert [(one.code, one.section) for one in report.infos] == [("not-checked", "shapes")]
    assert (
        report.infos[0].message == "a batch must be (input, target), not a Tensor, so the step is not checked"
    )


def test_models_without_a_forward_of_their_own_are_an_info():
    parts = nn.ModuleDict({"generator": GENERATOR(), "discriminator": nn.Linear(4, 1)})
    optimizers = [torch.optim.Adam(part.parameters()) for part in parts.values()]
    report = own_step(parts, PAIRS(), optimizers, nn.BCEWithLogitsLoss())
    assert report.errors == report.warnings == ()
    assert report.infos[0].message == "the model has no forward, so its steps are not checked"


def test_an_error_in_forward_is_only_a_warning_if_your_own_step_may_call_it_otherwise():
    generator = GENERATOR()
    report = own_step(generator, PAIRS(), torch.optim.Adam(generator.parameters()), nn.BCEWithLogitsLoss())
    assert report.errors == ()
    assert [finding.code for finding in report.warnings] == ["forward-raises"]
    assert report.warnings[0].message.endswith(
        "this is judged by loss_fn(model(input), target), which a step of your own may not call"
    )


def test_what_the_checks_themselves_stumble_over_is_a_warning_and_no_crash():
    class Stubborn(dict):
        def __init__(self, *parts):
            super().__init__()
            if parts:
                raise RuntimeError("cannot be made again")

    batch = Stubborn()
    batch.update(a=FOUR, b=THREE, label=LABELS)
    model = Two()
    report = RuntimeValidator().validate_all(model, [batch], torch.optim.Adam(model.parameters()), ce)
    assert [(one.code, one.level) for one in report.findings] == [("not-checked", "warning")]
    assert report.warnings[0].message == "the step could not be checked: RuntimeError: cannot be made again"
