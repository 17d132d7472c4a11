import threading
import time

import pytest

from simple_track.artifacts.workers import FEW, GROUP, LARGE, run_all


def test_results_are_in_order():
    assert run_all(lambda n: n * n, range(1000), lambda _: 1) == [n * n for n in range(1000)]
    assert run_all(str, [], len) == []


@pytest.mark.parametrize(("count", "threads"), [(FEW - 1, 1), (FEW, 2)])
def test_large_items_are_worked_on_at_the_same_time(count, threads):
    seen = set()

    def work(_):
        seen.add(threading.get_ident())
        time.sleep(0.05)

    run_all(work, range(count), lambda _: LARGE)
    assert len(seen) >= threads


def test_after_an_error_no_further_items_are_begun():
    done = []

    def work(number):
        if number == 0:
            raise ValueError("no")
        time.sleep(0.001)
        done.append(number)

    with pytest.raises(ValueError, match="no"):
        run_all(work, range(100 * GROUP), lambda _: 1)
    assert len(done) < 50 * GROUP
