"""Versioned artifacts and their content."""

from simple_track.artifacts.alias import BadAliasError, ProtectedAliasError
from simple_track.artifacts.artifact import (
    Artifact,
    ArtifactEntryError,
    ArtifactTypeError,
    UnknownArtifactError,
)
from simple_track.artifacts.collection import UnknownVersionError
from simple_track.artifacts.materialize import OutsideLinkError
from simple_track.artifacts.objects import CorruptObjectError, MissingObjectError, ObjectStore
from simple_track.artifacts.ref import ArtifactRefError
from simple_track.artifacts.sources import MissingSourceError, UnreadableSourceError
from simple_track.artifacts.version import ArtifactVersion, ChangedReferenceError, UnknownEntryError
from simple_track.storage.exact_json import NotJsonError

__all__ = [
    "Artifact",
    "ArtifactEntryError",
    "ArtifactRefError",
    "ArtifactTypeError",
    "ArtifactVersion",
    "BadAliasError",
    "ChangedReferenceError",
    "CorruptObjectError",
    "MissingObjectError",
    "MissingSourceError",
    "NotJsonError",
    "ObjectStore",
    "OutsideLinkError",
    "ProtectedAliasError",
    "UnknownArtifactError",
    "UnknownEntryError",
    "UnknownVersionError",
    "UnreadableSourceError",
]
