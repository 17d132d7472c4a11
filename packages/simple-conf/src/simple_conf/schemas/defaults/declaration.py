"""Where a field of a schema is declared, as the origin of its default."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING

from simple_conf.origin.layers import shorten
from simple_conf.origin.origin import Origin
from simple_conf.schemas.schema import attributes_of
from simple_conf.source import Source

if TYPE_CHECKING:
    from simple_conf.keypath import KeyPath


class DefaultLayer:
    """The defaults of one schema; a path in it begins with the key of a field.

    Args:
        cls: The schema.
    """

    __slots__ = ("_cls",)

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def locate(self, path: KeyPath, key: bool = False) -> Origin:  # noqa: ARG002 - the field covers all in it
        """Return the line of the field whose default holds what is at ``path``."""
        name = self._cls.__name__
        if not path:
            return Origin("default", name)
        attribute = attributes_of(self._cls).get(str(path[0]), str(path[0]))
        found = declaration(self._cls, attribute)
        if found is None:
            return Origin("default", f"{name}.{path[0]}")
        file, line, text = found
        column = len(text) - len(text.lstrip()) + 1
        source = Source("\n" * (line - 1) + text, file)
        label = f"{name}.{path[0]}, {shorten(file)}"
        return Origin("default", label, line, quote=lambda: source.excerpt(line, column))


def declaration(cls: type, attribute: str) -> tuple[str, int, str] | None:
    """Return the file, the line and its text that declare a field of a class or of its bases, or None."""
    for base in cls.__mro__[:-1]:
        if attribute not in vars(base).get("__annotations__", ()):
            continue
        try:
            lines, first = inspect.getsourcelines(base)
            tree = ast.parse(textwrap.dedent("".join(lines)))
            file = inspect.getsourcefile(base)
        except (OSError, TypeError, SyntaxError):
            return None
        body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
        for node in body:
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and node.target.id == attribute
                and file is not None
            ):
                return file, max(first, 1) + node.lineno - 1, lines[node.lineno - 1].rstrip("\n")
        return None
    return None
