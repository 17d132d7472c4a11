"""Names of the collections of the registry, such as "Models/ResNet", and references to their versions."""

from __future__ import annotations

import re

import attrs

from simple_track.errors import TrackError, UnsafeNameError
from simple_track.storage.names import check_segment

_TAKEN = re.compile(r"v\d+\.json|events(\..*)?\.jsonl", re.IGNORECASE)


class UnknownCollectionError(TrackError, LookupError):
    """The registry has no such collection.

    Args:
        name: The name.
        known: The names of all collections.
    """

    def __init__(self, name: str, known: list[str]) -> None:
        self.name = name
        self.known = known
        has = (
            f"it has: {', '.join(known[:8])}" + (", …" if len(known) > 8 else "") if known else "it is empty"
        )
        super().__init__(f"the registry has no collection {name!r}; {has}.")


def check_collection(name: str) -> str:
    """Return the name of a collection unchanged if it is valid.

    Raises:
        UnsafeNameError: It has fewer than two parts, or one that cannot become a folder.
    """
    if not isinstance(name, str):
        raise UnsafeNameError("collection", str(name), f"is of type {type(name).__name__}, not text")
    parts = name.split("/")
    if len(parts) < 2:
        raise UnsafeNameError("collection", name, "needs a folder and a name, as in 'Models/ResNet'")
    for part in parts:
        check_segment(part, what="collection")
        if _TAKEN.fullmatch(part):
            raise UnsafeNameError(
                "collection", name, f"has the part {part!r}, which files of the registry have"
            )
    return name


@attrs.frozen
class RegistryRef:
    """A reference to a version in the registry.

    Args:
        collection: The collection.
        asked: A version, such as "v1", or an alias; default `latest`.
    """

    collection: str
    asked: str = "latest"

    @classmethod
    def parse(cls, text: str) -> RegistryRef:
        """Parse a reference such as "Models/ResNet", "Models/ResNet:v1" or "Models/ResNet:production".

        Raises:
            UnsafeNameError: The collection's name is not valid.
        """
        if not isinstance(text, str):
            raise UnsafeNameError("collection", str(text), f"is of type {type(text).__name__}, not text")
        name, _, asked = text.partition(":")
        return cls(check_collection(name), asked or "latest")
