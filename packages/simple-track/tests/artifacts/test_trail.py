import subprocess
import sys

import pytest

from simple_track.artifacts.trail import Trail
from simple_track.errors import FormatError, StorageError

FILL = """
import resource, signal, sys
from pathlib import Path
from simple_track.artifacts.trail import Trail
from simple_track.errors import StorageError

trail = Trail(Path(sys.argv[1]))
trail.append([{"event": "first"}])
size = trail.path.stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, -1))
try:
    trail.append([{"event": "second", "text": "x" * 100}])
except StorageError as error:
    assert error.path == trail.path, error
    assert trail.path.stat().st_size == size
    print(error)
"""


@pytest.fixture
def trail(tmp_path):
    return Trail(tmp_path / "folder" / "events.jsonl")


def test_events_come_back_in_order_with_time_and_user(trail):
    trail.append([{"event": "a"}, {"event": "b"}])
    trail.append([{"event": "c"}])
    events, end = trail.read()
    assert [event["event"] for event in events] == ["a", "b", "c"]
    assert all(event["time"] > 1e9 and isinstance(event["user"], str) for event in events)
    assert end == trail.path.stat().st_size


def test_it_is_read_from_an_offset(trail):
    trail.append([{"event": "a"}])
    end = trail.path.stat().st_size
    trail.append([{"event": "b"}])
    assert [event["event"] for event in trail.read(end)[0]] == ["b"]


def test_nothing_to_append_makes_no_file(trail):
    trail.append([])
    assert not trail.path.exists()
    assert trail.read() == ([], 0)


def test_a_torn_line_is_not_read_until_it_is_ended_and_then_skipped(trail):
    trail.append([{"event": "a"}])
    end = trail.path.stat().st_size
    with trail.path.open("ab") as file:
        file.write(b'{"event": "to')
    assert trail.read()[1] == end
    trail.append([{"event": "b"}])
    assert [event["event"] for event in trail.read()[0]] == ["a", "b"]


def test_lines_that_are_no_objects_are_skipped(trail):
    trail.append_lines([b"[1]", b"null", b'{"event": "a"}', b"\xff\xfe"])
    assert trail.read()[0] == [{"event": "a"}]


def test_what_is_appended_is_on_disk_before_the_call_returns(trail, disk):
    trail.append([{"event": "a"}])
    assert disk.is_synced(trail.path)
    assert disk.is_synced(trail.path.parent)
    assert disk.is_synced(trail.path.parent.parent)


def test_a_full_disk_leaves_the_file_as_it_was_and_is_named(trail):
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(trail.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{trail.path}: ")
    assert done.stdout.rstrip().endswith("; nothing was added to it; make room, and try again")
    trail.append([{"event": "third"}])
    assert [event["event"] for event in trail.read()[0]] == ["first", "third"]


def test_a_folder_in_its_place_is_named(trail):
    trail.path.mkdir(parents=True)
    with pytest.raises(FormatError, match=r"events\.jsonl: cannot be read"):
        trail.read()
    with pytest.raises(StorageError, match=r"events\.jsonl: "):
        trail.append([{"event": "a"}])
