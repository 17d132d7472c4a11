"""A simple model of configs with references and keys on top of them, and random trees: run it for long runs.

``python reference_model.py COUNT [SEED]`` compares Conf with the model on ``COUNT`` random merges.

Values are a scalar, a whole reference ``"${a.b}"``, a text ``"<${a}>"``, a resolver ``"${model_of:…}"`` or a
mapping. A mapping in the model is a list of layers, topmost first, whose keys are looked up one by one.
"""

from __future__ import annotations

import random
import sys
from typing import Any

from simple_conf import Conf, ConfError

NAMES = "abcd"
MAX_DEPTH = 40


class Unresolvable(Exception):
    """The model finds no value."""


def random_value(source: random.Random, depth: int = 0) -> Any:
    """Return a random value."""
    kind = source.random()
    if kind < 0.4 and depth < 3:
        names = source.sample(NAMES, source.randint(1, 3))
        return {name: random_value(source, depth + 1) for name in names}
    path = ".".join(source.choices(NAMES, k=source.choice([1, 1, 1, 2, 2, 3])))
    if kind < 0.58:
        return f"${{{path}}}"
    if kind < 0.61:
        return f"<${{{path}}}>"
    if kind < 0.67:
        return f"${{model_of:{source.randint(1, 3)}}}"
    return source.randint(1, 9)


def random_layers(source: random.Random) -> list[dict[str, Any]]:
    """Return two or three mappings to merge."""
    return [
        {name: random_value(source, 1) for name in source.sample(NAMES, source.randint(1, 4))}
        for _ in range(source.randint(2, 3))
    ]


def resolver(number: int) -> dict[str, Any]:
    """Return a mapping, as a resolver does."""
    return {"a": number, "b": {"c": number, "a": "${b}"}}


def is_whole(value: Any) -> bool:
    """Return whether a value is one whole reference."""
    return isinstance(value, str) and value.startswith("${")


def merged(below: Any, over: Any) -> Any:
    """Return the merge of two values: what is a tuple is a reference, and the keys on top of it."""
    if not isinstance(over, dict):
        return over
    if isinstance(below, tuple):
        return (below[0], merged(below[1], over))
    if is_whole(below):
        return (below, merged({}, over))
    if not isinstance(below, dict):
        return merged({} if below is None else Replacing(), over)
    result = type(below)(below)
    for key, value in over.items():
        result[key] = merged(below[key], value) if key in below else merged(None, value)
    return result


class Model:
    """Resolves a merged tree key by key.

    Args:
        root: The tree.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def at(self, path: str, depth: int) -> Any:
        """Return what is at a path: a scalar, or the layers of a mapping."""
        value: Any = [self.root]
        for key in path.split("."):
            if not isinstance(value, list):
                raise Unresolvable
            value = self.under(value, key, depth)
        return value

    def under(self, layers: list[Any], key: str, depth: int) -> Any:
        """Return what the layers of a mapping have under a key."""
        return self.opened([layer[key] for layer in layers if key in layer], depth)

    def opened(self, values: list[Any], depth: int) -> Any:
        """Return the value that the topmost of several gives, or the layers of a mapping."""
        if not values or depth > MAX_DEPTH:
            raise Unresolvable
        layers: list[Any] = []
        for value in values:
            if isinstance(value, Replacing):
                return [*layers, value]
            if isinstance(value, dict):
                layers.append(value)
                continue
            top, text = (value[1], value[0]) if isinstance(value, tuple) else (None, value)
            layers += [top] if top is not None else []
            below = self.named(text, depth + 1)
            if isinstance(below, list):
                return [*layers, *below]
            return layers or below
        return layers

    def named(self, text: Any, depth: int) -> Any:
        """Return what a scalar, a text or a reference gives."""
        if not isinstance(text, str) or "${" not in text:
            return text
        if text.startswith("${model_of:"):
            return [plain_layer(resolver(int(text[11:-1])))]
        if text.startswith("<"):
            return f"<{self.text(self.at(text[3:-2], depth), depth)}>"
        return self.at(text[2:-1], depth)

    def text(self, value: Any, depth: int) -> str:
        """Return a value inside a text."""
        if not isinstance(value, list):
            return str(value)
        if depth > MAX_DEPTH:
            raise Unresolvable
        inner = [(key, self.under(value, key, depth + 1)) for key in in_order(value)]
        return "{" + ", ".join(f"{key}: {self.text(one, depth + 1)}" for key, one in inner) + "}"

    def plain(self, value: Any, depth: int = 0) -> Any:
        """Return a value as plain data."""
        if not isinstance(value, list):
            return value
        if depth > MAX_DEPTH:
            raise Unresolvable
        return {key: self.plain(self.under(value, key, depth), depth + 1) for key in in_order(value)}


class Replacing(dict[str, Any]):
    """A mapping below which nothing shows."""


def plain_layer(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a resolver gave, whose texts are no references."""
    made: dict[str, Any] = {}
    for key, value in values.items():
        made[key] = Literal(value) if isinstance(value, str) else value
        if isinstance(value, dict):
            made[key] = plain_layer(value)
    return made


class Literal(str):
    """A text of a resolver."""

    __slots__ = ()

    def __contains__(self, _: object) -> bool:
        return False


def in_order(layers: list[Any]) -> list[str]:
    """Return the keys of a mapping, those of the lowest layer first."""
    return list(dict.fromkeys(key for layer in reversed(layers) for key in layer))


def expected(layers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the plain data of merged mappings by the model, or None where something has no value."""
    tree: Any = {}
    for layer in layers:
        tree = merged(tree, layer)
    try:
        result: dict[str, Any] = Model(tree).plain([tree])
    except (Unresolvable, RecursionError):
        return None
    return result


def found(layers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the plain data of merged mappings by Conf, or None where that is an error of its own."""
    try:
        return Conf.to_dict(Conf.merge(*layers))
    except ConfError:
        return None


def differs(source: random.Random) -> list[dict[str, Any]] | None:
    """Return random mappings on which Conf and the model differ, or None."""
    layers = random_layers(source)
    return None if found(layers) == expected(layers) else layers


if __name__ == "__main__":
    Conf.register_resolver("model_of", resolver, replace=True)
    SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    VALUES = 0
    for at in range(SEED, SEED + int(sys.argv[1])):
        wrong = differs(random.Random(at))
        if wrong is not None:
            print(at, wrong, found(wrong), expected(wrong), sep="\n  ")
            raise SystemExit(1)
        VALUES += expected(random_layers(random.Random(at))) is not None if at % 100 == 0 else 0
    print(f"no difference; about {VALUES * 100} of {sys.argv[1]} merges have values")
