# ruff: noqa: E501
"""What SDN text means: the tour of the format, its values, its structure, and real files."""

import threading
from pathlib import Path

import pytest

from simple_conf.sdn import parse, parse_value, write
from simple_conf.source import Span, read_source
from simple_conf.values import MISSING

HERE = Path(__file__).parent
TOUR = r"""
# comment: at line start or after white space, outside quotes
project = mnist                 # scalar; `=` and `:` mean the same for every value
seed: 42
version: 2.1.0                  # not a number: a string
out_dir: runs/${project}        # interpolation text is ordinary text to the parser
prompt: You are a helpful assistant.      # bare text runs to the end of the line, trimmed
path: /home/user/data           # also: C:\Users\x, a@3.11, KeyPress("enter"), root: .
message: "has # and: colon\n"   # quoted: escapes \n \t \r \\ \" and \uXXXX only

train:                          # block dict, by indentation
    epochs: 10
    lr = 1e-3
    betas = [0.9, 0.999]
    opt = {name: adam, eps: 1e-8}

layers:                         # block array: dashes…
  - 32
  - 64
stages:                         # …of mappings: keys align at the key's column
  - name: warmup
    epochs: 1
  - name: main
    epochs: 9
features:                       # block array without dashes: one bare value a line
    auth
    logging

weights: {                      # inline collections may span lines; comma OR newline separates,
  a: 15   # note                # trailing comma allowed, comments allowed
  b: 10
}

users |id, name, email|         # named table (also nested in blocks)
    1, Alice Chen, alice@example.com
    2, "Bob, Jr.", bob@example.com
    3, , ""                     # empty cell is null; "" is the empty string
point |x, y| 10, 20             # one row inline

coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]   # typed table, short
matrix: table{i32, i32}                             # typed table, long
    1, 0
    0, 1

note: |                         # block scalars | |- > >- and triple quotes, dedented,
  # and: - are data here        # nothing inside them is syntax
"""


def test_the_tour():
    assert parse(TOUR).values == {
        "project": "mnist",
        "seed": 42,
        "version": "2.1.0",
        "out_dir": "runs/${project}",
        "prompt": "You are a helpful assistant.",
        "path": "/home/user/data",
        "message": "has # and: colon\n",
        "train": {"epochs": 10, "lr": 1e-3, "betas": [0.9, 0.999], "opt": {"name": "adam", "eps": 1e-8}},
        "layers": [32, 64],
        "stages": [{"name": "warmup", "epochs": 1}, {"name": "main", "epochs": 9}],
        "features": ["auth", "logging"],
        "weights": {"a": 15, "b": 10},
        "users": [
            {"id": 1, "name": "Alice Chen", "email": "alice@example.com"},
            {"id": 2, "name": "Bob, Jr.", "email": "bob@example.com"},
            {"id": 3, "name": None, "email": ""},
        ],
        "point": [{"x": 10, "y": 20}],
        "coords": [[10, 2.5], [30, 4.5]],
        "matrix": [[1, 0], [0, 1]],
        "note": "# and: - are data here        # nothing inside them is syntax\n",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42), ("-17", -17), ("1_000_000", 1000000), ("0x1F", 31), ("-0x1f", -31), ("0", 0), ("3.14", 3.14),
        ("-0.5", -0.5), ("1e-3", 0.001), ("1.5e-10", 1.5e-10), ("1E5", 1e5), ("123456789012345678901234567890", 123456789012345678901234567890),
        ("1_000.5", 1000.5),
        ("2.1.0", "2.1.0"), ("2026-02-06", "2026-02-06"), ("10.0.0.1", "10.0.0.1"), ("640K", "640K"), ("4g", "4g"),
        ("1.0.0-beta.10", "1.0.0-beta.10"), ("12:30", "12:30"), ("007", "007"), ("123E456abc", "123E456abc"), ("0x1G", "0x1G"),
        ("nan", "nan"), ("inf", "inf"), ("-inf", "-inf"), (".", "."), ("-", "-"), ("..", ".."), ("1-2", "1-2"),
        ("true", True), ("false", False), ("null", None), ("nil", None), ("True", "True"), ("yes", "yes"), ("None", "None"),
        ("???", MISSING), ('"???"', "???"), ('"true"', "true"), ('"42"', "42"), ('""', ""), ("???x", "???x"),
        ("http://a:80/b", "http://a:80/b"), ("C:\\Users\\x", "C:\\Users\\x"), ("a@3.11", "a@3.11"), ('KeyPress("enter")', 'KeyPress("enter")'),
        ("a#b", "a#b"), ("a # b", "a"), ("it's", "it's"), ('5" disk', '5" disk'), ("a, b] c}", "a, b] c}"), ("x: y = z", "x: y = z"),
        ("${a.b}", "${a.b}"), ("${a # b} c", "${a # b} c"), ("${f:{x},\"}\"} # c", '${f:{x},"}"}'), ("$${not", "$${not"), ("costs $5", "costs $5"),
        ('"a\\n\\t\\r\\\\\\"\\u00e9\\ud83d\\ude00"', 'a\n\t\r\\"é😀'), ('"a # b" # c', "a # b"), ("(1, 2)", "(1, 2)"),
        ("[]", []), ("{}", {}), ("[1, 2,]", [1, 2]), ("[[1], {a: [2]}]", [[1], {"a": [2]}]), ("[a b, c: d]", ["a b", "c: d"]),
        ("[${a}, ${path.join:${root},x}]", ["${a}", "${path.join:${root},x}"]), ("[f(a, b), s[0:1]]", ["f(a, b)", "s[0:1]"]),
        ('{"a":1, b=2, c : 3, "d e": "x, y"}', {"a": 1, "b": 2, "c": 3, "d e": "x, y"}), ("{a: b: c}", {"a": "b: c"}),
        ("[\n  1  # one\n\n  # none\n  2,\n  3\n, 4]", [1, 2, 3, 4]), ("{a: {\n b: 1\n c: 2\n}\n}", {"a": {"b": 1, "c": 2}}),
        ('""" a "b" \\n """', ' a "b" \\n '),
    ],
)  # fmt: skip
def test_a_value(text, value):
    for lead in ("a: ", "a = ", "a : ", "a=", '"a":'):
        got = parse(lead + text + "\n").values["a"]
        assert (got, type(got)) == (value, type(value))
    if text not in ("-", "x: y = z"):  # these mean something else after a dash
        assert parse(f"- {text}\n").values == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5e-4", 5e-4), ("[1,2]", [1, 2]), ("{type: vgg}", {"type": "vgg"}), ('"a b"', "a b"), ("bare text, to the end", "bare text, to the end"),
        ("a # b", "a # b"), ("", None), ("  7 ", 7), ("???", MISSING), ("${a}", "${a}"), ("null", None), ("[a\n b]", ["a", "b"]), ("a: b", "a: b"),
    ],
)  # fmt: skip
def test_a_value_alone(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("\n# nothing\n  # here\n", {}),
        ("a:", {"a": None}),
        ("a:\nb: 1", {"a": None, "b": 1}),
        ("a: # comment\n  b: 1", {"a": {"b": 1}}),
        ("a: #comment\n  b: 1", {"a": {"b": 1}}),
        ("0: a\nsrc/app: b\n.text: c\n2024-01: d\n\"x y\": e\ntrue: f\na.b: g\n키: h", {"0": "a", "src/app": "b", ".text": "c", "2024-01": "d", "x y": "e", "true": "f", "a.b": "g", "키": "h"}),
        ("url: http://a:80/b\nt: 12:30\nd = a=b", {"url": "http://a:80/b", "t": "12:30", "d": "a=b"}),
        ("a:\n  b: 1\n# comment at the margin\n\n  c: 2", {"a": {"b": 1, "c": 2}}),
        ("  a: 1\n  b: 2", {"a": 1, "b": 2}),
        ("a:\n    b: 1\nc:\n d: 2", {"a": {"b": 1}, "c": {"d": 2}}),
        ("- 1\n- a: 2\n  b:\n    - 3\n- - 4\n  - 5\n-\n  c: 6\n-", [1, {"a": 2, "b": [3]}, [4, 5], {"c": 6}, None]),
        ("a:\n  - http://x\n  - b c: d\n  - k=v\n  - \"a b\": 1\n", {"a": ["http://x", "b c: d", {"k": "v"}, {"a b": 1}]}),
        ("a:\n  - route:\n    method: GET\n", {"a": [{"route": None, "method": "GET"}]}),
        ("a:\n  \"x: y\"\n  [1, 2]\n  3", {"a": ["x: y", [1, 2], 3]}),
        ("a:\n  - t |x, y|\n      1, 2\n    z: 3\n", {"a": [{"t": [{"x": 1, "y": 2}], "z": 3}]}),
        ("t |a|\n\n# none\n\nu |a|\n  1\n\n  # two\n  2\n", {"t": [], "u": [{"a": 1}, {"a": 2}]}),
        ("t |a, b|\n  1, 2,\n  , \n  \"x\", [1, {k: v}]\n  f(a, b), s[0:1]", {"t": [{"a": 1, "b": 2}, {"a": None, "b": None}, {"a": "x", "b": [1, {"k": "v"}]}, {"a": "f(a, b)", "b": "s[0:1]"}]}),
        ("t |\"a b\", c|\n  x: y, k=v\n", {"t": [{"a b": "x: y", "c": "k=v"}]}),
        ("t: table{f64, str, bool}\n  1, a, true\n  2.5, \"7\", false\n  , ,", {"t": [[1.0, "a", True], [2.5, "7", False], [None, None, None]]}),
        ("t: table {i8} = [(1),\n  (2) # two\n  (3)\n]\nu: table{u8} = []", {"t": [[1], [2], [3]], "u": []}),
        ("a:\n  - table{i8}\n      1\n  - 2", {"a": [[[1]], 2]}),
        ("a: |\n  x\n\n    y\n\n\nb: |-\n  x\nc: >\n  a\n  b\n\n  c\n   d\n  e\nd: >-\n  x\n  y\n", {"a": "x\n\n  y\n", "b": "x", "c": "a b\nc\n d\ne\n", "d": "x y"}),
        ("a: |\nb: 1", {"a": "", "b": 1}),
        ("a: |  # comment\n  x", {"a": "x\n"}),
        ("- |\n x\n- k: >-\n    a\n    b\n", ["x\n", {"k": "a b"}]),
        ('a: """\n    x\n      y # z\n    """\nb: """x\n  y"""\n', {"a": "x\n  y # z", "b": "x\ny"}),
    ],
)  # fmt: skip
def test_a_document(text, values):
    assert parse(text).values == values
    assert parse(text + "\n").values == values
    assert parse(text.replace("\n", "\r\n")).values == values


REAL = sorted(path for path in (HERE / "corpus").glob("*.sdn"))
REJECTED = ("doc_layout", "game_", "relay_", "t32_", "evidence_", "simply_")


@pytest.mark.parametrize(
    "path", [p for p in REAL if not p.name.startswith(REJECTED)], ids=lambda path: path.stem
)
def test_real_files_survive_reading_and_writing(path):
    values = parse(read_source(path)).values
    assert parse(write(values)).values == values


def test_positions_of_keys_values_and_cells():
    parsed = parse(TOUR)
    lines = TOUR.split("\n")

    def shows(path, value, key):
        span = parsed.locate(path)
        assert lines[span.line - 1][span.column - 1 :].startswith(value)
        assert lines[span.key_line - 1][span.key_column - 1 :].startswith(key)

    shows(("seed",), "42", "seed")
    shows(("train",), "epochs", "train")
    shows(("train", "opt"), "{name", "opt")
    shows(("train", "opt", "eps"), "1e-8", "eps")
    shows(("train", "betas", 1), "0.999", "0.999")
    shows(("layers", 1), "64", "64")
    shows(("stages", 1, "epochs"), "9", "epochs: 9")
    shows(("features", 0), "auth", "auth")
    shows(("weights", "b"), "10", "b")
    shows(("users",), "users", "users")
    shows(("users", 1), '2, "Bob', "2")
    shows(("users", 1, "name"), '"Bob', '"Bob')
    shows(("users", 2, "name"), ", ", ", ")
    shows(("coords", 1, 0), "30", "30")
    shows(("matrix", 0, 1), "0", "0")
    shows(("note",), "|", "note")
    assert parsed.locate(()) == Span(3, 1, 3, 1)
    assert parsed.locate(("absent",)) is None
    assert parsed.locate(("seed", "deeper")) is None
    assert parsed.locate(("layers", 7)) is None
    assert parsed.locate(("layers", "x")) is None
    assert parsed.locate(("users", 0, "absent")) is None


def test_threads_share_the_parser():
    texts = [
        f"a: {number}\nb:\n" + "".join(f"  k{i}: [{number}, {{x: {i}}}]\n" for i in range(40))
        for number in range(8)
    ]
    wrong = []

    def work(number):
        for _ in range(20):
            values = parse(texts[number]).values
            if values != {"a": number, "b": {f"k{i}": [number, {"x": i}] for i in range(40)}}:
                wrong.append(values)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
