"""What the package exports, and what importing it costs."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import simple_track

HEAVY = {
    "torch",
    "pandas",
    "polars",
    "pyarrow",
    "duckdb",
    "PIL",
    "av",
    "matplotlib",
    "psutil",
    "pynvml",
    "rich",
    "lark",
    "numpy",
    "zstandard",
    "cattrs",
}
LATE = {
    "simple_track.values",
    "simple_track.artifacts",
    "simple_track.catalog.catalog",
    "simple_track.catalog.query",
    "simple_track.storage.pack",
}
"""What a script that logs numbers does not need."""
SOURCE = Path(simple_track.__file__).parent


def test_everything_exported_is_there_and_sorted():
    assert list(simple_track.__all__) == sorted(simple_track.__all__)
    assert all(hasattr(simple_track, name) for name in simple_track.__all__)
    assert "Track" in simple_track.__all__


def imported_by(code):
    script = f"import sys, json; {code}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}, json.loads(done.stdout)


def test_importing_brings_nothing_heavy():
    tops, modules = imported_by("import simple_track")
    assert not tops & HEAVY
    assert "simple_conf" not in tops
    assert not LATE & set(modules)


def test_numpy_comes_when_it_is_first_needed():
    tops, _ = imported_by("import simple_track; simple_track.reading.history.np.float64(1)")
    assert "numpy" in tops


def test_a_run_with_numbers_brings_nothing_heavy(tmp_path):
    code = (
        f"from simple_track import Track; run = Track.run('demo', dir={str(tmp_path)!r}, system=False); "
        "run.define_metric('x', summary='min'); run.summary['y'] = 1; run.alert('a'); "
        "[run.log({'x': value}) for value in (1.0, 2, True, 'text', float('nan'), {'nested': 3})]; "
        "run.finish()"
    )
    tops, modules = imported_by(f"import warnings; warnings.simplefilter('ignore'); {code}")
    assert not tops & HEAVY
    assert not LATE & set(modules)


def test_every_public_function_and_class_has_a_docstring():
    bare = []
    for path in SOURCE.rglob("*.py"):
        for node in public_surface(ast.parse(path.read_text("utf-8"))):
            if ast.get_docstring(node) is None:
                bare.append(f"{path.name}:{node.lineno} {node.name}")
    assert bare == []


def public_surface(tree):
    """Public functions, classes, and the public methods of these."""
    kinds = ast.FunctionDef | ast.ClassDef
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    n
                    for n in node.body
                    if isinstance(n, kinds) and not n.name.startswith("_") and not is_overload(n)
                )


def is_overload(node):
    return any(
        isinstance(decorator, ast.Name) and decorator.id == "overload" for decorator in node.decorator_list
    )
