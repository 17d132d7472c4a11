from simple_track.storage.layout import Layout


def test_a_sound_store_is_well(store, call):
    result = call("doctor", "--deep")
    assert (result.code, result.out) == (0, "all is well\n")


def test_what_is_wrong_is_told_with_the_way_to_mend_it(store, call, tmp_path):
    run = Layout(store.root).find_run(store.first)
    run.metadata.unlink()
    result = call("doctor")
    assert result.code == 1
    assert result.lines == [
        f"warning: {run.dir}",
        "  there is no metadata.sdn",
        "  → the start was cut short; remove the folder if it holds nothing you need",
    ]


def test_json_tells_the_same(store, call):
    (path,) = Layout(store.root).find_run(store.third).media("images").iterdir()
    path.unlink()
    result = call("doctor", "--json")
    assert result.code == 1
    assert '"level": "error"' in result.out
    assert str(path) in result.out
