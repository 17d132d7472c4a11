"""The registry: collections of published versions, with aliases that can be protected, and a trail."""

from simple_track.registry.collection_name import RegistryRef, UnknownCollectionError
from simple_track.registry.move import Move
from simple_track.registry.registry_collection import RegistryCollection, collections
from simple_track.registry.registry_version import RegistryVersion

__all__ = [
    "Move",
    "RegistryCollection",
    "RegistryRef",
    "RegistryVersion",
    "UnknownCollectionError",
    "collections",
]
