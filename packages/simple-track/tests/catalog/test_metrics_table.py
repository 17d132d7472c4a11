"""SQL sees every value of every metric, integers to the last digit."""

import math
import warnings

import pytest

from simple_track import Track, TrackWarning

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")


@pytest.fixture
def log(root):
    def log(*values):
        with Track.run(project="demo", system=False) as run:
            for value in values:
                run.log({"x": value} if not isinstance(value, dict) else value)
        return run

    return log


def rows(sql):
    return Track.query(sql).rows


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([2**53 + 1, -5, True], "BIGINT"),
        ([2**63 + 5, 1], "UBIGINT"),
        ([2**63 + 5, -1], "DECIMAL(38,0)"),
        ([2**70 + 1, -(2**70)], "DECIMAL(38,0)"),
        ([2**53, 1, True], "DOUBLE"),
        ([2**53, 0.5], "DOUBLE"),
    ],
)
def test_integers_are_exact_in_value_where_there_are_no_fractions(log, values, kind):
    log(*values)
    found = rows("select value, whole, typeof(value) from metrics order by step")
    assert [value for value, _, _ in found] == values
    assert [whole for _, whole, _ in found] == [v if type(v) is int else None for v in values]
    assert {name for _, _, name in found} == {kind}


def test_integers_are_exact_in_whole_where_there_are_fractions(log):
    log(2**53 + 1, 0.5, "text", math.nan, 2**70 + 1)
    found = rows("select value, whole, text from metrics order by step, text")
    assert [row[1:] for row in found] == [
        (2**53 + 1, None),
        (None, None),
        (None, "text"),
        (None, None),
        (2**70 + 1, None),
    ]
    assert (found[1][0], math.isnan(found[3][0])) == (0.5, True)


def test_a_query_that_reads_rounded_integers_says_which(log):
    log({"tokens": 2**53 + 1, "loss": 0.5, "it's": 2**63 + 1})
    message = (
        "metrics.value is a DOUBLE, which rounds integers of \"it's\", 'tokens'; read them from metrics.whole"
    )
    with pytest.warns(TrackWarning) as caught:
        rows("select value from metrics")
    assert [str(warning.message) for warning in caught] == [message]
    with pytest.warns(TrackWarning, match="rounds integers of 'tokens'; read"):
        rows("select value from metrics where key in ('tokens', 'loss')")
    with pytest.warns(TrackWarning, match='rounds integers of "it\'s"; read'):
        rows("select max(VALUE) from metrics where key = 'it''s'")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows("select value from metrics where key = 'loss'")
        rows("select value, whole from metrics")
        rows("select count(1) from metrics")


def test_a_sum_of_integers_is_an_integer(log):
    log(2**62, 2**62, 2**53 + 1)
    (total,) = rows("select sum(value) from metrics")[0]
    assert (total, type(total)) == (2**63 + 2**53 + 1, int)


def test_a_run_that_has_other_types_changes_no_value_of_the_first(log):
    log(2**53 + 1)
    log(2**64 - 1)
    log(-1)
    assert [value for (value,) in rows("select value from metrics order by value")] == [
        -1,
        2**53 + 1,
        2**64 - 1,
    ]
