"""The `sdn` command, as a person and as a script use it."""

import io
import json
import os
import stat
import subprocess
import sys

import pytest

from simple_conf.cli import main

TEXT = (
    "# head\nseed: 42   # answer\ntrain:\n    lr: 0.1\n    layers: [1, 2]\n"
    "users |id, name|\n    1, Ann\n    2, Bob\n"
)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.sdn"
    path.write_text(TEXT)
    return path


@pytest.fixture
def run(capsys):
    def run(*words):
        status = main(list(words))
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_check_is_silent_about_right_files_and_shows_wrong_ones(file, run):
    assert run("check", "a.sdn") == (0, "", "")
    (file.parent / "b.sdn").write_text("a: [1\n")
    (file.parent / "c.sdn").write_text("'x': 1\n")
    status, out, err = run("check", "a.sdn", "b.sdn", "c.sdn")
    assert (status, out) == (1, "")
    assert err == (
        "b.sdn:1:4: unclosed [\n  1 | a: [1\n    |    ^\n  hint: close it with ]\n"
        "c.sdn:1:1: a string in single quotes\n  1 | 'x': 1\n    | ^\n  hint: use double quotes\n"
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("seed", "42\n"),
        ("train.lr", "0.1\n"),
        ("train.layers", "- 1\n- 2\n"),
        ("train.layers[1]", "2\n"),
        ("users[0].name", "Ann\n"),
        ("users[1]", "id: 2\nname: Bob\n"),
        ("train", "lr: 0.1\nlayers: [1, 2]\n"),
    ],
)
def test_get_prints_a_value(file, run, path, shown):
    assert run("get", "a.sdn", path) == (0, shown, "")


def test_get_prints_json(file, run):
    status, out, _ = run("get", "a.sdn", "users", "--json")
    assert (status, json.loads(out)) == (0, [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}])
    status, out, _ = run("get", "a.sdn", "", "--json")
    assert json.loads(out)["train"] == {"lr": 0.1, "layers": [1, 2]}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("sead", "there is no sead; did you mean 'seed'?"),
        ("train.layers[5]", "train.layers has no item 5: it has 2"),
        ("seed.x", "seed has no keys"),
        ("train[0]", "train is not a list"),
    ],
)
def test_get_of_an_absent_path_says_no(file, run, path, message):
    assert run("get", "a.sdn", path) == (1, "", f"sdn: a.sdn: {message}\n")


def test_set_edits_in_place_and_keeps_comments_and_mode(file, run):
    file.chmod(0o600)
    assert run("set", "a.sdn", "seed", "7") == (0, "", "")
    assert run("set", "a.sdn", "train.name", "two words") == (0, "", "")
    assert run("set", "a.sdn", "users[1].name", "Bob, Jr.") == (0, "", "")
    expected = TEXT.replace("42", "7").replace("[1, 2]\n", "[1, 2]\n    name: two words\n")
    assert file.read_text() == expected.replace("Bob", '"Bob, Jr."')
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["a.sdn"]


def test_del_edits_in_place(file, run):
    assert run("del", "a.sdn", "train.lr") == (0, "", "")
    assert file.read_text() == TEXT.replace("    lr: 0.1\n", "")
    assert run("del", "a.sdn", "train.lr") == (1, "", "sdn: a.sdn: train.lr: there is nothing at this path\n")


def test_mistakes_in_the_words_are_usage(file, run):
    status, _, err = run("set", "a.sdn", "seed", "[1")
    assert status == 2
    assert err == "sdn: <value>:1:1: unclosed [\n  1 | [1\n    | ^\n  hint: close it with ]\n"
    status, _, err = run("get", "a.sdn", "a..b")
    assert (status, err) == (2, "sdn: a key is missing in path 'a..b', at column 3\n  a..b\n    ^\n")
    assert run("set", "a.sdn", "", "1")[0] == 2
    assert run("del", "a.sdn", "")[0] == 2
    assert run("check", "absent.sdn") == (2, "", "sdn: absent.sdn: No such file or directory\n")
    with pytest.raises(SystemExit) as caught:
        main(["frobnicate"])
    assert caught.value.code == 2
    assert file.read_text() == TEXT


def test_fmt_rewrites_checks_and_shows(file, run):
    neat = TEXT.replace("    ", "  ").replace("42   #", "42  #")
    assert run("fmt", "--check", "a.sdn") == (1, "", "a.sdn would change\n")
    status, out, _ = run("fmt", "--diff", "a.sdn")
    assert status == 0
    assert "-seed: 42   # answer\n+seed: 42  # answer\n" in out
    assert file.read_text() == TEXT
    assert run("fmt", "a.sdn") == (0, "", "")
    assert file.read_text() == neat
    assert run("fmt", "--check", "--diff", "a.sdn") == (0, "", "")
    (file.parent / "b.sdn").write_text("a: {\n")
    status, _, err = run("fmt", "b.sdn", "a.sdn")
    assert status == 1
    assert err.startswith("b.sdn:1:4: unclosed {")


def test_json_goes_there_and_back(file, run):
    status, out, _ = run("to-json", "a.sdn")
    assert status == 0
    assert json.loads(out)["users"] == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]
    (file.parent / "a.json").write_text(out)
    assert run("from-json", "a.json") == (
        0,
        "seed: 42\ntrain:\n  lr: 0.1\n  layers: [1, 2]\nusers |id, name|\n  1, Ann\n  2, Bob\n",
        "",
    )
    (file.parent / "m.sdn").write_text("a: ???\n")
    assert run("to-json", "m.sdn")[1] == '{\n  "a": "???"\n}\n'
    (file.parent / "bad.json").write_text("[1,")
    assert run("from-json", "bad.json")[0] == 1
    (file.parent / "nan.json").write_text('{"a": [1, NaN]}')
    message = "a[1]: NaN and infinity cannot be written as SDN: write a text or null instead\n"
    assert run("from-json", "nan.json") == (1, "", message)
    (file.parent / "scalar.json").write_text("3")
    assert run("from-json", "scalar.json") == (
        1,
        "",
        "an SDN document is a mapping, or a list that is not empty\n",
    )


def test_yaml_goes_there_and_back(file, run):
    pytest.importorskip("yaml")
    status, out, _ = run("to-yaml", "a.sdn")
    assert status == 0
    (file.parent / "a.yaml").write_text(out)
    status, sdn, _ = run("from-yaml", "a.yaml")
    assert status == 0
    assert sdn == "seed: 42\ntrain:\n  lr: 0.1\n  layers: [1, 2]\nusers |id, name|\n  1, Ann\n  2, Bob\n"


def test_diff_lists_paths_and_says_no(file, run):
    (file.parent / "b.sdn").write_text(TEXT.replace("42", "43").replace("    2, Bob\n", "") + "new: [x]\n")
    status, out, _ = run("diff", "a.sdn", "b.sdn")
    assert status == 1
    assert out == "- seed: 42\n+ seed: 43\n- users[1]: {id: 2, name: Bob}\n+ new: [x]\n"
    (file.parent / "c.sdn").write_text(TEXT.replace("    ", " "))
    assert run("diff", "a.sdn", "c.sdn") == (0, "", "")


def test_a_dash_is_standard_input(file, run, monkeypatch):
    class Stdin:
        buffer = None

    def feed(data):
        Stdin.buffer = io.BytesIO(data)
        monkeypatch.setattr(sys, "stdin", Stdin)

    feed(b"a: 1\r\n")
    assert run("set", "-", "a", "2")[1] == "a: 2\r\n"
    feed(b"a:   1\n")
    assert run("fmt", "-")[1] == "a: 1\n"
    feed(b"a: [\n")
    assert run("check", "-")[2].startswith("<stdin>:1:4: unclosed [")
    feed(b"a: \xff\n")
    assert "byte offset 3" in run("get", "-", "a")[2]


def test_the_command_as_a_process(file):
    """No traceback whatever happens: a reader that goes away, an encoding that knows no accents."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", "from simple_conf.cli import main; raise SystemExit(main())"]
    file.write_text("a: é\n", encoding="utf-8")
    done = subprocess.run([*command, "get", "a.sdn", "a"], capture_output=True, env=environment, timeout=60)
    assert (done.returncode, done.stdout.decode().strip(), done.stderr) == (0, "é", b"")
    file.write_text("t |a, b|\n" + "  1, 2\n" * 60_000)
    process = subprocess.Popen([*command, "to-json", "a.sdn"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
    process.stderr.close()


def test_what_must_be_filled_in_goes_there_and_back(file, run):
    (file.parent / "gap.sdn").write_text("a: ???\nb: [1, ???]\n")
    for to, back in (("to-json", "from-json"), ("to-yaml", "from-yaml")):
        if to == "to-yaml":
            pytest.importorskip("yaml")
        status, out, err = run(to, "gap.sdn")
        assert (status, err) == (0, "")
        (file.parent / "gap.txt").write_text(out)
        assert run(back, "gap.txt") == (0, "a: ???\nb: [1, ???]\n", "")


def test_diff_says_2_for_what_it_cannot_compare(file, run):
    (file.parent / "bad.sdn").write_text("a: [\n")
    status, out, err = run("diff", "a.sdn", "bad.sdn")
    assert (status, out) == (2, "")
    assert err.startswith("bad.sdn:1:4: unclosed [")
    message = "sdn: only one of the two documents can be standard input\n"
    assert run("diff", "-", "-") == (2, "", message)


def test_get_of_a_key_with_a_dot_says_how_to_write_it(file, run):
    (file.parent / "dot.sdn").write_text('"x.y": 3\nin:\n  "p.q": 1\n')
    assert run("get", "dot.sdn", "x.y") == (1, "", 'sdn: dot.sdn: there is no x.y; did you mean "x.y"?\n')
    assert run("get", "dot.sdn", "in.p.q") == (
        1,
        "",
        'sdn: dot.sdn: there is no in.p.q; did you mean in."p.q"?\n',
    )


@pytest.mark.parametrize("value", ["3.10", "1_000", "0x1F", "1e5", "-1.50", "[3.10, 1_0]", "{a: 0x0F}"])
def test_set_writes_a_number_as_it_is_given(file, run, value):
    assert run("set", "a.sdn", "seed", value) == (0, "", "")
    text = file.read_text()
    assert f"seed: {value} " in text or value == "{a: 0x0F}"
    if value.startswith("{"):
        assert "0x0F" in text
    assert run("set", "a.sdn", "users[0].id", "0x1") == (0, "", "")
    assert "    0x1, Ann\n" in file.read_text()
