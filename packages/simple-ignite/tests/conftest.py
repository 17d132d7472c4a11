"""One thread a process: the tensors of these tests are tiny, and threads that wait for each other cost most."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; subprocesses inherit it
