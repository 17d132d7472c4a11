import csv
import math

import pandas
import polars

from simple_track import Track
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


def test_every_value_is_written_so_that_it_reads_back(tmp_path):
    values = [
        2**53 + 1,
        0.5,
        -0.0,
        5e-324,
        2**70,
        True,
        math.nan,
        -math.inf,
        "",
        "0.5",
        'a "b",\n',
        "nan",
        "true",
    ]
    with Track.run("demo", dir=tmp_path / "store", system=False) as run:
        for value in values:
            run.log({"x": value, "always": 1})
        run.log({"always": 1})
    write_csv([Track.load(run.id, dir=tmp_path / "store")], tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        cells = [row["x"] for row in csv.DictReader(file)]
    shown = [repr(v) for v in values[:5]] + ["true", "nan", "-inf", "", "0.5", 'a "b",\n', "nan", "true", ""]
    assert cells == shown
    text = (tmp_path / "a.csv").read_text()
    assert '"0.5"' in text  # a text, as a number is in no quotes
    assert ',"",1' in text  # an empty text, as a gap is in none
    assert text.endswith(",,1\n")


def test_a_metric_that_is_called_run_is_kept_beside_the_run(tmp_path):
    with Track.run("demo", dir=tmp_path / "store", system=False) as run:
        run.log({"run": 1, "~run": 2, "a,b": 3, " c": 4})
    write_csv([Track.load(run.id, dir=tmp_path / "store")], tmp_path / "a.csv")
    frame = pandas.read_csv(tmp_path / "a.csv")
    assert list(frame) == ["run", "step", "timestamp", "~run", "~~run", "a,b", " c"]
    assert frame.iloc[0, 3:].tolist() == [1, 2, 3, 4]


def test_sparse_metrics_keep_their_columns(tmp_path):
    with Track.run("demo", dir=tmp_path / "store", system=False) as run:
        for number in range(60):
            run.log({f"m{number % 7}": number})
    write_csv([Track.load(run.id, dir=tmp_path / "store")], tmp_path / "a.csv")
    frame = pandas.read_csv(tmp_path / "a.csv")
    assert frame.shape == (60, 10)
    assert [frame[f"m{number % 7}"][number] for number in range(60)] == list(range(60))
    assert int(frame.iloc[:, 3:].notna().sum().sum()) == 60


def test_polars_reads_it_back(runs, tmp_path):
    write_csv(runs, tmp_path / "a.csv")
    frame = polars.read_csv(tmp_path / "a.csv", schema_overrides={"loss": polars.Float64})
    assert frame["loss"].to_list()[:3] == [0.1, 0.30000000000000004, 0.5]
    assert math.isnan(frame["loss"][3])
    assert frame["loss"].to_list()[4:] == [math.inf, None]
    assert frame["phase"].to_list() == [None, None, None, "end", None, None]
