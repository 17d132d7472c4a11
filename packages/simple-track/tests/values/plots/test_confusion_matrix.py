"""A confusion matrix counts what scikit-learn counts, and comes back."""

import json

import numpy as np
import plotly.io
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from simple_track.values import ConfusionMatrix
from simple_track.values.arrays import ValueRangeError, ValueShapeError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@given(pairs=PAIRS)
@quick
def test_it_counts_as_scikit_learn_does(pairs, round_trip):
    truth, predictions = np.array(pairs).T
    matrix = ConfusionMatrix(truth, predictions, labels="abcde", title="t")
    np.testing.assert_array_equal(matrix.counts, confusion_matrix(truth, predictions, labels=range(5)))
    assert round_trip(matrix) == matrix
    words = ConfusionMatrix(
        *(["abcde"[n] for n in column] for column in (truth, predictions)), labels="abcde"
    )
    np.testing.assert_array_equal(words.counts, matrix.counts)
    scores = ConfusionMatrix(truth, np.eye(5)[predictions])
    np.testing.assert_array_equal(scores.counts, matrix.counts)
    assert ConfusionMatrix.from_counts(matrix.counts.astype(float), list("abcde"), "t") == matrix


def test_the_classes_are_those_that_there_are():
    assert ConfusionMatrix([0, 2], [1, 2]).labels == ("0", "1", "2")
    assert ConfusionMatrix(["b", "a"], ["b", "c"]).labels == ("a", "b", "c")
    assert ConfusionMatrix([True, False], [True, True]).counts.tolist() == [[0, 1], [0, 1]]
    assert ConfusionMatrix([0, 1], [0, 1], labels={1: "cat", 0: "dog"}).labels == ("dog", "cat")
    assert ConfusionMatrix(np.array(["x"]), np.array(["x"])).counts.tolist() == [[1]]


def test_it_is_a_figure_of_plotly(logged_file):
    path = logged_file(ConfusionMatrix([0, 1], [1, 1], labels=["1", "2"], title="t"))
    figure = plotly.io.from_json(path.read_text())
    assert figure.data[0].type == "heatmap"
    assert figure.layout.xaxis.type == "category"  # so that "1" and "2" are names
    assert json.loads(path.read_text())["data"][0]["z"] == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0, 1], [0]),
            "confusion matrix: shape (2, 1) does not fit; expected as many predictions as true classes.",
        ),
        (
            ([], []),
            "confusion matrix: shape (0, 0) does not fit; expected as many predictions as true classes.",
        ),
        (
            ([0, -1], [0, 0]),
            "confusion matrix truth: int64 from -1 to 0; expected class numbers from 0 to 4095.",
        ),
        (
            ([0, 0], [0, 5000]),
            "confusion matrix predictions: int64 from 0 to 5000; expected class numbers from 0 to",
        ),
        (
            ([0], [2], ["a", "b"]),
            "confusion matrix predictions: int64 from 2 to 2; expected class numbers from 0 to 1.",
        ),
        (
            ([0.5], [0]),
            "confusion matrix truth: float64 from 0.5 to 0.5; expected class numbers from 0 to 4095.",
        ),
        (
            ([0], [[np.nan, 1]]),
            "confusion matrix: scores with NaN, or none; expected a score for each class.",
        ),
        (
            ([0], [[1, 2]], ["a"]),
            "confusion matrix predictions: shape (1, 2) does not fit; expected (N, 1), a score",
        ),
        ((["a"], ["z"], ["a", "b"]), "confusion matrix: 'z' is no class; expected one of a, b."),
        (([0], [0], ["a", "b", "a"]), "class labels: two names are 'a' as text; expected names that differ."),
        (([[0]], [0]), "confusion matrix truth: shape (1, 1) does not fit; expected (N,)."),
    ],
)
def test_what_does_not_fit_is_named(arguments, message):
    with pytest.raises((ValueShapeError, ValueRangeError)) as caught:
        ConfusionMatrix(*arguments)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("counts", [[[0.5]], [[-1]], [[np.nan]], [[1, 2]], [], [1]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises((ValueShapeError, ValueRangeError), match=r"^confusion matrix: "):
        ConfusionMatrix.from_counts(counts)


def test_more_words_than_classes_are_refused():
    words = [str(number) for number in range(4097)]
    with pytest.raises(ValueRangeError, match="4097 different words; expected at most 4096 classes"):
        ConfusionMatrix(words, words)


def test_a_notebook_shows_the_counts_escaped():
    shown = ConfusionMatrix(["<b>", "a"], ["a", "a"], title="<t>")._repr_html_()
    assert "<td>&lt;b&gt;</td><td>0</td><td>1</td>" in shown
    assert "<b>" not in shown
    assert "<t>" not in shown
    many = ConfusionMatrix.from_counts(np.eye(30, dtype=int))._repr_html_()
    assert "the first 20 of 30 classes" in many
    assert many.count("<tr>") == 21
