"""How deeply the values of a tree nest, through references too."""

from __future__ import annotations

from simple_conf.errors import ConfError
from simple_conf.tree.node import ListNode, MappingNode, has_item, read_item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from simple_conf.tree.node import Key, Node


def node_in_itself(root: Node) -> Node | None:
    """Return a mapping or list that a reference in it leads back to, or None.

    What cannot be read is left out.
    """
    done: set[int] = set()
    inside: dict[int, Node] = {id(root): root}  # held, so that their ids stay theirs
    held: list[Node] = []
    waiting = [(root, nodes_in(root))]
    while waiting:
        node, inner_nodes = waiting[-1]
        inner = next(inner_nodes, None)
        if inner is None:
            waiting.pop()
            del inside[id(node)]
            done.add(id(node))
            held.append(node)
        elif id(inner) in inside:
            return inner
        elif id(inner) not in done:
            inside[id(inner)] = inner
            waiting.append((inner, nodes_in(inner)))
    return None


def nodes_in(node: Node) -> Iterator[Node]:
    """Yield the mappings and lists that a mapping or list holds, those that its references name too."""
    keys: list[Key] = list(node.__raw__) if isinstance(node, MappingNode) else list(range(len(node)))
    for key in keys:
        try:
            found = read_item(node, key) if has_item(node, key) else None
        except ConfError:
            continue
        if isinstance(found, (MappingNode, ListNode)):
            yield found
