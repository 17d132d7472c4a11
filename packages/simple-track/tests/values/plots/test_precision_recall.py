"""Precision-recall curves are those of scikit-learn, and come back."""

import math

import numpy as np
import plotly.io
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve

from simple_track.values import PrCurve
from simple_track.values.arrays import ValueRangeError, ValueShapeError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
SAMPLES = st.lists(st.tuples(st.booleans(), st.integers(-4, 4) | st.floats(-1, 1)), min_size=1, max_size=30)


@given(samples=SAMPLES)
@quick
def test_it_is_the_curve_of_scikit_learn(samples, round_trip):
    truth, scores = (np.array(column) for column in zip(*samples, strict=True))
    made = PrCurve(truth, scores.astype(float), title="t")
    assert round_trip(made) == made
    (curve,) = made.curves.values()
    if not truth.any():
        assert len(curve.recall) == 0
        assert math.isnan(curve.average_precision)
        return
    precision, recall, _ = precision_recall_curve(truth, scores.astype(float))
    np.testing.assert_allclose(curve.recall, recall[::-1])
    np.testing.assert_allclose(curve.precision, precision[::-1])
    assert curve.average_precision == pytest.approx(average_precision_score(truth, scores.astype(float)))


def test_each_of_several_classes_has_a_curve(round_trip):
    rng = np.random.default_rng(0)
    truth, scores = rng.integers(0, 3, 50), rng.random((50, 3))
    made = PrCurve(truth, scores, labels=["a", "b", "c"])
    assert list(made.curves) == ["a", "b", "c"]
    for number, curve in enumerate(made.curves.values()):
        assert curve.average_precision == pytest.approx(
            average_precision_score(truth == number, scores[:, number])
        )
    assert PrCurve(np.eye(3)[truth], scores, labels=["a", "b", "c"]) == made
    assert round_trip(made) == made


def test_a_class_without_samples_has_no_curve(round_trip):
    made = PrCurve([0, 0], [[0.1, 0.2], [0.3, 0.4]])
    assert len(made.curves["1"].recall) == 0
    assert round_trip(made) == made


def test_a_long_curve_is_thinned_and_keeps_its_ends_and_its_mean():
    rng = np.random.default_rng(0)
    truth = rng.random(20_000) > 0.5
    scores = rng.random(20_000)
    (curve,) = PrCurve(truth, scores).curves.values()
    assert len(curve.recall) == 1000
    assert (curve.recall[0], curve.precision[0], curve.recall[-1]) == (0.0, 1.0, 1.0)
    assert curve.average_precision == pytest.approx(average_precision_score(truth, scores))


def test_it_is_a_figure_of_plotly(logged_file):
    figure = plotly.io.from_json(logged_file(PrCurve([0, 1], [0.2, 0.9], labels=["cat"])).read_text())
    assert figure.data[0].name == "cat (AP 1.000)"
    assert figure.layout.xaxis.title.text == "recall"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0, 1], [0.5]),
            "precision-recall curve truth: shape (2,) does not fit; expected (1,) like scores.",
        ),
        (
            ([0, 2], [0.5, 0.1]),
            "precision-recall curve truth: int64 with others than 0 and 1; expected 0 and 1, or",
        ),
        (([0, 1], [0.5, np.nan]), "precision-recall curve scores: NaN; expected a number for each sample."),
        (
            ([0, 2], [[1, 2], [3, 4]]),
            "precision-recall curve truth: int64 from 0 to 2; expected class numbers from 0",
        ),
        (([], []), "precision-recall curve scores: shape (0,) does not fit; expected (N,) or (N, C)."),
        (
            ([0, 1], [1, 2], ["a", "b"]),
            "class labels: shape (2,) does not fit; expected (1,), one for each class.",
        ),
    ],
)
def test_what_does_not_fit_is_named(arguments, message):
    with pytest.raises((ValueShapeError, ValueRangeError)) as caught:
        PrCurve(*arguments)
    assert str(caught.value).startswith(message)


def test_a_notebook_draws_the_curves():
    shown = PrCurve([0, 1, 1], np.eye(2)[[0, 1, 0]], labels=["<a>", "b"], title="<t>")._repr_html_()
    assert shown.count("<polyline") == 2
    assert "&lt;a&gt; (AP 0.500)" in shown
    assert "<t>" not in shown
