"""A journal keeps whole lines, whatever happens to the disk or to an earlier writer."""

import errno
import os
import resource
import subprocess
import sys
import textwrap
import threading
import warnings

import pytest

from simple_track.errors import StorageError, TrackWarning
from simple_track.storage.journal import Journal
from simple_track.storage.reader import read_records
from simple_track.storage.record import encode_metrics


def run_limited(code: str, tmp_path, size: int) -> subprocess.CompletedProcess:
    """Run code in a process whose files may not grow beyond a size."""
    lines = textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", lines],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,  # a machine under load is slow, and nothing here waits
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY)),
        env={**os.environ, "SIMPLE_DIR": str(tmp_path / "simple"), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_a_torn_tail_at_every_byte_hides_nothing_else(tmp_path):
    first = encode_metrics(0, {"loss": 0.5, "text": 'ünï { } [ , " \\'}, 1.0)
    torn = encode_metrics(1, {"loss": float("nan"), "text": '{"step":9}'}, 2.0)
    for cut in range(len(torn)):
        path = tmp_path / f"{cut}.jsonl"
        path.write_bytes(first + torn[:cut])
        whole = cut == len(torn) - 1  # only the newline is missing
        assert [r["step"] for r in read_records(path)] == [0, 1][: 1 + whole]
        journal = Journal(path)
        journal.open()
        journal.append(encode_metrics(2, {"loss": 0.25}, 3.0))
        journal.close()
        assert [r["step"] for r in read_records(path)] == ([0, 1, 2] if whole else [0, 2])


def test_a_file_that_is_only_opened_by_its_first_line(tmp_path):
    path = tmp_path / "late.jsonl"
    journal = Journal(path)
    assert not path.exists()
    journal.append(b'{"a":1}\n')
    journal.append(b'{"a":2}\n')
    assert journal.close() == 0
    assert path.read_bytes() == b'{"a":1}\n{"a":2}\n'


def test_threads_never_mix_their_lines(tmp_path):
    journal = Journal(tmp_path / "many.jsonl")
    journal.open()

    def write(number):
        for i in range(300):
            journal.append(encode_metrics(i, {"thread": number, "pad": "x" * 500}, 0.0))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    journal.close()
    records = list(read_records(journal.path))
    for number in range(8):
        assert [r["step"] for r in records if r["thread"] == number] == list(range(300))


def test_a_full_disk_warns_once_and_everything_is_written_when_there_is_room(tmp_path):
    done = run_limited(
        """
        import resource, signal, warnings
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from pathlib import Path
        from simple_track.storage.journal import Journal
        from simple_track.storage.record import encode_metrics
        journal = Journal(Path("full.jsonl"))
        journal.open()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for i in range(200):
                journal.append(encode_metrics(i, {"loss": 0.123456789}, 1.0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            for i in range(200, 250):
                journal.append(encode_metrics(i, {"loss": 0.123456789}, 1.0))
        assert journal.close() == 0
        print(len(caught), caught[0].category.__name__)
        print(caught[0].message)
        """,
        tmp_path,
        3000,
    )
    assert done.returncode == 0, done.stderr
    count, message = done.stdout.splitlines()
    assert count == "1 TrackWarning"
    assert (
        "File too large; lines are kept in memory and written as soon as the disk takes them again" in message
    )
    assert [r["step"] for r in read_records(tmp_path / "full.jsonl")] == list(range(250))


def test_training_goes_on_with_a_full_disk_and_the_end_tells_what_was_lost(tmp_path):
    done = run_limited(
        """
        import signal, warnings
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from simple_track import Track
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with Track.run(project="demo", system=False) as run:
                for i in range(3000):
                    run.log({"loss": 0.123456789})
        told = sorted(str(w.message).partition(";")[0].rpartition("/")[2] for w in caught)
        print("trained", *(text for text in told if "metrics" in text or "never" in text), sep="|")
        """,
        tmp_path,
        50_000,
    )
    assert done.returncode == 0, done.stderr
    trained, lost, refused = done.stdout.strip().split("|")
    assert trained == "trained"
    assert refused == "metrics.jsonl: File too large"
    assert lost.endswith("were never taken by the disk")


def test_a_strict_journal_raises_once_and_goes_on(tmp_path):
    done = run_limited(
        """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from simple_track import StorageError, Track
        run = Track.run(project="demo", system=False, strict=True)
        raised = []
        for i in range(1000):
            try:
                run.log({"i": i})
            except StorageError as error:
                raised.append((i, error.errno, isinstance(error, OSError)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        run.log({"i": 1000})
        run.finish()
        print(len(raised), raised[0][1:], run.history()["i"].tolist() == list(range(1001)))
        """,
        tmp_path,
        20_000,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "1 (27, True) True"


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_a_full_disk_is_told_once_wherever_it_cuts_a_line(tmp_path, missing):
    line = encode_metrics(1, {"loss": 0.5}, 1.0)
    done = run_limited(
        f"""
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from pathlib import Path
        from simple_track.errors import StorageError
        from simple_track.storage.journal import Journal
        journal = Journal(Path("full.jsonl"), strict=True)
        journal.open()
        raised = 0
        for _ in range(5):
            try:
                journal.append({line!r})
            except StorageError:
                raised += 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        journal.append({line!r})
        print(raised, journal.close())
        """,
        tmp_path,
        2 * len(line) - missing,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 0\n"
    assert len(list(read_records(tmp_path / "full.jsonl"))) == 6


def test_a_line_of_which_only_the_newline_is_missing_is_not_written_twice(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "short.jsonl")
    journal.open()
    line = b'{"step":1}\n'
    written = os.write(journal.fd, line[:-1])
    journal.rescue(line, written)
    journal.append(b'{"step":2}\n')
    journal.close()
    assert journal.path.read_bytes() == b'{"step":1}\n{"step":2}\n'


def test_a_half_written_line_is_written_again_whole(tmp_path):
    journal = Journal(tmp_path / "half.jsonl")
    journal.open()
    line = b'{"step":1}\n'
    journal.rescue(line, os.write(journal.fd, line[:4]))
    journal.close()
    assert [r["step"] for r in read_records(journal.path)] == [1]


def test_what_is_never_taken_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("simple_track.storage.journal.BACKLOG_BYTES", 30)
    (tmp_path / "folder.jsonl").mkdir()  # cannot be opened as a file
    journal = Journal(tmp_path / "folder.jsonl")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(5):
            journal.append(b'{"step":1}\n')
    assert [w.category for w in caught] == [TrackWarning]
    assert journal.close() == 5


def test_power_durability_syncs_every_line(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fdatasync", lambda fd: synced.append(fd))
    journal = Journal(tmp_path / "p.jsonl", sync_each=True)
    journal.open()
    for _ in range(3):
        journal.append(b'{"step":1}\n')
    assert len(synced) == 3
    journal.close()


def test_a_strict_journal_that_cannot_be_opened_raises(tmp_path):
    (tmp_path / "folder.jsonl").mkdir()
    journal = Journal(tmp_path / "folder.jsonl", strict=True)
    with pytest.raises(StorageError, match="Is a directory; lines are kept in memory"):
        journal.append(b"{}\n")


def test_the_line_that_opens_the_file_is_synced_like_every_other(tmp_path, disk):
    journal = Journal(tmp_path / "late.jsonl", sync_each=True)
    for count in range(1, 4):
        journal.append(b"{}\n")
        assert disk.calls.count(("sync", journal.path.stat().st_ino)) == count
    journal.close()


@pytest.mark.parametrize(
    "first", [Journal.open, lambda journal: journal.append(b"{}\n")], ids=["open", "append"]
)
def test_the_name_of_a_new_file_is_on_disk_with_its_first_lines(tmp_path, disk, first):
    journal = Journal(tmp_path / "new.jsonl")
    first(journal)
    for _ in range(3):
        journal.append(b"{}\n")
        journal.sync()
    assert [call for call in disk.calls if call[1] == tmp_path.stat().st_ino] == [
        ("sync", tmp_path.stat().st_ino)
    ]
    assert disk.calls[:2] == [("sync", journal.path.stat().st_ino), ("sync", tmp_path.stat().st_ino)]
    journal.close()


def test_the_name_of_a_file_that_was_there_needs_no_sync(tmp_path, disk):
    (tmp_path / "old.jsonl").write_bytes(b"{}\n")
    journal = Journal(tmp_path / "old.jsonl")
    journal.open()
    journal.append(b"{}\n")
    assert journal.close() == 0
    assert disk.calls == [("sync", (tmp_path / "old.jsonl").stat().st_ino)]


def test_nothing_is_synced_without_a_new_line(tmp_path, disk):
    journal = Journal(tmp_path / "a.jsonl")
    journal.open()
    journal.sync()
    assert disk.calls == []
    journal.append(b"{}\n")
    journal.sync()
    count = len(disk.calls)
    journal.sync()
    journal.close()
    assert len(disk.calls) == count


def test_a_sync_that_failed_is_tried_again(tmp_path, monkeypatch):
    tried = []

    def fail(fd):
        tried.append(fd)
        raise OSError(5, "the disk failed")

    journal = Journal(tmp_path / "a.jsonl")
    journal.append(b"{}\n")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        with pytest.warns(
            TrackWarning, match=r"a.jsonl: cannot be synced to disk \(the disk failed\); its last"
        ):
            journal.sync()
        journal.sync()
    assert len(tried) == 2
    assert journal.dirty
    journal.sync()
    assert not journal.dirty
    journal.append(b"{}\n")
    with monkeypatch.context() as patch:  # told again, as a sync has succeeded meanwhile
        patch.setattr(os, "fdatasync", fail)
        with pytest.warns(TrackWarning, match="cannot be synced"):
            journal.close()


@pytest.mark.parametrize(("number", "told"), [(errno.EIO, True), (errno.EINVAL, False)])
def test_a_strict_journal_raises_once_when_the_disk_fails_to_sync(tmp_path, monkeypatch, number, told):
    def fail(fd):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fdatasync", fail)
    journal = Journal(tmp_path / "a.jsonl", strict=True, sync_each=True)
    journal.open()
    if told:
        with pytest.raises(StorageError, match="cannot be synced to disk"):
            journal.append(b"{}\n")
    journal.append(b"{}\n")
    journal.close()
    assert journal.path.read_bytes().count(b"\n") == 1 + told


def test_who_asks_is_called_also_when_the_file_system_cannot_sync(tmp_path, monkeypatch):
    def fail(fd):
        raise OSError(errno.EINVAL, "not supported")

    monkeypatch.setattr(os, "fdatasync", fail)
    failures = []

    def note(path, error):
        failures.append((path.name, error.errno))

    for each in (False, True):
        journal = Journal(tmp_path / f"{each}.jsonl", sync_each=each, on_sync_failure=note)
        journal.open()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            journal.append(b"{}\n")
            journal.append(b"{}\n")
            journal.sync()
            journal.close()
    assert failures == [("True.jsonl", errno.EINVAL)]


def test_a_close_without_sync_leaves_the_disk_alone(tmp_path, disk):
    journal = Journal(tmp_path / "a.jsonl")
    journal.append(b"{}\n")
    assert journal.close(sync=False) == 0
    assert disk.calls == []
    assert journal.close() == 0


def test_the_position_is_the_size_of_the_file(tmp_path):
    journal = Journal(tmp_path / "a.jsonl")
    assert journal.position() == 0
    (tmp_path / "a.jsonl").write_bytes(b"{}\n{")
    assert journal.position() == 4
    journal.open()
    assert journal.position() == 5
    journal.append(b"{}\n")
    assert journal.position() == journal.path.stat().st_size == 8
    journal.close()
    assert journal.position() == 8


def test_a_child_forgets_what_its_parent_will_write(tmp_path, monkeypatch):
    (tmp_path / "folder.jsonl").mkdir()
    journal = Journal(tmp_path / "folder.jsonl")
    with pytest.warns(TrackWarning):
        journal.append(b"{}\n")
    journal.forget()
    assert journal.close() == 0
