"""Documentation of a schema: a Markdown table, or a config file with defaults and help."""

from __future__ import annotations

from simple_conf.errors import ConfError, UnwritableError
from simple_conf.keypath import format_path
from simple_conf.schemas import fields
from simple_conf.schemas.schema import is_schema
from simple_conf.schemas.shown_default import default_text, plain_default
from simple_conf.sdn import write
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STEP = "    "


def describe(schema: type, form: str) -> str:
    """Return the documentation of a schema.

    Args:
        schema: An attrs class or a dataclass.
        form: ``"markdown"`` or ``"sdn"``.

    Raises:
        ConfError: There is no such form.
        TypeError: ``schema`` is not a schema.
    """
    if not is_schema(schema):
        raise TypeError(f"describe takes a schema: an attrs class or a dataclass, not {schema!r}")
    if form == "markdown":
        return markdown(schema)
    if form == "sdn":
        return "\n".join(template(schema, "")) + "\n"
    raise ConfError(f"there is no form {form!r}; choose markdown or sdn")


def markdown(schema: type) -> str:
    """Return a Markdown table with a row for each key."""
    lines = [f"# {schema.__name__}", ""]
    if about := fields.doc_of(schema):
        lines += [about, ""]
    lines += ["| key | type | default | |", "| --- | --- | --- | --- |"]
    for field in fields.walk(schema):
        nested = fields.is_nested(field.kind)
        if nested and not field.help:
            continue
        default = "required" if field.default is MISSING else f"`{default_text(field.default, field.kind)}`"
        cells = [f"`{format_path(field.path)}`", field.words, "" if nested else default, field.help]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def template(schema: type, indent: str) -> list[str]:
    """Return the lines of a config file that has every key, those without a default as ``???``."""
    lines = []
    for field in fields.fields_of(schema):
        if field.help:
            lines.append(f"{indent}# {field.help}")
        name = field.path[-1]
        if len(field.schemas) == 1 and field.default is MISSING:
            lines += [f"{indent}{name}:", *template(field.schemas[0], indent + STEP)]
        elif field.default is MISSING:
            lines.append(f"{indent}{name}: ???  # {field.words}")
        else:
            lines += [
                indent + line for line in entry(name, plain_default(field.default, field.kind), field.words)
            ]
    return lines


def entry(name: str, value: Any, words: str) -> list[str]:
    """Return the lines of a key with its default."""
    try:
        lines = write({name: value}).rstrip("\n").split("\n")
    except UnwritableError:
        return [f"# {name}: a {type(value).__name__}, which SDN has no form for  # {words}"]
    return [f"{lines[0]}  # {words}"] if len(lines) == 1 else lines
