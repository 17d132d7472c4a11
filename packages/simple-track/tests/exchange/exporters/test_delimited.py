import csv

import pandas

from simple_track.exchange.exporters.delimited import write_csv


def test_numbers_gaps_and_nan_are_told_apart(runs, tmp_path):
    write_csv(runs, tmp_path / "deep" / "a.csv")
    with (tmp_path / "deep" / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["run", "step", "timestamp", "loss", "epoch", "best", "phase", "acc"]
    assert [row["loss"] for row in rows] == ["0.1", "0.30000000000000004", "0.5", "nan", "inf", ""]
    assert [row["best"] for row in rows[:3]] == ["false", "false", "true"]
    assert (rows[3]["phase"], rows[3]["epoch"], rows[5]["acc"]) == ("end", "", "0.5")
    assert [row["run"] for row in rows] == [runs[0].id] * 5 + [runs[1].id]


def test_pandas_reads_it_back_exactly(runs, tmp_path):
    write_csv(runs[:1], tmp_path / "a.csv")
    frame = pandas.read_csv(tmp_path / "a.csv")
    assert frame["timestamp"].tolist() == runs[0].history()["timestamp"].tolist()
    assert frame["step"].tolist() == [0, 1, 2, 3, 4]


def test_it_goes_to_standard_output(runs, capsys):
    write_csv(runs[1:], "-")
    assert capsys.readouterr().out.splitlines()[0] == "run,step,timestamp,acc"
