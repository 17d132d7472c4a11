"""The command rm."""

import io

import pytest

from simple_track.track import Track


@pytest.fixture
def person(monkeypatch):
    """Someone at a terminal who answers the question."""

    def says(answer):
        stream = io.StringIO(answer)
        stream.isatty = lambda: True
        monkeypatch.setattr("sys.stdin", stream)

    return says


def ids(store):
    return {view.id for view in Track.runs(dir=store.root, archived=True)}


def test_it_asks_and_deletes_on_yes(store, call, person):
    person("y\n")
    result = call("rm", "second")
    assert result.code == 0
    assert "Delete 1 run, " in result.err
    assert "? This cannot be undone. [y/N] " in result.err
    assert result.out.startswith("deleted 1 run, ")
    assert ids(store) == {store.first, store.third}


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yesterday\n"])
def test_anything_but_yes_keeps_the_runs(store, call, person, answer):
    person(answer)
    assert call("rm", "second", "first").code == 1
    assert ids(store) == {store.first, store.second, store.third}


def test_without_a_person_it_needs_yes(store, call):
    result = call("rm", "second")
    assert (result.code, result.err) == (1, "simple-track rm: would delete 1 run; confirm with --yes\n")
    assert call("rm", "second", "--yes").code == 0
    assert store.second not in ids(store)


def test_conditions_and_the_archive_choose(store, call, answer):
    call("archive", store.first)
    assert answer("rm", "--archived", "--yes")["deleted"] == [store.first]
    assert answer("rm", "--where", "state == 'failed'", "--yes")["deleted"] == [store.third]
    assert ids(store) == {store.second}
    assert call("rm", "--where", "state == 'failed'", "--yes").out == "no runs fit\n"
    assert call("rm").code == 2
    assert call("rm", "second", "--archived").code == 2


def test_both_a_condition_and_the_archive_choose_what_fits_both(store, call, answer):
    call("archive", store.first)
    assert answer("rm", "--archived", "--where", "project == 'digits'", "--yes")["deleted"] == [store.first]


def test_live_runs_and_makers_of_used_artifacts_are_kept(store, call):
    with Track.run("digits", name="maker", dir=store.root, system=False) as maker:
        artifact = Track.Artifact("data", "dataset")
        artifact.add_bytes(b"x", "f")
        maker.log_artifact(artifact)
        live = call("rm", "maker", "--yes", "--force")
        assert live.code == 1
        assert live.err == f"simple-track rm: maker ({maker.id}) is kept: it is running; end it first\n"
    with Track.run("digits", name="user", dir=store.root, system=False) as user:
        user.use_artifact("data:v0")
    result = call("rm", "--where", "name in ['maker', 'second']", "--yes")
    assert result.code == 1
    assert f"it made digits/data:v0, used by {user.id}; delete it all the same with --force" in result.err
    assert store.second not in ids(store)
    assert maker.id in ids(store)
    assert call("rm", "maker", "--yes", "--force").code == 0
    assert maker.id not in ids(store)
