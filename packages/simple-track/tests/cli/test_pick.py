import pytest

from simple_track.cli.pick import AmbiguousRunError, pick
from simple_track.errors import RunNotFoundError
from simple_track.storage.layout import Layout


def test_a_run_is_found_by_what_a_person_types(store):
    layout = Layout(store.root)
    assert pick(layout, store.first).id == store.first
    assert pick(layout, store.first[-6:]).id == store.first
    assert pick(layout, "second").id == store.second
    assert pick(layout, "last").id == store.third


def test_a_beginning_that_fits_several_is_refused(store):
    with pytest.raises(AmbiguousRunError) as caught:
        pick(Layout(store.root), store.first[:6])
    assert str(caught.value).startswith(f"{store.first[:6]!r} could be 3 runs: {store.first}, ")
    assert str(caught.value).endswith("; give more of the id.")


def test_a_name_that_fits_several_is_refused(store, new_run):
    new_run(name="second")
    with pytest.raises(AmbiguousRunError, match="'second' could be 2 runs"):
        pick(Layout(store.root), "second")


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("secnd", "did you mean 'second'?"),
        ("THIR", "did you mean 'third'?"),
        ("lst", "did you mean 'last'?"),
        ("nobody", "list the runs with: simple-track ls"),
    ],
)
def test_what_was_probably_meant_is_said(store, wanted, hint):
    with pytest.raises(RunNotFoundError) as caught:
        pick(Layout(store.root), wanted)
    assert str(caught.value) == f"no run {wanted!r} in {store.root}; {hint}"


def test_a_mistyped_id_is_answered_with_the_id(store):
    with pytest.raises(RunNotFoundError) as caught:
        pick(Layout(store.root), store.second.replace(store.second[-1], "!"))
    assert str(caught.value).endswith(f"; did you mean {store.second!r}?")


def test_an_empty_store_is_told_apart(tmp_path):
    with pytest.raises(RunNotFoundError) as caught:
        pick(Layout(tmp_path), "last")
    assert str(caught.value) == (
        f"no run 'last' in {tmp_path}; nothing has been logged there yet; "
        "another store is named with --dir or SIMPLE_DIR"
    )


@pytest.mark.parametrize("wanted", ["nobody", "", "../x"])
def test_what_fits_none_is_named(store, wanted):
    with pytest.raises(RunNotFoundError):
        pick(Layout(store.root), wanted)
