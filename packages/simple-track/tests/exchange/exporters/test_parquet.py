import json
import math

import polars
import pyarrow.parquet

from simple_track.exchange.exporters.parquet import write_parquet
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
    for count, column in ((1, [1, 2]), (2, [1.0, 2.0, 0.5, 1.0]), (3, ["1", "2", "0.5", "1.0", "x", "3"])):
        write_parquet(views[:count], tmp_path / "a.parquet")
        assert pyarrow.parquet.read_table(tmp_path / "a.parquet")["a"].to_pylist() == column


def test_what_the_runs_were_is_in_the_schema(runs, tmp_path):
    write_parquet(runs, tmp_path / "a.parquet")
    note = json.loads(pyarrow.parquet.read_schema(tmp_path / "a.parquet").metadata[b"simple_track.runs"])
    assert [(run["id"], run["name"]) for run in note] == [(run.id, run.name) for run in runs]
