"""A config as SDN text with the origin of every value as a comment, defaults of the schema included."""

from __future__ import annotations

from simple_conf.errors import ConfError
from simple_conf.schemas import fields
from simple_conf.schemas.containers import Mode
from simple_conf.schemas.defaults.declaration import DefaultLayer
from simple_conf.schemas.defaults.field_default import defaults_of
from simple_conf.schemas.defaults.layered_tree import completed as with_all_defaults
from simple_conf.schemas.secrets import hide
from simple_conf.schemas.source_text import takes_text, with_text
from simple_conf.schemas.structure import structure
from simple_conf.schemas.unions import member_of
from simple_conf.sdn import write
from simple_conf.tree.export import Exporter, simple
from simple_conf.tree.location import origin_in
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, raw_item, raw_items, read_item
from simple_conf.tree.provenance import assignment_of
from simple_conf.values import MASK, MISSING, Secret, Table
from simple_conf.written import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, Node

STEP = "    "


def annotate(cfg: MappingNode, schema: Any = None) -> str:
    """Return the config as SDN with the origin of every value behind it, or above it where it takes lines.

    Args:
        cfg: The config.
        schema: What it must look like; the defaults of its fields are shown where the config has no value.
    """
    if schema is not None:
        cfg = with_all_defaults(cfg, schema)
        hide(cfg, schema)
    return "\n".join(lines_of(cfg, "", schema)) + "\n"


def lines_of(node: MappingNode, indent: str, kind: Any) -> Iterator[str]:
    """Yield the lines of one mapping, of type ``kind``."""
    made, cls = whole(node, kind)
    known = {} if cls is None else {field.path[-1]: field for field in fields.fields_of(cls)}
    for key in node.__raw__:
        inner = known[key].kind if key in known else fields.item_kind(kind)
        raw = node.__raw__[key]
        value = read_item(node, key) if isinstance(raw, Overlaid) and resolves(node, key) else raw
        hidden = node.__tree__.hides((*node.__path__, key))
        if not hidden and isinstance(value, MappingNode) and (value.__raw__ or fields.schemas_in(inner)):
            yield f"{indent}{name_of(key)}:" + ("" if value.__raw__ else f"  # {origin_of(node, key)}")
            yield from lines_of(value, indent + STEP, inner)
        else:
            yield from (indent + line for line in entry(node, key, raw, inner))
    for field in known.values():
        if field.path[-1] not in node.__raw__:
            yield from (indent + line for line in default(field, cls, made))


def whole(values: Any, kind: Any) -> tuple[Any, type | None]:
    """Return values as an object of the schema in ``kind``, or None where they do not fit, and the schema."""
    schemas = fields.schemas_in(kind)
    if not schemas:
        return None, None
    made = None
    for strict in (True, False):  # what fits several schemas of a union may fit only one exactly
        try:
            made = structure(values, kind, Mode(convert=True, strict=strict, gaps=True))
            break
        except Exception:  # noqa: S112 - whatever is wrong with them: they are shown as they are
            continue
    if made is not None and isinstance(made, schemas):
        return made, type(made)
    return None, schemas[0] if len(schemas) == 1 else None


def entry(node: MappingNode, key: str, raw: Any, kind: Any) -> list[str]:
    """Return the lines of one value with its origin."""
    exporter = Exporter(tables=True, escape=True)
    plain = exporter.item(raw, node, key)
    comment = origin_of(node, key)
    if exporter.errors:
        comment = message(exporter.errors[0])
        plain = Exporter(resolve=False, lenient=True, tables=True).item(raw, node, key)
    elif plain != MASK:
        comment += f": {raw}" if isinstance(raw, str) and "${" in raw else ""
        plain = with_texts(plain, node, key, kind)
    if plain != MASK and isinstance(raw, ListNode):
        comment = "; ".join([comment, *changed_in(raw, assignment_of(node, key).layer)])
    full = completed(plain, kind)
    if (full is not plain and full != plain) or (not from_default(node, key) and has_defaults(raw)):
        plain, comment = full, f"{comment}; absent keys have their defaults"
    return commented(key, plain, comment)


def changed_in(value: Node, layer: Layer, at: str = "") -> Iterator[str]:
    """Yield the origin of every value in a list that another source than that of the list set.

    Args:
        value: The list, or a mapping or list in it.
        layer: The source of the list.
        at: The path from the list.
    """
    keys: Iterable[Key] = value.__raw__ if isinstance(value, MappingNode) else range(len(raw_items(value)))
    for key in keys:
        inner = raw_item(value, key)
        name = f"{at}.{key}" if isinstance(value, MappingNode) else f"{at}[{key}]"
        if isinstance(inner, (MappingNode, ListNode)):
            yield from changed_in(inner, layer, name)
        elif assignment_of(value, key).layer is not layer and not from_default(value, key):
            yield f"{name}: {origin_in(value, key)}"


def with_texts(plain: Any, node: Node, key: Key, kind: Any) -> Any:
    """Return plain data with the texts that numbers become in fields that take text.

    Args:
        plain: The data.
        node: The mapping or list that they are in.
        key: Their key or index there.
        kind: The type of the field.
    """
    if type(plain) in KINDS and takes_text(kind):
        try:
            text = structure(with_text(node, key, plain), kind, Mode())
        except ConfError:
            return plain
        return text if isinstance(text, str) else plain
    if not isinstance(plain, (dict, list)) or not plain or isinstance(plain, Table):
        return plain
    try:
        inner = read_item(node, key)
    except ConfError:
        return plain
    if isinstance(plain, list) and isinstance(inner, ListNode):
        return [with_texts(one, inner, at, fields.item_kind(kind)) for at, one in enumerate(plain)]
    if isinstance(plain, dict) and isinstance(inner, MappingNode):
        cls = member_of(kind, inner)
        known = {} if cls is None else {name: field.kind for name, field in defaults_of(cls).items()}
        other = fields.item_kind(kind)
        return {name: with_texts(one, inner, name, known.get(name, other)) for name, one in plain.items()}
    return plain


def from_default(node: Node, key: Key) -> bool:
    """Return whether a value is the default of a schema."""
    return isinstance(assignment_of(node, key).layer, DefaultLayer)


def has_defaults(value: Any) -> bool:
    """Return whether there are defaults of a schema in a mapping or list."""
    pairs: Iterable[tuple[Key, Any]] = ()
    if isinstance(value, MappingNode):
        pairs = value.__raw__.items()
    elif isinstance(value, ListNode):
        pairs = enumerate(raw_items(value))
    return any(from_default(value, key) or has_defaults(inner) for key, inner in pairs)


def default(field: fields.Field, cls: type | None, made: Any) -> list[str]:
    """Return the lines of a field that is not in the config: its default, or ``???`` where it has none."""
    owner = cls.__name__ if cls is not None else ""
    value = field.default if made is None else getattr(made, field.declared.attribute, MISSING)
    if value is MISSING:
        return commented(field.path[-1], MISSING, f"required by {owner}: {field.words}")
    return commented(field.path[-1], shown(value, field.kind), f"default of {owner}")


def commented(key: str, value: Any, comment: str) -> list[str]:
    """Return the lines of a key and its plain value; the comment is behind the only line or above several."""
    comment = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in comment)
    try:
        lines = write({key: simple(value)}).rstrip("\n").split("\n")
    except (ConfError, TypeError):
        return [f"# {key}: a {type(value).__name__}, which SDN has no form for; {comment}"]
    return [f"{lines[0]}  # {comment}"] if len(lines) == 1 else [f"# {comment}", *lines]


def completed(plain: Any, kind: Any) -> Any:
    """Return plain data with the defaults of the schemas in ``kind`` for what is absent."""
    if isinstance(plain, (list, Table)) and (inner := fields.item_kind(kind)) is not None:
        rows = plain.to_list() if isinstance(plain, Table) else plain
        full = [completed(item, inner) for item in rows]
        return plain if full == rows else full
    if not isinstance(plain, dict):
        return plain
    made, cls = whole(plain, kind)
    if cls is None:
        inner = fields.item_kind(kind)
        return {key: completed(value, inner) for key, value in plain.items()}
    known = {field.path[-1]: field for field in fields.fields_of(cls)}
    result = {k: completed(v, known[k].kind if k in known else None) for k, v in plain.items()}
    for name, field in known.items():
        value = field.default if made is None else getattr(made, field.declared.attribute, MISSING)
        if name not in plain and value is not MISSING:
            result[name] = shown(value, field.kind)
    return result


def shown(value: Any, kind: Any = None) -> Any:
    """Return a default as plain data: secrets masked, text so that it reads back as itself."""
    if isinstance(value, Secret) or fields.is_secret(kind):
        return MASK
    value = simple(fields.to_plain(value, names=True))
    if isinstance(value, dict):
        return {key: shown(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    return value.replace("${", "$${") if type(value) is str else value


def resolves(node: MappingNode, key: str) -> bool:
    """Return whether a value can be resolved."""
    try:
        read_item(node, key)
    except ConfError:
        return False
    return True


def origin_of(node: MappingNode, key: str) -> str:
    """Return where a value was written."""
    return str(origin_in(node, key))


def message(failure: ConfError) -> str:
    """Return the message of an error, on one line."""
    return str(getattr(failure, "message", failure)).split("\n")[0]


def name_of(key: str) -> str:
    """Return a key as SDN writes it."""
    return write({key: 1}).rpartition(":")[0].rstrip()
