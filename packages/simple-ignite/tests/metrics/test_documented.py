"""Every public metric is on the page that lists them."""

import re
from pathlib import Path

import pytest

from simple_ignite import metrics

PAGE = Path(__file__).parents[4] / "docs/ignite/metrics-list.md"
NO_METRIC = {
    *("Cat", "Max", "Metric", "MetricSet", "Min", "Reduced", "Sum"),
    *("larger", "pair", "single", "smaller", "curve_table", "report_text", "PRPoints", "ROCPoints"),
    *("PRPoints", "ROCPoints", "curve_table", "report_text"),
}


@pytest.mark.skipif(not PAGE.exists(), reason="the package is here without the project's pages")
def test_every_metric_has_its_row():
    listed = set(
        re.findall(r"`(\w+)", "\n".join(re.findall(r"^\| (.*?) \|", PAGE.read_text(), re.MULTILINE)))
    )
    assert set(metrics.__all__) - NO_METRIC <= listed


def test_every_public_name_has_a_docstring():
    assert all(getattr(metrics, name).__doc__ for name in metrics.__all__)
