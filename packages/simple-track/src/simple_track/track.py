"""The namespace `Track`: runs, the artifacts and values to log, queries, settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from simple_track.catalog.query_result import QueryResult
from simple_track.familiar_names import (
    RUN_ARGUMENTS,
    RUNS_ARGUMENTS,
    TRACK_NAMES,
    answers_unknown,
    unknown_name,
)
from simple_track.reading.view import RunView
from simple_track.recording.edit import edit_run
from simple_track.recording.options import RunOptions
from simple_track.recording.run import Run as _Run
from simple_track.recording.start import active_run, start_run
from simple_track.settings import current_layout, set_dir, set_durability, set_mode

if TYPE_CHECKING:
    from simple_track import artifacts, track_registry, values


class _LateClass:
    """A class attribute that imports a class when it is read."""

    def __init__(self, load: Callable[[], type]) -> None:
        self._load = load

    def __get__(self, instance: object, owner: type) -> type:
        return self._load()


def _load_artifact() -> type:
    from simple_track.artifacts import Artifact  # needs numpy and zstandard

    return Artifact


def _load_registry() -> type:
    from simple_track.track_registry import Registry  # needs numpy and zstandard

    return Registry


def _load_media() -> type:
    from simple_track.values import Media  # needs numpy

    return Media


def _load_table() -> type:
    from simple_track.values import Table  # needs numpy

    return Table


class _TrackType(type):
    """Answers unknown names of `Track` with what to write."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            elsewhere = "write: run.{name} of the run that Track.run returns"
            raise unknown_name(cls.__name__, name, TRACK_NAMES, dir(cls), _Run, elsewhere)


class Track(metaclass=_TrackType):
    """Start runs and find them again."""

    if TYPE_CHECKING:
        Artifact = artifacts.Artifact
        Registry = track_registry.Registry
        Media = values.Media
        Table = values.Table
    else:
        Artifact = _LateClass(_load_artifact)
        Registry = _LateClass(_load_registry)
        Media = _LateClass(_load_media)
        Table = _LateClass(_load_table)

    Run = _Run

    set_dir = staticmethod(set_dir)
    set_mode = staticmethod(set_mode)
    set_durability = staticmethod(set_durability)
    active = staticmethod(active_run)

    @staticmethod
    @answers_unknown("Track.run", RUN_ARGUMENTS)
    def run(
        project: str,
        name: str | None = None,
        config: Any = None,
        tags: Sequence[str] = (),
        notes: str = "",
        dir: str | os.PathLike[str] | None = None,
        resume: bool | str = False,
        reinit: bool | str | None = None,
        group: str | None = None,
        job_type: str | None = None,
        *,
        rewind: int | None = None,
        system: bool | None = None,
        console: bool = False,
        shared: bool = False,
        strict: bool = False,
    ) -> _Run:
        """Start a run, or resume one; use it as `with Track.run(…) as run:`.

        Args:
            project: The project that the run belongs to.
            name: A readable name; default a random one.
            config: A dict, a `Config`, an attrs or dataclass instance, or an argparse `Namespace`.
            tags: Words to find it by.
            notes: Free text.
            dir: The folder of the store; default that of `Track.set_dir`, or `SIMPLE_DIR`, or `.simple` in
                the current folder.
            resume: The id of a run to resume. "must": the latest run of the project (and name), which must
                exist. "allow": the same, or else a new run. True: the latest run that did not finish, or else
                a new run. `SIMPLE_TRACK_RUN_ID` names the run for the last three.
            reinit: If a run is active in this process: False: raise an error. True or "finish": finish it.
                Default: raise an error; but in a loop, and in a notebook, finish it with a warning, unless
                it is in a `with` block.
                "stack": keep both.
            group: The group that the run belongs to, such as an experiment.
            job_type: The kind of job, such as "train".
            rewind: The step that a resumed run logs next: readers leave out what it logged at this step or
                later; see `Run.rewind`.
            system: Sample the machine; default if psutil is installed.
            console: Keep a copy of standard output and error.
            shared: Let every rank of a distributed job log into one run; default only rank 0 logs.
            strict: Raise errors of the disk; default warn once and continue.

        Raises:
            UnsafeNameError: The project cannot become a folder.
            RunActiveError: A run is active, and `reinit` is False.
            RunBusyError: Another process writes the run to resume.
            RunNotFoundError: The run to resume does not exist.
            StorageError: The folder cannot be written, and `strict` is set.
            ValueKindError: `rewind` is not a whole number from 0.
        """
        return start_run(
            RunOptions(
                project=project,
                name=name,
                config=config,
                tags=tags,
                notes=notes,
                dir=dir,
                resume=resume,
                rewind=rewind,
                reinit=reinit,
                group=group,
                job_type=job_type,
                system=system,
                console=console,
                shared=shared,
                strict=strict,
            )
        )

    @staticmethod
    def load(run_id: str, dir: str | os.PathLike[str] | None = None) -> RunView:
        """Load a run to read from.

        Args:
            run_id: Its id, the beginning of it, or "last" for the run that started last.
            dir: The folder of the store; default as for `run`.

        Raises:
            RunNotFoundError: The run does not exist.
        """
        from simple_track.catalog.catalog import load_run  # a script that logs does not need it

        return load_run(current_layout(dir), run_id)

    @staticmethod
    @answers_unknown("Track.runs", RUNS_ARGUMENTS)
    def runs(
        project: str | None = None,
        where: str | None = None,
        order: str | None = None,
        dir: str | os.PathLike[str] | None = None,
        *,
        archived: bool = False,
    ) -> list[RunView]:
        """Find the runs that match, newest first unless an order is given.

        Args:
            project: Only runs of this project.
            where: A condition such as `config.train.lr < 0.01 and state == 'finished'`.
            order: Fields such as `-summary.val/acc`; `-` sorts in descending order.
            dir: The folder of the store; default as for `run`.
            archived: Include archived runs; so does a condition about `archived`.

        Raises:
            WhereError: The condition or the order cannot be parsed.
        """
        from simple_track.catalog.catalog import find_runs  # a script that logs does not need it
        from simple_track.catalog.run_list import RunList

        return RunList(find_runs(current_layout(dir), project, where, order, archived=archived))

    @staticmethod
    def edit(
        run: str | RunView | _Run,
        *,
        name: str | None = None,
        tags: str | Sequence[str] | None = None,
        notes: str | None = None,
        archived: bool | None = None,
        dir: str | os.PathLike[str] | None = None,
    ) -> RunView:
        """Edit a run, also while another process is writing it.

        An edit is one line in `edits.jsonl` of the run's folder. It wins over the metadata, and the latest
        edit of a field wins over earlier ones.

        Args:
            run: A run, or its id as for `load`.
            name: Its new name.
            tags: Its new tags, which replace all that it had; a single one may be given as text.
            notes: Its new notes.
            archived: Whether lists leave the run out.
            dir: The folder of the store; default as for `run`.

        Returns:
            The run as it is now.

        Raises:
            RunNotFoundError: The run does not exist.
            SettingError: No value is given, or one is not valid.
            StorageError: The run's folder cannot be written.
        """
        found = Track.load(run, dir) if isinstance(run, str) else run
        return edit_run(found, name=name, tags=tags, notes=notes, archived=archived)

    @staticmethod
    def frame(
        project: str | None = None,
        where: str | None = None,
        order: str | None = None,
        dir: str | os.PathLike[str] | None = None,
        *,
        archived: bool = False,
        library: str | None = None,
    ) -> Any:
        """Find runs, and return a data frame with one row for each; needs pyarrow.

        The columns are those of the SQL table `runs`: facts such as `run`, `name` and `state`, and one for
        each value, such as `config.train.lr` and `summary.val/acc`.

        Args:
            project: Only runs of this project.
            where: A condition, as for `runs`.
            order: The order of the rows, as for `runs`.
            dir: The folder of the store; default as for `run`.
            archived: Include archived runs.
            library: "pandas", "polars" or "arrow"; default the first of them that is installed.

        Returns:
            A DataFrame of pandas or polars, or a pyarrow Table.

        Raises:
            WhereError: The condition or the order cannot be parsed.
            SettingError: The library is unknown.
            MissingExtraError: The library is not installed, or pyarrow is not.
        """
        from simple_track.catalog.frame import runs_frame  # a script that logs does not need it

        return runs_frame(Track.runs(project, where, order, dir, archived=archived), library)

    @staticmethod
    def query(sql: str, dir: str | os.PathLike[str] | None = None) -> QueryResult:
        """Run SQL over runs, metrics and logged tables; needs duckdb and pyarrow.

        Args:
            sql: One statement over `runs`, `metrics` and `tables."name"`; see `run_query`.
            dir: The folder of the store; default as for `run`.

        Raises:
            QueryError: DuckDB refuses the statement.
        """
        from simple_track.catalog.query import run_query  # a script that logs does not need it

        return run_query(current_layout(dir), sql)

    @staticmethod
    def artifact(
        ref: str, project: str | None = None, dir: str | os.PathLike[str] | None = None
    ) -> artifacts.ArtifactVersion:
        """Find a version of an artifact.

        Args:
            ref: A reference such as `"data:latest"`, or `"project/data:v2"`.
            project: The project; default that of the active run, or else the only one of the store.
            dir: The folder of the store; default as for `run`.

        Raises:
            UnknownArtifactError: No artifact has this name.
            UnknownVersionError: The artifact has no such version or alias.
            SettingError: The project is not known.
        """
        from simple_track.artifacts.artifact import find_artifact  # needs numpy and zstandard
        from simple_track.catalog.catalog import only_project

        layout = current_layout(dir)
        active = active_run()
        known = project or (active.project if active else "") or only_project(layout, ref)
        return find_artifact(layout, known, ref)

    @staticmethod
    def artifacts(
        project: str | None = None, type: str | None = None, dir: str | os.PathLike[str] | None = None
    ) -> list[artifacts.ArtifactVersion]:
        """List versions of artifacts, sorted by project, name and number.

        Args:
            project: Only those of this project.
            type: Only those of this type, such as "model".
            dir: The folder of the store; default as for `run`.

        Returns:
            The versions; one whose manifest cannot be read is left out, with an `UnreadableWarning`.
        """
        from simple_track.artifacts.artifact import all_versions  # needs numpy and zstandard

        return list(all_versions(current_layout(dir), project, type))
