"""The artifacts that a run logs and uses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simple_track.errors import StorageError, TrackError, UnknownArgumentError
from simple_track.reading.view import RunView
from simple_track.recording.disabled import DisabledVersion, disabled_version
from simple_track.recording.session import Session

if TYPE_CHECKING:
    from simple_track.artifacts import Artifact, ArtifactVersion


def as_artifact(given: Artifact | str | os.PathLike[str], name: str | None, type: str | None) -> Artifact:
    """The artifact that a run is given, or a new one with the file or folder of a path.

    Args:
        given: An artifact, or a path.
        name: Of a path: the name of the artifact.
        type: Of a path: the type.

    Raises:
        UnknownArgumentError: A name or a type is given together with an artifact.
        FileNotFoundError: There is no such file or folder.
        UnsafeNameError: The name cannot be that of an artifact.
    """
    if not isinstance(given, str | os.PathLike):
        for argument, value in (("name", name), ("type", type)):
            if value is not None:
                hint = f"the artifact has its own: Track.Artifact({argument}=…)"
                raise UnknownArgumentError("run.log_artifact of an artifact", argument, hint)
        return given
    from simple_track.artifacts.artifact import Artifact  # needs numpy and zstandard

    path = Path(given)
    artifact = Artifact(name or path.absolute().name, type or ("folder" if path.is_dir() else "file"))
    if path.is_dir():
        artifact.add_dir(path)
    else:
        artifact.add_file(path)
    return artifact


def log_run_artifact(
    session: Session | None, view: RunView, artifact: Artifact, aliases: str | Sequence[str]
) -> ArtifactVersion | DisabledVersion:
    """Store an artifact that a run has made; see `Run.log_artifact`.

    Args:
        session: The open session of the run; None if this process writes nothing.
        view: The run.
        artifact: The artifact.
        aliases: Aliases of the version besides `latest`.
    """
    if session is None:
        return disabled_version(artifact, aliases)
    from simple_track.artifacts.artifact import log_artifact  # needs numpy and zstandard

    try:
        version = log_artifact(view.layout.root, view.project, view.id, artifact, aliases)
    except OSError as error:
        if isinstance(error, TrackError) and not isinstance(error, StorageError):
            raise
        session.report(error, f"artifact {artifact.name!r} was not kept")
        return disabled_version(artifact, aliases)
    session.writer.event("artifact", action="log", artifact=version.ref, digest=version.digest)
    return version


def use_run_artifact(
    session: Session | None, view: RunView, ref: str | ArtifactVersion | Artifact
) -> ArtifactVersion | Artifact:
    """Find an artifact that a run uses; see `Run.use_artifact`.

    Args:
        session: The open session of the run; None if this process writes nothing.
        view: The run.
        ref: A reference, a version, or an artifact that has not been logged.
    """
    from simple_track.artifacts.artifact import find_artifact, use_artifact  # needs numpy and zstandard

    if session is None:
        return find_artifact(view.layout.root, view.project, ref) if isinstance(ref, str) else ref
    version = use_artifact(view.layout.root, view.project, view.id, ref)
    session.writer.event("artifact", action="use", artifact=version.ref, digest=version.digest)
    return version
