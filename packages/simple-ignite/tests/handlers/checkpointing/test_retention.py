"""Retention: which checkpoints are kept, and what the list says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_ignite.handlers.checkpointing.retention import (
    Kept,
    Retention,
    checkpoint_prefix,
    is_name,
    read_list,
)

NAN = float("nan")


def filled(folder, scores, most):
    """Return a retention to which checkpoints with these scores were added, if it admits them."""
    retention = Retention(folder / "checkpoints.json", most)
    for step, score in enumerate(scores, 1):
        if retention.admits(score):
            retention.admit(Kept(f"checkpoint_{step}.pt", step, score))
    return retention


@pytest.mark.parametrize(
    ("scores", "most", "kept", "leaving"),
    [
        ([None, None, None], 2, [2, 3], [1]),
        ([None, None, None], None, [1, 2, 3], []),
        ([0.3, 0.9, 0.5], 2, [2, 3], [1]),
        ([0.9, 0.5, 0.3], 2, [1, 2], []),
        ([0.5, 0.5, 0.5], 2, [1, 2], []),
        ([0.5, 0.5, 0.6], 2, [2, 3], [1]),
        ([0.3, NAN, 0.5], 3, [1, 3], []),
        ([0.3, 0.5, 0.1], None, [1, 2, 3], []),
        ([0.9, None, 0.5], 1, [1, 2], []),
        ([0.9, None, None], 1, [1, 3], [2]),
        ([0.9, None, 0.95], 1, [3], [1, 2]),
    ],
)
def test_the_best_or_the_latest_are_kept(tmp_path, scores, most, kept, leaving):
    retention = filled(tmp_path, scores, most)
    assert [one.step for one in retention.kept] == kept
    assert retention.leaving == [f"checkpoint_{step}.pt" for step in leaving]


@pytest.mark.parametrize(
    ("score", "admitted"), [(None, True), (NAN, False), (0.4, False), (0.5, False), (0.6, True)]
)
def test_only_what_would_be_kept_is_admitted(tmp_path, score, admitted):
    assert filled(tmp_path, [0.5, 0.7], 2).admits(score) is admitted


def test_while_there_is_room_any_score_is_admitted(tmp_path):
    assert filled(tmp_path, [0.5], 2).admits(-1.0)
    assert filled(tmp_path, [0.5, 0.6], None).admits(-1.0)
    assert not filled(tmp_path, [], 2).admits(NAN)


def test_a_file_that_is_written_again_is_neither_twice_there_nor_deleted(tmp_path):
    retention = filled(tmp_path, [None, None], 1)
    assert retention.leaving == ["checkpoint_1.pt"]
    retention.admit(Kept("checkpoint_1.pt", 1))
    assert [one.file for one in retention.kept] == ["checkpoint_1.pt"]
    assert retention.leaving == ["checkpoint_2.pt"]
    retention.admit(Kept("checkpoint_1.pt", 1))
    assert retention.leaving == ["checkpoint_2.pt"]


def test_the_best_is_the_first_of_equals(tmp_path):
    assert filled(tmp_path, [None], 1).best is None
    assert filled(tmp_path, [0.5, 0.9, 0.9], None).best.step == 2
    assert filled(tmp_path, [-2.0, -1.0, None], None).best.score == -1.0


@given(scores=st.lists(st.none() | st.integers(-3, 3).map(float), max_size=12), most=st.integers(1, 4))
def test_no_more_are_kept_than_wanted_and_the_best_scores_are_among_them(tmp_path_factory, scores, most):
    retention = filled(tmp_path_factory.getbasetemp(), scores, most)
    kept = [one.score for one in retention.kept if one.score is not None]
    given_scores = sorted((score for score in scores if score is not None), reverse=True)
    assert sorted(kept, reverse=True) == given_scores[:most]
    unscored = len(retention.kept) - len(kept)
    assert unscored <= (1 if kept else most)
    names = [one.file for one in retention.kept]
    assert not set(names) & set(retention.leaving)
    assert [one.step for one in retention.kept] == sorted(one.step for one in retention.kept)


def test_the_list_names_what_is_kept_the_latest_and_the_best(tmp_path):
    retention = filled(tmp_path, [0.9, 0.5, 0.95, None], 2)
    retention.write()
    assert json.loads((tmp_path / "checkpoints.json").read_text()) == {
        "format": 1,
        "latest": "checkpoint_4.pt",
        "best": "checkpoint_3.pt",
        "kept": [
            {"file": "checkpoint_1.pt", "step": 1, "score": 0.9},
            {"file": "checkpoint_3.pt", "step": 3, "score": 0.95},
            {"file": "checkpoint_4.pt", "step": 4, "score": None},
        ],
        "leaving": ["checkpoint_2.pt"],
    }
    assert read_list(tmp_path / "checkpoints.json")["latest"] == "checkpoint_4.pt"


def test_an_empty_list_has_neither_latest_nor_best(tmp_path):
    Retention(tmp_path / "checkpoints.json").write()
    listed = read_list(tmp_path / "checkpoints.json")
    assert (listed["latest"], listed["best"], listed["kept"]) == (None, None, [])


def test_files_that_leave_are_deleted_once(tmp_path):
    for step in range(1, 4):
        (tmp_path / f"checkpoint_{step}.pt").write_text("x")
    retention = filled(tmp_path, [None] * 3, 1)
    retention.prune()
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint_3.pt"]
    assert retention.leaving == []


def test_a_loaded_state_keeps_the_files_that_exist_and_lets_later_ones_leave(tmp_path):
    for step in (1, 3, 4):
        (tmp_path / f"checkpoint_{step}.pt").write_text("x")
    later = filled(tmp_path, [None] * 4, 3)
    later.write()
    saved = filled(tmp_path, [None, None, None], 2).state_dict()
    assert saved["leaving"] == ["checkpoint_1.pt"]
    retention = Retention(tmp_path / "checkpoints.json", 2)
    retention.load_state_dict(saved)
    assert [one.file for one in retention.kept] == ["checkpoint_3.pt"], "the second is not there any more"
    assert retention.leaving == ["checkpoint_1.pt", "checkpoint_2.pt", "checkpoint_4.pt"]


def test_a_saved_state_does_not_change_with_the_retention(tmp_path):
    retention = filled(tmp_path, [None, None], 1)
    saved = retention.state_dict()
    retention.admit(Kept("checkpoint_3.pt", 3))
    assert saved == {
        "kept": [{"file": "checkpoint_2.pt", "step": 2, "score": None}],
        "leaving": ["checkpoint_1.pt"],
    }


@pytest.mark.parametrize(
    ("name", "prefix", "valid"),
    [
        ("checkpoint_1.pt", "checkpoint_", True),
        ("net_checkpoint_1.pt", "net_checkpoint_", True),
        ("checkpoint_1.pt", "net_checkpoint_", False),
        ("notes.txt", "checkpoint_", False),
        ("../checkpoint_1.pt", "checkpoint_", False),
        ("checkpoint_/../x", "checkpoint_", False),
        ("checkpoint_\0", "checkpoint_", False),
        (3, "checkpoint_", False),
        (None, "checkpoint_", False),
    ],
)
def test_names_of_checkpoints_in_the_folder(name, prefix, valid):
    assert is_name(name, prefix) is valid


def test_the_prefix_is_that_of_the_list(tmp_path):
    assert checkpoint_prefix(tmp_path / "checkpoints.json") == "checkpoint_"
    assert checkpoint_prefix(tmp_path / "net_checkpoints.json") == "net_checkpoint_"


VALID = {
    "kept": [{"file": "checkpoint_1.pt"}],
    "leaving": ["checkpoint_0.pt"],
    "latest": "checkpoint_1.pt",
    "best": None,
}


@pytest.mark.parametrize(
    "change",
    [
        {"kept": [{"file": "../x"}]},
        {"kept": [{}]},
        {"kept": None},
        {"leaving": ["/etc/passwd"]},
        {"latest": "x"},
        {"best": "checkpoint_/.."},
    ],
)
def test_a_list_that_is_not_valid_is_ignored(tmp_path, change):
    path = tmp_path / "checkpoints.json"
    path.write_text(json.dumps(VALID))
    assert read_list(path) == VALID
    path.write_text(json.dumps({**VALID, **change}))
    assert read_list(path) == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", "3", "{"])
def test_a_list_of_another_kind_is_ignored(tmp_path, text):
    path = tmp_path / "checkpoints.json"
    path.write_text(text)
    assert read_list(path) == {}
    assert read_list(tmp_path / "none.json") == {}
