"""A run to read from, by any process, also while the run is being written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from simple_track.errors import FormatError, MetricNotFoundError, ReadOnlyRunError
from simple_track.familiar_names import unknown_view_name
from simple_track.html_table import html_table
from simple_track.reading.column_cache import count_values, load_columns
from simple_track.reading.frozen import frozen
from simple_track.reading.history import History
from simple_track.reading.ranking import rank_metrics
from simple_track.reading.rebuild import stored_summary
from simple_track.reading.rewind import without_rewound_media
from simple_track.reading.summary import GOALS, MetricRule
from simple_track.reading.tail import RunTail, follow_records
from simple_track.storage.edits import EDITABLE, edited_metadata
from simple_track.storage.layout import RunLayout
from simple_track.storage.lock import last_heartbeat
from simple_track.storage.metadata import LAST_MOMENT, Metadata, current_state
from simple_track.storage.reader import read_events
from simple_track.storage.record import SYSTEM_PREFIX

if TYPE_CHECKING:
    from simple_track.values import Table, Value


HTML_VALUES = 20
"""How many values of a summary a notebook shows."""
_INTERNAL = frozenset(("layout", "metadata", "_summary", "_frozen"))


class RunView:
    """A run to read from. Each call reads the files again, so that a view of a live run is current.

    Nothing of it can be changed: `Track.edit` changes the name, tags, notes and archive mark of a run, and
    `refresh` reads them again.

    Args:
        layout: The run's folder.
        metadata: Its metadata, if it has been read already.
        summary: Its summary, if it has been read already.
    """

    def __init__(
        self, layout: RunLayout, metadata: Metadata | None = None, summary: dict[str, Any] | None = None
    ) -> None:
        self.layout = layout
        self.metadata = edited_metadata(layout) if metadata is None else metadata
        self._summary = summary
        self._frozen: dict[str, tuple[Any, Any]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _INTERNAL:
            raise ReadOnlyRunError(self.metadata.id, name, self._advice(name))
        object.__setattr__(self, name, value)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or "metadata" not in vars(self):  # of a copy that is being made
                raise AttributeError(name, name=name, obj=self)
            resume = f"Track.run(project={self.project!r}, resume={self.id!r})"
            raise unknown_view_name(name, resume, dir(type(self)))

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({"_frozen": {}, **state})  # version 0.3 had none

    def _advice(self, field: str) -> str:
        """How to change a field of the run."""
        resumed = f"Track.run(project={self.project!r}, resume={self.id!r})"
        if field in EDITABLE:
            return f"use Track.edit({self.id!r}, {field}=…), then refresh()"
        if field == "summary":
            return f"resume it by {resumed}, and set run.summary"
        if field == "config":
            change = f"resume it by {resumed} and use run.update_config"
            return f"change a copy, copy.deepcopy(run.config); or {change}"
        return f"what can be changed is {', '.join(EDITABLE)}, by Track.edit({self.id!r}, …)"

    def _read_only(self, field: str, value: Any) -> Any:
        """The value of a field, with lists and dicts that refuse changes."""
        given, kept = self._frozen.get(field, (None, None))
        if given is not value:
            kept = frozen(value, (self.id, field, self._advice(field)))
            self._frozen[field] = (value, kept)
        return kept

    def refresh(self) -> RunView:
        """Read the metadata again."""
        self.metadata = edited_metadata(self.layout)
        self._summary = None
        return self

    @property
    def id(self) -> str:
        """The run's id."""
        return self.metadata.id

    @property
    def name(self) -> str:
        """Its readable name."""
        return self.metadata.name

    @property
    def project(self) -> str:
        """Its project."""
        return self.metadata.project

    @property
    def group(self) -> str | None:
        """The group it belongs to."""
        return self.metadata.group

    @property
    def job_type(self) -> str | None:
        """What kind of job it is."""
        return self.metadata.job_type

    @property
    def tags(self) -> list[str]:
        """Its tags."""
        return self._read_only("tags", self.metadata.tags)  # type: ignore[no-any-return]

    @property
    def notes(self) -> str:
        """Its notes."""
        return self.metadata.notes

    @property
    def archived(self) -> bool:
        """Whether lists leave it out; see `Track.edit`."""
        return self.metadata.archived

    @property
    def config(self) -> dict[str, Any]:
        """The plain, resolved config."""
        return self._read_only("config", self.metadata.config)  # type: ignore[no-any-return]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the config."""
        return self.metadata.fingerprint

    @property
    def environment(self) -> dict[str, Any]:
        """What it ran on."""
        return self.metadata.environment

    @property
    def error(self) -> dict[str, Any] | None:
        """Type, message and traceback of what ended it, when it failed."""
        return self.metadata.error

    @property
    def dir(self) -> str:
        """The run's folder."""
        return str(self.layout.dir)

    @property
    def state(self) -> str:
        """Running, finished, failed, interrupted or crashed, as it is now."""
        if self.metadata.state == "running":
            self.metadata = edited_metadata(self.layout)
        return current_state(self.layout, self.metadata)

    @property
    def start_time(self) -> datetime:
        """When it started, in local time with its zone."""
        return datetime.fromtimestamp(self.metadata.start_time).astimezone()

    @property
    def end_time(self) -> datetime | None:
        """When it ended; None while running; for a crashed run, when its writer showed itself last."""
        end = self.metadata.end_time
        if end is None and self.state == "crashed":
            end = max(self.metadata.start_time, last_heartbeat(self.layout.lock) or 0.0, self._last_logged())
        return None if end is None else datetime.fromtimestamp(end).astimezone()

    def _last_logged(self) -> float:
        """The time of the last line, which packing keeps; 0 without lines, or if they cannot be read."""
        try:
            times = load_columns(self.layout, system=False, rewound=True).rows["timestamp"]
        except FormatError:
            return 0.0
        return min(float(times.max()), LAST_MOMENT) if len(times) else 0.0

    @property
    def duration(self) -> float:
        """Seconds in which it ran, up to its end or now; the time before it was resumed does not count."""
        end = self.end_time
        whole = (end.timestamp() if end else time.time()) - self.metadata.start_time
        return round(whole - self.metadata.paused, 3)  # times are kept to the millisecond

    @property
    def summary(self) -> Mapping[str, Any]:
        """The last (or best) values; for a run that has not finished they come from its log."""
        return self._read_only("summary", self.plain_summary())  # type: ignore[no-any-return]

    def plain_summary(self) -> dict[str, Any]:
        """The summary as a plain dict, for readers of many runs; it must not be changed."""
        if self._summary is None or self.metadata.state == "running":
            self._summary = stored_summary(self.layout)
        return self._summary

    @property
    def rules(self) -> list[MetricRule]:
        """What was defined about its metrics."""
        return [rule_of(event) for event in self.events("metric") if isinstance(event.get("pattern"), str)]

    def history(
        self,
        keys: Sequence[str] | None = None,
        samples: int | None = None,
        *,
        system: bool = False,
        rewound: bool = False,
    ) -> History:
        """The numbers, as columns.

        Args:
            keys: The metrics wanted; only rows that have one of them are kept. None: all.
            samples: About how many rows to keep for each metric, lowest and highest of each stretch among
                them.
            system: Include what was sampled of the machine.
            rewound: Include the rows that `run.rewind` took back.

        Raises:
            MetricNotFoundError: The run has no metric of a wanted name.
        """
        names = [keys] if isinstance(keys, str) else keys
        wants_system = system or any(name.startswith(SYSTEM_PREFIX) for name in names or ())
        rules = self.rules
        wanted = None if names is None else frozenset(names) | {rule.step for rule in rules if rule.step}
        columns = load_columns(self.layout, system=wants_system, keys=wanted, rewound=rewound)
        try:
            return History(columns, self.id, names, samples, rules)
        except MetricNotFoundError as error:
            if any(event.get("key") == error.key for event in self.events("media")):
                hint = f"it is not a number: read it by media({error.key!r})"
                raise MetricNotFoundError(error.key, self.id, error.known, hint=hint) from None
            raise

    def metric_counts(self, *, system: bool = False) -> dict[str, int]:
        """The number of values of each metric, without reading them.

        Args:
            system: Include what was sampled of the machine.
        """
        return count_values(self.layout, system=system)

    def events(self, kind: str | None = None, *, rewound: bool = False) -> list[dict[str, Any]]:
        """Everything else that was logged, by time.

        Args:
            kind: Only events of this kind: state, config, metric, summary, media, artifact, alert, graph or
                rewind.
            rewound: Include the media that `run.rewind` took back.
        """
        events = read_events(self.layout)
        events = events if rewound else without_rewound_media(events)
        return [e for e in events if kind is None or e.get("event") == kind]

    def media(self, name: str) -> list[tuple[int, Value]]:
        """Every value that is not a number logged under a name, as (step, value), in order.

        Args:
            name: The name.

        Raises:
            MetricNotFoundError: Nothing of that name was logged.
        """
        events = self.events("media")
        found = [e for e in events if e.get("key") == name]
        if not found:
            metric = name in self.history() and name not in ("step", "timestamp")
            hint = f"it is a metric: read it by history([{name!r}])" if metric else None
            known = sorted({str(e.get("key")) for e in events})
            raise MetricNotFoundError(name, self.id, known, "media", hint)
        return [(self._step_of(event), self._value(event)) for event in found]

    def _step_of(self, event: Mapping[str, Any]) -> int:
        step = event.get("step")
        if type(step) is not int:
            reason = f"the event of {event.get('key')!r} has {step!r:.60} where its step should be"
            raise FormatError(self.layout.history, reason)
        return step

    def table(self, name: str) -> Table:
        """The table that was logged last under a name.

        Args:
            name: The name.

        Raises:
            MetricNotFoundError: No table of that name was logged.
        """
        bodies = [(e, e.get("value")) for e in self.events("media")]
        tables = [e for e, body in bodies if isinstance(body, dict) and body.get("kind") == "table"]
        found = [e for e in tables if e.get("key") == name]
        if not found:
            raise MetricNotFoundError(name, self.id, sorted({str(e.get("key")) for e in tables}), "table")
        return cast("Table", self._value(found[-1]))

    def _value(self, event: Mapping[str, Any]) -> Value:
        from simple_track.values import read_value  # needs numpy

        return read_value(event["value"], self.layout)

    def follow(self, *, poll: float = 0.2, start: bool = True) -> Iterator[dict[str, Any]]:
        """Yield every record of numbers, those there are and then each new one, until the run has ended.

        Args:
            poll: Seconds between looks.
            start: Begin with what is already there, or only with what comes.

        Yields:
            Records such as `{"step": 7, "timestamp": 1704902400.123, "train/loss": 0.3}`.
        """
        tail = RunTail(self.layout)
        if not start:
            tail.skip()
        return follow_records(tail, lambda: self.state != "running", poll=poll)

    def _repr_html_(self) -> str:
        return run_html(self, self.plain_summary())

    def __repr__(self) -> str:
        return f"<run {self.id} {self.name!r} of {self.project!r}, {self.state}>"


def rule_of(event: Mapping[str, Any]) -> MetricRule:
    """The rule that an event defines."""
    goal = event.get("goal") if event.get("goal") in GOALS else None
    return MetricRule(str(event["pattern"]), event.get("axis"), str(event.get("summary", "last")), goal)


def run_html(view: RunView, summary: Mapping[str, Any]) -> str:
    """A run as HTML for a notebook: its facts, and the values of its summary that matter most.

    Args:
        view: The run.
        summary: Its summary.
    """
    facts = [("name", view.name), ("id", view.id), ("project", view.project), ("state", view.state)]
    facts += [("started", f"{view.start_time:%Y-%m-%d %H:%M:%S}"), ("tags", ", ".join(view.metadata.tags))]
    facts += [("notes", view.notes)]
    shown = rank_metrics(dict.fromkeys(summary, 0), view.rules)[:HTML_VALUES]
    rest = f", {HTML_VALUES} of {len(summary)} values" if len(summary) > HTML_VALUES else ""
    rows = [(name, value) for name, value in facts if value]
    return html_table(("run", ""), rows) + html_table(
        ("summary", ""), [(key, summary[key]) for key in shown], rest.lstrip(", ")
    )
