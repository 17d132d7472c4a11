"""SQL over runs, metrics and logged tables."""

import math
import os
import sys

import pytest

from simple_track import MissingExtraError, QueryError, Track, TrackWarning

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")


@pytest.fixture
def runs(root):
    for lr in (0.1, 0.01):
        with Track.run(project="demo", config={"lr": lr, "model": {"width": 8}}, system=False) as run:
            for i in range(3):
                run.log({"loss": lr / (i + 1), "note": f"n{i}"})
            run.log({'pred "x"': Track.Table(columns=["label", "p"], data=[["cat", lr], ["dog", 1 - lr]])})
    return root


def rows(sql):
    return Track.query(sql).rows


def test_runs_have_their_config_and_summary_as_columns_and_as_json(runs):
    assert rows('select "config.lr", "config.model.width", "summary.loss" from runs order by 1') == [
        (0.01, 8, 0.01 / 3),
        (0.1, 8, 0.1 / 3),
    ]
    assert rows("select distinct config ->> '$.model.width', state from runs") == [("8", "finished")]


def test_metrics_are_in_long_form(runs):
    assert rows("select key, count(value), count(text) from metrics group by key order by key") == [
        ("loss", 6, 0),
        ("note", 0, 6),
    ]
    best = Track.query(
        "select runs.name, min(value) as best from metrics join runs using (run) "
        "where key = 'loss' group by all order by best"
    )
    assert best.columns == ["name", "best"]
    assert [row["best"] for row in best] == [0.01 / 3, 0.1 / 3]
    assert len(best) == 2


def test_logged_tables_are_found_by_name(runs):
    assert rows('select label, sum(p) from tables."pred ""x""" group by label order by label') == [
        ("cat", pytest.approx(0.11)),
        ("dog", pytest.approx(1.89)),
    ]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "select * from run",
            "Catalog Error: Table with name run does not exist!\n"
            'There are runs, metrics, and logged tables as tables."name".',
        ),
        (
            "select * from tables.predictions",
            "Catalog Error: Table with name predictions does not exist!\n"
            'There are runs, metrics, and tables."pred ""x""".',
        ),
        (
            "select loss from runs",
            'In runs there is "summary.loss"; in metrics, each name is a value of key.',
        ),
        (
            "select 1; select 2",
            "only one query is taken: a statement that begins with select, from or with\n",
        ),
        ("", "only one query is taken: a statement that begins with select, from or with\n"),
    ],
)
def test_what_is_wrong_and_what_there_is(runs, sql, message):
    with pytest.raises(QueryError) as caught:
        Track.query(sql)
    assert message in str(caught.value)
    assert "\n\n" not in str(caught.value)


def test_names_that_differ_only_in_case_are_told_apart(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"T": Track.Table(["x"], [[1]]), "t": Track.Table(["x"], [[2]]), "A": 3, "a": 4})
        run.log({"": Track.Table(["x"], [[5]])})
    assert rows("select x from tables.T") == [(1,)]
    assert rows('select x from tables."t~2"') == [(2,)]
    assert rows('select x from tables."~"') == [(5,)]
    assert rows("select value from metrics where key = 'a'") == [(4.0,)]
    assert len(Track.query("select * from runs")) == 1


def test_columns_that_differ_only_in_case_never_stand_for_each_other(root):
    with Track.run(project="demo", system=False, config={"A": 1, "a": 2, "a~1": 3}) as run:
        run.log({"v": 4, "V": 5})
        run.log({"t": Track.Table(["a", "A", "a_1", "Run", "x"], [[1, 2, 3, 4, 5]])})
    for column, table in {
        "config.a": "runs",
        "config.A": "runs",
        "summary.v": "runs",
        "a": "tables.t",
    }.items():
        with pytest.raises(QueryError, match=f'column "{column}" not found'):
            Track.query(f'select "{column}" from {table}')
    with pytest.raises(QueryError, match=r'in runs there is "summary\.V~1" and "summary\.v~2"'):
        Track.query('select "summary.v" from runs')
    assert rows('select "config.A~2", "config.a~3", "config.a~1", "summary.v~2" from runs') == [(1, 2, 3, 4)]
    assert rows('select "a~2", "A~1", a_1, "~Run", x from tables.t') == [(1, 2, 3, 4, 5)]
    assert Track.frame(library="arrow").select(["config.A", "config.a", "summary.v"]).to_pylist() == [
        {"config.A": 1, "config.a": 2, "summary.v": 4}
    ]


def test_two_values_of_one_flat_name_are_two_columns(root):
    with Track.run(project="demo", system=False, config={"a.b": 1, "a": {"b": 2}}):
        pass
    assert rows('select "config.a.b", "config.a.b~2" from runs') == [(1, 2)]


def test_columns_of_a_table_that_are_called_run_and_step_stay(root):
    with Track.run(project="demo", system=False) as run:
        for step in (3, 4):
            run.log({"t": Track.Table(["Step", "x"], [[step * 10, 1.5]])}, step=step)
            run.log({"only": Track.Table(["run"], [["mine"]])}, step=step)
    assert rows('select step, "~Step", x from tables.t order by 1') == [(3, 30, 1.5), (4, 40, 1.5)]
    assert rows('select run, "~run" from tables.only limit 1') == [(run.id, "mine")]


def test_a_column_that_changed_its_type_is_still_read(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"t": Track.Table(["a"], [[1]])})
        run.log({"t": Track.Table(["a"], [["x"]])})
    assert rows("select a from tables.t order by step") == [("1",), ("x",)]


def test_a_column_may_be_asked_for_twice(runs):
    assert rows("select name, name from runs limit 1") == [(Track.runs()[-1].name,) * 2]


def test_a_table_without_columns_is_no_damage(runs):
    with Track.run(project="demo", system=False) as run:
        run.log({"nothing": Track.Table([])})
    assert len(rows('select * from tables."pred ""x"""')) == 4


def test_a_table_that_is_damaged_inside_is_suspected(runs):
    for file in runs.rglob("*.parquet"):
        content = bytearray(file.read_bytes())
        content[8:24] = b"X" * 16
        file.write_bytes(content)
    with pytest.raises(QueryError, match=r"may be damaged: see with simple-track doctor --deep\. There are"):
        rows('select * from tables."pred ""x"""')


def test_a_damaged_table_hides_no_other(runs):
    first, second = Track.runs("demo")
    file = next(first.layout.tables.glob("*.parquet"))
    file.write_bytes(file.read_bytes()[:50])
    with pytest.warns(TrackWarning, match="left out of the query"):
        found = rows('select distinct run from tables."pred ""x"""')
    assert found == [(second.id,)]


def test_results_convert(runs):
    result = Track.query("select * from metrics")
    assert result.to_arrow().num_rows == 12
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    assert len(result.to_pandas()) == 12
    assert result.to_polars().height == 12


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "copy runs to '/tmp/stolen.csv'",
        "attach '/tmp/x.db'",
        "create table t as select 1",
        "set enable_external_access = true",
        "selec 1",
        "select * from nowhere",
    ],
)
def test_mistakes_and_reaching_out_are_refused(runs, sql):
    with pytest.raises(
        QueryError, match=r'There are runs, metrics, and logged tables as tables."name"\.'
    ) as caught:
        Track.query(sql)
    assert caught.value.sql == sql


def test_a_config_with_infinity_can_be_asked_for(root):
    for clip in (math.inf, 1.5, math.nan):
        with Track.run(project="demo", config={"clip": clip, "steps": [clip]}, system=False) as run:
            run.summary["seen"] = [clip]
            run.log({"x": clip})
    (odd, plain, missing) = rows(
        """select "config.clip", (config ->> 'clip')::double, "summary.x", summary ->> 'x',
        summary -> 'seen' from runs order by start_time"""
    )
    assert odd == (math.inf, math.inf, math.inf, None, '["inf"]')
    assert plain == (1.5, 1.5, 1.5, "1.5", "[1.5]")
    assert (math.isnan(missing[0]), math.isnan(missing[1]), missing[4]) == (True, True, '["nan"]')


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "BIGINT"),
        ([1, 2**63], "UBIGINT"),
        ([-1, 2**63], "DECIMAL(38,0)"),
        ([2**70], "DECIMAL(38,0)"),
        ([10**38, 1], "VARCHAR"),
        ([2**53, 0.5], "DOUBLE"),
        ([2**53 + 1, 0.5], "VARCHAR"),
        ([True, False], "BOOLEAN"),
        (["a", 1], "VARCHAR"),
    ],
)
def test_a_column_of_the_config_has_a_type_that_changes_no_value(root, values, kind):
    for value in values:
        Track.run(project="demo", config={"x": value}, system=False).finish()
    found = rows('select "config.x", typeof("config.x") from runs order by start_time')
    assert {name for _, name in found} == {kind}
    assert [cell for cell, _ in found] == [str(v) if kind == "VARCHAR" else v for v in values]


def test_events_of_no_known_form_hide_no_table(runs):
    (view, _) = Track.runs("demo")
    for value in ("[]", '"text"', "5", "null", "{}", '{"kind":"table"}', '{"kind":"table","file":5}'):
        line = f'{{"event":"media","key":"pred \\"x\\"","step":0,"value":{value},"timestamp":9e9}}\n'
        with view.layout.history.open("a") as log:
            log.write(line)
    assert len(rows('select * from tables."pred ""x"""')) == 4


def test_a_notebook_shows_the_first_rows_escaped(root):
    with Track.run(project="demo", system=False) as run:
        for number in range(30):
            run.log({"<script>": number})
    shown = Track.query("select key, whole from metrics order by whole")._repr_html_()
    assert "<script" not in shown
    assert "<caption>30 rows, the first 20 of them</caption>" in shown
    assert shown.count("<tr>") == 21
    assert "<td>&lt;script&gt;</td><td>19</td>" in shown


def test_an_empty_store_has_empty_tables(root):
    assert rows("select count(*) from runs") == [(0,)]
    assert rows("select count(*) from metrics") == [(0,)]


def test_without_duckdb_the_error_names_the_command(runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError) as caught:
        Track.query("select 1")
    assert (
        str(caught.value)
        == "Track.query needs duckdb; install it with: pip install 'duckdb>=1.0' (it is in the extra [sql])"
    )


def test_a_store_whose_name_is_not_utf8_can_be_queried_but_for_its_tables(tmp_path):
    store = tmp_path / os.fsdecode(b"store\xff")
    with Track.run("demo", dir=store, system=False) as run:
        run.log({"loss": 0.5})
        run.log_table("table", Track.Table(["a"], [[1]]))
    assert list(Track.query("select run, project from runs", dir=store)) == [
        {"run": run.id, "project": "demo"}
    ]
    assert list(Track.query("select value from metrics", dir=store)) == [{"value": 0.5}]
    with pytest.raises(QueryError, match=r"(?s)no logged tables from .*store.+dcff, .*Rename .*Track.load"):
        Track.query('select * from tables."table"', dir=store)
    assert len(Track.load(run.id, dir=store).table("table")) == 1  # as the hint says
    store.rename(tmp_path / "store")
    (row,) = Track.query('select a from tables."table"', dir=tmp_path / "store")
    assert row == {"a": 1}
