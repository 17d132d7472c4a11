"""A reader of sharded checkpoints that runs no code in them.

torch.distributed.checkpoint unpickles what it reads; this reader accepts only the classes of its own format.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint._nested_dict import set_element  # type: ignore[attr-defined]
from torch.distributed.checkpoint.default_planner import DefaultLoadPlanner
from torch.distributed.checkpoint.filesystem import FileSystemReader
from torch.distributed.checkpoint.metadata import Metadata
from torch.distributed.checkpoint.planner import ReadItem

from simple_ignite.errors import DamagedCheckpointError

__all__ = ["PlainPlanner", "PlainReader"]

CLASSES = {
    "collections": {"OrderedDict"},
    "pathlib": {"PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"},
    "torch": {"Size", "device"},
    "torch.distributed.checkpoint.filesystem": {"_StorageInfo"},
    "torch.distributed.checkpoint.metadata": {
        "BytesStorageMetadata",
        "ChunkStorageMetadata",
        "Metadata",
        "MetadataIndex",
        "StorageMeta",
        "TensorProperties",
        "TensorStorageMetadata",
        "_MEM_FORMAT_ENCODING",
    },
    "torch.serialization": {"_get_layout"},
}


class PlainUnpickler(pickle.Unpickler):
    """Accepts the classes of the format, and no others."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of the format, or a dtype of torch."""
        if module == "torch" and isinstance(found := getattr(torch, name, None), torch.dtype):
            return found
        if name in CLASSES.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not a class of the checkpoint format")


class PlainReader(FileSystemReader):
    """Reads shards whose metadata holds only classes of the format."""

    def read_metadata(self, *_args: Any, **_kwargs: Any) -> Metadata:
        """Return the metadata of the shards.

        Raises:
            DamagedCheckpointError: If it holds any other class, or cannot be read.
        """
        path = Path(self.path) / ".metadata"
        try:
            metadata: Metadata = PlainUnpickler(io.BytesIO(path.read_bytes())).load()
        except (pickle.UnpicklingError, EOFError, AttributeError, IndexError) as error:
            raise DamagedCheckpointError(f"{path}: cannot be read: {error}", path=path) from None
        if metadata.storage_meta is not None:
            metadata.storage_meta.load_id = self.load_id
        return metadata


class PlainPlanner(DefaultLoadPlanner):
    """Loads values that are not tensors with `weights_only=True`."""

    def load_bytes(self, read_item: ReadItem, value: io.BytesIO) -> None:
        """Load one value into the state dictionary."""
        loaded = torch.load(value, weights_only=True)
        name = read_item.dest_index.fqn
        if self.flatten_state_dict:
            set_element(self.original_state_dict, self.mappings[name], loaded)
        else:
            self.state_dict[name] = loaded
