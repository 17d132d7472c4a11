"""Secret values in messages, excerpts and errors are replaced by the mask."""

from __future__ import annotations

import pytest

from simple_conf import (
    MISSING,
    Conf,
    KeyPathError,
    LoadError,
    ResolveError,
    SdnSyntaxError,
    Secret,
    Table,
    ValidationError,
    ValidationIssue,
)
from simple_conf.origin.origin import Origin
from simple_conf.tree.masking import Censor, censor_of, earlier_texts, plain_parts, texts_at, texts_in


@pytest.mark.parametrize(
    ("texts", "shown", "masked"),
    [
        (["hunter2"], "a hunter2 b", "a •••• b"),
        (["hunter2"], "xhunter2y", "x••••y"),
        (["ab"], "ab abc cab a-ab", "•••• abc cab a-••••"),
        (["abc"], "abc abcd", "•••• abcd"),
        (["abcd"], "abcde", "••••e"),
        (["abc", "abcdef"], "abcdef", "••••"),
        (["a\nb"], r"got 'a\nb'", "got '••••'"),
        (["a.c"], "abc a.c", "abc ••••"),
        (["", " "], "a b", "a b"),
        ([], "abc", "abc"),
    ],
)
def test_texts_are_replaced_and_short_ones_only_as_words(texts, shown, masked):
    censor = Censor(texts)
    assert censor.text(shown) == masked
    assert censor.hits(shown) is (shown != masked)


def test_an_origin_that_shows_a_text_loses_its_excerpt():
    censor = Censor(["hunter2"])
    clean = Origin("file", "c.sdn", 1, 2, lambda: "a: 1")
    assert censor.origin(clean) is clean
    assert censor.origin(None) is None
    shown = censor.origin(Origin("file", "c.sdn", 1, 2, lambda: "password: hunter2"))
    assert (str(shown), shown.excerpt()) == ("c.sdn:1:2", "")
    shown = censor.origin(Origin("command line", "db.password=hunter2"))
    assert str(shown) == "command line: db.password=••••"


def test_placed_errors_are_masked_in_place():
    where = Origin("file", "c.sdn", 1, 2, lambda: "x: hunter2")
    failure = LoadError("bad hunter2", path="x", origin=where, hint="not hunter2")
    failure.__cause__ = ValueError("hunter2")
    assert Censor(["hunter2"]).error(failure) is failure
    assert (failure.message, failure.hint, failure.args) == ("bad ••••", "not ••••", ("bad ••••",))
    assert str(failure) == "c.sdn:1:2: x: bad ••••\n  hint: not ••••"
    assert failure.__cause__ is failure.__context__ is None


def test_an_error_without_the_text_keeps_its_cause_unless_that_shows_it():
    failure = LoadError("bad")
    failure.__cause__ = cause = ValueError("fine")
    Censor(["hunter2"]).error(failure)
    assert failure.__cause__ is cause
    failure.__cause__ = ValueError("hunter2")
    Censor(["hunter2"]).error(failure)
    assert failure.__cause__ is None
    failure.__cause__ = ValueError("hunter2")
    assert Censor([]).error(failure).__cause__ is not None


def test_syntax_errors_are_masked_as_new_ones():
    failure = SdnSyntaxError(
        "no hunter2", path="p", line=2, column=3, hint="hunter2", excerpt="  2 | hunter2"
    )
    masked = Censor(["hunter2"]).error(failure)
    assert str(masked) == "p:2:3: no ••••\n  hint: ••••"
    failure = SdnSyntaxError("no", path="p", excerpt="  1 | fine")
    assert str(Censor(["hunter2"]).error(failure)) == str(failure)


def test_issues_are_masked_and_so_are_the_values_that_they_got():
    issues = [ValidationIssue("a", "got hunter2", got="a hunter2"), ValidationIssue("b", "fine", got=5)]
    failure = Censor(["hunter2"]).error(ValidationError(issues))
    assert [(issue.message, issue.got) for issue in failure.issues] == [("got ••••", "a ••••"), ("fine", 5)]
    assert str(failure) == failure.args[0] == "a: got ••••\nb: fine"


def test_each_of_several_errors_is_masked():
    failure = Censor(["hunter2"]).error(ResolveError([LoadError("hunter2"), LoadError("fine")]))
    assert [error.message for error in failure.errors] == ["••••", "fine"]
    other = KeyPathError("fine", text="a")
    assert Censor(["hunter2"]).error(other) is other


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("a", ["a"]),
        (5, ["5"]),
        (1.5, ["1.5"]),
        (True, []),
        (None, []),
        (MISSING, []),
        (["a", {"k": "b"}, ("c",)], ["a", "b", "c"]),
        (Secret("a"), ["a"]),
        (Secret(["a"]), ["a"]),
        (Table(["x"], [["a"]]), ["a"]),
        ("pre-${x}-post", ["pre-", "-post"]),
        ("${x", ["${x"]),
    ],
)
def test_the_texts_of_a_value(value, texts):
    assert list(texts_in(value)) == texts


def test_the_texts_of_a_mapping_are_those_that_it_reads_as_too():
    cfg = Conf.from_dict({"a": "x", "m": {"r": "${a}!", "n": 1}})
    assert list(texts_in(cfg.m)) == ["!", "1"]
    assert cfg.m.r == "x!"
    assert list(texts_in(cfg.m)) == ["x!", "1"]


def test_the_texts_at_a_path_are_found_as_written_and_as_resolved():
    cfg = Conf.from_dict(
        {"a": "x", "r": "${a}!", "items": ["p", {"q": "deep"}], "t": Table(["c"], [["cell"]])}
    )
    assert list(texts_at(cfg, ("r",))) == ["!", "!"]
    assert cfg.r == "x!"
    assert list(texts_at(cfg, ("r",))) == ["!", "x!"]
    assert list(texts_at(cfg, ("items", 0))) == ["p"]
    assert list(texts_at(cfg, ("items", 1, "q"))) == ["deep", "deep"]
    assert list(texts_at(cfg, ("t", 0, "c"))) == ["cell"]
    for path in (("items", 2), ("items", -1), ("items", "x"), ("a", "deeper"), ("nope",)):
        assert list(texts_at(cfg, path)) == []
    assert list(texts_at({"a": [{"b": "x"}]}, ("a", 0, "b"))) == ["x"]


def test_the_texts_on_top_of_a_reference_are_found():
    cfg = Conf.from_dict({"d": {"x": "one"}, "r": "${d}"})
    Conf.set(cfg, "r.y", "two")
    assert set(texts_at(cfg, ("r", "y"))) == {"two"}


def test_the_censor_of_a_tree_knows_all_its_secrets():
    cfg = Conf.from_dict({"a": "hunter2", "b": ["other secret"], "c": "fine"})
    assert censor_of(cfg).hits("hunter2") is False
    Conf.mark_secret(cfg, "a")
    Conf.mark_secret(cfg, "b[0]")
    assert censor_of(cfg).text("hunter2, other secret, fine") == "••••, ••••, fine"


@pytest.mark.parametrize(
    "change",
    [
        lambda cfg: Conf.set(cfg, "db.password", "other"),
        lambda cfg: Conf.update(cfg, {"db": {"password": "other"}}),
        lambda cfg: Conf.set(cfg, "db", {"password": "other"}),
        lambda cfg: Conf.set(cfg, "db.password", "${name}"),
    ],
)
def test_what_a_secret_was_before_is_not_shown_either(change):
    cfg = Conf.parse_sdn("db: {user: ada, password: hunter2}\nname: other\n", "c.sdn")
    change(cfg)
    Conf.mark_secret(cfg, "db.password")
    assert censor_of(cfg).text("hunter2") == "••••"
    shown = [entry for path in ("db", "db.password") for entry in Conf.history(cfg, path)]
    assert "hunter2" not in repr(shown) + "".join(entry.origin.excerpt() for entry in shown)


def test_what_a_secret_item_of_a_list_was_before_is_not_shown():
    cfg = Conf.merge({"keys": ["first"]}, {"keys": ["second"]})
    Conf.mark_secret(cfg, "keys[0]")
    assert censor_of(cfg).text("first second") == "•••• ••••"
    assert list(earlier_texts(cfg, ("keys", 5))) == []


def test_the_parts_of_a_text_that_are_no_references():
    assert plain_parts("a${b}c${d:e}") == ["a", "c"]
    assert plain_parts("${b}") == []
    assert plain_parts("a ${") == ["a ${"]
