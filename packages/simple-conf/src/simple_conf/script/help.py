"""The help page of a script, made from its schema and its config."""

from __future__ import annotations

import textwrap
from contextlib import suppress

from simple_conf.config.access import get, has_path
from simple_conf.config.history import origin
from simple_conf.errors import ConfError
from simple_conf.keypath import format_path
from simple_conf.schemas import fields
from simple_conf.schemas.defaults.default_layer import SchemaDefaults
from simple_conf.schemas.secrets import hide
from simple_conf.schemas.shown_default import default_text
from simple_conf.script.show import whole, with_texts
from simple_conf.tree.export import Exporter
from simple_conf.tree.node import ListNode, MappingNode
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from simple_conf.config.config import Config
    from simple_conf.sources.groups import Group

WIDTH = 100
OVERRIDES = """\
overrides:
  key=value      set a value: train.lr=5e-4, model.layers=[1,2], model={type: vgg}, layers[0]=3
  key+=value     append to a list
  +key=value     add a key, where a key must exist otherwise
  ~key           delete a key
  @file          lay a config file over the config

options:
  --help         show this page
  --show         print the whole config, defaults included, with the origin of every value
  --check        check the config and stop
  --completion   print the completion script of a shell: bash, zsh or fish
"""


def page(
    program: str,
    schema: Any,
    cfg: Config | None,
    problem: ConfError | None,
    text: str,
    groups: Sequence[Group] = (),
) -> str:
    """Return the help page.

    Args:
        program: The script's name.
        schema: What the config must look like.
        cfg: The config that would be used, or None where there is none.
        problem: Why there is none.
        text: What the script is for.
        groups: The keys that choose among files.
    """
    parts = [f"usage: {program} [FILE] [overrides…]"]
    about = text.strip() or (fields.doc_of(schema) if isinstance(schema, type) else "")
    if about:
        parts.append(about)
    if problem is not None:
        parts.append(f"the config cannot be read:\n{textwrap.indent(str(problem), '  ')}")
    if cfg is not None:
        defaults = cfg.__tree__.defaults
        if isinstance(defaults, SchemaDefaults):
            with suppress(ConfError):  # a default that cannot be made is reported at its key
                defaults.complete(cfg)
        hide(cfg, schema)
    if fields.schemas_in(schema):
        lines = [line for cls in fields.schemas_in(schema) for line in keys(cls, cfg)]
        parts.append("\n".join(["keys:", *lines]))
    if groups:
        title = "config groups (key=choice takes the file of that name):"
        parts.append("\n".join([title, *map(choices, groups)]))
    parts.append(OVERRIDES.rstrip())
    return "\n\n".join(parts)


def choices(group: Group) -> str:
    """Return the line of one config group: its choices, and the present one with its origin."""
    now = "" if group.now is None else f"   (now {group.now}, {group.origin})"
    return f"  {format_path(group.path)}: {', '.join(group.choices)}{now}"


def keys(
    cls: type,
    cfg: Config | None,
    path: tuple[str, ...] = (),
    around: tuple[type, ...] = (),
    indent: str = "  ",
    holder: Any = None,
) -> Iterator[str]:
    """Yield the lines of the keys of a schema, and under a union with schemas those of each of them.

    Args:
        cls: The schema.
        cfg: The present config, or None where there is none.
        path: The path of the schema.
        around: The schemas that it is in.
        indent: What stands before each line.
        holder: The object of the schema that is the default at its path, or None.
    """
    for field in fields.fields_of(cls, path, holder):
        inner = [member for member in field.schemas if member not in (cls, *around)]
        plain = fields.is_nested(field.kind)
        if not plain or not inner:
            yield textwrap.indent(entry(field, cfg), indent)
        elif field.help:
            yield textwrap.indent("\n".join([f"{format_path(field.path)}:", *helped(field)]), indent)
        default = made(field) if inner else None
        for member in inner:
            known = default if isinstance(default, member) else None
            shown = member if known is None else type(known)
            if plain:
                yield from keys(shown, cfg, field.path, (*around, cls), indent, known)
                continue
            yield f"{indent}  {member.__name__}:"
            mine = cfg if cfg is not None and fits(cfg, field, member) else None
            yield from keys(shown, mine, field.path, (*around, cls), indent + "    ", known)


def made(field: fields.Field) -> Any:
    """Return a field's default, or None where it cannot be made."""
    try:
        return field.default
    except ConfError:
        return None


def fits(cfg: Config, field: fields.Field, member: type) -> bool:
    """Return whether the present value of a union is an object of one of its schemas."""
    try:
        return whole(get(cfg, field.path), field.kind)[1] is member
    except ConfError:
        return False


def entry(field: fields.Field, cfg: Config | None) -> str:
    """Return the lines of one key: its type, default and present value, and its help."""
    head = f"{format_path(field.path)}: {field.words}"
    text = default_of(field)
    if text:
        head += f" = {text}"
    now = present(field, cfg, text)
    lines = [head + (f"   (now {now})" if now else "" if text else "   (required)")]
    return "\n".join([*lines, *helped(field)])


def default_of(field: fields.Field) -> str:
    """Return a key's default as text, or an empty text where it has none."""
    try:
        default = field.default
    except ConfError as failure:
        return f"({getattr(failure, 'message', failure)})"
    return "" if default is MISSING else default_text(default, field.kind)


def helped(field: fields.Field) -> list[str]:
    """Return the lines of a key's help."""
    return textwrap.wrap(field.help, WIDTH, initial_indent="    ", subsequent_indent="    ")


def present(field: fields.Field, cfg: Config | None, default: str) -> str:
    """Return a key's present value and its origin, or an empty text where it has none but its default.

    Args:
        field: The key.
        cfg: The present config, or None where there is none.
        default: The default as it is shown, or an empty text.
    """
    if cfg is None:
        return ""
    path = format_path(field.path)
    try:
        if not has_path(cfg, path):
            return ""
        where = origin(cfg, path)
        value = value_text(cfg, field)
        if where.kind == "default" and value == default:
            return ""
    except ConfError as failure:
        return f"an error: {getattr(failure, 'message', failure)}"
    return f"{value}, {where}"


def value_text(cfg: Config, field: fields.Field) -> str:
    """Return a key's present value on one line, secrets masked."""
    node: Any = cfg
    for name in field.path[:-1]:
        node = node[name]
    raw = node.__raw__[field.path[-1]]
    plain = Exporter(tables=True).item(raw, node, field.path[-1])
    if isinstance(raw, (MappingNode, ListNode)) and plain is None:
        return "…"
    return default_text(with_texts(plain, node, field.path[-1], field.kind), field.kind)
