from simple_track.storage.layout import Layout


def test_a_run_is_packed_and_unpacked(store, call, answer):
    result = call("pack", "first")
    assert result.code == 0
    assert result.lines[1].split()[:2] == [store.first, "2"]
    run = Layout(store.root).find_run(store.first)
    assert not run.metrics.exists()
    assert answer("show", "first", "train/loss")["history"]["train/loss"]["step"] == list(range(50))
    assert call("pack", "first").out == "nothing to do\n"
    assert call("pack", "first", "--undo").code == 0
    assert run.metrics.exists()


def test_all_runs_are_packed(store, answer):
    assert {row["run"] for row in answer("pack", "--all")} == {store.first, store.second, store.third}


def test_without_a_run_it_says_what_to_give(store, call):
    result = call("pack")
    assert (result.code, result.err) == (2, "name a RUN, or say --all\n")


def test_a_run_that_cannot_be_read_does_not_keep_others_from_being_packed(store, call):
    broken = store.root / "runs" / "digits" / store.first / "metadata.sdn"
    broken.write_text("garbage{", "utf-8")
    result = call("pack", "--all")
    assert result.code == 1
    assert result.err.startswith(f"simple-track pack: passed over: {broken}: not readable as SDN")
    assert [line.split()[0] for line in result.lines[1:3]] == [store.second, store.third]
