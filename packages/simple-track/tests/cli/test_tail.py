import json
import subprocess
import sys

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
