"""What `import simple_track` costs above bare python (bar: 80 ms), beside `import numpy` and both together.

Usage: python import_time.py [ROUNDS]. Wall and processor time, the best of many fresh processes that take
turns. They read byte code, as after an installation, whatever PYTHONDONTWRITEBYTECODE says here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

CODES = ("pass", "import numpy", "import simple_track", "import simple_track, numpy")


def measured(code: str, environment: dict[str, str]) -> tuple[float, float]:
    """Wall and processor milliseconds of a fresh process."""
    before = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return (time.perf_counter() - before) * 1e3, (used.ru_utime + used.ru_stime) * 1e3


def main(rounds: int) -> None:
    """Measure in turn."""
    best = dict.fromkeys(CODES, (1e9, 1e9))
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for code in CODES:
            measured(code, environment)
        for _ in range(rounds):
            for code in CODES:
                wall, used = measured(code, environment)
                best[code] = (min(best[code][0], wall), min(best[code][1], used))
    bare = best["pass"]
    for code in CODES[1:]:
        wall, used = best[code][0] - bare[0], best[code][1] - bare[1]
        print(f"{code:26} {wall:6.1f} ms wall, {used:6.1f} ms processor, above bare python")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
