"""The table: its lines, their width, and colours on terminals only."""

import io

import pytest

from simple_ignite.checks import Finding, ValidationReport
from simple_ignite.checks.reporting.table import is_colored, width_of

MISSING = Finding(
    "optimizer-missing",
    "error",
    "optimizer",
    "2 trainable parameters are not in the optimizer: 2.weight, 2.bias",
    "2.weight",
    "add them, or set requires_grad_(False)",
)
ORDER = Finding("loader-same-order", "warning", "dataloader", "two passes yield the same batches", "loader")
INFO = Finding("memory-size", "info", "memory", "12 MiB", "model")


def report(*findings, seconds=0.4):
    return ValidationReport.of(findings, seconds)


def test_errors_come_first_and_infos_are_left_out():
    assert str(report(INFO, ORDER, MISSING)) == (
        "checks before training: 1 error, 1 warning in 0.4 s\n"
        "error    optimizer   optimizer-missing   2.weight: "
        "2 trainable parameters are not in the optimizer: 2.weight, 2.bias\n"
        "                     fix: add them, or set requires_grad_(False)\n"
        "warning  dataloader  loader-same-order   loader: two passes yield the same batches"
    )


def test_nothing_found_is_one_line():
    assert str(report(INFO, seconds=12.34)) == "checks before training: 0 errors, 0 warnings in 12.3 s"


def test_the_rank_is_named():
    found = Finding("loader-empty", "error", "dataloader", "yields no batch", "loader", rank=1)
    assert str(report(found)).endswith(
        "error    dataloader  loader-empty        rank 1: loader: yields no batch"
    )


def test_on_a_terminal_lines_are_wrapped():
    text = report(MISSING).table(width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert text.splitlines()[1:] == [
        "error    optimizer   optimizer-missing   2.weight: 2 trainable parameters are",
        "                     not in the optimizer: 2.weight, 2.bias",
        "                     fix: add them, or set requires_grad_(False)",
    ]


def test_colours_mark_the_levels():
    text = report(MISSING, ORDER).table(color=True)
    assert "\033[31merror\033[0m    optimizer" in text
    assert "\033[33mwarning\033[0m  dataloader" in text


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_file_is_neither_coloured_nor_wrapped():
    assert not is_colored(io.StringIO())
    assert width_of(io.StringIO()) is None


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_is_coloured_unless_the_environment_says_no(monkeypatch, name, value):
    assert is_colored(Terminal())
    monkeypatch.setenv(name, value)
    assert not is_colored(Terminal())


def test_a_terminal_has_its_width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert width_of(Terminal()) == 100
    monkeypatch.setenv("COLUMNS", "20")
    assert width_of(Terminal()) == 60


def test_a_closed_file_is_no_terminal():
    file = Terminal()
    file.isatty = io.StringIO().isatty
    closed = io.StringIO()
    closed.close()
    assert width_of(closed) is None
