"""What is kept of uncommitted changes holds no secrets, and can otherwise be applied."""

import subprocess
from pathlib import Path

import pytest

from simple_track import Track
from simple_track.recording.capturing.patch import mask_patch
from simple_track.storage.secrets import MASK


@pytest.fixture
def git(tmp_path):
    def run(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        done = subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)
        return done.stdout

    run("init", "-b", "trunk")
    return run


def write(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text)


BEFORE = {
    "train.py": 'import os\n\npassword = "hunter2-old"\nx = 1\n',
    "conf.yaml": "db:\n  user: me\nauth:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  e: hunter2-old\n",
    ".env": "API_KEY=hunter2-old\nLR=0.1\n",
    ".netrc": "machine h login me password hunter2-old\n",
    "note.md": "The token: a piece of a text\n",
}
AFTER = {
    "train.py": 'import os\n\npassword = "hunter2-new"\ntoken = tokenizer("x")\nx = 2\n',
    "conf.yaml": "db:\n  user: me\nauth:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  e: hunter2-new\n",
    ".env": "API_KEY=hunter2-new\nLR=0.2\n",
    ".netrc": "machine h login me password hunter2-new\n",
    "note.md": "A token: a piece of a text\n",
}


def test_secrets_of_every_kind_of_file_are_masked(git, tmp_path):
    write(tmp_path, BEFORE)
    git("add", ".")
    git("commit", "-m", "first")
    write(tmp_path, AFTER)
    patch = git("diff", "HEAD")
    assert patch.count(b"hunter2") == 8
    masked = mask_patch(patch).decode()
    assert "hunter2" not in masked
    assert "+LR=0.2" in masked
    assert '+token = tokenizer("x")' in masked
    assert "+A token: a piece of a text" in masked
    assert (
        masked.splitlines()[0]
        == f"[secrets are masked as {MASK} in {masked.count(MASK) - 1} lines of this patch]"
    )


def test_a_patch_in_which_only_added_lines_are_masked_can_be_applied(git, tmp_path):
    write(tmp_path, {"a.py": "x = 1\n"})
    git("add", ".")
    git("commit", "-m", "first")
    write(tmp_path, {"a.py": 'x = 2\npassword = "hunter2"\n'})
    masked = mask_patch(git("diff", "HEAD"))
    git("checkout", "a.py")
    (tmp_path / "kept.patch").write_bytes(masked)
    git("apply", "kept.patch")
    assert (tmp_path / "a.py").read_text() == f'x = 2\npassword = "{MASK}"\n'


def test_a_patch_without_secrets_is_kept_byte_for_byte(git, tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = '\xff\xfe'\r\n")
    git("add", ".")
    git("commit", "-m", "first")
    (tmp_path / "a.py").write_bytes(b"x = '\xff'\r\n@@ -1 +1 @@\n--- a\n+++ b.yaml\npassword = read()")
    patch = git("diff", "HEAD")
    assert b"\xff\xfe" in patch
    assert mask_patch(patch) == patch
    assert mask_patch(b"") == b""


def test_the_heading_of_a_hunk_is_masked(git, tmp_path):
    text = 'password = "hunter2"\n' + "    a\n" * 9
    write(tmp_path, {"a.py": text})
    git("add", ".")
    git("commit", "-m", "first")
    write(tmp_path, {"a.py": text + "    b\n"})
    patch = git("diff", "HEAD")
    assert b'@@ password = "hunter2"' in patch
    assert b"hunter2" not in mask_patch(patch)


def test_a_run_keeps_the_masked_patch(git, root, tmp_path, monkeypatch):
    write(tmp_path, {"a.py": "x = 1\n"})
    git("add", ".")
    git("commit", "-m", "first")
    write(tmp_path, {"a.py": 'x = 1\nAPI_TOKEN = "hunter2"\n'})
    monkeypatch.chdir(tmp_path)
    with Track.run("demo", system=False) as run:
        pass
    kept = [path for path in Path(run.dir).rglob("*") if path.is_file()]
    assert Path(run.dir, "files", "diff.patch") in kept
    assert not [path for path in kept if b"hunter2" in path.read_bytes()]
    assert f'+API_TOKEN = "{MASK}"' in Path(run.dir, "files", "diff.patch").read_text()
