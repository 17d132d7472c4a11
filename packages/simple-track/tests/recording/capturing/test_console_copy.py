"""Lines are written when they have ended, with secrets masked."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.recording.capturing import console_copy
from simple_track.recording.capturing.console_copy import ConsoleMask, MaskedFile
from simple_track.storage import secrets
from simple_track.storage.secrets import MASK


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "console.log"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    yield MaskedFile(fd, ConsoleMask(vars(secrets))), path
    os.close(fd)


def test_a_secret_that_comes_in_pieces_is_masked(kept):
    file, path = kept
    for piece in (b"api_key=hun", b"ter2 and", b" more\nnext"):
        file.write(piece)
    assert path.read_text() == f"api_key={MASK} and more\n"
    file.write(b"\rlast")
    assert path.read_bytes() == f"api_key={MASK} and more\nnext\r".encode()
    file.close()
    file.close()
    assert path.read_bytes() == f"api_key={MASK} and more\nnext\rlast".encode()


def test_a_line_that_never_ends_is_written_in_pieces(kept):
    file, path = kept
    for _ in range(100):
        file.write(b"api_key=hunter2 " * 100)
    text = path.read_text()
    assert len(text) > 50_000
    assert "hunter2" not in text
    file.write(b"x" * 200_000)
    assert len(path.read_text()) > 200_000


def test_private_keys_are_masked_over_many_lines(kept):
    file, path = kept
    key = "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n\nhunter3\n-----END RSA PRIVATE KEY-----\n"
    file.write(f"a\n{key}b\n".encode())
    assert path.read_text() == "a\n" + key.replace("hunter2\n\nhunter3", f"{MASK}\n{MASK}\n{MASK}") + "b\n"


def test_values_of_secret_variables_are_masked(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "plain-words")
    assert ConsoleMask(vars(secrets))("the plain-words are kept\n") == f"the {MASK} are kept\n"


@given(st.lists(st.binary(max_size=9)))
def test_bytes_without_secrets_are_kept_as_they_are(pieces):
    read, write = os.pipe()
    file = MaskedFile(write, ConsoleMask(vars(secrets)))
    for piece in pieces:
        file.write(piece)
    file.close()
    os.close(write)
    with os.fdopen(read, "rb") as kept:
        assert kept.read() == b"".join(pieces)


def start(path, ready, **options):
    words = [sys.executable, "-I", "-S", console_copy.__file__, path, secrets.__file__, str(ready)]
    return subprocess.Popen(words, pass_fds=[ready], **options)


@pytest.mark.skipif(os.name == "nt", reason="descriptors are not passed on")
def test_the_script_shows_all_and_keeps_what_is_no_secret(tmp_path):
    read, write = os.pipe()
    process = start(tmp_path / "log", write, stdin=-1, stdout=-1, stderr=-1, env={"MY_TOKEN": "plain-words"})
    os.close(write)
    with os.fdopen(read, "rb") as ready:
        assert ready.read() == console_copy.READY
    out, err = process.communicate(b"one\nplain-words hf_" + b"a1" * 17 + b"\nlast", timeout=60)
    assert (process.returncode, out.splitlines()[-1], err) == (0, b"last", b"")
    assert b"plain-words" in out
    assert (tmp_path / "log").read_text() == f"one\n{MASK} {MASK}\nlast"


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGPIPE")
def test_the_script_ends_when_nobody_reads_what_is_printed(tmp_path):
    read, write = os.pipe()
    process = start(tmp_path / "log", write, stdin=-1, stdout=-1)
    os.close(write)
    os.close(read)
    process.stdout.close()
    process.stdin.write(b"one\n")
    process.stdin.close()
    assert process.wait(60) != 0
