import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow
import pytest
import zstandard

from simple_track.errors import FormatError, RunBusyError
from simple_track.storage.layout import Layout
from simple_track.storage.pack import FRAME, pack, unpack
from simple_track.track import Track
from simple_track.values import Text

KEEP_OPEN = """
import sys, time
from simple_track.track import Track
run = Track.run("demo", dir=sys.argv[1], system=False)
run.log({"a": 1})
print(run.id, flush=True)
time.sleep(60)
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


def logged(root, steps=3000, **kwargs):
    rng = np.random.default_rng(0)
    with Track.run("demo", dir=root, system=False, **kwargs) as run:
        for step in range(steps):
            run.log({"loss": float(rng.normal()), "step/epoch": step // 100}, step=step)
        run.log({"note": Text("a")})
    return Layout(root).run("demo", run.id)


def content(layout):
    return {path.name: path.read_bytes() for path in [*layout.metric_files(), *layout.history_files()]}


def test_a_packed_run_reads_as_before(root):
    layout = logged(root)
    before = Track.load(layout.run_id, dir=root)
    history, events, summary = before.history(), before.events(), dict(before.summary)
    done = pack(layout)
    assert done.files == 2
    assert done.after < done.before / 3
    assert not layout.metrics.exists()
    after = Track.load(layout.run_id, dir=root)
    for key in history:
        np.testing.assert_array_equal(after.history()[key], history[key])
    assert after.events() == events
    assert dict(after.summary) == summary
    assert after.media("note")[0][1] == Text("a")
    assert len(list(after.follow())) == 3000


def test_it_unpacks_to_the_same_bytes(root):
    layout = logged(root)
    before = content(layout)
    pack(layout)
    assert unpack(layout) == 2
    assert content(layout) == before
    assert not list(layout.dir.glob("*.zst"))


def test_frames_are_independent_and_end_at_a_lines_end(root):
    layout = logged(root, steps=20_000)
    size = layout.metrics.stat().st_size
    pack(layout)
    packed = layout.metrics.with_name("metrics.jsonl.zst").read_bytes()
    texts = []
    while packed:
        frame = zstandard.ZstdDecompressor().decompressobj()
        texts.append(frame.decompress(packed))
        packed = frame.unused_data
    assert len(texts) >= size // FRAME
    assert all(text.endswith(b"\n") and len(text) <= FRAME for text in texts)
    assert sum(map(len, texts)) == size


def test_other_libraries_read_it(root):
    layout = logged(root)
    text = layout.metrics.read_bytes()
    pack(layout)
    with pyarrow.input_stream(str(layout.metrics) + ".zst", compression="zstd") as file:
        assert file.read() == text


def test_packing_twice_does_nothing_more(root):
    layout = logged(root)
    pack(layout)
    assert pack(layout).files == 0


def test_torn_lines_and_lines_longer_than_a_frame_are_kept(root):
    layout = logged(root, steps=10)
    with layout.metrics.open("ab") as out:
        out.write(b'{"step": 11, "text": "' + os.urandom(2 * FRAME).hex().encode() + b'"}\n{"step": 12, "lo')
    before = content(layout)
    pack(layout)
    unpack(layout)
    assert content(layout) == before


def test_a_run_that_is_written_is_refused(root):
    with subprocess.Popen(
        [sys.executable, "-c", KEEP_OPEN, root], stdout=subprocess.PIPE, text=True
    ) as process:
        layout = Layout(root).run("demo", process.stdout.readline().strip())
        try:
            with pytest.raises(RunBusyError):
                pack(layout)
            assert layout.metrics.exists()
        finally:
            process.kill()
    pack(layout)  # the kernel has let go of the lock
    assert Track.load(layout.run_id, dir=root).history()["a"].tolist() == [1]


FORK_AND_GO_ON = """
import os, sys
from simple_track.track import Track
with Track.run("demo", dir=sys.argv[1], system=False) as run:
    run.log({"a": 1})
    child = os.fork()
    if not child:
        run.log({"a": 2})
        print(run.id, flush=True)
        sys.stdin.readline()
        run.log({"a": 3})
        os._exit(0)
os.waitpid(child, 0)
"""


def test_what_a_forked_process_still_writes_is_not_packed(root):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", FORK_AND_GO_ON, root], **pipes) as process:
        layout = Layout(root).run("demo", process.stdout.readline().strip())
        while Track.load(layout.run_id, dir=root).state == "running":
            time.sleep(0.01)
        with pytest.raises(RunBusyError, match="is being written by process"):
            pack(layout)
        process.communicate("\n", timeout=30)
    assert pack(layout).files >= 3
    assert sorted(Track.load(layout.run_id, dir=root).history()["a"].tolist()) == [1, 2, 3]


def test_what_another_host_wrote_just_now_is_not_packed(root):
    layout = logged(root, steps=3)
    foreign = layout.stream("other-1234")[0]
    foreign.write_bytes(layout.metrics.read_bytes())
    with pytest.raises(RunBusyError, match="process 1234 of other-1234"):
        pack(layout)
    os.utime(foreign, (1e9, 1e9))
    assert pack(layout).files == 3


def test_packing_does_not_make_a_crashed_run_younger(root):
    layout = logged(root)
    os.utime(layout.lock, (1e9, 1e9))
    pack(layout)
    assert layout.lock.stat().st_mtime == 1e9


def test_a_cut_short_packing_loses_nothing_and_is_done_again(root):
    layout = logged(root, steps=100)
    layout.metrics.with_name("metrics.jsonl.zst").write_bytes(b"half")
    assert len(list(Track.load(layout.run_id, dir=root).follow())) == 100
    pack(layout)
    assert len(list(Track.load(layout.run_id, dir=root).follow())) == 100


def test_a_damaged_packed_file_is_named_and_left(root):
    layout = logged(root)
    pack(layout)
    packed = layout.metrics.with_name("metrics.jsonl.zst")
    data = bytearray(packed.read_bytes())
    data[len(data) // 2] ^= 1
    packed.write_bytes(data)
    with pytest.raises(
        FormatError, match=r"metrics\.jsonl\.zst: is damaged \(.*\); restore it from a backup"
    ):
        unpack(layout)
    assert packed.exists()
    assert not layout.metrics.exists()


def test_a_packed_run_is_continued(root):
    layout = logged(root, steps=5)
    pack(layout)
    with Track.run("demo", dir=root, system=False, resume=layout.run_id) as run:
        run.log({"loss": 1.0})
    history = Track.load(layout.run_id, dir=root).history(["loss"])
    assert history["step"].tolist() == [0, 1, 2, 3, 4, 6]  # the note had 5
    assert time.time() - history["timestamp"][-1] < 60


def test_what_does_not_read_back_is_not_kept(root, monkeypatch):
    layout = logged(root, steps=5)
    before = content(layout)
    monkeypatch.setattr("simple_track.storage.pack.unpack_blocks", lambda *_: iter([b"something else"]))
    with pytest.raises(
        FormatError, match="does not read back as it was packed; the plain file was kept; try again"
    ):
        pack(layout)
    assert content(layout) == before
    assert not list(layout.dir.glob("*.zst"))


def test_a_packed_file_is_on_disk_before_the_plain_one_goes_and_so_is_the_plain_one(root, disk, monkeypatch):
    layout = logged(root, steps=5)
    removed, unlink = [], Path.unlink

    def record(path, missing_ok=False):
        if path.exists():
            removed.append((path.name, len(disk.calls)))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", record)
    disk.calls.clear()
    pack(layout)
    packed = layout.metrics.with_name("metrics.jsonl.zst")
    assert disk.survives_power_loss(packed)
    assert removed[0] == ("metrics.jsonl", 3)  # after the content, its name, and the folder
    disk.calls.clear()
    removed.clear()
    unpack(layout)
    assert disk.survives_power_loss(layout.metrics)
    assert removed[0] == ("metrics.jsonl.zst", 3)
