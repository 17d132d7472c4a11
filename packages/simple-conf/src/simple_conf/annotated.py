"""A config as SDN text in which a comment says where each value was written."""

from __future__ import annotations

from simple_conf.errors import ConfError
from simple_conf.export import Exporter, simple
from simple_conf.location import place_in
from simple_conf.node import MappingNode, Overlaid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.config import Config

STEP = "    "


def annotate(cfg: Config) -> str:
    """Return the config as SDN with the origin of every value behind it, or above it where it takes lines."""
    return "\n".join(lines_of(cfg, "")) + "\n"


def lines_of(node: Any, indent: str) -> list[str]:
    """Return the lines of one mapping."""
    lines: list[str] = []
    for key in node.__raw__:
        raw = node.__raw__[key]
        value = node[key] if isinstance(raw, Overlaid) else raw
        if isinstance(value, MappingNode) and value.__raw__:
            lines.append(f"{indent}{name_of(key)}:")
            lines += lines_of(value, indent + STEP)
            continue
        lines += [indent + line for line in entry(node, key, raw)]
    return lines


def entry(node: Any, key: str, raw: Any) -> list[str]:
    """Return the lines of one value with its origin."""
    from simple_conf.sdn import write

    comment = f"# {place_in(node, key)}"
    if isinstance(raw, str) and "${" in raw:
        comment += f": {raw}"
    exporter = Exporter(tables=True)
    plain = exporter.mapping_value(node, key)
    if exporter.errors:
        plain, comment = raw, f"# {message(exporter.errors[0])}"
    lines = write({key: simple(plain)}).rstrip("\n").split("\n")
    if len(lines) == 1:
        return [f"{lines[0]}  {comment}"]
    return [comment, *lines]


def message(failure: ConfError) -> str:
    """Return what an error says, on one line."""
    return str(getattr(failure, "message", failure)).split("\n")[0]


def name_of(key: str) -> str:
    """Return a key as SDN writes it."""
    from simple_conf.sdn import write

    return (
        write({key: 1}).split(":")[0].rstrip()
        if ":" not in key
        else write({key: 1}).rsplit(":", 1)[0].rstrip()
    )
