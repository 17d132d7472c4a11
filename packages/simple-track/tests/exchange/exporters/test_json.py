import json
import math

from simple_track.exchange.exporters.json import write_json
from simple_track.storage import exact_json


def test_everything_is_in_it(runs, tmp_path):
    write_json(runs, tmp_path / "a.json")
    first, second = exact_json.decode(json.loads((tmp_path / "a.json").read_text()))
    assert (first["name"], first["config"], first["tags"]) == (
        "First",
        {"train": {"lr": 0.1}, "name": "a"},
        ["base"],
    )
    assert [row["step"] for row in first["history"]] == [0, 1, 2, 3, 4]
    assert math.isnan(first["history"][3]["loss"])
    assert first["history"][4]["loss"] == math.inf
    assert "epoch" not in first["history"][3]
    assert [event["key"] for event in first["events"] if event["event"] == "media"][:2] == [
        "histogram",
        "image",
    ]
    assert second["summary"] == {"acc": 0.5}


def test_it_is_json_for_everyone(runs, tmp_path):
    write_json(runs, tmp_path / "a.json")
    odd = []  # NaN, Infinity and the like, which JSON has not
    json.loads((tmp_path / "a.json").read_text(), parse_constant=odd.append)
    assert odd == []
