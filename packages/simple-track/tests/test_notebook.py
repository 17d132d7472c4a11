"""Runs, lists of runs and artifacts show in notebooks, escaped."""

import pytest

from simple_track import Track
from simple_track.reading.view import HTML_VALUES

EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _runs(root):
    with Track.run("demo", name=EVIL, notes=EVIL, tags=[EVIL], system=False) as run:
        run.define_metric("val/acc", goal="maximize")
        run.log({EVIL: 1.0, "val/acc": 0.25, **{f"m{n}": n for n in range(30)}})
        artifact = Track.Artifact("data", "dataset", description=EVIL)
        artifact.add_bytes(b"abc", "b&c.txt")
        run.log_artifact(artifact)


@pytest.mark.parametrize(
    "value",
    [
        lambda: Track.load("last"),
        lambda: Track.runs(),
        lambda: Track.artifact("data:v0", project="demo"),
        lambda: Track.run("demo", name=EVIL, system=False, reinit="stack"),
        lambda: Track.Artifact("x", EVIL, EVIL),
    ],
)
def test_everything_is_escaped(value):
    html = value()._repr_html_()
    assert html.startswith("<table>")
    assert "<script" not in html


def test_a_run_shows_its_facts_and_the_values_that_matter():
    html = Track.load("last")._repr_html_()
    assert "<td>finished</td>" in html
    assert html.count("<tr><td>m") == HTML_VALUES - 2
    assert html.index("val/acc") < html.index("<td>m0</td>")
    assert f"{HTML_VALUES} of 32 values" in html


def test_a_list_of_runs_is_a_list():
    runs = Track.runs()
    assert isinstance(runs, list)
    assert runs == list(runs)
    assert "<caption>1 runs</caption>" in runs._repr_html_()
    assert "<th>val/acc</th>" in runs._repr_html_()


def test_a_version_shows_its_files():
    html = Track.artifact("data:v0", project="demo")._repr_html_()
    assert "demo/data:v0" in html
    assert "b&amp;c.txt" in html
    assert "3 bytes" in html
