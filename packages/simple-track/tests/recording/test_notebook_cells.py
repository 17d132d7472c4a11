"""Runs in the cells of a notebook that a real kernel runs."""

import pytest

from simple_track import Track

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # what jupyter does with its sockets and paths is its own affair
]

START = "from simple_track import Track\nrun = Track.run('demo', system=False)\nrun.log({'loss': 0.5})"


def execute(*sources):
    """Run the cells in one kernel, and return them with their outputs."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbclient.NotebookClient(
        nbformat.v4.new_notebook(cells=cells), timeout=120, kernel_name="python3"
    ).execute()
    return cells


def texts(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_a_cell_that_is_run_again_finishes_the_run_that_it_started(root):
    first, again, other = execute(START, START, f"# another cell\n{START}")
    assert "finished now" not in texts(first)
    assert "is finished now; reinit=" in texts(again)
    assert "is finished now; reinit=" in texts(other)
    assert [run.state for run in Track.runs()] == ["finished"] * 3
    assert [run.summary["loss"] for run in Track.runs()] == [0.5] * 3


def test_an_error_in_a_cell_leaves_the_run_to_the_next_cell(root):
    cells = execute(
        START,
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print('raised')\nrun.log({'loss': 0.25})",
        "run.finish()\nprint(run.state)",
    )
    assert [texts(cell) for cell in cells[1:]] == ["raised\n", "finished\n"]
    (run,) = Track.runs()
    assert run.history(["loss"])["loss"].tolist() == [0.5, 0.25]


def test_a_run_and_what_was_read_are_shown_as_html(root):
    _, live, loaded = execute(START, "run", "run.finish()\nTrack.load('last')")
    for cell in (live, loaded):
        (data,) = [output.data for output in cell.outputs if output.output_type == "execute_result"]
        assert "loss" in data["text/html"]
        assert "of 'demo'" in data["text/plain"]
