"""Values of references that need no evaluation: what is read natively already."""

from __future__ import annotations

from simple_conf.template import known_path
from simple_conf.tree.node import ABSENT, PLAIN, ListNode, MappingNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.tree.node import Key, Tree


def read_simple(tree: Tree, text: str) -> Any:
    """Return the value of ``${a.b}`` where everything on the way is plain, else ABSENT."""
    simple = known_path(text)
    if simple is None or tree.secrets:
        return ABSENT
    value: Any = tree.root
    mapping = type(value)  # all mappings are made as one class
    for segment in simple:
        if type(value) is not mapping:
            return ABSENT
        value = value.__dict__.get(segment, ABSENT)
    kind = type(value)
    return value if kind is str or kind in PLAIN or not isinstance(value, (MappingNode, ListNode)) else ABSENT


def remember(node: MappingNode, key: Key, value: Any) -> None:
    """Let a mapping read ``value`` natively until something changes."""
    visible: dict[Any, Any] = node.__dict__
    visible[key] = value
    node.__tree__.memo.append((visible, key))
