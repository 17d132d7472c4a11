"""Histories are columns of one length, whole or thinned out, and convert to what other libraries use."""

import math
import sys

import numpy as np
import pytest

from simple_track import MetricNotFoundError, MissingExtraError, SettingError, Track


@pytest.fixture
def run(root):
    with Track.run(project="demo", system=False) as run:
        run.define_metric("val/*", step="epoch")
        for epoch in range(3):
            run.log({"epoch": epoch})
            for i in range(4):
                run.log({"loss": epoch * 4 + i, "note": f"n{i}"})
            run.log({"val/acc": 0.5 + epoch / 10, "val/ok": True})
    return run


def test_rows_that_have_none_of_the_wanted_metrics_are_left_out(run):
    assert run.history().rows == 18
    history = run.history(["loss"])
    assert list(history) == ["step", "timestamp", "loss"]
    assert history["loss"].tolist() == list(range(12))
    assert history["step"].tolist() == [s for s in range(18) if s % 6 not in (0, 5)]
    assert run.history("val/acc")["val/acc"].tolist() == [0.5, 0.6, 0.7]


def test_the_x_axis_of_a_metric_is_what_was_defined(run):
    assert run.history(["val/acc"]).axis("val/acc").tolist() == [0.0, 1.0, 2.0]
    assert run.history(["loss"]).axis("loss").tolist() == run.history(["loss"])["step"].tolist()


def test_a_wrong_name_says_what_there_is(run):
    with pytest.raises(MetricNotFoundError) as caught:
        run.history(["los"])
    assert str(caught.value) == f"run {run.id} has no metric 'los'; did you mean 'loss'?"
    with pytest.raises(MetricNotFoundError, match="it has: epoch, loss, note, val/acc, val/ok"):
        run.history(["zzz"])
    with pytest.raises(KeyError):
        run.history(["loss"])["epoch"]


def test_thinned_rows_keep_the_extremes(root):
    with Track.run(project="demo", system=False) as run:
        dice = np.random.default_rng(0)
        values = dice.normal(size=5000)
        for value in values:
            run.log({"x": value, "text": "t"})
    few = run.history(["x"], samples=100)
    assert few.rows <= 100
    assert (few["x"].min(), few["x"].max()) == (values.min(), values.max())
    assert np.array_equal(values[few["step"]], few["x"])
    assert run.history(samples=100).rows <= 200


def test_gaps_and_nan_are_told_apart(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"x": math.nan})
        run.log({"y": 1})
    history = run.history()
    assert history.present("x").tolist() == [True, False]
    assert np.isnan(history["x"]).all()


def test_pandas_polars_and_arrow_get_the_same(run):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    history = run.history(["loss", "note"])
    frame = history.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["loss"].tolist() == list(range(12))
    assert isinstance(history.to_polars(), polars.DataFrame)
    assert history.to_polars()["note"].to_list() == frame["note"].tolist()
    whole = run.history().to_arrow()
    assert whole.column("val/ok").null_count == 15
    assert whole.column("loss").drop_null().to_pylist() == list(range(12))


@pytest.mark.parametrize(
    ("module", "call", "hint"),
    [
        ("pandas", "to_pandas", "pip install pandas"),
        ("polars", "to_polars", "pip install polars"),
        ("pyarrow", "to_arrow", "pip install 'pyarrow>=15' (it is in the extra [tables])"),
    ],
)
def test_a_missing_library_is_an_error_that_names_the_command(run, monkeypatch, module, call, hint):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as caught:
        getattr(run.history(), call)()
    assert str(caught.value) == f"{call}() needs {module}; install it with: {hint}"


def test_large_whole_numbers_stay_exact_in_columns_with_gaps(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"n": 2**53 + 1, "small": 3})
        run.log({"x": 1.0})
    history = run.history()
    assert history["n"].tolist() == [2**53 + 1, None]
    assert history["small"].dtype == float
    pytest.importorskip("pyarrow")
    assert history.to_arrow().column("n").to_pylist() == [2**53 + 1, None]
    assert history.to_arrow().column("small").to_pylist() == [3, None]


def test_the_texts_of_a_metric_of_numbers_are_a_column_of_their_own(root):
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    with Track.run(project="demo", system=False) as run:
        run.log({"x": 1.5})
        run.log({"x": "word"})
        run.log({"y": 2})
    history = run.history()
    assert history.to_polars()["x"].to_list() == [1.5, None, None]
    assert history.to_polars()["x~text"].to_list() == [None, "word", None]
    assert history.to_arrow().column("x").to_pylist() == [1.5, None, None]
    assert history.to_arrow().column("x~text").to_pylist() == [None, "word", None]
    assert history.to_pandas()["x"].tolist()[:2] == [1.5, "word"]
    assert run.history(["step"]).rows == 3
    with pytest.raises(SettingError, match="samples: -1 is not one of None, a whole number from 2"):
        run.history(samples=-1)


def test_an_empty_run_has_an_empty_history(root):
    with Track.run(project="demo", system=False) as run:
        pass
    history = run.history()
    assert (history.rows, list(history)) == (0, ["step", "timestamp"])
    assert len(history["step"]) == 0
    with pytest.raises(MetricNotFoundError, match="it has none yet"):
        run.history(["x"])


def test_polars_tells_a_gap_from_nan(root):
    pytest.importorskip("polars")
    with Track.run(project="demo", system=False) as run:
        run.log({"x": math.nan})
        run.log({"y": 1})
    x = run.history().to_polars()["x"]
    assert (math.isnan(x[0]), x[1]) == (True, None)


def test_samples_may_be_a_number_of_numpy(root):
    with Track.run(project="demo", system=False) as run:
        for number in range(50):
            run.log({"x": number})
    assert run.history(samples=np.int64(10)).rows <= 10
    for odd in (True, 2.5, np.float64(10), "10"):
        with pytest.raises(SettingError, match="is not one of None, a whole number from 2"):
            run.history(samples=odd)


def test_a_notebook_shows_what_a_history_has_and_runs_nothing_of_it(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"<script>x": 2.0, "note": "<b>"})
        run.log({"<script>x": math.nan})
        run.log({"<script>x": 1})
    shown = run.history()._repr_html_()
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "<caption>3 rows</caption>" in shown
    assert "<td>&lt;script&gt;x</td><td>3</td><td>2</td><td>1</td><td>1</td><td>2</td>" in shown
    assert "<td>note</td><td>1</td><td>&lt;b&gt;</td><td>&lt;b&gt;</td><td></td><td></td>" in shown


def test_records_have_what_each_row_has(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"x": 1, "t": "a"}, step=3)
        run.log({"y": 2**70}, step=1)
    records = [{k: v for k, v in record.items() if k != "timestamp"} for record in run.history().records()]
    assert records == [{"step": 3, "x": 1, "t": "a"}, {"step": 1, "y": 2**70}]
