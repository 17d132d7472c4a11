"""How a run ends is judged by the exception that leaves its block."""

import pytest

from simple_track.errors import SettingError
from simple_track.recording.end_state import check_end_state, end_state


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "finished"),
        (SystemExit(), "finished"),
        (SystemExit(0), "finished"),
        (SystemExit(1), "failed"),
        (SystemExit("message"), "failed"),
        (SystemExit(128), "failed"),
        (SystemExit(128 + 15), "interrupted"),
        (SystemExit(128 + 10), "interrupted"),
        (SystemExit(255), "failed"),
        (GeneratorExit(), "finished"),
        (KeyboardInterrupt(), "interrupted"),
        (ValueError("x"), "failed"),
        (BaseException("x"), "failed"),
    ],
    ids=repr,
)
def test_the_exception_decides(error, state):
    found, details = end_state(error)
    assert found == state
    assert (details is not None) == (state == "failed")


def test_a_failure_keeps_type_message_and_the_whole_traceback():
    try:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ValueError("outer") from inner
    except ValueError as error:
        _, details = end_state(error)
    assert (details["type"], details["message"]) == ("ValueError", "outer")
    assert "KeyError: 'inner'" in details["traceback"]
    assert details["traceback"].endswith("ValueError: outer\n")
    assert "test_end_state.py" in details["traceback"]


@pytest.mark.parametrize("state", ["finished", "failed", "interrupted"])
def test_a_run_can_end_in_these_states(state):
    assert check_end_state(state) == state


@pytest.mark.parametrize("state", ["crashed", "running", ""])
def test_and_in_no_other(state):
    with pytest.raises(SettingError) as caught:
        check_end_state(state)
    assert str(caught.value) == f"state: {state!r} is not one of finished, failed, interrupted"


class Mute(Exception):
    """An exception whose text cannot be made."""

    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("error", "message"),
    [(Mute(), "<str() of Mute failed>"), (ValueError("caf\udce9"), "caf\\udce9")],
    ids=["its str fails", "half a surrogate"],
)
def test_a_message_that_no_file_holds_does_not_prevent_the_end(error, message):
    state, details = end_state(error)
    assert (state, details["message"]) == ("failed", message)
    assert details["traceback"].encode()
