import json
import math

import polars
import pyarrow.parquet

from simple_track.exchange.exporters.parquet import write_parquet
from simple_track.storage import exact_json
from simple_track.track import Track


def test_gaps_are_null_and_nan_is_nan(runs, tmp_path):
    write_parquet(runs, tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert table.column_names == ["run", "step", "timestamp", "loss", "epoch", "best", "phase", "acc"]
    loss = table["loss"].to_pylist()
    assert loss[:3] == [0.1, 0.30000000000000004, 0.5]
    assert math.isnan(loss[3])
    assert loss[4:] == [math.inf, None]
    assert table["epoch"].to_pylist() == [0, 1, 2, None, None, None]


def test_another_library_reads_it(runs, tmp_path):
    write_parquet(runs, tmp_path / "a.parquet")
    frame = polars.read_parquet(tmp_path / "a.parquet")
    assert frame["run"].n_unique() == 2


def test_a_metric_of_many_kinds_becomes_what_holds_them_all(tmp_path):
    root = tmp_path / "store"
    ids = []
    for values in ([1, 2], [0.5, True], ["x", 3]):
        with Track.run("demo", dir=root, system=False) as run:
            for value in values:
                run.log({"a": value})
            ids.append(run.id)
    views = [Track.load(run_id, dir=root) for run_id in ids]
    for count, column in ((1, [1, 2]), (2, [1.0, 2.0, 0.5, 1.0]), (3, [1.0, 2.0, 0.5, 1.0, None, 3.0])):
        write_parquet(views[:count], tmp_path / "a.parquet")
        table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
        assert table["a"].to_pylist() == column
        assert table.column_names[4:] == (["a~text"] if count == 3 else [])
    assert table["a~text"].to_pylist() == [None] * 4 + ["x", None]


def test_what_the_runs_were_is_in_the_schema(runs, tmp_path):
    write_parquet(runs, tmp_path / "a.parquet")
    note = json.loads(pyarrow.parquet.read_schema(tmp_path / "a.parquet").metadata[b"simple_track.runs"])
    assert [(run["id"], run["name"]) for run in note] == [(run.id, run.name) for run in runs]


def test_metrics_that_are_called_as_columns_are_kept_beside_them(tmp_path):
    root = tmp_path / "store"
    with Track.run("demo", dir=root, system=False, config={"clip": math.inf, "big": 2**70}) as run:
        run.log({"run": 1, "~run": 2, "step": 3, "Run": 4, "m": "word", "m~text": 5})
        run.log({"m": 6})
    write_parquet([Track.load(run.id, dir=root)], tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    (first, second) = table.to_pylist()
    del first["timestamp"], second["timestamp"]
    assert first == {
        "run": run.id,
        "step": 0,
        "~run": 1,
        "~~run": 2,
        "~step": 3,
        "Run": 4,
        "m": None,
        "m~text~": "word",
        "m~text": 5,
    }
    assert (second["m"], second["m~text~"]) == (6, None)
    names = json.loads(table.schema.metadata[b"simple_track.names"])
    assert names == {"~run": "run", "~~run": "~run", "m~text~": "m"}
    (facts,) = exact_json.decode(json.loads(table.schema.metadata[b"simple_track.runs"]))
    assert facts["config"] == {"clip": math.inf, "big": 2**70}


def test_no_runs_are_an_empty_table(tmp_path):
    write_parquet([], tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert (table.num_rows, table.column_names) == (0, ["run", "step", "timestamp"])
