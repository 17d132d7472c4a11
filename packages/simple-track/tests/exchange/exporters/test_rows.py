from simple_track.exchange.exporters.rows import facts_of, flat, rows_of


def test_rows_have_only_what_was_logged(runs):
    rows = list(rows_of(runs[0]))
    assert [set(row) - {"step", "timestamp"} for row in rows] == [
        {"loss", "epoch", "best"},
        {"loss", "epoch", "best"},
        {"loss", "epoch", "best"},
        {"loss", "phase"},
        {"loss"},
    ]
    assert rows[0]["best"] is False
    assert rows[3]["phase"] == "end"


def test_nested_mappings_become_dotted_names():
    assert list(flat({"a": {"b": 1, "c": {}}, "d": [1]})) == [("a.b", 1), ("a.c", {}), ("d", [1])]


def test_facts_are_plain(runs):
    facts = facts_of(runs[0])
    assert (facts["name"], facts["state"], facts["tags"]) == ("First", "finished", ["base"])
    assert facts["summary"]["epoch"] == 2
    assert facts["end_time"] >= facts["start_time"]
