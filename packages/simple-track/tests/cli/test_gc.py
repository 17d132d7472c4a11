from simple_track.artifacts.objects import ObjectStore
from simple_track.storage.layout import Layout


def loose(store):
    objects = ObjectStore(Layout(store.root).objects)
    return objects.path(objects.put_bytes(b"nobody's").digest)


def test_it_lists_first_and_removes_when_told(store, call):
    path = loose(store)
    result = call("gc", "--older-than", 0)
    assert result.code == 0
    assert str(path) in result.out
    assert result.lines[-1] == "1 file, 8 B: could be removed; do so with --delete"
    assert path.exists()
    assert call("gc", "--older-than", 0, "--delete").lines[-1] == "1 file, 8 B: removed"
    assert not path.exists()
    assert call("gc").out == "no garbage\n"


def test_what_is_young_is_left(store, call):
    loose(store)
    assert call("gc").out == "no garbage\n"


def test_json_tells_all(store, answer):
    path = loose(store)
    found = answer("gc", "--older-than", 0)
    assert (found["deleted"], found["size"], found["items"][0]["path"]) == (False, 8, str(path))


def test_doubt_is_told(store, call):
    loose(store)
    folder = Layout(store.root).artifact("digits", "model")
    folder.mkdir(parents=True)
    (folder / "v0.json").write_text("damaged")
    result = call("gc", "--older-than", 0, "--delete")
    assert result.code == 1
    assert result.err.startswith("in doubt, so what it may refer to stays: ")
    assert result.out == "no garbage\n"
