"""Merging: later configs over earlier ones, without touching either.

Merging is associative: a mapping that once replaced something else says so (``__barrier__``), and replaces
again when it is merged over a mapping; a tree made of overrides keeps the overrides themselves too.
"""

from __future__ import annotations

from contextlib import suppress

from simple_conf.errors import ConfError, MergeError
from simple_conf.keypath import format_path
from simple_conf.merging.arrays import combine
from simple_conf.merging.strategy import DEFAULT, MergeStrategy, current
from simple_conf.origin.layers import NamedLayer
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.assignment import AssignmentGroup
from simple_conf.tree.copying import copy_mapping, copy_value, same_depth
from simple_conf.tree.editing import store
from simple_conf.tree.node import ABSENT, PLAIN, Linked, ListNode, MappingNode, Overlaid, Tree, grow, node_of
from simple_conf.tree.provenance import assignment_of, assignments_of, record
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol, TypeGuard

    from simple_conf.keypath import KeyPath

    class Patch(Protocol):
        """A change that a tree made of overrides keeps, to apply it again wherever it is merged."""

        def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:
            """Change ``root``; with ``strict_keys`` a key that is not there is an error."""


SCALARS = PLAIN | {str, type(ABSENT)}


class ConfigPatch:
    """A whole config that is merged over the one it is merged into.

    Args:
        config: The root of the config's tree.
    """

    __slots__ = ("_config",)

    def __init__(self, config: MappingNode) -> None:
        self._config = config

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:
        """Lay the config over ``root``."""
        lay_over(root, self._config, rules, strict_keys)


class RuledPatch:
    """A patch with the strategy that it was merged by.

    Args:
        patch: The patch.
        rules: The strategy.
    """

    __slots__ = ("_patch", "_rules")

    def __init__(self, patch: Patch, rules: MergeStrategy) -> None:
        self._patch = patch
        self._rules = rules

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:  # noqa: ARG002
        """Change ``root`` by the strategy of then."""
        self._patch.apply(root, self._rules, strict_keys)


class LenientPatch:
    """A patch that changes nothing where it does not fit what is there.

    Args:
        patch: The patch.
    """

    __slots__ = ("_patch",)

    def __init__(self, patch: Patch) -> None:
        self._patch = patch

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:
        """Change ``root`` if the patch fits."""
        with suppress(ConfError):
            self._patch.apply(root, rules, strict_keys)


class Edit:
    """A change of a tree that was made of overrides: what is at a path since then.

    Args:
        path: The path.
        config: The tree as it is.
    """

    __slots__ = ("_config", "_path")

    def __init__(self, path: KeyPath, config: MappingNode) -> None:
        self._path = path
        self._config = config

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:  # noqa: ARG002
        """Set what the tree has at the path, or remove it; a list on the way to it is set as a whole."""
        source, holder = self._config, root
        for segment in self._path[:-1]:
            inner = source.__raw__.get(str(segment))
            if not isinstance(inner, MappingNode):
                self.put(source, holder, str(segment))
                return
            mine = holder.__raw__.get(str(segment))
            if not isinstance(mine, MappingNode):
                mine = node_of(root.__tree__, (*holder.__path__, str(segment)), inner.__layer__, {})
                record(holder, str(segment), mine, inner.__layer__)
                store(holder, str(segment), mine)
            source, holder = inner, mine
        self.put(source, holder, str(self._path[-1]))

    def put(self, source: MappingNode, holder: MappingNode, key: str) -> None:
        """Set a key of a mapping to what another one has under it, or remove it."""
        if key in source.__raw__:
            value, path = source.__raw__[key], (*holder.__path__, key)
            fresh = copy_value(value, source, key, holder.__tree__, path, True)
            record(holder, key, fresh, assignment_of(source, key).layer)
            store(holder, key, fresh)
        elif key in holder.__raw__:
            del holder.__raw__[key]
            holder.__dict__.pop(key, None)


def merge(
    configs: Sequence[MappingNode], strategy: MergeStrategy | None = None, *, strict_keys: bool = False
) -> MappingNode:
    """Return a new tree with each config merged over the ones before it.

    Args:
        configs: Roots of trees; later ones win.
        strategy: How arrays and nulls are merged; by default the one of ``Conf.merge_mode``.
        strict_keys: Whether a key that the configs before do not have is an error.

    Returns:
        The root of a tree of its own.

    Raises:
        MergeError: A key is unknown under ``strict_keys``.
        OverrideError: An override among the configs does not fit.
    """
    rules = strategy or current()
    if not configs:
        return grow({}, NamedLayer("code", "Conf.merge()"))
    tree = Tree()
    root = tree.root = copy_mapping(configs[0], tree, ())
    tree.copy_settings(configs[0].__tree__)
    if configs[0].__path__:  # a part of a config
        tree.secrets, tree.unmet = secrets_of(configs[0]), {}
    tree.calls = {}
    kept = patches_of(configs[0]) if any(config.__tree__.patches is not None for config in configs) else None
    tree.patches = None
    for config in configs[1:]:
        if config.__tree__.secrets:
            tree.secrets |= secrets_of(config)
        patches = [ConfigPatch(config)] if kept is None else patches_of(config)
        for patch in patches:
            patch.apply(root, rules, strict_keys)
        if kept is not None:
            kept.extend(patches if rules is DEFAULT else [RuledPatch(patch, rules) for patch in patches])
    tree.patches = kept
    return root


def secrets_of(config: MappingNode) -> set[KeyPath]:
    """Return the paths of the secrets of a config or of a part of one, from itself on."""
    here, secrets = config.__path__, config.__tree__.secrets
    if not here:
        return secrets
    if config.__tree__.hides(here):
        return {(key,) for key in config.__raw__}
    return {path[len(here) :] for path in secrets if path[: len(here)] == here}


def refuse_unmet(root: MappingNode) -> None:
    """Refuse a config in which overrides delete what no config below them has.

    Raises:
        OverrideError: There is such an override.
    """
    for failure in root.__tree__.unmet.values():
        raise failure


def patches_of(config: MappingNode) -> list[Patch]:
    """Return the changes that a config makes where it is merged over another; none of them changes later."""
    tree = config.__tree__
    if tree.patches is None or tree.root is not config:
        return [ConfigPatch(copy_mapping(config, Tree(), config.__path__))]
    if not any(isinstance(patch, tuple) for patch in tree.patches):
        return list(tree.patches)
    now = copy_mapping(config, Tree(), ())
    return [Edit(patch, now) if isinstance(patch, tuple) else patch for patch in tree.patches]


def lay_over(
    base: MappingNode, over: MappingNode, rules: MergeStrategy = DEFAULT, strict_keys: bool = False
) -> None:
    """Merge the mapping ``over`` into the mapping ``base``, in place; ``over`` stays as it is.

    Raises:
        MergeError: A key is unknown under ``strict_keys``.
    """
    raw, visible = base.__raw__, base.__dict__
    below = assignments_of(base)
    taken: dict[str, Any] = {}
    for key, value in over.__raw__.items():
        kind = type(value)
        mine = raw.get(key, ABSENT)
        if mine is ABSENT and strict_keys:
            raise unknown_key(base, over, key)
        if (
            visible is raw
            and (kind in PLAIN or (kind is str and "${" not in value))
            and type(mine) in SCALARS
        ):
            raw[key] = taken[key] = value
        elif mine is ABSENT:
            path = (*base.__path__, key)
            taken[key] = copied = copy_value(value, over, key, base.__tree__, path, same_depth(over, base))
            store(base, key, copied)
            visible = base.__dict__
        elif not joined(mine, value, rules, strict_keys):
            taken[key] = lay_value(base, key, mine, over, value, rules)
            visible = base.__dict__
    if taken:
        group = AssignmentGroup(taken, over.__layer__, over.__path__, over.__provenance__, below)
        object.__setattr__(base, "__provenance__", group)


def joined(mine: Any, value: Any, rules: MergeStrategy, strict_keys: bool) -> bool:
    """Join two mappings, or keep what ``null`` or ``???`` does not replace; return whether one was done."""
    if value is MISSING:
        return True
    if isinstance(value, MappingNode) and not value.__barrier__:
        if isinstance(mine, MappingNode):
            lay_over(mine, value, rules, strict_keys)
            return True
        if isinstance(mine, Overlaid):
            lay_over(mine.overrides, value, rules)
            return True
    return value is None and rules.keep_on_null and isinstance(mine, (MappingNode, Overlaid))


def lay_value(
    base: MappingNode, key: str, mine: Any, over: MappingNode, value: Any, rules: MergeStrategy
) -> Any:
    """Replace ``mine`` by what ``over`` has under ``key``, or join the two; return the result."""
    path = (*base.__path__, key)
    made: Any
    if isinstance(value, ListNode) and isinstance(mine, ListNode) and rules.for_path(path) != "replace":
        made = combine(mine, value, rules.for_path(path), lambda a, b: lay_over(a, b, rules))
    else:
        made = copy_value(value, over, key, base.__tree__, path, same_depth(over, base))
        if isinstance(made, MappingNode):
            if (is_reference(mine) or isinstance(mine, Linked)) and not made.__barrier__:
                made = Overlaid(mine, made) if made.__raw__ else mine
            elif mine is not MISSING:  # a hole keeps what is below it, so the mapping is merged with that
                object.__setattr__(made, "__barrier__", True)
    store(base, key, made)
    return made


def is_reference(value: object) -> TypeGuard[str]:
    """Return whether a value is text that is one whole ``${…}``."""
    return isinstance(value, str) and value.startswith("${") and value.endswith("}")


def put_tree(root: MappingNode, path: KeyPath, config: MappingNode) -> None:
    """Put a copy of a whole config at ``path`` of ``root``, in the place of what is there."""
    holder = root
    for key in map(str, path[:-1]):
        inner = holder.__raw__.get(key)
        if not isinstance(inner, MappingNode):
            inner = node_of(root.__tree__, (*holder.__path__, key), config.__layer__, {})
            record(holder, key, inner, config.__layer__)
            store(holder, key, inner)
        holder = inner
    key = str(path[-1])
    fresh = copy_mapping(config, root.__tree__, (*holder.__path__, key), written=True)
    if root.__tree__.defaults is not None:  # what a schema defaults to is replaced too
        object.__setattr__(fresh, "__barrier__", True)
    record(holder, key, fresh, config.__layer__)
    store(holder, key, fresh)
    root.__tree__.forget(path)


def unknown_key(base: MappingNode, over: MappingNode, key: str) -> MergeError:
    """Return the error for a key that ``base`` does not have."""
    assignment = assignment_of(over, key)
    return MergeError(
        f"unknown key {key!r}",
        path=format_path((*base.__path__, key)),
        origin=assignment.layer.locate(assignment.path, key=True),
        hint=did_you_mean(key, base.__raw__),
    )
