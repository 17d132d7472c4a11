import json
import random

import pytest

from simple_track.artifacts.artifact import Artifact, log_artifact, use_artifact
from simple_track.lineage import dependencies, dependents, trace
from simple_track.maintenance.deletion import delete_run
from simple_track.storage.layout import Layout
from simple_track.track import Track


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


def made(layout, run, name, content="", project="p"):
    artifact = Artifact(name, "dataset" if name == "data" else "model")
    artifact.add_bytes((content or name).encode(), "file")
    return log_artifact(layout, project, run, artifact).ref


def use(layout, run, ref):
    use_artifact(layout, "p", run, ref)


@pytest.fixture
def chain(layout):
    """raw → r1 → data → r2 → model → r3 (of another project) → report"""
    made(layout, None, "raw")
    use(layout, "r1", "p/raw:v0")
    made(layout, "r1", "data")
    use(layout, "r2", "p/data:v0")
    made(layout, "r2", "model")
    use(layout, "r3", "p/model:v0")
    made(layout, "r3", "report", project="q")
    return layout


def test_all_is_found_nearest_first(chain):
    lineage = trace(chain, "p/model:v0")
    assert lineage["inputs"] == ["p/data:v0", "p/raw:v0"]
    assert lineage["outputs"] == ["q/report:v0"]
    assert lineage["runs"] == ["r1", "r2", "r3"]
    assert lineage["graph"]["edges"] == [
        {"from": "p/data:v0", "to": "r2", "kind": "used"},
        {"from": "p/model:v0", "to": "r3", "kind": "used"},
        {"from": "p/raw:v0", "to": "r1", "kind": "used"},
        {"from": "r1", "to": "p/data:v0", "kind": "made"},
        {"from": "r2", "to": "p/model:v0", "kind": "made"},
        {"from": "r3", "to": "q/report:v0", "kind": "made"},
    ]
    assert [node["id"] for node in lineage["graph"]["nodes"]] == [
        *("p/data:v0", "p/model:v0", "p/raw:v0", "q/report:v0"),
        *("r1", "r2", "r3"),
    ]
    assert {**lineage} == json.loads(lineage.to_json())


def test_a_run_is_traced_too(chain):
    lineage = trace(chain, "r2")
    assert (lineage["inputs"], lineage["outputs"]) == (
        ["p/data:v0", "p/raw:v0"],
        ["p/model:v0", "q/report:v0"],
    )
    assert lineage["runs"] == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    ("up", "down", "inputs", "outputs"),
    [
        (0, 0, [], []),
        (1, 0, ["p/data:v0"], []),
        (2, 1, ["p/data:v0", "p/raw:v0"], ["q/report:v0"]),
        (None, 0, ["p/data:v0", "p/raw:v0"], []),
    ],
)
def test_the_depth_is_limited_in_runs(chain, up, down, inputs, outputs):
    lineage = trace(chain, "p/model:v0", up=up, down=down)
    assert (lineage["inputs"], lineage["outputs"]) == (inputs, outputs)


def test_versions_are_returned_nearest_first(chain):
    assert [v.ref for v in dependencies(chain, "q/report:v0")] == ["p/model:v0", "p/data:v0", "p/raw:v0"]
    assert [v.ref for v in dependencies(chain, "q/report:v0", 1)] == ["p/model:v0"]
    assert [v.ref for v in dependents(chain, "r1", 1)] == ["p/data:v0"]


def test_cycles_end(layout):
    made(layout, "r1", "data", "0")
    use(layout, "r2", "p/data:v0")
    made(layout, "r2", "data", "1")
    use(layout, "r3", "p/data:v1")
    made(layout, "r3", "data", "0")  # known content again
    lineage = trace(layout, "p/data:v0")
    assert (lineage["inputs"], lineage["outputs"]) == (["p/data:v1"], ["p/data:v1"])
    assert {"from": "r3", "to": "p/data:v0", "kind": "made"} in lineage["graph"]["edges"]
    assert lineage.text().count("run r2") == 1


def test_missing_ends_are_marked(tmp_path):
    layout = Layout(tmp_path)
    with Track.run("p", dir=tmp_path, system=False) as first:
        artifact = Track.Artifact("data", "dataset")
        artifact.add_bytes(b"1", "a")
        first.log_artifact(artifact)
    with Track.run("q", dir=tmp_path, system=False) as second:
        second.use_artifact("p/data").remove("it is too old")
    delete_run(layout, layout.run("p", first.id), "old")
    nodes = {node["id"]: node for node in trace(layout, "p/data:v0")["graph"]["nodes"]}
    assert [(nodes[i]["missing"], nodes[i].get("project")) for i in (first.id, second.id, "p/data:v0")] == [
        (True, "p"),
        (False, "q"),
        (True, None),
    ]
    assert dependencies(layout, second.id) == []


def test_the_text_is_that_of_this_store(chain):
    assert (
        str(trace(chain, "p/model:v0"))
        == """\
p/model:v0 (model)

made from:
  1  run r2 (missing)
       used p/data:v0 (dataset)
       made p/model:v0 (model)
  2  run r1 (missing)
       used p/raw:v0 (model)
       made p/data:v0 (dataset)

used for:
  1  run r3 (missing)
       used p/model:v0 (model)
       made q/report:v0 (model)"""
    )


def test_the_flowchart_is_that_of_this_store(chain):
    assert (
        trace(chain, "p/data:v0", up=0, down=1).mermaid()
        == """\
flowchart LR
  n0["p/data:v0<br/>dataset"]
  n1["p/model:v0<br/>model"]
  n2(["r2"])
  n0 --> n2
  n2 --> n1
  classDef missing stroke-dasharray: 5 5
  class n2 missing
  style n0 stroke-width:3px"""
    )


def test_names_cannot_break_out_of_the_flowchart(layout):
    made(layout, 'r"1<b>', "a;b'#()")
    drawing = trace(layout, "p/a;b'#()").mermaid()
    assert trace(layout, "p/a;b'#():v0").mermaid().count('"') == 4
    assert "<b>" not in drawing


def test_what_nobody_made_or_used_stands_alone(layout):
    made(layout, None, "raw")
    assert trace(layout, "p/raw:v0").text() == "p/raw:v0 (model)"


def test_equal_stores_print_equal_text_and_the_cache_changes_nothing(tmp_path):
    texts = set()
    for number in range(2):
        layout = Layout(tmp_path / f"{number}")
        dice = random.Random(3)
        for run in range(12):
            if run:
                use(layout, f"r{run:02}", f"p/model:v{dice.randrange(run)}")
            made(layout, f"r{run:02}", "model", str(run))
            if number == 0 and run % 3 == 0:
                trace(layout, "p/model:v0")
        texts.add(trace(layout, "p/model:v0").to_json())
        layout.lineage_cache.write_bytes(b"damaged")
        texts.add(trace(layout, "p/model:v0").to_json())
    assert len(texts) == 1


def test_a_trail_that_was_replaced_is_read_anew(layout):
    made(layout, "r1", "data", "0")
    path = layout.artifact("p", "data") / "events.jsonl"
    assert trace(layout, "p/data:v0")["runs"] == ["r1"]
    path.write_bytes(path.read_bytes().replace(b'"r1"', b'"r9"'))
    assert trace(layout, "p/data:v0")["runs"] == ["r9"]
