"""Laws that hold for any configs, overrides and changes; docs/conf/semantics.md says them in words."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, ConfError

KEYS = st.sampled_from(["a", "b", "c"])
TEXTS = st.sampled_from(
    ["x", "${a}", "${b.c}", "${c}-${a}", "${..a}", "${.b}", "${a[0]}", "$${a}", "${get:a,0}"]
)
LEAVES = st.none() | st.integers(0, 3) | TEXTS | st.just("???")
VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=2) | st.lists(inner, max_size=2), max_leaves=6
)
TREES = st.dictionaries(KEYS, VALUES, max_size=3)
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(".".join)
WORDS = st.builds(
    lambda path, form, value: {"set": f"{path}={value}", "append": f"{path}+={value}", "delete": f"~{path}"}[
        form
    ],
    PATHS,
    st.sampled_from(["set", "set", "append", "delete"]),
    st.sampled_from(["1", "[1, 2]", "{a: 1}", "text", "null"]),
)


def written(node):
    """Everything as it is written, keys on top of references beside them."""
    raw = getattr(node, "__raw__", None)
    if raw is None:
        return [written(item) for item in node] if isinstance(node, list) else repr(node)
    if isinstance(raw, list):
        return [written(item) for item in raw]
    return {
        key: ("on top of", value.reference, written(value.overrides))
        if hasattr(value, "reference")
        else written(value)
        for key, value in raw.items()
    }


def read(cfg):
    """Every value as it reads, or what kind of error it gives."""

    def at(node, key):
        try:
            value = node[key]
        except (ConfError, RecursionError) as failure:
            return type(failure).__name__
        return value

    return {key: plain(at(cfg, key)) for key in cfg}


def plain(value, depth=0):
    """A value as plain data, not too deep where references make it endless."""
    if depth > 6:
        return "deep"
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if hasattr(value, "__raw__"):
        found = {}
        for key in value:
            try:
                found[key] = plain(value[key], depth + 1)
            except ConfError as failure:
                found[key] = type(failure).__name__
        return found
    return value


def attempt(action):
    """The result of an action, or the kind of its error."""
    try:
        return action()
    except ConfError as failure:
        return type(failure).__name__


@given(TREES, st.lists(WORDS, max_size=3), st.lists(WORDS, max_size=3))
def test_overrides_mean_the_same_whatever_they_are_merged_with_first(tree, one, two):
    base = Conf.from_dict(tree)
    first, second = (attempt(lambda words=words: Conf.parse_dotlist(words)) for words in (one, two))
    if isinstance(first, str) or isinstance(second, str):
        return
    both = attempt(lambda: Conf.merge(first, second))
    left = attempt(lambda: written(Conf.merge(Conf.merge(base, first), second)))
    if isinstance(both, str):
        return
    assert attempt(lambda: written(Conf.merge(base, both))) == left
    assert attempt(lambda: written(Conf.merge(base, first, second))) == left


EDITS = st.one_of(
    st.tuples(st.just("set"), PATHS, VALUES),
    st.tuples(st.just("delete"), PATHS, st.none()),
    st.tuples(st.just("append"), PATHS, VALUES),
    st.tuples(st.just("read"), PATHS, st.none()),
    st.tuples(st.just("update"), PATHS, TREES),
)


def change(cfg, edit):
    """Carries out one edit the way a user does."""
    kind, path, value = edit
    if kind == "set":
        Conf.set(cfg, path, value)
    elif kind == "delete":
        Conf.delete(cfg, path)
    elif kind == "append":
        found = Conf.get(cfg, path)
        if isinstance(found, list) and hasattr(found, "__tree__"):
            found.append(value)
    elif kind == "update":
        Conf.update(cfg, value)
    else:
        Conf.get(cfg, path)


@given(TREES, st.lists(EDITS, max_size=6))
def test_after_any_changes_a_config_reads_like_a_fresh_one(tree, edits):
    cfg = Conf.from_dict(tree)
    read(cfg)
    for edit in edits:
        attempt(lambda edit=edit: change(cfg, edit))
        read(cfg)
    if "Overlaid" not in repr(kinds(cfg)):  # keys on top of a reference are written with what it names now
        assert read(cfg) == read(Conf.from_dict(Conf.to_dict(cfg, resolve=False)))


def kinds(node):
    """The kinds of everything written in a tree."""
    raw = node.__raw__ if getattr(node, "__raw__", None) is not None else node
    values = raw.values() if isinstance(raw, dict) else raw
    return [kinds(value) if hasattr(value, "__raw__") else type(value).__name__ for value in values]


@given(TREES)
def test_copies_read_alike(tree):
    cfg = Conf.from_dict(tree)
    expected = read(cfg)
    for other in (
        copy.deepcopy(cfg),
        pickle.loads(pickle.dumps(cfg)),
        Conf.freeze(cfg),
        Conf.unfreeze(cfg),
        Conf.merge(cfg),
    ):
        assert read(other) == expected
        assert written(other) == written(cfg)


@given(TREES)
def test_origins_are_known_for_everything_and_for_all_time(tree):
    cfg = Conf.merge(Conf.from_dict(tree), Conf.parse_dotlist(["z.y=1"]))

    def walk(node, path):
        values = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in values:
            inner = (*path, key)
            assert str(Conf.origin(cfg, inner)).startswith(("code: ", "command line: "))
            assert Conf.history(cfg, inner)
            if isinstance(value, (dict, list)):
                walk(value, inner)

    walk(Conf.to_dict(cfg, resolve=False), ())
