"""The numbers of a run, as a mapping from names to numpy columns of one length."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from simple_track.errors import MetricNotFoundError, MissingExtraError, SettingError
from simple_track.html_table import html_table
from simple_track.lazy_module import numpy as np
from simple_track.reading.columns import Array, Columns, Part, dense, iterate_rows, min_max_rows
from simple_track.reading.summary import MetricRule, rule_for
from simple_track.reading.typed_column import TypedColumn, to_arrow, to_polars, typed_columns

METRICS = 100
"""How many metrics a notebook shows."""


class History(Mapping[str, Array]):
    """Columns of one length: `step`, `timestamp` (seconds since 1970), and one for each metric.

    A metric that a row does not have is NaN there, or None in a column of text, of bools, or of integers that
    a float would change; `present` tells a gap from a NaN that was logged. Rows are in the order in which
    they were logged.

    Args:
        columns: All rows.
        run_id: The run, for messages.
        keys: The metrics wanted: only rows that have one of them are kept. None: all metrics.
        samples: About how many rows to keep for each metric; lowest and highest of each stretch are among
            them.
        rules: What was defined about the metrics.
    """

    def __init__(
        self,
        columns: Columns,
        run_id: str,
        keys: Sequence[str] | None = None,
        samples: int | None = None,
        rules: Sequence[MetricRule] = (),
    ) -> None:
        self._run_id = run_id
        self._rules = list(rules)
        if samples is not None:
            samples = _whole("samples", samples)
        only_axes = bool(keys) and all(key in ("step", "timestamp") for key in keys or ())
        wanted = [
            key for key in (columns.parts if keys is None else keys) if key not in ("step", "timestamp")
        ]
        for key in wanted:
            if key not in columns.parts:
                raise MetricNotFoundError(key, run_id, list(columns.parts))
        parts = {key: columns.parts[key] for key in wanted}
        kept = None if only_axes else _kept_rows(parts, len(columns.rows), samples)
        self._all = columns
        self._kept = slice(None) if kept is None else kept
        self._rows = columns.rows[self._kept]
        self._parts = parts if kept is None else {key: _pick(kinds, kept) for key, kinds in parts.items()}
        self._dense: dict[str, Array] = {}

    def __getitem__(self, key: str) -> Array:
        if key in ("step", "timestamp"):
            return np.ascontiguousarray(self._rows[key])
        if key not in self._parts:
            raise MetricNotFoundError(key, self._run_id, list(self._parts))
        if key not in self._dense:
            self._dense[key] = dense(self._parts[key], len(self._rows))
        return self._dense[key]

    def __iter__(self) -> Iterator[str]:
        yield from ("step", "timestamp", *self._parts)

    def __len__(self) -> int:
        return 2 + len(self._parts)

    def __repr__(self) -> str:
        return f"History({len(self._rows)} rows: {', '.join(self)})"

    def _repr_html_(self) -> str:
        shown = list(self._parts)[:METRICS]
        rest = f", the first {METRICS} of {len(self._parts)} metrics" if len(self._parts) > METRICS else ""
        columns = ("metric", "values", "first", "last", "lowest", "highest")
        return html_table(columns, map(self._facts, shown), f"{self.rows} rows{rest}")

    def _facts(self, key: str) -> list[Any]:
        """What is shown of a metric: how many values, the first and last, the lowest and highest number."""
        values = self[key][self.present(key)].tolist()
        numbers = [v for v in values if isinstance(v, int | float) and v == v]
        ends = [values[0], values[-1]] if values else [None, None]
        return [key, len(values), *ends, min(numbers, default=None), max(numbers, default=None)]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def columns(self) -> Columns:
        """The rows, and the values of each metric by kind."""
        return Columns(self._rows, self._parts)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every row as a dict with `step`, `timestamp` and the metrics that it has, as plain values."""
        return iterate_rows(self.columns)

    def present(self, key: str) -> Array:
        """Which rows have this metric: bool, shape (rows,)."""
        if key not in self._parts:
            raise MetricNotFoundError(key, self._run_id, list(self._parts))
        mask = np.zeros(len(self._rows), bool)
        for part in self._parts[key].values():
            mask[part.rows] = True
        return mask

    def axis(self, key: str) -> Array:
        """The x axis of a metric: its step metric, where one was defined, else the step.

        Args:
            key: The metric.

        Returns:
            Numbers, shape (rows,).
        """
        rule = rule_for(key, self._rules)
        if rule is None or rule.step is None or rule.step not in self._all.parts:
            return self["step"]
        count = len(self._all.rows)
        last = np.full(count, -1)
        for part in self._all.parts[rule.step].values():
            last[part.rows] = part.rows
        last = np.maximum.accumulate(last)
        values = np.asarray(dense(self._all.parts[rule.step], count), dtype=np.float64)
        so_far: Array = np.where(last >= 0, values[np.maximum(last, 0)], np.nan)
        return so_far[self._kept]

    def to_pandas(self) -> Any:
        """A pandas DataFrame; needs pandas."""
        return _import("to_pandas()", "pandas").DataFrame(dict(self))

    def to_polars(self) -> Any:
        """A polars DataFrame; needs polars. A gap is a null.

        A metric that was numbers and texts in turn becomes two columns: the texts are in `{name}~text`.
        """
        polars = _import("to_polars()", "polars")
        series = [polars.Series(key, self[key]) for key in ("step", "timestamp")]
        return polars.DataFrame(series + [to_polars(column, polars) for column in self._typed()])

    def to_arrow(self) -> Any:
        """A pyarrow Table; needs pyarrow. A gap is a null, and texts are apart as in `to_polars`."""
        arrow = _import("to_arrow()", "pyarrow", "tables")
        columns = {key: arrow.array(self[key]) for key in ("step", "timestamp")}
        return arrow.table(columns | {column.name: to_arrow(column, arrow) for column in self._typed()})

    def _typed(self) -> Iterator[TypedColumn]:
        return typed_columns(self._parts, len(self._rows))


def _kept_rows(parts: dict[str, dict[str, Part]], count: int, samples: int | None) -> Array | None:
    """The rows to keep, growing, or None for all."""
    if samples is None and any(len(p.rows) == count for kinds in parts.values() for p in kinds.values()):
        return None
    chosen = []
    for kinds in parts.values():
        for letter, part in kinds.items():
            if samples is None or len(part.rows) <= samples:
                chosen.append(part.rows)
            elif letter == "s":
                chosen.append(part.rows[np.linspace(0, len(part.rows) - 1, samples).astype(np.int64)])
            else:
                chosen.append(min_max_rows(part.rows, part.values, samples))
    if not chosen:
        return np.zeros(0, np.uint32)
    mask = np.zeros(count, bool)
    for rows in chosen:
        mask[rows] = True
    return np.flatnonzero(mask)


def _pick(kinds: dict[str, Part], kept: Array) -> dict[str, Part]:
    picked = {}
    for letter, part in kinds.items():
        place = np.searchsorted(kept, part.rows)
        inside = (
            (place < len(kept)) & (kept[np.minimum(place, len(kept) - 1)] == part.rows) if len(kept) else []
        )
        where = np.flatnonzero(inside)
        if len(where):
            picked[letter] = Part(place[where].astype(np.uint32), part.values[where])
    return picked


def _whole(setting: str, number: Any) -> int:
    try:
        whole = operator.index(number)
    except TypeError:
        whole = 0
    if whole < 2 or isinstance(number, bool):
        raise SettingError(setting, number, ("None", "a whole number from 2"))
    return whole


def _import(what: str, module: str, extra: str | None = None) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(what, module, extra) from error
