"""Find the modules of version 0.3 under their former names, so that its pickles load.

A pickle names the module of each class and function. Version 0.3 kept all modules in one folder.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from importlib.abc import Loader  # slow to import

PACKAGE = "simple_track"
MOVED = {  # former names stay as they are
    "artifact": "artifacts.artifact",
    "capture": "recording.capturing.capture",
    "catalogcache": "catalog.cache",
    "collection": "artifacts.collection",
    "columnfile": "reading.column_file",
    "config": "storage.config_snapshot",
    "console": "recording.capturing.console",
    "doctor": "maintenance.doctor",
    "document": "storage.sdn_file",
    "ending": "recording.end_state",
    "environment": "recording.capturing.environment",
    "exactjson": "storage.exact_json",
    "fields": "catalog.field_names",
    "gc": "maintenance.garbage",
    "hardware": "recording.capturing.hardware",
    "history": "reading.history",
    "journal": "storage.journal",
    "layout": "storage.layout",
    "lock": "storage.lock",
    "manifest": "artifacts.manifest",
    "metadata": "storage.metadata",
    "names": "storage.names",
    "objects": "artifacts.objects",
    "pack": "storage.pack",
    "placement": "artifacts.materialize",
    "pulse": "recording.background",
    "query": "catalog.query",
    "queryresult": "catalog.query_result",
    "ranks": "recording.ranks",
    "reader": "storage.reader",
    "record": "storage.record",
    "replay": "reading.rebuild",
    "run": "recording.run",
    "series": "reading.columns",
    "seriescache": "reading.column_cache",
    "session": "recording.session",
    "start": "recording.start",
    "storelock": "artifacts.store_lock",
    "summary": "reading.summary",
    "tail": "reading.tail",
    "untracked": "recording.disabled",
    "version": "artifacts.version",
    "view": "reading.view",
    "watch": "recording.model_watch",
    "where": "catalog.where",
    "writer": "recording.writer",
    "values.extras": "extras",
    "values.words": "values.checks",
}
RENAMED = {"UntrackedVersion": "DisabledVersion"}


class _MovedModule(ModuleType):
    """A former module: its names are looked up in the new one, then in `errors` and `artifacts`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        former = self.__name__.removeprefix(f"{PACKAGE}.")
        for module in (MOVED[former], "errors", "artifacts"):
            found = importlib.import_module(f"{PACKAGE}.{module}")
            if hasattr(found, RENAMED.get(name, name)):
                return getattr(found, RENAMED.get(name, name))
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class MovedModules:
    """Finds former modules; it is asked after all other finders."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the interface of finders
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The spec of a former module; None for every other name."""
        package, _, name = fullname.partition(".")
        spec = ModuleSpec(fullname, cast("Loader", self))
        return spec if package == PACKAGE and name in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module that looks its names up when they are asked for."""
        return _MovedModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs."""


sys.meta_path.append(MovedModules())
