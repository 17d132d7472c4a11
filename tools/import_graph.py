"""The imports between the project's own modules, read from their syntax trees; nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# When an import takes effect.
TOP = "top"  # when the module is loaded, in `if`, `try` and class bodies too
LATE = "late"  # when a function is called
TYPING = "typing"  # never: it stands under TYPE_CHECKING
KINDS = (TOP, LATE, TYPING)


class Import(NamedTuple):
    """One import of one own module by another."""

    kind: str
    line: int
    function: str  # the function that it stands in, or ""


class ImportGraph:
    """All modules below ``packages/*/src`` and the imports between them.

    Args:
        root: The repository's root.

    Attributes:
        modules: The file of each module.
        trees: The syntax tree of each module.
        imports: For each module, the modules that it imports, each with its imports. A name that a package's
            ``__init__`` only re-exports counts as an import of the module that defines it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules: dict[str, Path] = {}
        self.trees: dict[str, ast.Module] = {}
        for source in sorted(root.glob("packages/*/src")):
            for path in sorted(source.rglob("*.py")):
                name = _module_name(path, source)
                self.modules[name] = path
                self.trees[name] = ast.parse(path.read_text("utf-8"), str(path))
        self._packages = {name.partition(".")[0] for name in self.modules}
        self._reexports = {name: self._names_of(name) for name in self.modules if self.is_package(name)}
        self.imports: dict[str, dict[str, list[Import]]] = {name: {} for name in self.modules}
        for name in self.modules:
            for target, found in self._imports_of(name):
                module = self.defining_module(target)
                if module is not None and module != name:
                    self.imports[name].setdefault(module, []).append(found)

    def is_package(self, name: str) -> bool:
        """Whether a module is a package's ``__init__``."""
        return self.modules[name].name == "__init__.py"

    def subpackage(self, name: str) -> str:
        """The sub-package that a module belongs to; a module beside them stands for itself."""
        return ".".join(name.split(".")[:2])

    def where(self, name: str, line: int | None = None) -> str:
        """The place of a module, as ``path:line`` relative to the root."""
        path = self.modules[name].relative_to(self.root).as_posix()
        return path if line is None else f"{path}:{line}"

    def defining_module(self, target: str) -> str | None:
        """The module that a dotted name leads to, or None if it is not one of ours."""
        found = self._longest_module(target)
        while found is not None and self.is_package(found) and found != target:
            name = target[len(found) + 1 :].partition(".")[0]
            source = self._reexports[found].get(name)
            if source is None or source == target:
                break
            target, found = source, self._longest_module(source)
        return found

    def edges(self, kinds: tuple[str, ...]) -> dict[str, set[str]]:
        """The imports of some kinds between modules, without the ``__init__`` files."""
        return {
            name: {
                target
                for target, found in targets.items()
                if not self.is_package(target) and any(one.kind in kinds for one in found)
            }
            for name, targets in self.imports.items()
            if not self.is_package(name)
        }

    def _longest_module(self, target: str) -> str | None:
        while target and target not in self.modules:
            target = target.rpartition(".")[0]
        return target or None

    def _names_of(self, package: str) -> dict[str, str]:
        return {
            target.rpartition(".")[2]: target
            for target, found in self._imports_of(package)
            if found.kind != LATE
        }

    def _imports_of(self, name: str) -> Iterator[tuple[str, Import]]:
        base = name.split(".") if self.is_package(name) else name.split(".")[:-1]
        return _walk(self.trees[name], base, self._packages, TOP, "")


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """The groups of two or more modules that reach each other, largest first.

    These are the strongly connected components, by Tarjan's algorithm (1972).
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def close(node: str) -> None:
        group: list[str] = []
        while not group or group[-1] != node:
            group.append(stack.pop())
            low[group[-1]] = len(edges)  # no longer on the stack
        if len(group) > 1:
            found.append(sorted(group))

    for start in edges:
        if start in index:
            continue
        work = [(start, iter(sorted(edges[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in edges:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    work.append((target, iter(sorted(edges[target]))))
                    break
                low[node] = min(low[node], low[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    close(node)
    return sorted(found, key=len, reverse=True)


def _module_name(path: Path, source: Path) -> str:
    parts = path.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _walk(
    node: ast.AST, base: list[str], packages: set[str], kind: str, function: str
) -> Iterator[tuple[str, Import]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_typing_guard(child.test):
            for part in child.body:
                yield from _walk(ast.Module([part], []), base, packages, TYPING, function)
            for part in child.orelse:
                yield from _walk(ast.Module([part], []), base, packages, kind, function)
            continue
        inner_kind, inner_function = kind, function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and kind != TYPING:
            inner_kind = LATE
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner_function = f"{function}.{child.name}" if function else child.name
        for target in _targets(child, base, packages):
            line = getattr(child, "lineno", 0)
            # A module named by a text is imported when something is asked of it.
            late = isinstance(child, ast.Call) and kind != TYPING
            yield target, Import(LATE if late else kind, line, function)
        yield from _walk(child, base, packages, inner_kind, inner_function)


def _targets(node: ast.AST, base: list[str], packages: set[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = base[: len(base) - node.level + 1] if node.level else []
        full = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{full}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        text = node.args[0].value  # import_module("own.module") and its like
        if isinstance(text, str) and text.partition(".")[0] in packages and "." in text:
            return [text] if all(part.isidentifier() for part in text.split(".")) else []
    return []


def _is_typing_guard(test: ast.expr) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return False
    return any(getattr(part, "id", getattr(part, "attr", None)) == "TYPE_CHECKING" for part in ast.walk(test))
