import json


def test_csv_goes_to_a_pipe(store, call):
    lines = call("export", "first").lines
    assert lines[0] == "run,step,timestamp,train/loss,lr"
    assert len(lines) == 51


def test_json_goes_to_a_pipe(store, call):
    documents = json.loads(call("export", "-p", "digits", "--json").out)
    assert [document["name"] for document in documents] == ["first", "second"]


def test_a_file_is_written(store, call, tmp_path):
    result = call("export", "first", "second", "-f", "parquet", "-o", tmp_path / "a.parquet")
    assert result.out == f"2 runs written as parquet to {tmp_path / 'a.parquet'}\n"
    assert (tmp_path / "a.parquet").stat().st_size > 0


def test_what_cannot_go_to_a_pipe_says_so(store, call):
    result = call("export", "first", "-f", "tensorboard")
    assert (result.code, result.err) == (2, "tensorboard cannot go to a pipe: say where with -o PATH\n")
    assert call("export").err == "name a RUN, or say --all\n"
    assert call("export", "--where", "state == 'crashed'").err == "no runs fit\n"


def test_what_was_probably_meant_is_said(store, call):
    assert call("export", "-p", "word").err == (
        f"simple-track export: no project 'word' in {store.root}; did you mean 'words'?\n"
    )
    assert call("export", "--where", "summary.train/los < 1").err == (
        "no runs fit\nno run has summary.train/los; did you mean summary.train/loss?\n"
    )
