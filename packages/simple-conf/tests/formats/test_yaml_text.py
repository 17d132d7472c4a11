"""YAML: tags and their forms, and the characters that only YAML 1.1 takes for line breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, LoadError, UnwritableError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!float x\n", "'x' is not of the type float"),
        ("a: !!float 1__0\n", "'1__0' is not of the type float"),
        ("a: !!int 0o8\n", "'0o8' is not of the type int"),
        ("a: !!int 1__0\n", "'1__0' is not of the type int"),
        ("a: !!int 012\n", "'012' is not of the type int"),
        ("a: !!int ''\n", "'' is not of the type int"),
        ("a: !!bool maybe\n", "'maybe' is not of the type bool"),
        ("a: !!null x\n", "'x' is not of the type null"),
    ],
)
def test_a_value_that_has_not_the_form_of_its_tag_is_an_error_at_its_place(tmp_path, text, message):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(LoadError, match="hint: write") as caught:
        Conf.load(tmp_path / "a.yaml")
    assert caught.value.message == message
    assert (caught.value.origin.line, caught.value.origin.column) == (1, 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!float 1", 1.0),
        ("!!float .inf", float("inf")),
        ("!!int '7'", 7),
        ("!!int 0x1F", 31),
        ("!!bool 'true'", True),
        ("!!bool FALSE", False),
        ("!!null ''", None),
        ("!!str 7", "7"),
    ],
)
def test_a_value_that_has_the_form_of_its_tag_is_read(tmp_path, text, value):
    (tmp_path / "a.yaml").write_text(f"a: {text}\n")
    read = Conf.load(tmp_path / "a.yaml").a
    assert read == value
    assert type(read) is type(value)


BREAKS = ["\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("mark", BREAKS)
def test_a_character_that_yaml_1_2_does_not_take_for_a_line_break_is_one_of_the_text(tmp_path, mark):
    path = tmp_path / "a.yaml"
    text = f"# x{mark}y: 1\na: x{mark}b\n'k{mark}': ['{mark}', &n \"{mark} \\N\", *n]\nc: |\n  x{mark}y\n"
    path.write_text(text, encoding="utf-8")
    expected = {"a": f"x{mark}b", f"k{mark}": [mark, f"{mark} \x85", f"{mark} \x85"], "c": f"x{mark}y\n"}
    cfg = Conf.load(path)
    assert Conf.to_dict(cfg) == expected
    assert str(Conf.origin(cfg, "c")) == f"{path}:4:4", "lines are counted as editors count them"
    path.write_text(f"a: x{mark}\nb: !t 1\n", encoding="utf-8")
    with pytest.raises(LoadError, match=r"a\.yaml:2:4") as caught:
        Conf.load(path)
    assert "2 | b: !t 1" in str(caught.value)


@given(
    st.text(st.sampled_from([*BREAKS, "\n", " ", "a", ":", "'", '"', "\ue000", "#", "-", "\t"]), max_size=8)
)
def test_such_texts_survive_writing_and_reading(tmp_path_factory, text):
    cfg = Conf.from_dict({"a": text, "b": [text], f"k{text}": 1})
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    Conf.save(cfg, path)
    assert Conf.to_dict(Conf.load(path)) == Conf.to_dict(cfg)


def test_a_long_whole_number_is_written_in_hexadecimal_and_read_back(tmp_path):
    cfg = Conf.from_dict({"a": 10**5000, "b": [7]})
    Conf.save(cfg, tmp_path / "a.yaml")
    assert Conf.load(tmp_path / "a.yaml").a == 10**5000
    with pytest.raises(UnwritableError, match="a negative number of about 5,001 digits has no form in YAML"):
        Conf.to_yaml(Conf.from_dict({"a": -(10**5000)}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("55_000", 55000),
        ("-1_000", -1000),
        ("0xFF_FF", 65535),
        ("1_000.5", 1000.5),
        ("1_0e3", 10000.0),
        ("1__0", "1__0"),
        ("1_", "1_"),
        ("_1", "_1"),
        ("0_1", "0_1"),
    ],
)
def test_underscores_between_digits_are_part_of_a_number(tmp_path, text, value):
    (tmp_path / "a.yaml").write_text(f"a: {text}\n")
    read = Conf.load(tmp_path / "a.yaml").a
    assert (read, type(read)) == (value, type(value))
    (tmp_path / "b.yaml").write_text(Conf.to_yaml(Conf.from_dict({"a": text})))
    assert Conf.load(tmp_path / "b.yaml").a == text
