"""The order of metrics: defined ones, then the most frequent, then what is watched or sampled."""

from hypothesis import given
from hypothesis import strategies as st

from simple_track.reading.ranking import newest_rules, rank_metrics
from simple_track.reading.summary import MetricRule


def test_defined_metrics_come_first_in_the_order_of_their_rules():
    counts = {"gradients/a": 9, "loss": 5, "lr": 5, "epoch": 7, "val/b": 1, "val/acc": 2}
    rules = [MetricRule("val/acc"), MetricRule("val/*", summary="max"), MetricRule("epoch", summary="none")]
    assert rank_metrics(counts, rules) == ["val/acc", "val/b", "epoch", "loss", "lr", "gradients/a"]
    assert rank_metrics(counts)[0] == "epoch"


def test_a_rule_brings_what_is_watched_to_the_front():
    counts = {"loss": 1, "gradients/norm": 1, "system/cpu": 1, "parameters/x": 1}
    assert rank_metrics(counts, [MetricRule("gradients/norm")])[:2] == ["gradients/norm", "loss"]


@given(st.dictionaries(st.text(), st.integers(0, 5)))
def test_every_metric_is_there_once(counts):
    assert sorted(rank_metrics(counts)) == sorted(counts)


def test_the_first_run_that_defines_a_pattern_decides():
    newer, older = MetricRule("a", summary="max"), MetricRule("a", summary="min")
    assert newest_rules([[newer], [older, MetricRule("b")]]) == [newer, MetricRule("b")]
