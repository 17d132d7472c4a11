"""SQL over runs, metrics and logged tables, through DuckDB."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from simple_track.catalog.catalog import all_runs, readable_runs
from simple_track.catalog.field_names import field_names, spell, suggest_fields
from simple_track.catalog.metrics_table import integer_type, metrics_table
from simple_track.catalog.query_result import QueryResult, query_library
from simple_track.errors import QueryError, TrackWarning
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout
from simple_track.storage.nonfinite import as_text
from simple_track.storage.record import NONFINITE, WIDEST


def run_query(layout: Layout, sql: str) -> QueryResult:
    """Run SQL over what was tracked.

    The tables are `runs` (run, project, name, state, job_type, group, start_time, end_time, duration, tags,
    notes, archived, config and summary as JSON, and each of their values as a column such as
    `"summary.val/acc"`), `metrics` (run, project, step, timestamp, key, value, whole, text), and every logged
    table as `tables."its name"`, with the columns `run` and `step` in front; columns of its own of these
    names are `~run` and `~step`. SQL does not distinguish names that differ only in case: of two such tables
    the second is called `name~2`, and of two such columns neither has its plain name, which would give the
    values of the other, but they end in `~1` and `~2`. Only what a query names is read.

    In `metrics`, `whole` is an integer as it was logged, and `value` any number as a DOUBLE. A query whose
    `value` has integers that a DOUBLE rounds warns and names them; where no metric has fractions, `value` is
    of an integer type instead.

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
            data = runs_columns(arrow, readable_runs(views))
            connection.register("runs_data", data.rename_columns(told_apart(data.column_names)))
            connection.execute(
                "create view runs as "
                "select * replace (config::json as config, summary::json as summary) from runs_data"
            )
        if re.search(r"(?i)\bmetrics\b", sql):
            connection.register("metrics", metrics_table(arrow, layout, views, sql))
        tables = []
        if re.search(r"(?i)\btables\b", sql):
            _check_path(layout, sql)
            tables = _attach_tables(connection, views)
        # what is logged is data: a query reaches no file but the tables above
        files = [str(view.layout.tables) for view in views] if tables else []
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
    columns = (_listed(arrow, column) for column in table.columns)
    return QueryResult(table.column_names, list(zip(*columns, strict=True)), table)


def _check_path(layout: Layout, sql: str) -> None:
    """Refuse to read logged tables from a folder whose name DuckDB cannot take."""
    try:
        str(layout.root).encode()
    except UnicodeEncodeError:
        reason = f"DuckDB reads no logged tables from {layout.root}, whose name is not valid Unicode"
        raise QueryError(
            sql, ascii(reason)[1:-1], "Rename the folder, or read them by Track.load(run).table(name)."
        ) from None


def _listed(arrow: Any, column: Any) -> list[Any]:
    """Python values; the integers of 128 bits, as sums have, come as decimals without a fraction."""
    cells: list[Any] = column.to_pylist()
    if arrow.types.is_decimal(column.type) and column.type.scale == 0:
        return [None if cell is None else int(cell) for cell in cells]
    return cells


def _reason(said: str) -> str:
    """The message of DuckDB, without empty lines and suggestions of its own tables."""
    lines = [line.rstrip() for line in said.splitlines()]
    return "\n".join(
        line for line in lines if line and not re.match(r'Did you mean "(duckdb_|pg_|sql)', line)
    )


def _hint(said: str, views: list[RunView], tables: list[str]) -> str:
    """The columns that were probably meant by one that does not exist, or the tables that exist."""
    wrong = re.search(r'Referenced column "(.+?)" not found', said)
    fields = [f"{head}.{key}" for head, key in field_names(views)]
    alike = sorted(name for name in told_apart(fields) if wrong and _is_apart(name, wrong[1]))
    if alike:
        return (
            f"SQL does not distinguish names by case: in runs there is {' and '.join(map(_sql_name, alike))}."
        )
    near = suggest_fields(wrong[1], (), field_names(views)) if wrong else []
    if near:
        names = [_sql_name(f"{head}.{key}") for head, key in field_names(views) if spell(head, key) in near]
        return f"In runs there is {' and '.join(names)}; in metrics, each name is a value of key."
    logged = (
        ", ".join(f"tables.{_sql_name(name)}" for name in sorted(tables)) or 'logged tables as tables."name"'
    )
    return f"There are runs, metrics, and {logged}."


def runs_columns(arrow: Any, views: list[RunView]) -> Any:
    """Make a pyarrow Table with a row for each run, and a column for each value of configs and summaries.

    Args:
        arrow: The module pyarrow.
        views: The runs.
    """
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
            "tags": view.metadata.tags,
            "notes": view.notes,
            "archived": view.archived,
            "fingerprint": view.fingerprint,
            "config": _as_json(view.metadata.config),
            "summary": _as_json(_without_nonfinite(view.plain_summary())),
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
        + [("notes", text), ("archived", arrow.bool_())]
        + [(name, text) for name in ("fingerprint", "config", "summary")]
    )
    table = arrow.Table.from_pylist(rows, schema=schema)
    for name, column in _flat_columns(views).items():
        table = table.append_column(name, _typed(arrow, column))
    return table


def _flat_columns(views: list[RunView]) -> dict[str, list[Any]]:
    """Everything in configs and summaries as columns such as `config.train.lr` and `summary.val/acc`."""
    columns: dict[str, list[Any]] = {}
    for number, view in enumerate(views):
        leaves = [*_leaves("config", view.metadata.config), *_leaves("summary", view.plain_summary())]
        taken: set[str] = set()
        for name, value in leaves:  # {"a.b": 1, "a": {"b": 2}} has two values of one name
            own = next(free for free in _numbered(name) if free not in taken)
            taken.add(own)
            columns.setdefault(own, [None] * len(views))[number] = value
    return columns


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}~{number}" for number in count(2))


def told_apart(names: list[str]) -> list[str]:
    """Column names of which no two differ only in case, which SQL would take for one: such end in `~1`, `~2`.

    Args:
        names: The names, of which no two are equal.
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    renamed: dict[str, str] = {}
    for folded, group in alike.items():
        free = (f"~{n}" for n in count(1) if f"{folded}~{n}" not in alike)
        if len(group) > 1:
            renamed |= {name: name + next(free) for name in sorted(group)}
    return [renamed.get(name, name) for name in names]


def _is_apart(name: str, plain: str) -> bool:
    return re.fullmatch(re.escape(plain.casefold()) + r"~\d+", name.casefold()) is not None


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _leaves(f"{path}.{key}", item)
        else:
            yield f"{path}.{key}", item


def _as_json(value: Any) -> str:
    """JSON in which NaN and infinities are the texts that SQL casts to them."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(as_text({"": value})[0][""])


def _without_nonfinite(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A summary with null for NaN and infinities, and a side key that names them, as its file has it."""
    odd = {k: str(v) for k, v in summary.items() if isinstance(v, float) and not math.isfinite(v)}
    return {**summary, **dict.fromkeys(odd), NONFINITE: odd} if odd else dict(summary)


def _typed(arrow: Any, column: list[Any]) -> Any:
    """Bools, numbers or text: the narrowest that all values are, and that changes none of them."""
    there = [value for value in column if value is not None]
    kinds = set(map(type, there))
    if kinds == {bool}:
        return arrow.array(column, arrow.bool_())
    if kinds == {int} and max(map(abs, there)) < WIDEST:
        type_ = integer_type(arrow, min(there), max(there))
        as_decimal = arrow.types.is_decimal(type_)
        cells = [Decimal(value) if as_decimal and value is not None else value for value in column]
        return arrow.array(cells, type_)
    if kinds <= {int, float, bool} and all(_is_float(value) for value in there):
        return arrow.array([None if value is None else float(value) for value in column], arrow.float64())
    texts = [value if value is None or isinstance(value, str) else _as_json(value) for value in column]
    return arrow.array(texts, arrow.string())


def _is_float(value: int | float) -> bool:
    try:
        return isinstance(value, float) or float(value) == value
    except OverflowError:
        return False


def _attach_tables(connection: Any, views: list[RunView]) -> list[str]:
    """A view for each name under which tables were logged, and these names; what one lacks is null there."""
    files: dict[str, list[tuple[str, int, Path]]] = {}

    def collect(view: RunView) -> None:
        for key, step, path in [*_logged_tables(view)]:
            files.setdefault(key, []).append((view.id, step, path))

    readable_runs(views, collect)
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


def _logged_tables(view: RunView) -> Iterator[tuple[str, int, Path]]:
    for event in view.events("media"):
        match event:
            case {"key": str(key), "step": int(step), "value": {"kind": "table", "file": str(file)}}:
                yield key, step, view.layout.resolve(file)


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
    called = _columns_of(path, [column[0] for column in found])
    own = "".join(f", {_sql_name(old)} as {_sql_name(new)}" for old, new in called.items())
    rest = f"* exclude ({', '.join(map(_sql_name, called))})" if called else "*"
    return f"select {_sql_text(run)} as run, {step} as step, {rest}{own} from {source}"  # noqa: S608 - quoted


def _columns_of(path: Path, found: list[str]) -> dict[str, str]:
    """New names for the columns that DuckDB numbers, or that are called `run` or `step`.

    Args:
        path: The file.
        found: Their names in DuckDB, which numbers those that differ only in case: a, A_1.
    """
    given = found
    if any(re.search(r"_\d+$", name) for name in found):
        given = query_library("pyarrow.parquet", "sql").read_schema(path).names
    called = {}
    for old, name, new in zip(found, given, told_apart(given), strict=True):
        if name.lower() in ("run", "step"):
            called[old] = f"~{new}"
        elif new != old:
            called[old] = new
    return called


def _sql_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sql_list(texts: list[str]) -> str:
    return "[" + ", ".join(map(_sql_text, texts)) + "]"
