"""Metadata comes back as it was written, and what is wrong in a file is named with its field."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_track.errors import FormatError
from simple_track.storage.layout import Layout
from simple_track.storage.metadata import Metadata, read_metadata, write_metadata

text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["inf", "nan"])
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def place(tmp_path):
    layout = Layout(tmp_path).run("demo", "one")
    layout.dir.mkdir(parents=True)
    return layout


@given(
    name=text,
    tags=st.lists(text, max_size=3),
    group=st.none() | text,
    config=st.dictionaries(text, plain, max_size=4),
    end=st.none() | st.floats(0, 2e9),
    resumed=st.lists(st.floats(0, 2e9), max_size=2),
)
@settings(deadline=None)  # the first example imports what reads SDN
def test_what_is_written_is_read(tmp_path_factory, name, tags, group, config, end, resumed):
    place = Layout(tmp_path_factory.mktemp("any")).run("demo", "one")
    place.dir.mkdir(parents=True)
    facts = Metadata(id="one", project="demo", name=name, tags=tags, group=group, config=config)
    facts.end_time, facts.resumed = end, resumed
    write_metadata(place, facts)
    assert repr(read_metadata(place)) == repr(facts)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ("name: 5", "name: is 5, expected text"),
        ("start_time: soon", "start_time: is 'soon', expected a number"),
        ("end_time: true", "end_time: is True, expected a number"),
        ("tags: abc", "tags: is 'abc', expected a list"),
        ("tags: [a, 1]", "tags: is 1, expected text"),
        ("config: [1]", "config: is [1], expected keys with values"),
        ("environment: x", "environment: is 'x', expected keys with values"),
        ("error: x", "error: is 'x', expected keys with values"),
        ("id: null", "id: lacks what every run has"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(place, changed, message):
    lines = {"format": "1", "id": "one", "project": "demo", "name": "x"}
    key, _, value = changed.partition(": ")
    lines[key] = value
    place.metadata.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    with pytest.raises(FormatError) as caught:
        read_metadata(place)
    assert str(caught.value) == f"{place.metadata}: {message}; set it right in the file"


def test_all_that_is_wrong_is_named_at_once(place):
    place.metadata.write_text("format: 1\nid: 1\nproject: demo\nname: x\ntags: 2\n")
    with pytest.raises(FormatError, match="id: is 1, expected text; tags: is 2, expected a list"):
        read_metadata(place)
