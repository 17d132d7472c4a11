"""SDN against tomllib and PyYAML's C loader, on equal data, in one run.

Usage: python benchmarks/sdn.py

Prints the best of several runs of each, the ratio, and the bar that the ratio is held to.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from typing import Any

from simple_conf.sdn import parse, write

try:
    import yaml
except ImportError:
    yaml = None


def small() -> dict[str, Any]:
    """A training configuration of 62 keys in ten sections."""
    words = ["resnet", "runs/${project}", "data/train", "adam", "cosine schedule with warmup"]
    tree: dict[str, Any] = {"project": "mnist", "seed": 42}
    for number in range(10):
        tree[f"section{number}"] = {
            "lr": 0.001 * (number + 1),
            "epochs": 10 * number + 1,
            "name": words[number % 5],
            "enabled": number % 2 == 0,
            "path": f"data/part_{number}/files",
            "size": 1024,
        }
    return tree


def large() -> dict[str, Any]:
    """5,000 keys in 500 sections."""
    return {
        f"section{number}": {
            f"{key}_{copy}": value
            for copy in range(2)
            for key, value in {
                "lr": 0.001 * number + 0.1,
                "epochs": number,
                "name": f"model {number}",
                "on": True,
                "path": "data/x",
            }.items()
        }
        for number in range(500)
    }


def table() -> dict[str, Any]:
    """A table of 5,000 rows and five columns."""
    source = random.Random(0)
    return {
        "rows": [
            {
                "id": number,
                "name": f"run {number}",
                "loss": round(source.random(), 4),
                "ok": number % 2 == 0,
                "tag": "baseline",
            }
            for number in range(5_000)
        ]
    }


def toml(tree: dict[str, Any]) -> str:
    """The tree as TOML: a header a section or row, a line a key."""
    lines = []
    for key, value in tree.items():
        if isinstance(value, dict):
            lines += [f"[{key}]", *(f"{name} = {json.dumps(item)}" for name, item in value.items())]
        elif isinstance(value, list):
            for row in value:
                lines += [f"[[{key}]]", *(f"{name} = {json.dumps(item)}" for name, item in row.items())]
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join([*lines, ""])


def best(work: Callable[[], object], runs: int) -> float:
    """The shortest of several runs, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def line(name: str, ours: float, peer: str, theirs: float, bar: float) -> None:
    """Print one comparison."""
    ratio = ours / theirs
    print(
        f"{name:<24} {ours:9.3f} ms   {peer:<20} {theirs:9.3f} ms   {ratio:6.3f} x"
        f"   bar {bar:g} x{'' if ratio <= bar else '   OVER'}"
    )


def compare(name: str, tree: dict[str, Any], runs: int, toml_bar: float, yaml_bar: float | None) -> None:
    """Compare reading and writing of one tree."""
    text, toml_text = write(tree), toml(tree)
    assert parse(text).values == tree == tomllib.loads(toml_text)
    ours = best(lambda: parse(text), runs)
    line(f"read {name}", ours, "tomllib", best(lambda: tomllib.loads(toml_text), runs), toml_bar)
    if yaml is None:
        return
    dumped = yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False)
    if yaml_bar is not None:
        theirs = best(lambda: yaml.load(dumped, yaml.CSafeLoader), max(3, runs // 4))
        line(f"read {name}", ours, "PyYAML C loader", theirs, yaml_bar)
    theirs = best(lambda: yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False), max(3, runs // 4))
    line(f"write {name}", best(lambda: write(tree), runs), "yaml.dump, C dumper", theirs, 1.0)


def fresh_process() -> None:
    """Time import and first parse in new processes."""
    code = (
        "import time; start = time.perf_counter(); from simple_conf.sdn import parse; "
        "parse('a: 1\\nb:\\n  c: [1, 2]\\n'); print(time.perf_counter() - start)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) * 1e3
        for _ in range(15)
    ]
    print(
        f"import and first parse in a fresh process: best {min(times):.1f} ms, median "
        f"{statistics.median(times):.1f} ms   bar 60 ms"
    )


if __name__ == "__main__":
    compare("62 keys", small(), 300, 1.0, None)
    compare("5,000 keys", large(), 12, 0.7, 0.3)
    compare("5,000-row table", table(), 12, 0.25, 0.1)
    fresh_process()
