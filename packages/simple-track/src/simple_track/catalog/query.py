"""SQL over runs, metrics and logged tables, through DuckDB."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simple_track.catalog.catalog import all_runs
from simple_track.catalog.field_names import field_names, spell, suggest_fields
from simple_track.catalog.query_result import QueryResult, query_library
from simple_track.errors import QueryError, TrackWarning
from simple_track.lazy_module import numpy as np
from simple_track.reading.column_cache import load_columns
from simple_track.reading.columns import NUMERIC, Columns
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout
from simple_track.storage.record import mark_nonfinite


def run_query(layout: Layout, sql: str) -> QueryResult:
    """Run SQL over what was tracked.

    The tables are `runs` (run, project, name, state, job_type, group, start_time, end_time, duration, tags,
    notes, config and summary as JSON, and each of their values as a column such as `"summary.val/acc"`),
    `metrics` (run, project, step, timestamp, key, value, text), and every logged table as `tables."its
    name"`, with the columns `run` and `step` in front; columns of its own of these names are `~run` and
    `~step`, and a name that differs from another only in case ends in `~2`. Only what a query names is read.

    Args:
        layout: Where data is.
        sql: One statement.

    Raises:
        QueryError: DuckDB refuses it.
        MissingExtraError: DuckDB or pyarrow is not installed.
    """
    duckdb = query_library("duckdb", "sql")
    arrow = query_library("pyarrow", "sql")
    views = all_runs(layout)
    with duckdb.connect(":memory:") as connection:
        if re.search(r"(?i)\bruns\b", sql):
            connection.register("runs_data", _runs_table(arrow, views))
            connection.execute(
                "create view runs as "
                "select * replace (config::json as config, summary::json as summary) from runs_data"
            )
        if re.search(r"(?i)\bmetrics\b", sql):
            connection.register("metrics", _metrics_table(arrow, views))
        tables = _attach_tables(connection, views) if re.search(r"(?i)\btables\b", sql) else []
        # what is logged is data: a query reaches no file but the tables above
        files = [str(view.layout.tables) for view in views]
        connection.execute(f"set allowed_directories = {_sql_list(files)}")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
            if [statement.type.name for statement in connection.extract_statements(sql)] != ["SELECT"]:
                raise QueryError(
                    sql, "only one query is taken: a statement that begins with select, from or with"
                )
            found = connection.sql(sql)
            table = arrow.table({}) if found is None else found.to_arrow_table()
        except duckdb.Error as error:
            wrong = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
            hint = _hint(str(error), views, tables)
            if tables and not isinstance(error, wrong):
                hint = f"A file of a logged table may be damaged: see with simple-track doctor --deep. {hint}"
            raise QueryError(sql, _reason(str(error)), hint) from error
    columns = (column.to_pylist() for column in table.columns)
    return QueryResult(table.column_names, list(zip(*columns, strict=True)), table)


def _reason(said: str) -> str:
    """The message of DuckDB, without empty lines and suggestions of its own tables."""
    lines = [line.rstrip() for line in said.splitlines()]
    return "\n".join(
        line for line in lines if line and not re.match(r'Did you mean "(duckdb_|pg_|sql)', line)
    )


def _hint(said: str, views: list[RunView], tables: list[str]) -> str:
    """The columns that were probably meant by one that does not exist, or the tables that exist."""
    wrong = re.search(r'Referenced column "(.+?)" not found', said)
    near = suggest_fields(wrong[1], (), field_names(views)) if wrong else []
    if near:
        names = [_sql_name(f"{head}.{key}") for head, key in field_names(views) if spell(head, key) in near]
        return f"In runs there is {' and '.join(names)}; in metrics, each name is a value of key."
    logged = (
        ", ".join(f"tables.{_sql_name(name)}" for name in sorted(tables)) or 'logged tables as tables."name"'
    )
    return f"There are runs, metrics, and {logged}."


def _runs_table(arrow: Any, views: list[RunView]) -> Any:
    rows = [
        {
            "run": view.id,
            "project": view.project,
            "name": view.name,
            "state": view.state,
            "job_type": view.job_type,
            "group": view.group,
            "start_time": view.start_time,
            "end_time": view.end_time,
            "duration": view.duration,
            "tags": view.tags,
            "notes": view.notes,
            "fingerprint": view.fingerprint,
            "config": json.dumps(view.config),
            "summary": json.dumps(mark_nonfinite(view.summary)),
        }
        for view in views
    ]
    time, text = arrow.timestamp("us", "UTC"), arrow.string()
    schema = arrow.schema(
        [(name, text) for name in ("run", "project", "name", "state", "job_type", "group")]
        + [
            ("start_time", time),
            ("end_time", time),
            ("duration", arrow.float64()),
            ("tags", arrow.list_(text)),
        ]
        + [(name, text) for name in ("notes", "fingerprint", "config", "summary")]
    )
    table = arrow.Table.from_pylist(rows, schema=schema)
    for name, column in _flat_columns(views).items():
        table = table.append_column(name, _typed(arrow, column))
    return table


def _flat_columns(views: list[RunView]) -> dict[str, list[Any]]:
    """Everything in configs and summaries as columns such as `config.train.lr` and `summary.val/acc`."""
    columns: dict[str, list[Any]] = {}
    for number, view in enumerate(views):
        leaves = [*_leaves("config", view.config), *_leaves("summary", view.summary)]
        for name, value in leaves:
            columns.setdefault(name, [None] * len(views))[number] = value
    return columns


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}", item)
    else:
        yield path, value


def _typed(arrow: Any, column: list[Any]) -> Any:
    """Bools, numbers or text: the narrowest that all values are."""
    kinds = {type(value) for value in column if value is not None}
    if kinds == {bool}:
        return arrow.array(column, arrow.bool_())
    if kinds == {int} and all(value is None or -(2**63) <= value < 2**63 for value in column):
        return arrow.array(column, arrow.int64())
    if kinds <= {int, float, bool}:
        return arrow.array([None if value is None else float(value) for value in column], arrow.float64())
    texts = [value if value is None or isinstance(value, str) else json.dumps(value) for value in column]
    return arrow.array(texts, arrow.string())


def _metrics_table(arrow: Any, views: list[RunView]) -> Any:
    """Long form: one row for each value of each metric; repeated texts are kept once."""
    schema = arrow.schema(
        [
            ("run", arrow.dictionary(arrow.int32(), arrow.string())),
            ("project", arrow.dictionary(arrow.int32(), arrow.string())),
            ("step", arrow.int64()),
            ("timestamp", arrow.float64()),
            ("key", arrow.dictionary(arrow.int32(), arrow.string())),
            ("value", arrow.float64()),
            ("text", arrow.string()),
        ]
    )
    pieces = [
        piece
        for view in views
        for piece in _run_metrics(arrow, schema, view, load_columns(view.layout, system=True))
    ]
    return arrow.concat_tables(pieces) if pieces else schema.empty_table()


def _run_metrics(arrow: Any, schema: Any, view: RunView, columns: Columns) -> Iterator[Any]:
    for key, kinds in columns.parts.items():
        for letter, part in kinds.items():
            count = len(part.rows)
            rows = columns.rows[part.rows]
            numbers = letter in NUMERIC
            empty = arrow.nulls(count, arrow.string() if numbers else arrow.float64())
            value = arrow.array(part.values.astype(np.float64)) if numbers else empty
            text = empty if numbers else arrow.array(part.values.tolist(), arrow.string())
            names = [_repeated(arrow, name, count) for name in (view.id, view.project, key)]
            step, timestamp = (
                arrow.array(np.ascontiguousarray(rows[name])) for name in ("step", "timestamp")
            )
            yield arrow.Table.from_arrays(
                [names[0], names[1], step, timestamp, names[2], value, text], schema=schema
            )


def _repeated(arrow: Any, text: str, count: int) -> Any:
    return arrow.DictionaryArray.from_arrays(arrow.array(np.zeros(count, np.int32)), arrow.array([text]))


def _attach_tables(connection: Any, views: list[RunView]) -> list[str]:
    """A view for each name under which tables were logged, and these names; what one lacks is null there."""
    files: dict[str, list[tuple[str, int, Path]]] = {}
    for view in views:
        for event in view.events("media"):
            body = event.get("value", {})
            if body.get("kind") == "table" and body.get("file"):
                place = view.layout.resolve(body["file"])
                files.setdefault(str(event["key"]), []).append((view.id, int(event["step"]), place))
    connection.execute("create schema tables")
    names: dict[str, str] = {}  # folded → as it is called: SQL does not tell "A" from "a"
    for key, found in files.items():
        parts = [part for run, step, path in found if (part := _rows_of(connection, run, step, path))]
        if parts:
            name, number = key or "~", 1  # SQL has no empty names
            while name.casefold() in names:
                number += 1
                name = f"{key}~{number}"
            names[name.casefold()] = name
            connection.execute(f"create view tables.{_sql_name(name)} as {' union all by name '.join(parts)}")
    return list(names.values())


def _rows_of(connection: Any, run: str, step: int, path: Path) -> str | None:
    """SQL for the rows of one file; None when it is damaged or has no columns: it must not hide others."""
    source = f"read_parquet({_sql_text(str(path))})"
    try:
        found = connection.execute(f"select * from {source} limit 0").description  # noqa: S608 - quoted
    except query_library("duckdb", "sql").Error as error:
        if path.exists() and "Need at least one" not in str(error):  # a table without columns is no damage
            warnings.warn(
                TrackWarning(f"{path}: left out of the query ({_reason(str(error))})"), stacklevel=6
            )
        return None
    taken = [column[0] for column in found if column[0].lower() in ("run", "step")]
    own = "".join(f", {_sql_name(name)} as {_sql_name('~' + name)}" for name in taken)
    rest = f"* exclude ({', '.join(map(_sql_name, taken))})" if taken else "*"
    return f"select {_sql_text(run)} as run, {step} as step, {rest}{own} from {source}"  # noqa: S608 - quoted


def _sql_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sql_list(texts: list[str]) -> str:
    return "[" + ", ".join(map(_sql_text, texts)) + "]"
