"""The files of a tokenizer, read in the background."""

import json
import pickle

import pytest

from simple_ignite.data import TokenizerCache
from simple_ignite.errors import CacheError, CacheFileNotFoundError, FileNotReadyError


@pytest.fixture
def files(tmp_path):
    vocab = {f"token{number}": number for number in range(50_000)}
    (tmp_path / "vocab.json").write_text(json.dumps(vocab))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n" + "".join(f"a{n} b{n}\n" for n in range(50_000)))
    return tmp_path / "vocab.json", tmp_path / "merges.txt"


def test_vocabulary_and_merges(files):
    with TokenizerCache(*files) as cache:
        assert cache.wait_ready() is cache
        assert cache.is_ready()
        assert cache.progress == 1.0
        assert cache.vocab["token49999"] == 49_999
        assert cache.vocab is cache.vocab
        assert cache.merges[-1] == ("a49999", "b49999")
        assert len(cache.merges) == 50_000


def test_they_are_waited_for_where_they_are_used(files):
    assert len(TokenizerCache(*files).vocab) == 50_000
    assert len(TokenizerCache(str(files[0]), str(files[1])).merges) == 50_000


def test_without_merges(files, tmp_path):
    assert TokenizerCache(files[0]).merges == []
    (tmp_path / "vocab.txt").write_text("[PAD]\nun\n")
    assert TokenizerCache(tmp_path / "vocab.txt").vocab == {"[PAD]": 0, "un": 1}


def test_missing_files_are_errors_at_once(files, tmp_path):
    for arguments in ((tmp_path / "none",), (files[0], tmp_path / "none")):
        with pytest.raises(CacheFileNotFoundError, match="none: does not exist"):
            TokenizerCache(*arguments)


def test_files_that_are_not_valid_are_errors_when_they_are_asked_for(files):
    files[1].write_text("a b\nc\n")
    cache = TokenizerCache(*files)
    for ask in (cache.wait_ready, lambda: cache.vocab, lambda: cache.merges):
        with pytest.raises(CacheError) as caught:
            ask()
        assert (
            str(caught.value)
            == f"{files[1]}:2: 'c' is no pair; expected two tokens with one space between them"
        )


def test_waiting_ends(files, monkeypatch):
    import threading

    from simple_ignite.data import tokenizer_cache as module

    gate, parse = threading.Event(), module.parse_merges
    monkeypatch.setattr(module, "parse_merges", lambda *args: gate.wait() and parse(*args))
    cache = TokenizerCache(*files)
    with pytest.raises(
        FileNotReadyError, match=r"vocab\.json: not ready after 0.01 s: \d+% read; wait longer"
    ):
        cache.wait_ready(0.01)
    gate.set()
    assert cache.wait_ready(20).merges


def test_closed_it_lets_go(files):
    cache = TokenizerCache(*files)
    vocab = cache.vocab
    cache.close()
    assert len(vocab) == 50_000
    with pytest.raises(CacheError, match="was closed; open it again"):
        _ = cache.vocab


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_other_processes(files, in_child):
    cache = TokenizerCache(*files)
    assert in_child(lambda: len(cache.vocab) == 50_000 or 1 / 0) == 0
    assert len(pickle.loads(pickle.dumps(cache)).merges) == 50_000
    assert len(pickle.dumps(cache)) < 1000
