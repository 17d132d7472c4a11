"""Track: the namespace through which everything is reached."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simple_track.catalog.query_result import QueryResult
from simple_track.deferred import Deferred, DeferredModule, deferred_artifacts
from simple_track.reading.view import RunView
from simple_track.recording.run import Run as _Run
from simple_track.recording.start import Wish, active_run, start_run
from simple_track.settings import current_layout, set_dir, set_durability, set_mode

if TYPE_CHECKING:
    from simple_track import values
    from simple_track.artifacts import artifact
    from simple_track.artifacts.version import ArtifactVersion
    from simple_track.catalog import catalog, query
else:  # what logs does not ask for runs
    catalog = DeferredModule("simple_track.catalog.catalog")
    query = DeferredModule("simple_track.catalog.query")


class Track:
    """Start runs and find them again."""

    if TYPE_CHECKING:
        Artifact = artifact.Artifact
        Media = values.Media
        Table = values.Table
    else:
        Artifact = Deferred("simple_track.artifacts.artifact", "Artifact")
        Media = Deferred("simple_track.values", "Media")
        Table = Deferred("simple_track.values", "Table")

    Run = _Run

    set_dir = staticmethod(set_dir)
    set_mode = staticmethod(set_mode)
    set_durability = staticmethod(set_durability)
    active = staticmethod(active_run)

    @staticmethod
    def run(
        project: str,
        name: str | None = None,
        config: Any = None,
        tags: Sequence[str] = (),
        notes: str = "",
        dir: str | os.PathLike[str] | None = None,
        resume: bool | str = False,
        reinit: bool | str = False,
        group: str | None = None,
        job_type: str | None = None,
        *,
        system: bool | None = None,
        console: bool = False,
        shared: bool = False,
        strict: bool = False,
    ) -> _Run:
        """Start a run, or continue one; use it as `with Track.run(…) as run:`.

        Args:
            project: The project; its runs are kept together.
            name: A readable name; default one is made.
            config: A dict, a `Config`, an attrs or dataclass instance, or an argparse `Namespace`.
            tags: Words to find it by.
            notes: Free text.
            dir: The folder for all data; default what `Track.set_dir` or `SIMPLE_DIR` says, or `.simple`
                here.
            resume: An id: continue that run. "must": continue the latest run of the project (and name),
                which has to be there. "allow": the same, or start anew. True: continue the latest that did
                not finish, or start anew. `SIMPLE_TRACK_RUN_ID` names the run for the last three.
            reinit: What to do when a run is active in this process: False: an error. True or "finish":
                finish it. "stack": keep both.
            group: The group it belongs to, such as one experiment.
            job_type: What kind of job it is, such as "train".
            system: Sample the machine; default where psutil is installed.
            console: Keep a copy of what is printed.
            shared: Let every rank of a distributed job log into one run; default only rank 0 logs.
            strict: Raise when the disk refuses; default warn once and go on.

        Raises:
            UnsafeNameError: The project cannot become a folder.
            RunActiveError: A run is active, and `reinit` is False.
            RunBusyError: The run to continue is being written by another process.
            RunNotFoundError: The run to continue is not there.
            StorageError: The folder cannot be written, and `strict` is set.
        """
        return start_run(
            Wish(
                project=project,
                name=name,
                config=config,
                tags=tags,
                notes=notes,
                dir=dir,
                resume=resume,
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
        """A run to read from.

        Args:
            run_id: Its id, or the beginning of it.
            dir: The folder of all data; default as for `run`.

        Raises:
            RunNotFoundError: There is none.
        """
        return catalog.load_run(current_layout(dir), run_id)

    @staticmethod
    def runs(
        project: str | None = None,
        where: str | None = None,
        order: str | None = None,
        dir: str | os.PathLike[str] | None = None,
    ) -> list[RunView]:
        """The runs that fit, oldest first unless an order is given.

        Args:
            project: Only runs of this project.
            where: A condition such as `config.train.lr < 0.01 and state == 'finished'`.
            order: Fields such as `-summary.val/acc`; `-` sorts downwards.
            dir: The folder of all data; default as for `run`.

        Raises:
            WhereError: The condition or the order cannot be read.
        """
        return catalog.find_runs(current_layout(dir), project, where, order)

    @staticmethod
    def query(sql: str, dir: str | os.PathLike[str] | None = None) -> QueryResult:
        """Run SQL over runs, metrics and logged tables; needs duckdb and pyarrow.

        Args:
            sql: One statement over `runs`, `metrics` and `tables."name"`; see `run_query`.
            dir: The folder of all data; default as for `run`.

        Raises:
            QueryError: DuckDB refuses it.
        """
        return query.run_query(current_layout(dir), sql)

    @staticmethod
    def artifact(
        ref: str, project: str | None = None, dir: str | os.PathLike[str] | None = None
    ) -> ArtifactVersion:
        """A version of an artifact.

        Args:
            ref: Such as `"data:latest"`, or `"project/data:v2"`.
            project: The project; default that of the active run.
            dir: The folder of all data; default as for `run`.
        """
        active = active_run()
        known = project or (active.project if active else "")
        version: ArtifactVersion = deferred_artifacts().find_artifact(
            current_layout(dir), known or catalog.only_project(current_layout(dir), ref), ref
        )
        return version
