"""One thread a process, and fewer examples of each law where the slow tests are left out."""

import os

from hypothesis import HealthCheck, settings

# Before torch is imported; subprocesses inherit it. Threads for such small tensors mostly wait for others.
os.environ.setdefault("OMP_NUM_THREADS", "1")

for name, count in (("whole", 100), ("fast", 20)):
    settings.register_profile(
        name, max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


def pytest_configure(config):
    settings.load_profile("fast" if "not slow" in config.getoption("markexpr") else "whole")
