import pytest


def test_what_differs_is_shown(store, call):
    lines = call("diff", "first", "second").lines
    assert lines[0] == f"a: first  {store.first}"
    at = lines.index("Config")
    assert lines[at + 1].split() == ["A", "B"]
    assert lines[at + 2].split() == ["train.lr", "0.1", "0.2", "+0.1", "(+100.0%)"]
    assert "train.optimizer" not in "\n".join(lines)


def test_with_all_what_is_equal_too(store, call):
    assert "train.optimizer  adam" in call("diff", "first", "second", "--all").out


def test_what_one_run_lacks_is_marked(store, call):
    text = call("diff", "first", "third").out
    row = next(line for line in text.splitlines() if line.startswith("train.lr"))
    assert row.split() == ["train.lr", "0.1", "—"]


def test_a_run_does_not_differ_from_itself(store, call):
    assert call("diff", "third", "third").lines[-1] == "no difference"


def test_json_leaves_out_what_a_run_lacks(store, answer):
    document = answer("diff", "first", "third")
    assert document["config"]["train.lr"] == {"a": 0.1}
    assert document["run"]["state"] == {"a": "finished", "b": "failed"}


@pytest.mark.parametrize("names", [("first", "nobody"), ("nobody", "first")])
def test_an_unknown_run_is_an_error(store, call, names):
    assert call("diff", *names).code == 1
