"""Plain data of a tree: references, secrets, tables, errors, and what has no form in a file."""

from __future__ import annotations

import datetime
import enum
import pathlib

import pytest

from simple_conf import (
    MISSING,
    Conf,
    InterpolationCycleError,
    InterpolationLimitError,
    ResolveError,
    Secret,
    Table,
    UnknownReferenceError,
)
from simple_conf.tree import export
from simple_conf.tree.export import Exporter, as_written, has_secrets, simple
from simple_conf.values import MASK

VALUES = {
    "n": 1,
    "r": "${n}",
    "text": "${n}-$${n}",
    "gap": "???",
    "secret": Secret("s"),
    "items": ["${r}", {"x": "${n}"}],
    "table": Table(["a"], [[1]]),
}


def run(values=VALUES, **options):
    return Exporter(**options).run(Conf.from_dict(values))


def test_everything_is_resolved_and_secrets_are_masked():
    assert run() == {
        "n": 1,
        "r": 1,
        "text": "1-${n}",
        "gap": "???",
        "secret": MASK,
        "items": [1, {"x": 1}],
        "table": [{"a": 1}],
    }


def test_options_change_one_thing_each():
    written = run(resolve=False)
    assert (written["r"], written["text"], written["items"]) == (
        "${n}",
        "${n}-$${n}",
        ["${r}", {"x": "${n}"}],
    )
    assert run(reveal=True)["secret"] == "s"
    tables = run(tables=True)
    assert tables["table"] == Table(["a"], [[1]])
    assert isinstance(tables["table"], Table)
    assert tables["gap"] is MISSING
    assert run(escape=True)["text"] == "1-$${n}"


def test_a_list_is_exported_alone():
    cfg = Conf.from_dict(VALUES)
    assert Exporter().run(cfg["items"]) == [1, {"x": 1}]
    assert Exporter(resolve=False).run(cfg.__raw__["items"]) == ["${r}", {"x": "${n}"}]


def test_one_failure_is_raised_itself_and_several_together():
    with pytest.raises(UnknownReferenceError):
        run({"a": "${nope}"})
    with pytest.raises(ResolveError) as caught:
        run({"a": "${nope}", "b": ["${nope}"]})
    assert [error.path for error in caught.value.errors] == ["a", "b[0]"]


def test_what_fails_stays_as_written_where_asked():
    values = {"a": "${nope}", "d": {"r": "${gone}"}, "items": ["${nope}"]}
    assert run(values, lenient=True) == values
    cfg = Conf.from_dict({"d": {"x": 1}, "r": "${d}"})
    Conf.set(cfg, "r.y", 2)
    assert Exporter(lenient=True).run(cfg)["r"] == {"x": 1, "y": 2}
    del cfg.d
    assert Exporter(lenient=True).run(cfg)["r"] == {"y": 2}
    assert as_written(cfg.__raw__["r"]) == {"y": 2}
    cfg.t = "${gone}"
    assert as_written(cfg) == {"r": {"y": 2}, "t": "${gone}"}


@pytest.mark.parametrize(
    ("table", "written"),
    [
        (Table(["a", "b"], [["${nope}", MISSING]]), [{"a": "${nope}", "b": "???"}]),
        (Table((), [["${nope}", 1], ["${n}", 2]], ["str", "i32"]), [["${nope}", 1], ["${n}", 2]]),
        (Table(["a"], [[[1, {"x": "${n}"}]]]), [{"a": [1, {"x": "${n}"}]}]),
    ],
)
def test_tables_are_rows_as_written_where_references_are_not_resolved(table, written):
    cfg = Conf.from_dict({"t": table, "n": 1})
    assert Exporter(resolve=False).run(cfg)["t"] == written
    assert cfg.__raw__["t"] is table
    assert str(table.rows).count("Config") == 0
    assert Exporter(resolve=False, tables=True).run(cfg)["t"] is table


def test_a_table_whose_cells_fail_shows_the_text_of_those_where_asked():
    cfg = Conf.from_dict({"t": Table((), [["${nope}", 1], ["${n}", 2]], ["str", "i32"]), "n": 1})
    with pytest.raises(UnknownReferenceError):
        Exporter().run(cfg)
    assert Exporter(lenient=True).run(cfg)["t"] == [["${nope}", 1], [1, 2]]


def test_secret_paths_are_masked_and_so_is_what_comes_from_them():
    cfg = Conf.parse_sdn("db: {password: p, host: h}\nurl: ${db.password}@x\nitems: [a, b]\nall: ${db}\n")
    Conf.mark_secret(cfg, "db.password")
    Conf.mark_secret(cfg, "items[1]")
    exported = Exporter().run(cfg)
    assert exported["db"] == {"password": MASK, "host": "h"}
    assert (exported["url"], exported["items"], exported["all"]) == (MASK, ["a", MASK], exported["db"])
    assert Exporter(reveal=True).run(cfg)["url"] == "p@x"
    Conf.mark_secret(cfg, "db")
    assert Exporter().run(cfg.db) == {"password": MASK, "host": MASK}
    Conf.mark_secret(cfg, "items")
    assert Exporter().run(cfg["items"]) == [MASK, MASK]
    assert Exporter(reveal=True).run(cfg["items"]) == ["a", "b"]


def test_lists_behind_references_are_masked_item_by_item():
    cfg = Conf.from_dict({"items": ["a", "b"], "r": "${items}", "n": ["${items}"]})
    Conf.mark_secret(cfg, "items[1]")
    assert Exporter().run(cfg)["r"] == ["a", MASK]
    assert Exporter(reveal=True).run(cfg)["n"] == [["a", "b"]]


def test_a_table_with_secret_cells_is_written_as_rows():
    cfg = Conf.from_dict({"t": Table(["a", "b"], [["x", 1]])})
    assert has_secrets(cfg, "t") is False
    cfg.__tree__.secrets = {("t", 0, "a")}
    assert has_secrets(cfg, "t") is True
    assert isinstance(cfg.__raw__["t"], Table)
    assert Exporter(tables=True).run(cfg) == {"t": [{"a": MASK, "b": 1}]}


def test_a_mapping_that_contains_itself_is_an_error_and_one_that_comes_twice_is_not():
    with pytest.raises(InterpolationCycleError, match="this mapping contains itself") as caught:
        run({"a": {"b": "${get:a}"}})
    assert caught.value.path == "a"
    assert run({"a": {"x": 1}, "b": "${a}", "c": "${a}"})["c"] == {"x": 1}
    exporter = Exporter()
    cfg = Conf.from_dict({"a": {"b": "${get:a}"}, "c": {"d": 1}})
    for _ in range(2):
        with pytest.raises(InterpolationCycleError):
            exporter.run(cfg)
        exporter.errors.clear()
    assert exporter.run(cfg.c) == {"d": 1}


def test_references_that_multiply_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(export, "MAX_VALUES", 100)
    values = {
        "m0": {"a": 1},
        **{f"m{n}": {"x": f"${{m{n - 1}}}", "y": f"${{m{n - 1}}}"} for n in range(1, 9)},
    }
    with pytest.raises(InterpolationLimitError, match="references lead to more than 100 values"):
        run(values)
    with pytest.raises(InterpolationLimitError, match="references lead to more than 100 values"):
        run({"items": list(range(101)), "r": "${items}"})
    assert len(run({"items": list(range(100)), "r": "${items}"})["r"]) == 100
    assert len(run({"n": 1, "r": "${n}", "items": list(range(1000))})["items"]) == 1000


def test_written_values_of_anything_but_nodes_are_themselves():
    assert as_written(5) == 5
    assert as_written("${a}") == "${a}"
    assert as_written([1]) == [1]


class Color(enum.Enum):
    RED = "red"
    BLUE = (0, 0, 255)


class Number:
    def item(self):
        return 7


class Array:
    def item(self):
        raise AssertionError

    def __len__(self):
        return 2


ARRAY = Array()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({1: (1, 2)}, {"1": [1, 2]}),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({2, 1}), [1, 2]),
        (Color.RED, "red"),
        (Color.BLUE, "BLUE"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.timedelta(minutes=1), 60.0),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (Number(), 7),
        (ARRAY, ARRAY),
        (MISSING, MISSING),
        (True, True),
        (None, None),
        (1.5, 1.5),
    ],
)
def test_values_that_files_have_no_form_for_become_text_and_numbers(value, plain):
    assert simple(value) == plain
    assert simple([{"x": value}]) == [{"x": plain}]


def test_to_dict_and_resolve_do_the_whole_config():
    cfg = Conf.from_dict({"a": "${b}", "b": Secret(1)})
    assert export.to_dict(cfg) == {"a": MASK, "b": MASK}
    assert export.to_dict(cfg, reveal=True) == {"a": 1, "b": 1}
    assert export.to_dict(cfg, False) == {"a": "${b}", "b": MASK}
    assert export.resolve(cfg) is None
    with pytest.raises(UnknownReferenceError):
        export.resolve(Conf.from_dict({"a": "${nope}"}))
