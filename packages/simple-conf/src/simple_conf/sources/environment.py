"""Configs from environment variables: ``APP_TRAIN__LR=5e-4`` sets ``train.lr``."""

from __future__ import annotations

import os

from simple_conf.config.config import as_config
from simple_conf.errors import OverrideError, SdnSyntaxError
from simple_conf.literal import read_value
from simple_conf.origin.layers import VariableLayer
from simple_conf.sources.override import Override, from_overrides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from simple_conf.config.config import Config


def from_env(
    prefix: str = "APP_", separator: str = "__", *, variables: Mapping[str, str] | None = None
) -> Config:
    """Return the config that environment variables make.

    Args:
        prefix: What the names of the variables begin with.
        separator: What is between the keys of a path; the keys are the parts in lower case.
        variables: By default those of this process.

    Returns:
        A tree to merge over another; the values are read as SDN, as they are on a command line.

    Raises:
        OverrideError: A variable's text is not an SDN value, or its name has an empty part.
    """
    overrides = []
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
        overrides.append(Override(name, "set", tuple(parts), value, 1, layer))
    return as_config(from_overrides(overrides))
