"""The migration pages: every public name of the other library is there, and every one of ours exists."""

import ast
import inspect
import re
import tomllib
from pathlib import Path

import pytest
import torch
import torch.nn.utils.prune

import simple_ignite
from simple_ignite import Engine, State, checks, data, distributed, handlers, metrics

PAGES = Path(__file__).parents[3] / "docs/ignite"
NAMES = tomllib.loads((Path(__file__).parent / "assets/names_of_peers.toml").read_text())
ENGINE = Engine(lambda engine, batch: None)
ROOTS = {
    **{
        name: getattr(space, name)
        for space in (data, distributed, metrics, handlers, checks)
        for name in space.__all__
    },
    **{name: getattr(simple_ignite, name) for name in simple_ignite.__all__},
    **dict.fromkeys(("trainer", "evaluator", "engine"), ENGINE),
    "state": State(),
    "torch": torch,
    "simple_ignite": simple_ignite,
    "len": len,
    "tuple": tuple,
    "model": torch.nn.Linear(1, 1),
    "loss_fn": torch.nn.functional.mse_loss,
    "optimizer": torch.optim.SGD([torch.zeros(1)]),
}
ANY = {
    "event",
    "f",
    "args",
    "parts",
    "path",
    "saved",
    "scheduler",
    "tracker",
    "metric",
    "points",
    "thing",
    "x",
}
ANY |= {"function", "step", "loader", "train_loader", "val_loader", "scaler", "epochs", "MyEvents", "to_save"}
ANY |= {
    "add_metric",
    "requires_grad_",
    "state_dict",
    "load_state_dict",
    "reset",
    "update",
    "compute",
    "registered",
}
ANY |= {"log", "run", "remove", "skip_first_batches", "ROUGEScore"}
"""Variables of the examples, and names of methods that the text speaks of."""

pytestmark = pytest.mark.skipif(not PAGES.exists(), reason="the package is here without the project's pages")


def rows(library):
    """Return the two cells of each row of the tables of a page."""
    text = (PAGES / f"from-{library}.md").read_text()
    return re.findall(r"^\| (`.*?) \| (.*) \|$", text.partition("## Every name")[2], re.MULTILINE)


def spans(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("library", NAMES)
def test_every_name_of_theirs_is_on_the_page(library):
    left = {
        word for theirs, _ in rows(library) for span in spans(theirs) for word in re.findall(r"\w+", span)
    }
    missing = {group: sorted(set(names) - left) for group, names in NAMES[library].items()}
    assert {group: names for group, names in missing.items() if names} == {}


@pytest.mark.parametrize("library", NAMES)
def test_every_name_of_ours_exists(library):
    problems = [
        f"{span}: {problem}"
        for _, ours in rows(library)
        for span in spans(ours)
        if not re.fullmatch(r'\w+=("\w+"|True)?|\.log\(values, step=\)', span)
        for problem in unresolved(span.removeprefix("@"))
    ]
    assert problems == []


@pytest.mark.parametrize("library", NAMES)
def test_a_row_without_a_name_of_ours_says_why(library):
    for theirs, ours in rows(library):
        assert spans(ours) or len(ours.split()) > 2, theirs
        assert not ours.startswith("not here") or len(ours) > len("not here: "), theirs


def unresolved(code):
    """Yield the names in an expression that do not exist, and arguments that are not taken."""
    for node in ast.walk(ast.parse(code, mode="eval")):
        if isinstance(node, ast.Name | ast.Attribute):
            try:
                found(node)
            except (AttributeError, KeyError) as error:
                yield str(error)
        elif isinstance(node, ast.Call):
            yield from refused(node)


def found(node):
    if isinstance(node, ast.Name):
        return None if node.id in ANY else ROOTS[node.id]
    owner = found(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else None
    return None if owner is None else getattr(owner, node.attr)


def refused(call):
    try:
        function = found(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else None
    except (AttributeError, KeyError):
        return  # reported with the name
    if function is None:
        return
    try:
        signature = inspect.signature(function)
    except ValueError:
        return
    if not any(isinstance(one, ast.Starred) for one in call.args):
        try:
            signature.bind(*call.args, **{one.arg: one.value for one in call.keywords})
        except TypeError as error:
            yield str(error)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("trainer.go(loader)", "no attribute 'go'"),
        ("Trainer(model)", "'Trainer'"),
        ("state.steps", "State has no `steps`"),
        ("trainer.run(loader, epochs=3)", "unexpected keyword argument 'epochs'"),
        ("EarlyStopping(3)", "missing a required argument"),
        ("torch.nn.Lineal", "no attribute 'Lineal'"),
        ("Events.EPOCH_ENDED", "EPOCH_ENDED"),
    ],
)
def test_a_name_that_does_not_exist_is_found(code, problem):
    assert problem in " ".join(unresolved(code))


def test_names_of_our_own_examples_resolve():
    assert list(unresolved('EarlyStopping(3, "acc", trainer)')) == []
    assert list(unresolved("Events.EPOCH_COMPLETED(every=2)")) == []
