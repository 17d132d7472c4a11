"""Configs from environment variables: ``APP_TRAIN__LR=5e-4`` sets ``train.lr``."""

from __future__ import annotations

import os

from simple_conf.config.config import as_config
from simple_conf.errors import OverrideError, SdnSyntaxError
from simple_conf.keypath import format_path
from simple_conf.literal import read_value
from simple_conf.origin.layers import VariableLayer
from simple_conf.references.named_path import index_of
from simple_conf.sources.override import Override, from_overrides
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, has_item, has_key, raw_item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simple_conf.config.config import Config
    from simple_conf.keypath import KeyPath
    from simple_conf.merging.strategy import MergeStrategy


def from_env(
    prefix: str = "APP_", separator: str = "__", *, variables: Mapping[str, str] | None = None
) -> Config:
    """Return the config that environment variables make.

    Args:
        prefix: What the names of the variables begin with.
        separator: What is between the keys of a path; the keys are the parts in lower case; where
            the tree is merged over another, they meet keys of any case, of its schema too.
        variables: By default those of this process.

    Returns:
        A tree to merge over another; the values are read as SDN, as they are on a command line.

    Raises:
        OverrideError: A variable's text is not an SDN value, its name has an empty part, two set one key, or
            one is a value and another sets a key inside it.
    """
    return as_config(from_overrides(read_variables(prefix, separator, variables)))


def read_variables(
    prefix: str, separator: str = "__", variables: Mapping[str, str] | None = None
) -> list[Override]:
    """Return the overrides that environment variables make; see `from_env`."""
    overrides: list[Override] = []
    found = os.environ if variables is None else variables
    for name in sorted(found):
        if not name.startswith(prefix) or len(name) == len(prefix):
            continue
        layer = VariableLayer(name, found[name])
        parts = name[len(prefix) :].lower().split(separator)
        if not all(parts):
            raise OverrideError(
                f"the variable's name has an empty part between {separator!r}", origin=layer.locate(())
            )
        try:
            value = read_value(found[name], ".".join(parts))
        except SdnSyntaxError as failure:
            raise OverrideError(
                f"its text is not an SDN value: {failure.message}, at character {failure.column}",
                origin=layer.locate(()),
                hint=failure.hint,
            ) from None
        overrides.append(Variable(name, "set", tuple(parts), value, 1, layer))
    refuse_one_key_twice(overrides)
    refuse_values_with_keys(overrides)
    return overrides


def refuse_one_key_twice(overrides: list[Override]) -> None:
    """Refuse variables whose names differ in case only, so that both set the same key.

    Raises:
        OverrideError: There are such variables.
    """
    names: dict[KeyPath, str] = {}
    for override in overrides:
        first = names.setdefault(override.path, override.argument)
        if first != override.argument:
            raise OverrideError(
                f"{first} sets {format_path(override.path)}, too",
                origin=override.layer.locate(()),
                hint=f"unset one of the two: {first} or {override.argument}",
            )


def refuse_values_with_keys(overrides: list[Override]) -> None:
    """Refuse variables of which one is a value and another one sets a key inside it.

    Raises:
        OverrideError: There are such variables.
    """
    names = {override.path: override.argument for override in overrides}
    for override in overrides:
        for depth in range(1, len(override.path)):
            outer = names.get(override.path[:depth])
            if outer is not None:
                raise OverrideError(
                    f"{outer} sets {format_path(override.path[:depth])} to a value, this one a key in it",
                    origin=override.layer.locate(()),
                    hint=f"unset one of the two: {outer} or {override.argument}",
                )


class Variable(Override):
    """An override by an environment variable, whose parts name keys of any case."""

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:
        """Change ``root`` as the variable says.

        Raises:
            OverrideError: It does not fit what is there, or two keys differ from it only in case.
        """
        path = self.met(root)
        if path == self.path:
            super().apply(root, rules, strict_keys)
        else:
            met = Override(self.argument, self.kind, path, self.value, self.column, self.layer)
            met.apply(root, rules, strict_keys)

    def met(self, root: MappingNode) -> KeyPath:
        """Return the path with the keys as the config, or the lowest layer of its tree, has them.

        Raises:
            OverrideError: Two keys differ from a part of the name only in case.
        """
        node: object = root
        path: list[str | int] = []
        defaults = root.__tree__.defaults
        for segment in map(str, self.path):
            key = segment
            if type(node) is Overlaid:
                node = node.overrides
            if not isinstance(node, ListNode) and not (
                isinstance(node, MappingNode) and has_key(node, segment)
            ):
                written = node.__raw__ if isinstance(node, MappingNode) else ()
                names = defaults.names(root, tuple(path)) if defaults is not None else []
                key = self.key_like(segment, dict.fromkeys([*written, *names]))
            path.append(key)
            if isinstance(node, ListNode):
                index = index_of(key)
                node = raw_item(node, index) if index is not None and has_item(node, index) else None
            else:
                known = isinstance(node, MappingNode) and has_key(node, key)
                node = node.__raw__[key] if known and isinstance(node, MappingNode) else None
        return tuple(path)

    def key_like(self, word: str, names: Iterable[str]) -> str:
        """Return the one key among those that are known that a part of the name means.

        Raises:
            OverrideError: Two keys differ from it only in case.
        """
        if word in names:
            return word
        same = [known for known in names if known.lower() == word]
        if len(same) > 1:
            raise OverrideError(
                f"the variable's name may mean {' or '.join(map(repr, same))}",
                origin=self.layer.locate(()),
                hint="keys that differ in case only cannot be set by the environment",
            )
        return same[0] if same else word
