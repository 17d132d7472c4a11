"""A run that is started again at the same place ends the former one, with a notice."""

import sys
import threading
from types import SimpleNamespace

import pytest

from simple_track import RunActiveError, Track, TrackWarning


@pytest.fixture(autouse=True)
def _store(root):
    pass


def start(**options):
    return Track.run("demo", system=False, **options)


def test_a_loop_ends_the_former_run_with_a_notice():
    runs = []
    with pytest.warns(TrackWarning, match=r"so run .* is finished now; reinit=") as caught:
        runs.extend(Track.run("demo", system=False) for _ in range(2))
    assert runs[0].id in str(caught[0].message)
    assert caught[0].filename == __file__
    assert [run.state for run in runs] == ["finished", "running"]


def test_another_line_is_an_error_as_before():
    run = start()
    with pytest.raises(RunActiveError):
        start()
    assert run.state == "running"


def test_a_run_in_its_block_is_never_ended():
    for _ in range(1):
        with start() as run:
            with pytest.raises(RunActiveError):
                start()
            run.log({"n": 1})


def test_reinit_says_otherwise():
    with pytest.raises(RunActiveError):
        [start(reinit=False) for _ in range(2)]
    runs = [Track.active()]
    for _ in range(2):
        runs.append(start(reinit="stack"))
    assert [run.state for run in runs] == ["running"] * 3
    runs.append(start(reinit="finish"))
    assert [run.state for run in runs] == ["finished"] * 3 + ["running"]


def test_another_thread_does_not_end_the_run():
    errors = []

    def work():
        try:
            start()
        except RunActiveError as error:
            errors.append(error)

    run = start()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(errors) == 1
    assert run.state == "running"


def test_a_cell_of_a_notebook_ends_what_another_cell_started(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: object()))
    first = Track.run("demo", system=False)
    with pytest.warns(TrackWarning, match="is finished now"):
        second = Track.run("demo", system=False)
    assert [first.state, second.state] == ["finished", "running"]
    with second, pytest.raises(RunActiveError):
        Track.run("demo", system=False)
