"""The table of runs on a terminal."""

import pytest

from simple_track.cli.ls import took
from simple_track.cli.runs_table import age, cut_middle, print_runs, shown_metrics
from simple_track.cli.terminal import Terminal
from simple_track.track import Track

rich_console = pytest.importorskip("rich.console")


@pytest.fixture
def runs(root):
    for number in range(3):
        with Track.run("cifar", name=f"{'long-' * 8}{number}", system=False, tags=["x"]) as run:
            run.define_metric("val/*", summary="max")
            run.log({"gradients/w": 1.0, "loss": 1 / 3, "lr": 0.1, "epoch": 1, "val/accuracy/top1": 0.5})
    return Track.runs()


def printed(runs, width, tmp_path, columns=()):
    with (tmp_path / "out").open("w+", encoding="utf-8") as out:
        terminal = Terminal(out)
        terminal._console = rich_console.Console(file=out, width=width, highlight=False)
        print_runs(runs, columns, terminal, took=took)
        out.seek(0)
        return [line.rstrip() for line in out.read().splitlines()]


def test_eighty_columns_show_what_matters(runs, tmp_path):
    header, *rows = printed(runs, 80, tmp_path)
    assert header.split() == ["NAME", "STATE", "AGE", "…l/accuracy/top1", "loss", "lr", "ID"]
    assert len(rows) == 3
    assert rows[0].split()[-4:] == ["0.5", "0.3333", "0.1", runs[0].id[-8:]]
    assert all(len(line) <= 80 for line in [header, *rows])
    assert rows[0].startswith("long-long-lo…long-long-2 ")


def test_a_wide_terminal_shows_more(runs, tmp_path):
    header = printed(runs, 160, tmp_path)[0].split()
    assert header[:4] == ["NAME", "STATE", "AGE", "…l/accuracy/top1"]
    assert header[4:] == ["loss", "lr", "epoch", "gradients/w", "TOOK", "TAGS", "ID"]


def test_a_narrow_terminal_keeps_name_state_and_id(runs, tmp_path):
    assert printed(runs, 60, tmp_path)[0].split() == ["NAME", "STATE", "AGE", "ID"]


def test_archived_runs_are_marked_and_projects_named(runs, tmp_path):
    Track.edit(runs[0], archived=True)
    with Track.run("other", name="short", system=False):
        pass
    lines = printed(Track.runs(archived=True), 160, tmp_path)
    assert "PROJECT" in lines[0]
    assert "finished, archived" in lines[2]


def test_the_metrics_of_rules_come_first(runs):
    assert shown_metrics(runs, 2) == ["val/accuracy/top1", "loss"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86400, "1 d"),
        (4e7, "1 y"),
    ],
)
def test_ages_are_in_their_largest_unit(seconds, text):
    assert age(seconds) == text


def test_a_long_text_keeps_both_ends():
    assert cut_middle("abcdefghij", 5) == "ab…ij"
    assert cut_middle("abcdefghij", 10) == "abcdefghij"
    assert cut_middle("abcdefghij", 6) == "abc…ij"
