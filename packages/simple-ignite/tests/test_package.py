"""The package as a whole: its names, what it imports, how its arrows point."""

import ast
import functools
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import simple_ignite

ROOT = Path(simple_ignite.__file__).parent
PUBLIC = ["simple_ignite", "simple_ignite.checks", "simple_ignite.handlers", "simple_ignite.errors"]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_names_are_sorted_and_there(name):
    module = importlib.import_module(name)
    assert module.__all__ == sorted(module.__all__, key=lambda n: (not n.isupper(), n))
    assert all(hasattr(module, one) for one in module.__all__)


DOCS = Path(__file__).parents[3] / "docs" / "ignite"


@pytest.mark.skipif(not DOCS.exists(), reason="the pages are not part of the source package")
@pytest.mark.parametrize("name", ["simple_ignite", "simple_ignite.checks", "simple_ignite.handlers"])
def test_every_public_name_is_on_a_page(name):
    pages = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    names = set(importlib.import_module(name).__all__) - {"__version__"}
    assert sorted(one for one in names if one not in pages) == []


def test_importing_brings_in_nothing_heavy():
    code = (
        "import torch, sys; before = set(sys.modules); import simple_ignite; "
        "print(*sorted({m.partition('.')[0] for m in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    allowed = {"simple_ignite", "difflib", "__future__"} | set(sys.stdlib_module_names)
    assert set(done.stdout.split()) <= allowed


FILES = {
    ".".join(["simple_ignite", *path.relative_to(ROOT).with_suffix("").parts]): path
    for path in ROOT.rglob("*.py")
    if path.name != "__init__.py"
}


@functools.cache
def imported(path):
    """Return the modules of the package that a file imports, also in functions and for type checkers."""
    return tuple(imports_in(path))


def imports_in(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in FILES else node.module for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_imports_have_no_cycle():
    graph = {name: [one for one in imported(path) if one in FILES] for name, path in FILES.items()}
    assert any(graph.values())
    done, path = set(), []

    def visit(name):
        assert name not in path, " → ".join([*path, name])
        if name in done:
            return
        path.append(name)
        for other in graph[name]:
            visit(other)
        path.pop()
        done.add(name)

    for name in graph:
        visit(name)


def test_metrics_do_not_know_the_engine():
    below = {"metrics", "distributed", "data", "errors", "protocols"}
    for name, path in FILES.items():
        if name.startswith("simple_ignite.metrics."):
            own = [one for one in imported(path) if one.startswith("simple_ignite")]
            assert {one.split(".")[1] for one in own} <= below, name


def test_no_other_package_of_the_family_is_imported():
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import simple_track" not in text
        assert "import simple_conf" not in text
