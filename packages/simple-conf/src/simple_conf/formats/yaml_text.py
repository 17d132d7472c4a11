"""YAML by PyYAML's safe loader, with the scalars of YAML 1.2: ``on``, ``no``, ``012``, ``12:30`` are text.

Underscores between the digits of a number are taken, as PyYAML takes them.
"""

from __future__ import annotations

import re

from simple_conf.errors import LoadError, MissingExtraError, UnwritableError
from simple_conf.formats.mistake import mistake, without_quotes
from simple_conf.formats.numbers import NumberError, finite, whole
from simple_conf.origin.layers import TextLayer
from simple_conf.origin.origin import Origin
from simple_conf.source import Source, Span
from simple_conf.values import digits_of, integer_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer

BREAKS = "\x85\u2028\u2029"
MAX_DEPTH = 64
MAX_VALUES = 1_000_000
SCALARS = [
    ("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    ("tag:yaml.org,2002:null", re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    (
        "tag:yaml.org,2002:int",
        re.compile(r"[-+]?(?:0|[1-9](?:_?[0-9])*)|0x[0-9a-fA-F](?:_?[0-9a-fA-F])*|0o[0-7](?:_?[0-7])*"),
        "-+0123456789",
    ),
    (
        "tag:yaml.org,2002:float",
        re.compile(
            r"[-+]?(?:\.[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)(?:\.(?:[0-9](?:_?[0-9])*)?)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        "-+.0123456789",
    ),
]
"""The scalars that are not text, by tag: the form of the whole scalar and its possible first letters."""
FORMS = {tag.rpartition(":")[2]: form for tag, form, _ in SCALARS}
FORM_HINTS = {
    "bool": "write true or false",
    "null": "write null",
    "int": "write digits such as 10, 0x1F or 0o17, or leave out the tag",
    "float": "write digits such as 0.5 or 1e-3, or leave out the tag",
}


def read(source: Source) -> tuple[Any, Layer]:
    """Return the values of YAML text and the layer that locates them.

    Raises:
        LoadError: The text is not YAML, has a key twice, or a tag that is not plain data.
        MissingExtraError: PyYAML is not installed.
    """
    try:
        import yaml  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError("pyyaml>=6", "reading YAML", "yaml") from None
    try:
        node = compose(source)
        values = Builder(source).build(node, 0) if node is not None else {}
        return values, TextLayer(source, search)
    except yaml.MarkedYAMLError as failure:
        raise marked_error(failure, source) from None
    except yaml.YAMLError as failure:
        raise LoadError(f"not YAML: {failure}", origin=Origin("file", source.name)) from None


def marked_error(failure: Any, source: Source) -> LoadError:
    """Return the error for one of PyYAML with a mark."""
    mark = failure.problem_mark or failure.context_mark
    problem = str(failure.problem or failure.context)
    if mark is None:
        return LoadError(f"not YAML: {without_quotes(problem)}", origin=Origin("file", source.name))
    message = f"not YAML: {problem}"
    return at(source, mark, message, advice(problem, source, mark), without_quotes(message))


def advice(problem: str, source: Source, mark: Any) -> str | None:
    """Return what to do about text that is not YAML, where that is a usual slip."""
    line = source.line_text(mark.line + 1) if mark is not None else ""
    if "cannot start any token" in problem and line[: mark.column + 1].lstrip(" ").startswith("\t"):
        return "indent with spaces, not with tabs"
    if "cannot start any token" in problem:
        return f"put text that begins with {line[mark.column : mark.column + 1]} in quotes"
    if "mapping values are not allowed" in problem:
        return "line the key up with the others of its mapping, or put text that has ': ' in it in quotes"
    return None


def write(values: Any) -> str:
    """Return YAML text that both YAML 1.1 and 1.2 readers read alike.

    Raises:
        MissingExtraError: PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("pyyaml>=6", "writing YAML", "yaml") from None

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        """Quotes texts that either version reads as something else."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
            """Write everything out: configs have no aliases."""
            return True

    Dumper.add_representer(str, text_node)
    Dumper.add_representer(int, whole_node)
    for tag, form, letters in SCALARS:
        Dumper.add_implicit_resolver(tag, re.compile(f"(?:{form.pattern})\\Z"), list(letters))
    return str(yaml.dump(values, Dumper=Dumper, sort_keys=False, allow_unicode=True))


def text_node(dumper: Any, text: str) -> Any:
    """Return the node of a text; characters that YAML 1.1 takes for line breaks are escaped."""
    style = '"' if any(character in text for character in BREAKS) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def whole_node(dumper: Any, value: int) -> Any:
    """Return the node of a whole number, in hexadecimal where it is long.

    Raises:
        UnwritableError: It is long and negative, and so has no form in YAML 1.2.
    """
    text = integer_text(value)
    if text.startswith("-0x"):
        raise UnwritableError(f"a negative number of {digits_of(value)} has no form in YAML; make it a text")
    return dumper.represent_scalar("tag:yaml.org,2002:int", text)


def at(
    source: Source, mark: Any, message: str, hint: str | None = None, plain: str | None = None
) -> LoadError:
    """Return the error at a PyYAML mark; see `mistake`."""
    return mistake(source, mark.line + 1, mark.column + 1, message, hint, plain)


def compose(source: Source) -> Any:
    """Return the nodes of a YAML text, read by libyaml where PyYAML has it."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stand_ins = stand_ins_for(source.text)
    loader = base(source.text.translate(stand_ins) if stand_ins else source.text)
    loader.yaml_implicit_resolvers = resolvers()
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    if stand_ins and root is not None:
        restore(root, {ord(stand_in): chr(code) for code, stand_in in stand_ins.items()})
    return root


def stand_ins_for(text: str) -> dict[int, str]:
    """Return a character that the text does not have for each that PyYAML takes for a line break.

    In YAML 1.2 these are characters like others; in PyYAML's 1.1 they end a line.
    """
    found = [character for character in BREAKS if character in text]
    if not found:
        return {}
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    return {ord(character): stand_in for character, stand_in in zip(found, free, strict=False)}


def restore(root: Any, originals: dict[int, str]) -> None:
    """Put the characters behind the stand-ins back into the scalars of a node and of all nodes in it."""
    waiting, done = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        if node.id == "scalar":
            node.value = node.value.translate(originals)
            continue
        parts = [part for pair in node.value for part in pair] if node.id == "mapping" else node.value
        for part in parts:
            if id(part) not in done:
                done.add(id(part))
                waiting.append(part)


def resolvers() -> dict[str, list[tuple[str, Any]]]:
    """Return PyYAML's table of scalars that are not text, by first letter."""
    table: dict[str, list[tuple[str, Any]]] = {}
    for tag, form, letters in SCALARS:
        whole = re.compile(f"(?:{form.pattern})\\Z")
        for letter in letters:
            table.setdefault(letter, []).append((tag, whole))
    return table


class Builder:
    """Plain data of YAML nodes.

    Args:
        source: The text, for errors.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0

    def build(self, node: Any, depth: int) -> Any:
        """Return the plain data of a node."""
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise at(self._source, node.start_mark, "too large or nested too deeply")
        kind = node.tag.rpartition(":")[2]
        if node.id == "mapping" and kind == "map":
            return self.mapping(node, depth)
        if node.id == "sequence" and kind == "seq":
            return [self.build(inner, depth + 1) for inner in node.value]
        if node.id == "scalar" and kind in CONSTRUCT:
            if kind in FORMS and not FORMS[kind].fullmatch(node.value):  # it has the tag, not the form
                message, plain = (
                    f"{node.value!r} is not of the type {kind}",
                    f"this is not of the type {kind}",
                )
                raise at(self._source, node.start_mark, message, FORM_HINTS[kind], plain)
            try:
                return CONSTRUCT[kind](node.value)
            except NumberError as failure:
                raise at(self._source, node.start_mark, failure.message, plain=failure.plain) from None
        raise at(
            self._source,
            node.start_mark,
            f"the tag {node.tag} is not plain data",
            plain="this tag is not plain data",
        )

    def mapping(self, node: Any, depth: int) -> dict[str, Any]:
        """Return the plain data of a mapping, merge keys (``<<``) included."""
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id == "scalar" and key_node.value == "<<" and not key_node.style:
                for part in reversed(value_node.value if value_node.id == "sequence" else [value_node]):
                    if part.id != "mapping":
                        raise at(self._source, part.start_mark, "'<<' takes mappings")
                    merged.update(self.build(part, depth + 1))
                continue
            if key_node.id != "scalar":
                raise at(self._source, key_node.start_mark, "a key must be plain text")
            key = str(key_node.value)
            if key in values:
                message = f"the key {key!r} comes twice in one mapping"
                raise at(self._source, key_node.start_mark, message, plain="a key comes twice in one mapping")
            values[key] = self.build(value_node, depth + 1)
        return {**merged, **values} if merged else values


def number(text: str) -> int:
    """Return a whole number."""
    return int(text, 0) if text.startswith(("0x", "0o")) else whole(text)


def real(text: str) -> float:
    """Return a float."""
    return finite(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


CONSTRUCT: dict[str, Callable[[str], Any]] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": number,
    "float": real,
}


def search(source: Source) -> Callable[[KeyPath], Span | None]:
    """Return a function that gives the place of the value at a path of YAML text."""
    places: dict[KeyPath, Span] = {}
    note(compose(source), (), None, places)
    return places.get


def note(node: Any, path: KeyPath, key: Any, places: dict[KeyPath, Span]) -> None:
    """Add the places of a node and of all nodes in it to ``places``."""
    if node is None or len(path) > MAX_DEPTH:
        return
    mark, key_mark = node.start_mark, (key or node).start_mark
    places[path] = Span(mark.line + 1, mark.column + 1, key_mark.line + 1, key_mark.column + 1)
    if node.id == "mapping":
        for key_node, value_node in node.value:
            if key_node.id == "scalar":
                note(value_node, (*path, str(key_node.value)), key_node, places)
    elif node.id == "sequence":
        for index, inner in enumerate(node.value):
            note(inner, (*path, index), None, places)
