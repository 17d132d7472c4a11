import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simple_track.values import Html, Text
from simple_track.values.arrays import ValueRangeError

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)


@given(text=st.text(alphabet=st.characters(exclude_categories=[])))
@quick
def test_any_text_comes_back(text, round_trip):
    assert round_trip(Text(text)) == Text(text)


def test_only_text_is_taken():
    with pytest.raises(ValueRangeError, match=r"^text: got int 5; expected a string\.$"):
        Text(5)
    with pytest.raises(ValueRangeError, match=r"^html: got bytes b'x'; expected a string\.$"):
        Html(b"x")


def test_the_file_is_plain_text(logged_file):
    assert logged_file(Text("Grüße\r\n")).read_bytes() == "Grüße\r\n".encode()
