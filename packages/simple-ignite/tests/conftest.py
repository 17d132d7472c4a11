"""One thread a process: the tensors of these tests are tiny, and threads would mostly wait for each other."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; subprocesses inherit it
