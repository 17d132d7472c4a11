"""Schema classes, as source text, inferred from a config."""

from __future__ import annotations

import keyword

from simple_conf.errors import ConfError
from simple_conf.tree.export import Exporter
from simple_conf.tree.node import MARKER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.tree.node import MappingNode


def schema_of(cfg: MappingNode, name: str = "AppCfg") -> str:
    """Return the source of ``@schema`` classes that ``cfg`` fits; every key is required.

    Args:
        cfg: The config; references are resolved.
        name: What the outermost class is called.

    Raises:
        InterpolationError: A value cannot be resolved.
        ConfError: The name cannot name a class.
    """
    if not usable(name):
        raise ConfError(f"{name!r} cannot name a class")
    classes: dict[str, str] = {}
    class_of(name, [Exporter().run(cfg)], classes)
    body = "\n\n\n".join(f"@schema\nclass {each}:\n{text}" for each, text in classes.items())
    imports = ["from __future__ import annotations", ""]
    if "Any" in body:
        imports += ["from typing import Any", ""]
    return "\n".join([*imports, "from simple_conf import schema"]) + f"\n\n\n{body}\n"


def class_of(name: str, items: list[dict[str, Any]], classes: dict[str, str]) -> str:
    """Add the class that all of some mappings fit, after those of the mappings in them; return its name.

    A key that some of the mappings lack may be None.
    """
    required, optional = [], []
    for key in dict.fromkeys(key for item in items for key in item):
        kind = joined([kind_of(key, item[key], name, classes) for item in items if key in item])
        if all(key in item for item in items):
            required.append(f"    {key}: {kind}")
        else:
            optional.append(f"    {key}: {kind} | None = None")
    text = "\n".join([*required, *optional]) or "    pass"
    unique, number = name, 2
    while classes.get(unique, text) != text:
        unique, number = f"{name}{number}", number + 1
    classes[unique] = text
    return unique


def kind_of(key: str, value: Any, outer: str, classes: dict[str, str]) -> str:
    """Return the annotation that a value fits."""
    if value is None or value == MARKER:
        return "Any"
    if isinstance(value, dict):
        if value and all(map(usable, value)):
            return class_of(class_name(key, outer), [value], classes)
        return f"dict[str, {joined([kind_of(key, inner, outer, classes) for inner in value.values()])}]"
    if isinstance(value, list):
        if value and all(isinstance(item, dict) and item and all(map(usable, item)) for item in value):
            return f"list[{class_of(class_name(key, outer), value, classes)}]"
        return f"list[{joined([kind_of(key, item, outer, classes) for item in value])}]"
    return type(value).__name__ if type(value) in (bool, int, float, str) else "Any"


def joined(kinds: list[str]) -> str:
    """Return one annotation for values of several kinds; whole numbers among floats are floats."""
    distinct = list(dict.fromkeys(kinds))
    if "float" in distinct and "int" in distinct:
        distinct.remove("int")
    if not distinct or "Any" in distinct:
        return "Any"
    return " | ".join(distinct)


def usable(key: str) -> bool:
    """Return whether a key can name a field."""
    return key.isidentifier() and not keyword.iskeyword(key)


def class_name(key: str, outer: str) -> str:
    """Return a class name for the mapping under a key."""
    words = "".join(word.capitalize() for word in key.split("_")) or "Part"
    return f"{words}Cfg" if f"{words}Cfg" != outer else f"{words}PartCfg"
