import json
import subprocess
import sys
from pathlib import Path

import pytest

from simple_track.track import Track

LOG_SLOWLY = """
import sys, time
from simple_track.track import Track
with Track.run("live", name="live", dir=sys.argv[1], system=False) as run:
    run.log({"loss": 0.5})
    print("started", flush=True)
    for step in range(1, 6):
        sys.stdin.readline()
        run.log({"loss": 0.5 / (step + 1), "other": step})
"""


def test_an_ended_run_is_shown_to_its_end(store, call):
    lines = call("tail", "first", "-n", 2).lines
    assert [line.split()[1] for line in lines[:2]] == ["48", "49"]
    assert "train/loss=0.00744658" in lines[1]
    assert lines[2] == "first: finished"


def test_only_chosen_metrics(store, call):
    lines = call("tail", "first", "lr", "-n", 1).lines
    assert lines[0].split()[2:] == ["lr=0.1"]


def test_a_metric_that_never_came_is_named(store, call):
    result = call("tail", "first", "train/los")
    assert (result.code, result.out) == (1, "")
    assert "train/loss" in result.err


def test_json_is_a_line_for_each_record(store, call):
    result = call("tail", "first", "--json", "-n", 3)
    assert [json.loads(line)["step"] for line in result.lines] == [47, 48, 49]


def test_a_live_run_is_followed_until_it_ends(tmp_path):
    store = str(tmp_path / "store")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOG_SLOWLY, store], **pipes) as writer:
        assert writer.stdout.readline() == "started\n"
        command = [
            sys.executable,
            "-m",
            "simple_track.cli",
            "tail",
            "live",
            "--json",
            "--poll",
            "0.02",
            "--dir",
            store,
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
            seen = [json.loads(reader.stdout.readline())]
            for _ in range(5):
                writer.stdin.write("\n")
                writer.stdin.flush()
                seen.append(json.loads(reader.stdout.readline()))  # it comes while the run goes on
            assert reader.wait(timeout=30) == 0
    assert [record["step"] for record in seen] == [0, 1, 2, 3, 4, 5]


@pytest.fixture
def rewound(tmp_path):
    with Track.run("p", name="rewound", dir=tmp_path / "store", system=False) as run:
        for step in range(3):
            run.log({"loss": step, "other": 1})
        run.rewind(1)
        run.log({"loss": 9})
    return run


def test_a_rewind_is_a_line_that_says_what_it_does(store, call, rewound):
    lines = call("tail", "rewound").lines
    assert [line.split()[1] for line in lines[:-1]] == ["0", "1", "2", "1", "1"]
    assert lines[3].split("  ")[-1] == "rewound: lines before this one with step 1 or later do not count"
    assert "loss=9" in lines[4]
    chosen = call("tail", "rewound", "other").lines
    assert [line.split()[2] for line in chosen[:-1]] == ["other=1", "other=1", "other=1", "rewound:"]


def test_the_record_of_a_rewind_is_in_json_whichever_metrics_are_chosen(store, call, rewound):
    records = [json.loads(line) for line in call("tail", "rewound", "other", "--json").lines]
    assert [(record["step"], record.get("~rewind")) for record in records] == [
        (0, None),
        (1, None),
        (2, None),
        (1, "1"),
    ]


def test_a_number_under_the_name_of_rewinds_is_a_metric(tmp_path, call):
    with Track.run("p", name="odd", dir=tmp_path / "store", system=False) as run:
        run.log({"~rewind": 5})
    assert "~rewind=5" in call("tail", "odd").lines[0]


def test_foreign_lines_are_shown_as_far_as_they_go(tmp_path, call):
    with Track.run("p", name="foreign", dir=tmp_path / "store", system=False) as run:
        run.log({"a": 1})
    foreign = [
        '{"a": 2}',
        '{"step": 1, "a": 3, "timestamp": 1e300}',
        '{"step": null, "timestamp": "x", "a": 4}',
    ]
    with Path(run.dir, "metrics.jsonl").open("a") as file:
        file.writelines(f"{line}\n" for line in foreign)
    lines = [line.split() for line in call("tail", "foreign").lines]
    assert sorted(words[-1] for words in lines) == ["a=1", "a=2", "a=3", "a=4", "finished"]
    assert sum(words[0] == "--:--:--" for words in lines) == 3
