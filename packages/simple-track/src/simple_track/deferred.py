"""Deferred: what is imported when it is first used, so that `import simple_track` stays light."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any


def deferred_values() -> ModuleType:
    """The module of all kinds of values that are not numbers."""
    return importlib.import_module("simple_track.values")


def deferred_artifacts() -> ModuleType:
    """The module of artifacts."""
    return importlib.import_module("simple_track.artifacts.artifact")


def deferred_packing() -> ModuleType:
    """The module that packs and unpacks the files of finished runs."""
    return importlib.import_module("simple_track.storage.pack")


class DeferredModule:
    """Stands for a module, which is imported when something of it is first asked for.

    Args:
        name: The module.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)  # so that it is looked up once
        return value


if TYPE_CHECKING:
    import numpy as numpy
else:  # a script that only logs numbers needs no numpy, and reading needs it at once
    numpy = DeferredModule("numpy")


class Deferred:
    """A class attribute that is looked up in its module when it is read.

    Args:
        module: The module.
        name: The name in it.
    """

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return getattr(importlib.import_module(self._module), self._name)
