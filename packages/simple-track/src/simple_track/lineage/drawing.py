"""Drawings of a lineage: text for a terminal, and a Mermaid flowchart."""

from __future__ import annotations

import re
from typing import Any

_UNSAFE = re.compile(r"[^\w /.:@=+-]")  # what Mermaid or HTML could take for markup


def text_of(root: str, data: dict[str, Any], levels: dict[str, int]) -> str:
    """A lineage as text: the runs by distance, each with what it used and made.

    Args:
        root: The version or run that it is about.
        data: The content of the lineage.
        levels: The distance of each run; negative upstream.
    """
    nodes = {node["id"]: node for node in data["graph"]["nodes"]}
    uses: dict[str, list[str]] = {}
    makes: dict[str, list[str]] = {}
    for edge in data["graph"]["edges"]:
        if edge["kind"] == "used":
            uses.setdefault(edge["to"], []).append(edge["from"])
        else:
            makes.setdefault(edge["from"], []).append(edge["to"])
    lines = [_named(nodes.get(root, {"id": root, "kind": "run"}))]
    for title, sign in (("made from", -1), ("used for", 1)):
        runs = sorted((abs(level), run) for run, level in levels.items() if level * sign > 0)
        if runs:
            lines += ["", f"{title}:"]
        for distance, run in runs:
            lines.append(f"{distance:3}  {_named(nodes[run])}")
            lines += _links(run, nodes, uses, makes)
    if root in levels:
        lines[1:1] = _links(root, nodes, uses, makes)
    return "\n".join(lines)


def _links(
    run: str, nodes: dict[str, Any], uses: dict[str, list[str]], makes: dict[str, list[str]]
) -> list[str]:
    """The lines of what a run used and made."""
    lines = [f"       used {_named(nodes[ref])}" for ref in uses.get(run, ())]
    return lines + [f"       made {_named(nodes[ref])}" for ref in makes.get(run, ())]


def _named(node: dict[str, Any]) -> str:
    fact = node.get("type") if node["kind"] == "version" else node.get("project")
    kind = "run " if node["kind"] == "run" else ""
    missing = ", missing" if node.get("missing") else ""
    facts = f"{fact or ''}{missing}".removeprefix(", ")
    return f"{kind}{node['id']}" + (f" ({facts})" if facts else "")


def mermaid_of(root: str, data: dict[str, Any]) -> str:
    """A lineage as a Mermaid flowchart from left to right: versions are boxes, runs are rounded.

    Args:
        root: The version or run that it is about, which is drawn bold.
        data: The content of the lineage.
    """
    names = {node["id"]: f"n{number}" for number, node in enumerate(data["graph"]["nodes"])}
    lines = ["flowchart LR"]
    for node in data["graph"]["nodes"]:
        fact = node["type"] if node["kind"] == "version" else node["project"]
        label = "<br/>".join(_escaped(str(text)) for text in (node["id"], fact) if text)
        shape = f'["{label}"]' if node["kind"] == "version" else f'(["{label}"])'
        lines.append(f"  {names[node['id']]}{shape}")
    for edge in data["graph"]["edges"]:
        lines.append(f"  {names[edge['from']]} --> {names[edge['to']]}")
    if missing := [names[node["id"]] for node in data["graph"]["nodes"] if node["missing"]]:
        lines += ["  classDef missing stroke-dasharray: 5 5", f"  class {','.join(missing)} missing"]
    if root in names:
        lines.append(f"  style {names[root]} stroke-width:3px")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", text)
