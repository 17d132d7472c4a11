"""The memory that is left, by what the system and the control groups say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simple_ignite.data import CacheManager, available_memory
from simple_ignite.errors import CacheError

GIB = 1 << 30


def system(root, available=64 * GIB, **others):
    """Write a /proc/meminfo; return the root."""
    proc = root / "proc"
    (proc / "self").mkdir(parents=True)
    rows = {"MemAvailable": available, **others}
    lines = [f"{name}: {value // 1024} kB" for name, value in rows.items() if value is not None]
    (proc / "meminfo").write_text("MemTotal: 99999999 kB\n" + "\n".join(lines) + "\n")
    return root


def in_group(root, *lines, mounts=()):
    (root / "proc/self/cgroup").write_text("\n".join(lines) + "\n")
    if mounts:
        (root / "proc/self/mountinfo").write_text("\n".join(mounts) + "\n")


def group(folder, limit, used, inactive=0, v1=False):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ("memory.limit_in_bytes" if v1 else "memory.max")).write_text(f"{limit}\n")
    (folder / ("memory.usage_in_bytes" if v1 else "memory.current")).write_text(f"{used}\n")
    name = "total_inactive_file" if v1 else "inactive_file"
    (folder / "memory.stat").write_text(f"anon 17\n{name} {inactive}\nactive_file 99\n")


def test_without_groups_it_is_what_the_system_has(tmp_path):
    assert available_memory(system(tmp_path, 5 * GIB)) == 5 * GIB


def test_a_kernel_that_does_not_say_what_is_available(tmp_path):
    root = system(tmp_path, None, MemFree=GIB, Buffers=2 * GIB, Cached=4 * GIB)
    assert available_memory(root) == 7 * GIB


def test_what_is_left_in_a_group_counts_page_cache_that_can_go(tmp_path):
    root = system(tmp_path)
    in_group(root, "0::/job")
    group(root / "sys/fs/cgroup/job", 8 * GIB, 3 * GIB, GIB)
    assert available_memory(root) == 6 * GIB


@pytest.mark.parametrize("tightest", ["", "a", "a/b", "a/b/c"])
def test_the_tightest_group_on_the_way_up_counts(tmp_path, tightest):
    root = system(tmp_path)
    in_group(root, "0::/a/b/c")
    for name in ("", "a", "a/b", "a/b/c"):
        group(root / "sys/fs/cgroup" / name, 2 * GIB if name == tightest else "max", GIB)
    assert available_memory(root) == GIB


def test_a_group_beside_the_own_does_not_count(tmp_path):
    root = system(tmp_path, 9 * GIB)
    in_group(root, "0::/a")
    group(root / "sys/fs/cgroup/a", "max", GIB)
    group(root / "sys/fs/cgroup/b", GIB, GIB)
    assert available_memory(root) == 9 * GIB


def test_cgroup_v1(tmp_path):
    root = system(tmp_path)
    in_group(root, "12:cpu,cpuacct:/other", "4:memory:/docker/x", "0::/")
    group(root / "sys/fs/cgroup/memory/docker/x", 4 * GIB, 3 * GIB, GIB // 2, v1=True)
    group(root / "sys/fs/cgroup/memory", 2**63 - 4096, 50 * GIB, v1=True)
    assert available_memory(root) == GIB + GIB // 2


@pytest.mark.parametrize(("limit", "left"), [(2**60, 2**60 - GIB), (2**60 + 1, None), ("max", None)])
def test_limits_that_are_none(tmp_path, limit, left):
    root = system(tmp_path, 2**61)
    in_group(root, "0::/a")
    group(root / "sys/fs/cgroup/a", limit, GIB)
    assert available_memory(root) == (2**61 if left is None else left)


def test_a_container_whose_mount_shows_only_its_own_group(tmp_path):
    """Without a cgroup namespace the name is that of the host, and the mount begins below it."""
    root = system(tmp_path)
    mount = "31 22 0:27 /docker/x /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory"
    in_group(root, "4:memory:/docker/x/job", mounts=[mount])
    group(root / "sys/fs/cgroup/memory", 4 * GIB, GIB, v1=True)
    group(root / "sys/fs/cgroup/memory/job", 3 * GIB, GIB, v1=True)
    assert available_memory(root) == 2 * GIB


def test_a_group_mounted_elsewhere(tmp_path):
    root = system(tmp_path)
    mounts = [
        "1 0 0:1 / / rw - ext4 /dev/vda rw",
        "31 22 0:27 / /groups rw shared:9 - cgroup2 cgroup2 rw",
        "odd",
    ]
    in_group(root, "0::/a", mounts=mounts)
    group(root / "groups/a", 4 * GIB, GIB)
    assert available_memory(root) == 3 * GIB


def test_a_group_that_is_overdrawn_leaves_nothing(tmp_path):
    root = system(tmp_path)
    in_group(root, "0::/../a")
    group(root / "sys/fs/cgroup/a", GIB, 2 * GIB)
    assert available_memory(root) == 0


def test_files_that_cannot_be_read_or_understood_are_passed_over(tmp_path):
    root = system(tmp_path, GIB)
    in_group(root, "0::/a", "", "nonsense")
    group(root / "sys/fs/cgroup/a", "-1", "what")
    (root / "sys/fs/cgroup/a/memory.stat").unlink()
    assert available_memory(root) == GIB


def test_without_proc_it_is_the_physical_memory(tmp_path):
    assert available_memory(tmp_path) == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_a_system_that_does_not_say(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sysconf")
    with pytest.raises(
        CacheError, match="does not say how much memory it has; give CacheManager a memory_limit"
    ):
        available_memory(tmp_path)


def test_here_it_is_below_the_physical_memory():
    assert 0 < available_memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_the_manager_takes_four_fifths():
    before, limit, after = available_memory(), CacheManager().stats()["limit"], available_memory()
    assert 0.7 * min(before, after) < limit < 0.9 * max(before, after)


@pytest.fixture
def limited_group():
    """A control group of this machine with 256 MiB, as a function that moves a process into it."""
    mount = Path("/sys/fs/cgroup/memory")  # v1
    files = ("memory.limit_in_bytes", "cgroup.procs")
    if not mount.is_dir():
        mount = Path("/sys/fs/cgroup")
        files = ("memory.max", "cgroup.procs")
    folder = mount / f"simple-ignite-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / files[0]).write_text(str(256 << 20))
    except OSError:
        if folder.is_dir():
            folder.rmdir()
        pytest.skip("no control groups can be made here")
    yield folder / files[1]
    folder.rmdir()


SCRIPT = """
import os, sys
open(sys.argv[1], "w").write(str(os.getpid()))
from simple_ignite.data import CacheManager, CacheMode, available_memory
left = available_memory()
assert left <= 256 << 20, left
with CacheManager() as cache:
    assert cache.stats()["limit"] <= 0.8 * (256 << 20)
    for name in sys.argv[2:]:
        cache.set_cache_mode(name, CacheMode.NORMAL)
        assert cache.get(name).tensor("uint8")[::4096].sum() >= 0
    assert cache.stats()["evictions"] > 0
    assert cache.stats()["bytes"] <= cache.stats()["limit"]
"""


@pytest.mark.slow
def test_in_a_limited_group_the_limit_keeps_the_process_alive(tmp_path, limited_group):
    """600 MB of files go through 256 MB: without the limit the kernel would kill the process."""
    names = [str(tmp_path / f"{number}.bin") for number in range(12)]
    for name in names:
        Path(name).write_bytes(os.urandom(1 << 20) * 50)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(limited_group), *names],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
