import json

import pytest

from simple_track.cli.ls import took


def test_runs_are_listed_the_newest_first(store, call):
    result = call("ls")
    assert result.code == 0
    assert result.lines[0].split() == [
        "RUN",
        "NAME",
        "PROJECT",
        "STATE",
        "STARTED",
        "TOOK",
        "train/loss",
        "lr",
        "loss",
    ]
    assert [line.split()[0] for line in result.lines[1:]] == [store.third, store.second, store.first]
    assert result.lines[1].split()[1:4] == ["third", "words", "failed"]


def test_columns_stand_under_each_other(store, call):
    lines = call("ls").lines
    at = lines[0].index("STATE")
    assert {line[at - 1] for line in lines} == {" "}
    assert [line[at:].split()[0] for line in lines] == ["STATE", "failed", "finished", "finished"]


def test_runs_are_filtered_sorted_and_limited(store, answer):
    found = answer("ls", "-p", "digits", "--where", "config.train.lr > 0.15")
    assert [run["id"] for run in found] == [store.second]
    found = answer("ls", "--order", "summary.train/loss", "-n", 2)
    assert [run["name"] for run in found] == ["second", "first"]
    found = answer("ls", "--order", "-summary.train/loss", "-n", 2)
    assert [run["name"] for run in found] == ["first", "second"]


def test_chosen_columns_are_shown(store, call):
    result = call("ls", "-p", "digits", "-c", "config.train.lr", "-c", "tags")
    assert result.lines[0].split()[-2:] == ["config.train.lr", "tags"]
    assert result.lines[2].endswith("0.1  base, line")


def test_json_tells_everything(store, answer):
    run = answer("ls", "--where", "name == 'first'")[0]
    assert run["config"] == {"train": {"lr": 0.1, "optimizer": "adam"}}
    assert run["summary"]["lr"] == 0.1
    assert (run["state"], run["tags"], run["notes"]) == ("finished", ["base", "line"], "the first")


def test_an_empty_order_is_none(store, call):
    result = call("ls", "--order", "")
    assert (result.code, result.err) == (0, "")
    assert [line.split()[0] for line in result.lines[1:]] == [store.first, store.second, store.third]


def test_a_limit_says_that_there_are_more(store, call):
    assert call("ls", "-n", 1).lines[-1] == "2 more; see them with -n 0"


def test_an_empty_store_is_no_error(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call("ls", store=False)
    assert (result.code, result.out) == (
        0,
        f"no runs yet in {tmp_path / '.simple'}; another store is named with --dir or SIMPLE_DIR\n",
    )


def test_a_condition_that_cannot_be_read_is_shown(store, call):
    result = call("ls", "--where", "config.lr <")
    assert result.code == 2
    assert result.err.startswith("simple-track ls: ")
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--where", "train/loss < 1"],
            "no field 'train/loss'; did you mean summary.train/loss?\n  train/loss < 1\n  ^\n",
        ),
        (
            ["--order", "-loss"],
            "no field 'loss'; did you mean summary.loss or summary.train/loss?\n  -loss\n   ^\n",
        ),
        (
            ["-c", "optimizer"],
            "no field 'optimizer'; did you mean config.train.optimizer?\n  optimizer\n  ^\n",
        ),
    ],
)
def test_a_bare_name_is_answered_with_its_field(store, call, args, message):
    result = call("ls", *args)
    assert (result.code, result.out, result.err) == (2, "", f"simple-track ls: {message}")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--where", "summary.train/los < 1"],
            "no run has summary.train/los; did you mean summary.train/loss?",
        ),
        (["--order", "config.lr"], "no run has config.lr; did you mean config.train.lr or summary.lr?"),
        (["-c", "summary.acc"], "no run has summary.acc; see what one has with: simple-track show last"),
    ],
)
def test_a_field_that_no_run_has_is_named(store, call, args, message):
    result = call("ls", *args)
    assert (result.code, result.err) == (0, f"simple-track ls: {message}\n")


def test_a_field_that_some_run_has_is_no_mistake(store, call):
    assert call("ls", "--order", "-config.train.lr", "-c", "summary.loss").err == ""
    assert call("ls", "--where", "summary.loss > 5").err == ""


def test_a_run_that_cannot_be_read_is_told(store, call):
    (store.root / "runs" / "digits" / store.first / "metadata.sdn").write_text("garbage{", "utf-8")
    result = call("ls")
    assert result.code == 1
    assert len(result.lines) == 3
    path = store.root / "runs" / "digits" / store.first
    assert result.err.startswith(
        f"left out, as it cannot be read: {path / 'metadata.sdn'}: not readable as SDN"
    )
    told = call("ls", "--json")
    assert told.code == 1
    document = json.loads(told.out)
    assert [entry["where"] for entry in document["unreadable"]] == [str(path)]
    assert "not readable as SDN" in document["unreadable"][0]["reason"]
    assert len(document["runs"]) == 2


def test_a_mistyped_project_is_named(store, call):
    result = call("ls", "-p", "digit")
    assert (result.code, result.out) == (1, "")
    assert result.err == f"simple-track ls: no project 'digit' in {store.root}; did you mean 'digits'?\n"
    result = call("ls", "-p", "speech", "--json")
    assert result.err == f"simple-track ls: no project 'speech' in {store.root}; it has: digits, words\n"


def test_times_are_shown_as_times(store, call):
    lines = call("ls", "-p", "digits", "-c", "start_time", "-c", "dir").lines
    assert lines[1].split()[-3] == lines[1].split()[4]
    assert lines[1].endswith(str(store.root / "runs" / "digits" / store.second))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "12 ms"),
        (1, "1 s"),
        (59.4, "59 s"),
        (185, "3 min 5 s"),
        (7620, "2 h 7 min"),
        (360_000, "4 d 4 h"),
    ],
)
def test_time_spans_are_said_as_people_do(seconds, text):
    assert took(seconds) == text
