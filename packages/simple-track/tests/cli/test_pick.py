import pytest

from simple_track.cli.pick import AmbiguousRunError, pick
from simple_track.errors import RunNotFoundError
from simple_track.layout import Layout


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


@pytest.mark.parametrize("wanted", ["nobody", "", "../x"])
def test_what_fits_none_is_named(store, wanted):
    with pytest.raises(RunNotFoundError):
        pick(Layout(store.root), wanted)
