"""References to versions as text: `[project/]name[:v2|:alias][@digest]`."""

from __future__ import annotations

import attrs

from simple_track.artifacts.alias import ENDS_AS_DIGEST, LATEST
from simple_track.artifacts.collection import Collection, UnknownVersionError
from simple_track.artifacts.manifest import Manifest
from simple_track.artifacts.trail_state import VERSION
from simple_track.errors import FormatError, TrackError
from simple_track.storage.layout import Layout
from simple_track.storage.names import check_segment


class ArtifactRefError(TrackError, ValueError):
    """A text that is no reference to a version of an artifact, or one that fits several versions.

    Args:
        ref: The text.
        why: What is wrong with it.
    """

    def __init__(self, ref: str, why: str) -> None:
        self.ref = ref
        self.why = why
        super().__init__(f"reference {ref!r}: {why}")


@attrs.frozen
class ArtifactRef:
    """A reference to a version of an artifact.

    Args:
        project: The project; empty if the text does not name one.
        name: The artifact.
        asked: A version, such as "v2", or an alias; empty if the text names neither.
        digest: The beginning of the SHA-256 that the version has to have; empty for any.
    """

    project: str
    name: str
    asked: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> ArtifactRef:
        """Parse a reference.

        An `@` before 6 to 64 hexadecimal digits at the end begins the digest; every other one belongs to the
        name or alias.

        Raises:
            ArtifactRefError: It is not text, or has no name.
            UnsafeNameError: The project or name cannot become a folder.
        """
        if not isinstance(text, str):
            raise ArtifactRefError(repr(text), "give text such as 'data:v2', 'data:best' or 'project/data'.")
        rest, digest = (found[1], found[2]) if (found := ENDS_AS_DIGEST.fullmatch(text)) else (text, "")
        head, _, asked = rest.partition(":")
        project, slash, name = head.rpartition("/")
        if slash:
            check_segment(project, what="project")
        return cls(project, check_segment(name, what="artifact"), asked, digest)

    def find(self, layout: Layout, project: str) -> tuple[str, Manifest]:
        """Find the version in a store.

        With a digest, the version that has it is meant, whatever its number is in this store.

        Args:
            layout: The store.
            project: The project, unless the reference names one.

        Returns:
            The project, and the manifest of the version.

        Raises:
            UnknownVersionError: There is no such version.
            ArtifactRefError: The digest fits several versions.
        """
        project = self.project or project
        collection = Collection.of(layout, project, self.name)
        if self.digest:
            return project, collection.manifest(self._by_digest(collection))
        number = collection.resolve(self.asked or LATEST)
        try:
            return project, collection.manifest(number)
        except FileNotFoundError:  # removed meanwhile
            return project, collection.manifest(collection.resolve(self.asked or LATEST))

    def _by_digest(self, collection: Collection) -> int:
        state = collection.state()
        known = {
            number: digest for number, digest in state.versions.items() if digest.startswith(self.digest)
        }
        for number in collection.versions():  # those whose event was lost
            if number not in state.versions and (digest := _digest_of(collection, number)):
                known |= {number: digest} if digest.startswith(self.digest) else {}
        if len(set(known.values())) > 1:
            listed = ", ".join(f"v{number}" for number in sorted(known))
            raise ArtifactRefError(
                f"{self.name}@{self.digest}", f"several versions begin so: {listed}; give more digits."
            )
        if not known:
            versions = [f"v{number}" for number in collection.versions()]
            asked = f"{self.asked}@{self.digest}"
            raise UnknownVersionError(self.name, asked, versions, sorted(collection.aliases()))
        named = (
            collection.aliases().get(self.asked) if self.asked and not VERSION.fullmatch(self.asked) else None
        )
        return named if named in known else max(known)


def _digest_of(collection: Collection, number: int) -> str:
    try:
        return collection.manifest(number).digest
    except (FormatError, FileNotFoundError):
        return ""
