"""Imports that hide what they import: a whole package, a computed name, or a name that does not exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from import_graph import ImportGraph

CALLS = frozenset(
    {"import_module", "__import__", "resolve_name", "exec", "eval", "run_module", "run_path", "load_module"}
)
RUNS = frozenset({"exec", "eval", "run_module", "run_path", "load_module"})
NEVER_ALIASED = CALLS - {"exec", "eval"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def indirect_imports(graph: ImportGraph, computed: dict[str, list[str]]) -> list[str]:
    """Imports of own code that the rules of layers cannot see through.

    Args:
        graph: The imports.
        computed: For each package, the modules that may import by a computed name, such as the one that loads
            optional libraries.
    """
    found = []
    for name, tree in graph.trees.items():
        package, _, rest = name.partition(".")
        allowed = rest in computed.get(package, [])
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        if graph.is_package(name) and any(isinstance(node, DEFINITIONS) for node in ast.walk(tree)):
            found.append(f"{graph.where(name)}: an __init__ only re-exports, and this one defines something")
        for node in ast.walk(tree):
            where = graph.where(name, getattr(node, "lineno", None))
            found += [f"{where}: {problem}" for problem in _problems(graph, name, node, allowed=allowed)]
            if not allowed and id(node) not in called and _is_function_that_imports(node):
                found.append(f"{where}: a function that imports is called by its own name only")
    return sorted(found)


def unused_entries(graph: ImportGraph, computed: dict[str, list[str]]) -> list[str]:
    """Modules that are listed as importing by a computed name, and do not."""
    return [
        f"tools/layers.toml: {package}.{module} imports nothing by a computed name"
        for package, modules in computed.items()
        for module in modules
        if not any(map(_is_computed, ast.walk(graph.trees.get(f"{package}.{module}", ast.Module([], [])))))
    ]


def _problems(graph: ImportGraph, name: str, node: ast.AST, *, allowed: bool) -> Iterator[str]:
    package = name.partition(".")[0]
    if isinstance(node, ast.Import) and name != package:
        for alias in node.names:
            if alias.name.partition(".")[0] == package:
                yield f"import {alias.name} binds the whole package; write from … import …"
    if isinstance(node, ast.ImportFrom) and name != package:
        for alias in node.names:
            yield from _problems_of(graph, name, node, alias.name)
    if _is_computed(node) and not allowed:
        yield "imports by a computed name; write an import statement, or list it in tools/layers.toml"


def _problems_of(graph: ImportGraph, name: str, node: ast.ImportFrom, imported: str) -> Iterator[str]:
    package = name.partition(".")[0]
    above = name.split(".")[: -node.level or None] if node.level and not graph.is_package(name) else []
    module = ".".join([*above, *([node.module] if node.module else [])])
    if module.partition(".")[0] != package:
        return
    if name.endswith("__about__"):
        yield "__about__ holds the version alone"
        return
    target = f"{module}.{imported}"
    found = graph.defining_module(target)
    if module not in graph.modules:
        yield f"there is no module {module}"
    elif imported == "*":
        yield f"from {module} import * hides what is imported"
    elif found is not None and found != target and graph.is_package(found):
        yield f"{target} is defined in an __init__, or nowhere; an __init__ only re-exports"


def _is_function_that_imports(node: ast.AST) -> bool:
    """Whether it gives a function that imports by name another name, so that its calls would not be seen."""
    if isinstance(node, ast.ImportFrom):
        return any(alias.name in NEVER_ALIASED and alias.asname for alias in node.names)
    if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
        return (node.attr if isinstance(node, ast.Attribute) else node.id) in NEVER_ALIASED
    return False


def _is_computed(node: ast.AST) -> bool:
    """Whether it imports by a name that is not written out, or takes one of ours from `sys.modules`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
        foreign = isinstance(node.slice, ast.Constant) and not str(node.slice.value).startswith("simple_")
        return node.value.attr == "modules" and (not foreign or isinstance(node.ctx, ast.Store))
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in CALLS or (called in ("exec", "eval") and isinstance(node.func, ast.Attribute)):
        return False
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
    texts = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return called in RUNS or len(texts) != 1 or texts[0].startswith(".") or ":" in texts[0]
