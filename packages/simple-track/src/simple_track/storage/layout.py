"""The names of all folders and files of a store, and of a run in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import attrs

from simple_track.errors import FormatError, StorageError, UnsafeNameError
from simple_track.storage.names import check_segment, segment

FORMAT_VERSION = 1
"""The version of the files on disk, written into every `metadata.sdn`."""
PACKED = ".zst"
METADATA = "metadata.sdn"
SUMMARY = "summary.sdn"
SYSTEM = "system"


def packed_file(path: Path) -> Path:
    """The packed form of a file of lines, given its plain name."""
    return path.with_name(path.name + PACKED)


def _absolute(path: Path) -> Path:
    try:
        return Path(path).absolute()
    except FileNotFoundError as error:
        raise StorageError(
            Path(path),
            "the working folder no longer exists",
            "name the store by an absolute path",
            error.errno,
        ) from error


@attrs.frozen
class Layout:
    """The paths below the root folder of a store, usually `.simple`.

    Args:
        root: The root folder; it need not exist.
    """

    root: Path = attrs.field(converter=_absolute)

    @property
    def runs(self) -> Path:
        """The folder of all runs."""
        return self.root / "runs"

    @property
    def artifacts(self) -> Path:
        """The folder of all artifacts: one folder for each project, and the objects."""
        return self.root / "artifacts"

    @property
    def objects(self) -> Path:
        """The content-addressed store."""
        return self.artifacts / "objects"

    @property
    def artifacts_lock(self) -> Path:
        """Shared by those who add artifacts, held alone by those who remove objects."""
        return self.artifacts / ".lock"

    @property
    def registry(self) -> Path:
        """The registry's folder."""
        return self.root / "registry"

    @property
    def sweeps(self) -> Path:
        """The folder of all sweeps."""
        return self.root / "sweeps"

    @property
    def cache(self) -> Path:
        """The folder of all caches; it may be deleted at any time."""
        return self.root / "cache"

    def project(self, project: str) -> Path:
        """The folder of a project's runs."""
        return self.runs / self._project(project)

    def run(self, project: str, run_id: str) -> RunLayout:
        """The paths of one run."""
        return RunLayout(self.project(project) / check_segment(run_id, what="run id"))

    def artifact(self, project: str, name: str) -> Path:
        """The folder of an artifact's versions, aliases and lineage."""
        return self.artifacts / self._project(project) / check_segment(name, what="artifact")

    def artifact_folders(self) -> Iterator[Path]:
        """The folders of all artifacts of all projects, sorted."""
        for project in sorted(_folders(self.artifacts)):
            if project != self.objects.name:
                for name in sorted(_folders(self.artifacts / project)):
                    yield self.artifacts / project / name

    def _project(self, project: str) -> str:
        if check_segment(project, what="project").casefold() == self.objects.name:
            raise UnsafeNameError("project", project, "is the name of the folder that holds all contents")
        return project

    def column_cache(self, run: RunLayout) -> Path:
        """The folder of a run's cached columns."""
        return self.cache / "series" / segment(run.project) / segment(run.run_id)

    def trail_cache(self, folder: Path) -> Path:
        """The cached state of the trail of a folder below `artifacts` or `registry`."""
        below = folder.relative_to(self.root)
        return self.cache / "trails" / below.with_name(f"{below.name}.json")

    def artifact_cache(self, project: str) -> Path:
        """The folder of a project's downloaded and unpacked artifacts."""
        return self.cache / "artifacts" / project

    @property
    def lineage_cache(self) -> Path:
        """The cached runs and versions of all trails of artifacts."""
        return self.cache / "lineage.json"

    @property
    def catalog_cache(self) -> Path:
        """The cached metadata and summaries of all runs."""
        return self.cache / "catalog.json"

    @property
    def metrics_cache(self) -> Path:
        """The cached metrics of runs that have ended, for SQL."""
        return self.cache / "metrics.arrow"

    def rendezvous(self, project: str, key: str) -> Path:
        """The file through which the ranks of one job agree on a run."""
        return self.cache / "shared" / segment(project) / segment(key)

    def projects(self) -> list[str]:
        """The names of all projects, sorted."""
        return sorted(_folders(self.runs))

    def run_layouts(self, project: str | None = None) -> Iterator[RunLayout]:
        """All runs of one project or of all, oldest first within a project."""
        for name in [project] if project is not None else self.projects():
            folder = self.project(name)
            for run_id in sorted(_folders(folder)):
                yield RunLayout(folder / run_id)

    def unreadable_folders(self, project: str | None = None) -> dict[Path, str]:
        """The folders of runs that cannot be listed, each with the reason.

        Args:
            project: Only the folder of this project.
        """
        folders = map(self.project, self.projects()) if project is None else [self.project(project)]
        return {folder: reason for folder in (self.runs, *folders) if (reason := _why_not_listed(folder))}

    def unreadable_artifact_folders(self) -> dict[Path, str]:
        """The folders of artifacts that cannot be listed, each with the reason."""
        projects = [self.artifacts / name for name in _folders(self.artifacts) if name != self.objects.name]
        folders = [self.artifacts, *projects, *self.artifact_folders()]
        return {folder: reason for folder in folders if (reason := _why_not_listed(folder))}

    def find_run(self, run_id: str) -> RunLayout | None:
        """The run of that id in any project, or None."""
        check_segment(run_id, what="run id")
        for project in self.projects():
            folder = self.runs / project / run_id
            if os.path.isdir(folder):  # noqa: PTH112 - False also where nobody may look
                return RunLayout(folder)
        return None


@attrs.frozen
class RunLayout:
    """The paths of one run.

    Args:
        dir: The run's folder.
    """

    dir: Path

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.dir.name

    @property
    def exists(self) -> bool:
        """Whether the folder holds a run; True also if nobody may look."""
        try:
            return self.metadata.exists()
        except OSError:
            return True

    @property
    def project(self) -> str:
        """The run's project."""
        return self.dir.parent.name

    @property
    def root(self) -> Layout:
        """The layout of the store that the run belongs to."""
        return Layout(self.dir.parent.parent.parent)

    @property
    def metadata(self) -> Path:
        """The run's metadata: config, tags, state, environment."""
        return self.dir / METADATA

    @property
    def metrics(self) -> Path:
        """The numbers of the first writer."""
        return self.dir / "metrics.jsonl"

    @property
    def system_metrics(self) -> Path:
        """The samples of the machine."""
        return self.stream(SYSTEM)[0]

    @property
    def history(self) -> Path:
        """All other events of the first writer."""
        return self.dir / "history.jsonl"

    @property
    def summary(self) -> Path:
        """The run's last (or best) values."""
        return self.dir / SUMMARY

    @property
    def edits(self) -> Path:
        """The edits of name, tags, notes and archive mark that were made in this store."""
        return self.dir / "edits.jsonl"

    @property
    def tombstones(self) -> Path:
        """The runs of the project that were deleted: id, time, who and why."""
        return self.dir.parent / ".deleted.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the writing process; its time of modification is the heartbeat."""
        return self.dir / "run.lock"

    @property
    def artifacts(self) -> Path:
        """Downloaded artifacts that the run uses."""
        return self.dir / "artifacts"

    @property
    def tables(self) -> Path:
        """Logged tables, as Parquet."""
        return self.dir / "tables"

    @property
    def files(self) -> Path:
        """Other files, such as the console output."""
        return self.dir / "files"

    @property
    def console(self) -> Path:
        """The console output."""
        return self.files / "console.log"

    @property
    def diff(self) -> Path:
        """The uncommitted changes of the git checkout at the start."""
        return self.files / "diff.patch"

    @property
    def requirements(self) -> Path:
        """The installed packages and their versions."""
        return self.files / "requirements.txt"

    @property
    def all_media(self) -> Path:
        """The folder of all kinds of media."""
        return self.dir / "media"

    def media(self, kind: str) -> Path:
        """The folder of one kind of media, such as "images"."""
        return self.all_media / check_segment(kind, what="media kind")

    def stream(self, writer: str) -> tuple[Path, Path]:
        """The metrics and history files of a further writer, such as "node3-4711"."""
        name = segment(writer)
        return self.dir / f"metrics.{name}.jsonl", self.dir / f"history.{name}.jsonl"

    def metric_files(self, *, system: bool = True) -> list[Path]:
        """Every writer's metrics, the first writer's first; a packed file is named by its plain name.

        Args:
            system: Include the samples of the machine.
        """
        files = self._streams("metrics")
        return files if system else [path for path in files if path != self.system_metrics]

    def history_files(self) -> list[Path]:
        """Every writer's other events, the first writer's first."""
        return self._streams("history")

    def edit_files(self) -> list[Path]:
        """The edits of this store, and those that came from other stores."""
        return self._streams("edits")

    def stream_files(self) -> list[Path]:
        """Every writer's metrics and other events."""
        return [*self.metric_files(), *self.history_files()]

    def _streams(self, kind: str) -> list[Path]:
        try:
            names = {path.name.removesuffix(PACKED) for path in self.dir.iterdir()}
        except FileNotFoundError:
            return []
        except OSError as error:
            raise FormatError(self.dir, f"cannot be read ({error.strerror or error})") from error
        first = f"{kind}.jsonl"
        further = sorted(n for n in names if n.startswith(f"{kind}.") and n.endswith(".jsonl") and n != first)
        return [self.dir / name for name in [first] * (first in names) + further]

    def relative(self, path: Path) -> str:
        """The path relative to the run's folder, with `/`, as events hold it."""
        return path.relative_to(self.dir).as_posix()

    def resolve(self, relative: str) -> Path:
        """The file that an event names.

        Raises:
            FormatError: The name leads out of the run's folder.
        """
        parts = relative.replace("\\", "/").split("/")
        if "\0" in relative or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
            raise FormatError(self.history, f"an event names {relative!r}, which is not below the run")
        return self.dir.joinpath(*parts)


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.name[0] != "." and _is_folder(entry)]
    except OSError:  # not there, or another user's own: see `unreadable_folders`
        return []


def _why_not_listed(folder: Path) -> str:
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to where nobody may look: those who read it say so
        return True
