"""Which files are to be held."""

from hypothesis import given
from hypothesis import strategies as st

from simple_ignite.data import CacheMode
from simple_ignite.data.cache_plan import CachePlan
from simple_ignite.data.files.file_stamp import FileStamp


def stamps(**sizes):
    return {f"/data/{name}": FileStamp(0, size, 0, 0) for name, size in sizes.items()}


def held(plan, found):
    return "".join(key[-1] for key in sorted(found) if plan.mode(key) is CacheMode.MMAP)


def test_smaller_files_come_first():
    plan, found = CachePlan(), stamps(a=5, b=2, c=3, d=4)
    assert plan.fill(found, 9) == ["/data/a"]
    assert held(plan, found) == "bcd"


def test_a_file_that_does_not_fit_leaves_room_for_smaller_ones():
    plan, found = CachePlan(), stamps(a=9, b=2, c=3)
    plan.prioritize({"/data/a": 1})
    assert plan.fill(found, 8) == ["/data/a"]


def test_higher_priorities_come_first_negative_ones_last():
    plan, found = CachePlan(), stamps(a=5, b=2, c=3, d=4)
    plan.prioritize({"/data/a": 1, "/data/b": -1})
    assert plan.fill(found, 10) == ["/data/d"]
    assert held(plan, found) == "abc"
    assert plan.fill(found, 9) == ["/data/d", "/data/b"]


def test_equal_files_come_by_name():
    plan, found = CachePlan(), stamps(b=1, a=1, c=1)
    assert plan.fill(found, 2) == ["/data/c"]


def test_a_folders_priority_is_that_of_its_files():
    plan, found = (
        CachePlan(),
        {**stamps(a=5), "/more/x/b": FileStamp(0, 5, 0, 0), "/more/c": FileStamp(0, 4, 0, 0)},
    )
    plan.prioritize({"/more": 2, "/more/c": -1})
    assert plan.fill(found, 10) == ["/more/c"]


def test_modes_set_by_hand_stay_and_take_their_room():
    plan, found = CachePlan(), stamps(a=1, b=2, c=3, d=4)
    plan.choose("/data/a", CacheMode.DISABLED)
    plan.choose("/data/b", CacheMode.NONE)
    plan.choose("/data/c", CacheMode.NORMAL)
    assert plan.fill(found, 3) == ["/data/a", "/data/b", "/data/d"]
    assert [plan.mode(key).value for key in sorted(found)] == ["disabled", "none", "normal", "none"]


def test_earlier_scans_keep_their_room():
    plan = CachePlan()
    assert plan.fill(stamps(a=5), 8) == []
    assert plan.fill(stamps(b=4), 8) == ["/data/b"]
    assert plan.fill(stamps(c=3), 8) == []
    assert plan.fill(stamps(a=2), 8) == []  # it has shrunk
    assert plan.fill(stamps(b=3), 8) == []


def test_pinned_files_come_first_and_keep_their_room():
    plan = CachePlan()
    plan.pins = {"/data/z": 5, "/elsewhere": 2}
    assert plan.fill(stamps(a=1, z=5, b=2), 8) == ["/data/b"]


def test_a_pinned_file_is_mapped_even_if_it_did_not_fit():
    plan, found = CachePlan(), stamps(a=5)
    plan.fill(found, 1)
    assert plan.mode("/data/a") is CacheMode.NONE
    plan.pins["/data/a"] = 5
    assert plan.mode("/data/a") is CacheMode.MMAP


def test_a_mode_that_holds_nothing_unpins():
    for mode in CacheMode:
        plan = CachePlan()
        plan.pins["/data/a"] = 5
        plan.choose("/data/a", mode)
        assert ("/data/a" in plan.pins) == mode.cached


def test_a_copy_is_independent():
    plan = CachePlan()
    plan.choose("a", CacheMode.NORMAL)
    other = plan.copy()
    other.choose("a", CacheMode.NONE)
    other.pins["b"] = 1
    assert (plan.mode("a"), plan.pins) == (CacheMode.NORMAL, {})
    assert (other.mode("a"), other.pins) == (CacheMode.NONE, {"b": 1})


@given(st.lists(st.integers(0, 20), max_size=8), st.integers(0, 40), st.lists(st.integers(-1, 1), max_size=8))
def test_what_is_to_be_held_fits_and_nothing_more_of_its_turn_would(sizes, limit, priorities):
    plan = CachePlan()
    found = {f"/d/{number}": FileStamp(0, size, 0, 0) for number, size in enumerate(sizes)}
    ranks = {f"/d/{number}": priority for number, priority in enumerate(priorities)}
    plan.prioritize(ranks)
    left_out = plan.fill(found, limit)
    room, expected = limit, []
    for key in sorted(found, key=lambda key: (-ranks.get(key, 0), found[key].size, key)):
        if found[key].size <= room:
            room -= found[key].size
        else:
            expected.append(key)
    assert left_out == expected
    assert all((plan.mode(key) is CacheMode.NONE) == (key in left_out) for key in found)
