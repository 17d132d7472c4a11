#!/usr/bin/env python3
"""Check the structure of the packages: ``python3 tools/structure.py``.

Each package is a stack of sub-packages, listed from the bottom up in
``layers.toml`` beside this file. The rules, which a test holds:

1. A module imports from its own sub-package and from lower layers.
2. No modules import each other in a cycle.
3. A late import (one inside a function) of own code is allowed only between the
   sub-packages that ``layers.toml`` lists under ``late``: what is imported there
   is heavy or rarely used.
4. A folder holds at most 20 modules.
5. An import names what it imports: no import of a whole own package, no `*`, no
   computed name except in the modules that ``layers.toml`` lists under
   ``computed``; an ``__init__`` only re-exports.

Late imports and imports under TYPE_CHECKING count like any other. Prints a line
for each violation and exits 1 if there is one. ``--map`` also prints the
sub-packages of each package from the top down, with what each imports.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from import_graph import KINDS, LATE, TOP, TYPING, ImportGraph, cycles
from indirect_imports import indirect_imports, unused_entries

ROOT = Path(__file__).resolve().parent.parent
MOST_MODULES = 20
SHOWN = 6  # imports of one cycle
NOT_COUNTED = ("__init__.py", "__about__.py", "__main__.py")

Layers = dict[str, list[list[str]]]
LateImports = dict[str, dict[str, list[str]]]
Computed = dict[str, list[str]]


def read_layers(path: Path = ROOT / "tools/layers.toml") -> tuple[Layers, LateImports, Computed]:
    """The sub-packages of each package from the bottom up, and the late and computed imports allowed."""
    data = tomllib.loads(path.read_text("utf-8"))
    return (
        {package: entry["layers"] for package, entry in data.items()},
        {package: entry.get("late", {}) for package, entry in data.items()},
        {package: entry.get("computed", []) for package, entry in data.items()},
    )


def upward_imports(graph: ImportGraph, layers: Layers) -> list[str]:
    """Imports from a higher layer, or from elsewhere in the same one; and what is in no layer."""
    level = {
        f"{package}.{name}": number
        for package, order in layers.items()
        for number, names in enumerate(order)
        for name in names
    }
    found = set()
    for module, targets in graph.imports.items():
        lower = graph.subpackage(module)
        if "." not in module or module.endswith("__about__"):
            continue
        if lower not in level:
            found.add(f"{graph.where(module)}: {lower} is in no layer of tools/layers.toml")
            continue
        for target, uses in targets.items():
            upper = graph.subpackage(target)
            if upper == lower or "." not in target or target.partition(".")[0] != module.partition(".")[0]:
                continue
            if level.get(upper, -1) >= level[lower]:
                place = graph.where(module, uses[0].line)
                found.add(f"{place}: {module} imports {target}, which is not below it")
    known = {graph.subpackage(name) for name in graph.modules}
    found |= {f"tools/layers.toml: there is no {name}" for name in level if name not in known}
    return sorted(found)


def import_cycles(graph: ImportGraph) -> list[str]:
    """Cycles of imports of any kind, each named once, with the imports that close it."""
    found: list[str] = []
    seen: list[list[str]] = []
    for kinds, kind in (((TOP,), TOP), ((TOP, LATE), LATE), (KINDS, TYPING)):
        for group in cycles(graph.edges(kinds)):
            if group in seen:
                continue
            seen.append(group)
            held = sorted(
                f"{graph.where(module, one.line)} imports {target}"
                for module in group
                for target, uses in graph.imports[module].items()
                if target in group
                for one in uses
                if one.kind == kind
            )
            more = [f"... and {len(held) - SHOWN} more"] if len(held) > SHOWN else []
            names = f"{len(group)} modules in a cycle of {kind} imports: {', '.join(group)}"
            found.append("\n    ".join([names, *held[:SHOWN], *more]))
    return found


def forbidden_late_imports(graph: ImportGraph, allowed: LateImports) -> list[str]:
    """Late imports of own code that ``layers.toml`` does not list."""
    found = []
    for module, targets in graph.imports.items():
        package, _, rest = module.partition(".")
        doors = allowed.get(package, {}).get(rest.partition(".")[0], [])
        for target, uses in targets.items():
            other, _, inner = target.partition(".")
            if other != package or inner.partition(".")[0] in doors or any(one.kind == TOP for one in uses):
                continue
            found += [
                f"{graph.where(module, one.line)}: late import of {target} in {one.function}"
                for one in uses
                if one.kind == LATE
            ]
    return sorted(found)


def unused_late_imports(graph: ImportGraph, allowed: LateImports) -> list[str]:
    """Entries under ``late`` that no import needs."""
    used = {
        (graph.subpackage(module), graph.subpackage(target))
        for module, targets in graph.imports.items()
        for target, uses in targets.items()
        if any(one.kind == LATE for one in uses)
    }
    return [
        f"tools/layers.toml: {package}.{name} has no late import of {package}.{target}"
        for package, entries in allowed.items()
        for name, targets in entries.items()
        for target in targets
        if (f"{package}.{name}", f"{package}.{target}") not in used
    ]


def crowded_folders(graph: ImportGraph) -> list[str]:
    """Folders with more than 20 modules."""
    count: dict[Path, int] = {}
    for path in graph.modules.values():
        if path.name not in NOT_COUNTED:
            count[path.parent] = count.get(path.parent, 0) + 1
    return [
        f"{folder.relative_to(graph.root).as_posix()}: {number} modules, more than {MOST_MODULES}"
        for folder, number in sorted(count.items())
        if number > MOST_MODULES
    ]


def violations(graph: ImportGraph, layers: Layers, late: LateImports, computed: Computed) -> list[str]:
    """Everything that breaks a rule."""
    return [
        *import_cycles(graph),
        *upward_imports(graph, layers),
        *forbidden_late_imports(graph, late),
        *unused_late_imports(graph, late),
        *crowded_folders(graph),
        *indirect_imports(graph, computed),
        *unused_entries(graph, computed),
    ]


def drawn(graph: ImportGraph, layers: Layers) -> Iterator[str]:
    """The sub-packages of each package from the top down, with their size and what each imports."""
    for package, order in layers.items():
        yield f"\n{package}"
        for names in reversed(order):
            for name in names:
                own = [m for m in graph.modules if graph.subpackage(m) == f"{package}.{name}"]
                below = {
                    graph.subpackage(target).partition(".")[2]
                    for module in own
                    for target in graph.imports[module]
                    if target.startswith(f"{package}.") and graph.subpackage(target) != f"{package}.{name}"
                }
                files = f"{len(own)} module{'s' if len(own) > 1 else ''}"
                yield f"  {name:14} {files:11} imports {', '.join(sorted(below)) or 'nothing'}"


def main(arguments: list[str]) -> int:
    """Print what breaks a rule; 1 if anything does."""
    graph = ImportGraph(ROOT)
    layers, late, computed = read_layers()
    if "--map" in arguments:
        print(*drawn(graph, layers), sep="\n")
    found = violations(graph, layers, late, computed)
    for line in found:
        print(line)
    if not found:
        print(f"{len(graph.modules)} modules, no violation")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
