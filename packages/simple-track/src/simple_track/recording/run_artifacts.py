"""The artifacts that a run logs and uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simple_track.errors import TrackError
from simple_track.reading.view import RunView
from simple_track.recording.disabled import DisabledVersion, disabled_version
from simple_track.recording.session import Session

if TYPE_CHECKING:
    from simple_track.artifacts import Artifact, ArtifactVersion


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
        if isinstance(error, TrackError):
            raise
        session.report(error, f"artifact {artifact.name!r} was not kept")
        return disabled_version(artifact, aliases)
    session.writer.event("artifact", action="log", artifact=version.ref)
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
    session.writer.event("artifact", action="use", artifact=version.ref)
    return version
