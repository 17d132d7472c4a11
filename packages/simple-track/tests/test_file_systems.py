"""What a file system lacks costs a feature, not the run: real processes whose kernel refuses the calls."""

import os
import platform
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from simple_track import Track

SCRIPT = Path(__file__).with_name("refuse_calls.py")
EVERYTHING = "flock=ENOLCK,chmod=EPERM,fsync=EINVAL,fdatasync=EINVAL,link=EPERM,utime=EPERM"

needs_filter = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the numbers of this machine's calls are not known",
)


def python(refused, code, *, check=True, **options):
    """Run code in a process for which some calls are refused; returns what it printed."""
    words = [sys.executable, "-W", "always", SCRIPT, refused, textwrap.dedent(code)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, **options)
    if check:
        assert done.returncode == 0, done.stderr
    return done


WHOLE_RUN = """
    from simple_track import Track
    with Track.run(project="p", system=False, config={"lr": 0.1}) as run:
        for number in range(3):
            run.log({"a": number})
        run.log_text("note", "hello")
        artifact = Track.Artifact("m", "model")
        artifact.add_bytes(b"weights", "f")
        assert run.log_artifact(artifact).version == "v0"
        assert run.log_artifact(artifact).version == "v0"
        other = Track.Artifact("m", "model")
        other.add_bytes(b"others", "f")
        assert run.log_artifact(other, "best").version == "v1"
        (view,) = Track.runs()
        assert view.state == "running", view.state
    print(run.id)
"""


@needs_filter
@pytest.mark.parametrize(
    "refused",
    [
        pytest.param("flock=ENOSYS", marks=pytest.mark.slow),
        pytest.param("flock=ENOTSUP", marks=pytest.mark.slow),
        pytest.param("flock=ENOLCK", marks=pytest.mark.slow),
        pytest.param("chmod=EPERM", marks=pytest.mark.slow),
        pytest.param("chmod=ENOTSUP", marks=pytest.mark.slow),
        pytest.param("fsync=EINVAL,fdatasync=EINVAL", marks=pytest.mark.slow),
        pytest.param("fsync=ENOSYS,fdatasync=ENOSYS", marks=pytest.mark.slow),
        pytest.param("link=EPERM", marks=pytest.mark.slow),
        pytest.param("utime=EPERM", marks=pytest.mark.slow),
        EVERYTHING,
    ],
)
def test_a_run_and_its_artifacts_are_kept_without(root, refused):
    done = python(refused, WHOLE_RUN)
    assert done.stderr == ""
    (view,) = Track.runs()
    assert view.state == "finished"
    assert view.history()["a"].tolist() == [0, 1, 2]
    assert str(view.media("note")[0][1].text) == "hello"
    assert Track.artifact("m:best", project="p").open("f").read() == b"others"
    assert [path.name for path in root.rglob("*.part")] == []
    assert [path.name for path in root.rglob("*.claim")] == []


@needs_filter
def test_a_disk_that_fails_is_no_file_system_without_sync(root):
    done = python(
        "fsync=EIO", "from simple_track import Track; Track.run(project='p', strict=True)", check=False
    )
    assert "StorageError" in done.stderr
    assert "Input/output error" in done.stderr


POWER = """
    from simple_track import Track
    Track.set_durability("power")
    with Track.run(project="p", system=False) as run:
        for number in range(3):
            run.log({"a": number})
"""


@needs_filter
@pytest.mark.parametrize(("error", "reason"), [("EIO", "Input/output error"), ("EINVAL", "Invalid argument")])
def test_power_durability_that_the_disk_does_not_give_is_reported(root, error, reason):
    done = python(f"fdatasync={error}", POWER)
    (view,) = Track.runs()
    assert view.history()["a"].tolist() == [0, 1, 2]
    for path in (view.layout.metrics, view.layout.history):
        assert (
            done.stderr.count(
                f"TrackWarning: {path}: cannot be synced to disk ({reason}); its last lines may"
            )
            == 1
        )
    command = [sys.executable, "-m", "simple_track.cli", "doctor", "--dir", root]
    doctor = subprocess.run(command, capture_output=True, text=True, check=False)
    assert doctor.returncode == 1
    for name in ("history.jsonl", "metrics.jsonl"):
        assert (
            f"{name} could not be synced to disk once while the run was written ({reason})" in doctor.stdout
        )


@needs_filter
def test_a_disk_that_fails_to_sync_in_the_background_is_reported(root):
    done = python("fdatasync=EIO", POWER.replace('Track.set_durability("power")', ""))
    (view,) = Track.runs()
    assert f"{view.layout.metrics}: cannot be synced to disk (Input/output error)" in done.stderr


@needs_filter
def test_a_strict_run_raises_when_the_disk_fails_to_sync(root):
    done = python("fdatasync=EIO", POWER.replace("system", "strict=True, system"), check=False)
    assert done.returncode == 1
    assert "StorageError" in done.stderr
    assert "cannot be synced to disk" in done.stderr


RESUME = """
    import sys
    from simple_track import RunBusyError, Track
    try:
        run = Track.run(project="p", resume="must", system=False)
    except RunBusyError as error:
        print("busy:", error)
    else:
        run.log({"a": 9})
        run.finish()
        print("resumed")
"""


@needs_filter
def test_without_locks_a_live_run_is_busy_and_a_dead_one_is_free_when_its_heartbeat_is_old(root):
    hold = """
        from simple_track import Track
        Track.run(project="p", system=False).log({"a": 0})
        print("on", flush=True)
        input()
    """
    words = [sys.executable, SCRIPT, "flock=ENOSYS", textwrap.dedent(hold)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "on\n"
        assert f"process {holder.pid}" in python("flock=ENOSYS", RESUME).stdout
        holder.kill()
    (view,) = Track.runs()
    assert "busy" in python("flock=ENOSYS", RESUME).stdout  # it may still live on another host
    old = time.time() - 3600
    os.utime(view.layout.lock, (old, old))
    assert python("flock=ENOSYS", RESUME).stdout == "resumed\n"
    assert view.refresh().state == "finished"
    assert view.history()["a"].tolist() == [0, 9]


@needs_filter
def test_without_locks_a_run_that_ended_can_be_resumed_at_once(root):
    python("flock=ENOSYS", WHOLE_RUN)
    assert python("flock=ENOSYS", RESUME).stdout == "resumed\n"


@needs_filter
def test_without_locks_and_times_the_heartbeat_is_written(root):
    code = """
        import os, time
        from pathlib import Path
        from simple_track.storage.lock import FileLock, holder_of, is_alive
        lock = FileLock(Path("run.lock"))
        assert lock.acquire()
        before = os.stat("run.lock").st_mtime_ns
        time.sleep(0.05)
        lock.heartbeat()
        assert os.stat("run.lock").st_mtime_ns > before
        assert holder_of(lock.path).pid == os.getpid()
        assert is_alive(lock.path)
        assert not FileLock(lock.path).acquire(patience=0.01)
        lock.release()
        assert not is_alive(lock.path)
    """
    python("flock=ENOSYS,utime=EPERM", code)


@needs_filter
@pytest.mark.slow
def test_without_locks_and_links_many_processes_give_each_version_its_own_number(root):
    code = """
        import sys
        from simple_track import Track
        with Track.run(project="p", system=False) as run:
            for number in range(5):
                artifact = Track.Artifact("m", "model")
                artifact.add_bytes(f"{run.id} {number}".encode(), "f")
                run.log_artifact(artifact)
    """
    words = [sys.executable, SCRIPT, "flock=ENOSYS,link=EPERM", textwrap.dedent(code)]
    writers = [subprocess.Popen(words) for _ in range(4)]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    found = {Track.artifact(f"m:v{number}", project="p").open("f").read() for number in range(20)}
    assert len(found) == 20
    assert Track.artifact("m", project="p").version == "v19"


def _can_mount():
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


TMPFS = "mount -t tmpfs -o size=4g none {at}"  # a size only; doctor warns of a small disk
SMALL = "mount -t tmpfs -o size=2m none {at}"
OVERLAY = (
    "mount -t tmpfs none {at} && mkdir {at}/low {at}/up {at}/work {at}/all && "
    "mount -t overlay -o lowerdir={at}/low,upperdir={at}/up,workdir={at}/work none {at}/all"
)


def on_mount(tmp_path, mount, folder, code):
    """Run code whose store is on a file system that is mounted for this process alone."""
    at = tmp_path / "mounted"
    at.mkdir()
    script = f'{mount.format(at=at)} && exec "$@"'
    words = ["unshare", "-Urm", "sh", "-ec", script, "sh", sys.executable, "-W", "always", "-c"]
    environment = {**os.environ, "SIMPLE_DIR": str(at / folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*words, textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux mounts for one process")
@pytest.mark.parametrize(
    ("mount", "folder"), [(TMPFS, "store"), (OVERLAY, "all/store")], ids=["tmpfs", "overlay"]
)
def test_a_run_and_its_artifacts_are_kept_on_a_mount(tmp_path, mount, folder):
    if not _can_mount():
        pytest.skip("this machine does not let a process mount")
    check = """
    from simple_track.maintenance.doctor import examine
    from simple_track.settings import current_layout
    assert list(examine(current_layout(None), deep=True)) == []
    assert Track.load(run.id).history()["a"].tolist() == [0, 1, 2]
    assert Track.artifact("m:best", project="p").open("f").read() == b"others"
    """
    done = on_mount(tmp_path, mount, folder, textwrap.dedent(WHOLE_RUN) + textwrap.dedent(check))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux mounts for one process")
def test_a_disk_that_is_really_full_is_reported_and_used_again(tmp_path):
    if not _can_mount():
        pytest.skip("this machine does not let a process mount")
    code = """
        import os
        from pathlib import Path
        from simple_track import Track
        store = Path(os.environ["SIMPLE_DIR"])
        with Track.run(project="p", system=False) as run:
            run.log({"a": 0})
            with open(store / "big", "wb", buffering=0) as big:
                try:
                    while True:
                        big.write(bytes(4096))
                except OSError:
                    pass
            for number in range(1, 2000):
                run.log({"a": number})
            (store / "big").unlink()
            run.log({"a": 2000})
        assert Track.load(run.id).history()["a"].tolist() == list(range(2001))
        assert Track.load(run.id).state == "finished"
    """
    done = on_mount(tmp_path, SMALL, "store", code)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("metrics.jsonl: No space left on device") == 1
