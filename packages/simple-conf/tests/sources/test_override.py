"""Overrides: every form, and where each of them is wrong."""

from __future__ import annotations

import sys
import textwrap

import pytest

from simple_conf import Conf, ConfError, MissingKeyError, OverrideError
from simple_conf.merging.merge import refuse_unmet

BASE = """\
train:
  lr: 0.1
  tags: [a]
model:
  type: resnet
  dropout: 0.5
layers: [1, 2, {width: 3}]
copy: ${train.tags}
"""


def merged(*arguments, strict_keys=False):
    return Conf.merge(Conf.parse_sdn(BASE), Conf.parse_dotlist(list(arguments)), strict_keys=strict_keys)


@pytest.mark.parametrize(
    ("argument", "path", "expected"),
    [
        ("train.lr=5e-4", "train.lr", 5e-4),
        ("train.lr=fast", "train.lr", "fast"),
        ("train.lr=", "train.lr", None),
        ("train.lr=null", "train.lr", None),
        ("train.lr=true", "train.lr", True),
        ('train.lr="5"', "train.lr", "5"),
        ('name="a b"', "name", "a b"),
        ("name=a b", "name", "a b"),
        ("url=http://a:80/b?x=1", "url", "http://a:80/b?x=1"),
        ("model.layers=[1,2]", "model.layers", [1, 2]),
        ("model={type: vgg}", "model", {"type": "vgg", "dropout": 0.5}),
        ("layers[0]=3", "layers", [3, 2, {"width": 3}]),
        ("layers[2].width=9", "layers[2]", {"width": 9}),
        ("layers[3]=4", "layers", [1, 2, {"width": 3}, 4]),
        ("layers[-1]=4", "layers", [1, 2, 4]),
        ("train.tags+=x", "train.tags", ["a", "x"]),
        ("train.tags+=[x, y]", "train.tags", ["a", "x", "y"]),
        ("fresh+=x", "fresh", ["x"]),
        ("copy+=x", "copy", ["a", "x"]),
        ("+new.key=1", "new", {"key": 1}),
        ('"a.b".c=1', '"a.b".c', 1),
        ("train.lr=${model.dropout}", "train.lr", 0.5),
        ("~model.dropout", "model", {"type": "resnet"}),
        ("~layers[0]", "layers", [2, {"width": 3}]),
        ("train=3", "train", 3),
        ("train.lr.deep=3", "train.lr", {"deep": 3}),
    ],
)
def test_each_form(argument, path, expected):
    assert Conf.get(merged(argument), path, "absent") == expected


def test_later_overrides_win_and_appending_goes_on():
    cfg = merged("train.lr=1", "train.lr=2", "train.tags+=x", "train.tags+=y", "~model", "model.type=new")
    assert (cfg.train.lr, cfg.train.tags, cfg.model) == (2, ["a", "x", "y"], {"type": "new"})
    assert [str(entry.origin) for entry in Conf.history(cfg, "train.lr")] == [
        "command line: train.lr=2",
        "command line: train.lr=1",
        "<text>:2:7",
    ]


def test_overrides_read_alone_and_merge_with_each_other():
    one, two = Conf.parse_dotlist(["tags+=a", "x=1", "~y"]), Conf.parse_dotlist(["tags+=b", "layers[1]=5"])
    assert (one.tags, one.x) == (["a"], 1)
    assert two.layers[1] == 5 if Conf.set(two, "layers[0]", 0) is None else False
    both = Conf.merge(one, Conf.parse_dotlist(["tags+=b"]))
    assert both.tags == ["a", "b"]
    assert Conf.merge({"tags": ["z"], "y": 1}, both) == {"tags": ["z", "a", "b"], "x": 1}


def test_a_file_may_stand_among_overrides(tmp_path):
    (tmp_path / "more.sdn").write_text("train:\n  lr: 7\n")
    cfg = merged(f"@{tmp_path}/more.sdn", "train.tags+=x")
    assert (cfg.train.lr, cfg.train.tags) == (7, ["a", "x"])
    assert str(Conf.origin(cfg, "train.lr")) == f"{tmp_path}/more.sdn:2:7"


def test_strict_keys_want_a_plus_for_what_is_new():
    assert merged("+model.new=1", "+a.b=2", "train.lr=3", strict_keys=True).model.new == 1
    with pytest.raises(OverrideError) as caught:
        merged("model.dropot=1", strict_keys=True)
    assert str(caught.value) == textwrap.dedent("""\
        command line: unknown key 'dropot'
          model.dropot=1
                ^
          hint: did you mean 'dropout'?; write +model.dropot=1 to add it""")
    with pytest.raises(OverrideError, match="unknown key 'modle'"):
        merged("modle.dropout=1", strict_keys=True)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            "train.lr=[1, 2",
            """\
            command line: unclosed [
              train.lr=[1, 2
                       ^
              hint: close it with ]""",
        ),
        (
            "train..lr=1",
            """\
            command line: a key is missing
              train..lr=1
                    ^""",
        ),
        (
            "train.lr",
            """\
            command line: an override needs '=': key=value
              train.lr
                      ^""",
        ),
        (
            "=1",
            """\
            command line: there is no key before '='
              =1
              ^""",
        ),
        (
            "layers[7]=1",
            """\
            command line: layers has 3 items; there is no item 7
              layers[7]=1
                    ^
              hint: the next one is layers[3]""",
        ),
        (
            "train.lr+=1",
            """\
            command line: train.lr is 0.1, not a list
              train.lr+=1
              ^
              hint: '+=' adds to a list; write = to set a value""",
        ),
        (
            "~model.dropot",
            """\
            command line: there is no model.dropot to delete
              ~model.dropot
               ^
              hint: did you mean 'dropout'?""",
        ),
        (
            "@",
            """\
            command line: '@' needs the name of a file: @overrides.sdn
              @
               ^""",
        ),
    ],
)
def test_a_mistake_points_into_the_argument(argument, message):
    with pytest.raises(OverrideError) as caught:
        refuse_unmet(merged(argument))
    assert str(caught.value) == textwrap.dedent(message)
    assert isinstance(caught.value, ValueError)


def test_the_command_line_refuses_other_words_unless_told_not_to(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--fast", "lr=1", "word", "~x", "-x=1"])
    with pytest.raises(OverrideError, match="--fast"):
        Conf.from_cli_dotlist()
    assert Conf.from_cli_dotlist(ignore_unknown=True) == {"lr": 1}


def test_two_plus_signs_are_one():
    assert merged("++model.new=1", strict_keys=True).model.new == 1


def test_a_deletion_takes_no_value():
    with pytest.raises(OverrideError) as caught:
        merged("~train.lr=0.1")
    assert str(caught.value) == (
        "command line: a deletion takes no value\n  ~train.lr=0.1\n           ^\n  hint: write ~train.lr"
    )


@pytest.mark.parametrize("words", ["train.lr=1", [1]])
def test_overrides_are_a_list_of_texts(words):
    with pytest.raises(TypeError, match="overrides are a list of texts"):
        Conf.parse_dotlist(words)


def test_appending_through_a_reference_keeps_what_it_names():
    base = Conf.parse_sdn("d:\n  tags: [a]\n  lr: 1\noptim: ${d}\n")
    cfg = Conf.merge(base, Conf.parse_dotlist(["optim.tags+=b", "optim.tags+=c"]))
    assert cfg.optim == {"tags": ["a", "b", "c"], "lr": 1}
    assert cfg.d.tags == ["a"]


def test_an_item_through_a_reference_keeps_the_other_items():
    base = Conf.parse_sdn("d:\n  tags: [a, b]\noptim: ${d}\n")
    cfg = Conf.merge(base, Conf.parse_dotlist(["optim.tags[1]=c"]))
    assert (cfg.optim.tags, cfg.d.tags) == (["a", "c"], ["a", "b"])
    Conf.set(cfg, "optim.tags[0]", "z")
    assert (cfg.optim.tags, cfg.d.tags) == (["z", "c"], ["a", "b"])


def test_strict_keys_look_into_mappings_too():
    with pytest.raises(OverrideError, match="unknown key 'a'") as caught:
        merged("model={a: 1}", strict_keys=True)
    assert "model={a: 1}" in str(caught.value)


def test_what_an_override_deletes_is_missed_at_the_override():
    cfg = merged("~train.lr", "train.out=runs/${train.lr}")
    for config in (cfg, Conf.freeze(cfg), Conf.merge(cfg, {"seed": 1})):
        with pytest.raises(MissingKeyError) as caught:
            config.train.lr  # noqa: B018
        assert str(caught.value) == textwrap.dedent("""\
            command line: there is no key 'lr' here, it was deleted
              ~train.lr
                     ^""")
    with pytest.raises(ConfError, match=r"hint: it was deleted: command line: ~train\.lr"):
        cfg.train.out  # noqa: B018


def test_an_index_of_the_root_is_nothing_to_delete():
    assert not Conf.has_path(Conf.from_dict({"a": 1}), "[0]")
    with pytest.raises(OverrideError, match=r"there is no \[0\] to delete"):
        refuse_unmet(merged("~[0]"))


def test_a_part_taken_out_of_its_config_knows_only_its_own_deletions():
    cfg = merged("~train.lr", "~layers", "train.deep={layers: 1}")
    part = Conf.freeze(cfg.train)
    with pytest.raises(MissingKeyError, match="there is no key 'lr' here, it was deleted"):
        part.lr  # noqa: B018
    with pytest.raises(MissingKeyError, match="there is no key 'layers' here\n"):
        part.layers  # noqa: B018


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("+tags+=x", {"a": 1, "tags": ["x"]}),
        ("+t.u+=[x, y]", {"a": 1, "t": {"u": ["x", "y"]}}),
        ("+b=2", {"a": 1, "b": 2}),
    ],
)
def test_a_plus_adds_a_key_where_keys_are_strict_to_append_to_it_too(argument, expected):
    assert Conf.merge({"a": 1}, Conf.parse_dotlist([argument]), strict_keys=True) == expected


def test_appending_to_a_key_that_is_not_there_says_how_to_add_it():
    with pytest.raises(OverrideError) as caught:
        Conf.merge({"a": 1}, Conf.parse_dotlist(["tags+=x"]), strict_keys=True)
    assert caught.value.hint == "known: a; write +tags+=x to add it"


def test_a_plus_before_an_append_still_appends_where_there_is_a_list():
    over = Conf.parse_dotlist(["+tags+=x"])
    assert Conf.merge({"tags": ["a"]}, over, strict_keys=True) == {"tags": ["a", "x"]}


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("m[0][0]=5", [[5, "b"], [[1, 2], [3, 4]], "x"]),
        ("m[1][1][0]=9", [["a", "b"], [[1, 2], [9, 4]], "x"]),
        ("m[2][0]=1", [["a", "b"], [[1, 2], [3, 4]], [1]]),
    ],
)
def test_an_index_in_an_item_that_is_a_reference_sets_an_item_of_a_copy(override, value):
    config = Conf.parse_sdn("t: [a, b]\nn: [[1, 2], [3, 4]]\nm: [${t}, ${n}, x]\n")
    made = Conf.to_dict(Conf.merge(config, Conf.parse_dotlist([override])))
    assert made == {"t": ["a", "b"], "n": [[1, 2], [3, 4]], "m": value}
