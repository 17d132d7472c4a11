"""The progress line, and the displays that show it."""

import io
import sys
import types

import pytest

from simple_ignite.handlers import progress_line as module
from simple_ignite.handlers.progress_line import (
    BLOCKS,
    Figures,
    Log,
    Notebook,
    Terminal,
    display_for,
    progress_line,
)


@pytest.mark.parametrize(
    ("figures", "width", "expected"),
    [
        (
            Figures("Epoch [1/10]", 1000, 1000, 83.2, 12.014, {"loss": 0.3451}),
            90,
            "Epoch [1/10]: 100%|███████████████████████| 1000/1000 [01:23<00:00, 12.01it/s, loss=0.345]",
        ),
        (
            Figures("Epoch [2/3]", 25, 100, 50.0, 0.5, {}),
            60,
            "Epoch [2/3]:  25%|██▌       | 25/100 [00:50<02:30, 2.00s/it]",
        ),
        (Figures("Epoch [1]", 7, None, 3700.0, None, {}), 60, "Epoch [1]: 7it [1:01:40, ?it/s]"),
        (
            Figures("Epoch [1/1]", 5, 10, 1.0, 5.0, {"accuracy": 0.5}),
            40,
            "Epoch [1/1]:  50%|| 5/10 [00:01<00:01, 5",
        ),
        (Figures("E", 0, 0, 0.0, 1.0, {}), 44, "E: 100%|███████| 0/0 [00:00<00:00, 1.00it/s]"),
        (Figures("E", 5, 4, 0.0, 1.0, {}), 60, None),
        (Figures("E", 1, 4, 0.0, None, {"n": 3, "s": "x"}), 60, None),
    ],
)
def test_the_line(figures, width, expected):
    line = progress_line(figures, width)
    assert expected is None or line == expected
    assert len(line) <= width


def test_more_than_all_is_shown_as_all():
    assert "100%|" in progress_line(Figures("E", 5, 4, 0.0, 1.0, {}), 60)


def test_an_unknown_rate_leaves_the_time_open_and_values_are_shortened():
    line = progress_line(Figures("E", 1, 4, 5.0, None, {"n": 3, "s": "x", "f": 0.123456, "g": 12345.678}), 90)
    assert line.endswith("| 1/4 [00:05<?, ?it/s, n=3, s=x, f=0.123, g=1.23e+04]")


@pytest.mark.parametrize(
    ("rate", "shown"),
    [(None, "?it/s"), (0.0, "?it/s"), (1.0, "1.00it/s"), (0.25, "4.00s/it"), (1234.5, "1234.50it/s")],
)
def test_speeds(rate, shown):
    assert shown in progress_line(Figures("E", 1, None, 0.0, rate, {}), 90)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.4, "00:00"),
        (0.5, "00:01"),
        (59.6, "01:00"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (90061, "25:01:01"),
    ],
)
def test_times(seconds, shown):
    assert f"[{shown}," in progress_line(Figures("E", 1, None, seconds, None, {}), 90)


def test_the_bar_is_not_wider_than_forty_characters():
    line = progress_line(Figures("E", 1, 2, 0.0, 1.0, {}), 200)
    assert len(line.split("|")[1]) == 40


@pytest.mark.parametrize(("done", "bar"), [(0, "    "), (1, "▌   "), (2, "█   "), (7, "███▌"), (8, "████")])
def test_cells_are_filled_in_parts(done, bar):
    rest = len("E:   0%|") + len(f"| {done}/8 [00:00<00:00, 1000.00it/s]")
    assert progress_line(Figures("E", done, 8, 0.0, 1000.0, {}), rest + 4).split("|")[1] == bar


def test_a_line_without_unicode():
    assert "|####   |" in progress_line(Figures("E", 2, 3, 1.0, 2.0, {}), 44, " #")


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_a_terminal_redraws_its_line_over_the_longer_one_before():
    screen = Screen()
    terminal = Terminal(screen)
    terminal.close(persist=True)
    assert screen.getvalue() == "", "nothing to end"
    terminal.show("long line")
    terminal.show("short")
    terminal.close(persist=True)
    terminal.show("next")
    terminal.close(persist=False)
    assert screen.getvalue() == "\rlong line\rshort    \n\rnext\r    \r"
    assert terminal.in_place


def test_a_terminal_has_the_width_of_its_file_less_one(monkeypatch):
    monkeypatch.setattr(module.os, "get_terminal_size", lambda descriptor: types.SimpleNamespace(columns=100))
    screen = Screen()
    screen.fileno = lambda: 1
    assert Terminal(screen).width == 99
    monkeypatch.setattr(module.os, "get_terminal_size", lambda descriptor: types.SimpleNamespace(columns=0))
    assert Terminal(screen).width == 79
    monkeypatch.setattr(module.os, "get_terminal_size", lambda descriptor: types.SimpleNamespace(columns=3))
    assert Terminal(screen).width == 9


def test_a_file_without_a_descriptor_has_the_width_of_the_environment(monkeypatch):
    monkeypatch.setenv("COLUMNS", "61")
    assert Terminal(Screen()).width == 60


def test_a_log_gets_a_line_each_time():
    file = io.StringIO()
    log = Log(file)
    log.show("one")
    log.show("two")
    log.close(persist=False)
    assert (file.getvalue(), log.in_place) == ("one\ntwo\n", False)


@pytest.mark.parametrize("display", [Terminal, Log])
@pytest.mark.parametrize(
    ("encoding", "blocks"), [("utf-8", BLOCKS), ("UTF8", BLOCKS), ("ascii", " #"), (None, " #")]
)
def test_an_encoding_without_blocks_gets_plain_characters(display, encoding, blocks):
    file = type("File", (), {"encoding": encoding})()
    assert display(file).blocks == blocks


@pytest.fixture
def notebook(monkeypatch):
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(("update", bundle["text/plain"]))

    def display(bundle, raw, display_id):
        shown.append(("display", bundle["text/plain"]))
        return Handle()

    shell = type("ZMQInteractiveShell", (), {})()
    fake = types.SimpleNamespace(get_ipython=lambda: shell, display=types.SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython", fake)
    return shown


def test_a_notebook_updates_one_output_until_the_line_ends(notebook):
    shown = notebook
    place = Notebook()
    place.close(persist=False)
    place.show("one")
    place.show("two")
    place.close(persist=True)
    place.show("three")
    place.close(persist=False)
    assert shown == [("display", "one"), ("update", "two"), ("display", "three"), ("update", "")]
    assert place.in_place


def test_the_display_is_that_of_the_file():
    assert type(display_for(Screen())) is Terminal
    assert type(display_for(io.StringIO())) is Log
    assert type(display_for(sys.stderr)) in (Log, Terminal)


def test_in_a_notebook_only_stderr_is_shown_in_the_cell(notebook):
    assert type(display_for(sys.stderr)) is Notebook
    assert type(display_for(io.StringIO())) is Log


def test_ranks_but_the_first_draw_nothing(monkeypatch):
    distributed = module.torch.distributed
    monkeypatch.setattr(distributed, "is_initialized", lambda: True)
    for rank, drawn in ((0, True), (1, False)):
        monkeypatch.setattr(distributed, "get_rank", lambda rank=rank: rank)
        assert (display_for(io.StringIO()) is not None) is drawn
