"""Print the hatch environments that a change needs tested, as ``packages=[...]``.

``python3 tools/changed.py BASE`` compares HEAD with the commit BASE. A change
in a package also runs those that depend on it.
"""

from __future__ import annotations

import json
import subprocess
import sys

CONF, TRACK, IGNITE, ML = (f"packages/simple-{name}/" for name in ("conf", "track", "ignite", "ml"))

# Environment -> the folders whose change means that it has to run again.
NEEDS: dict[str, tuple[str, ...]] = {
    "conf": (CONF,),
    "track": (CONF, TRACK),
    "track-torch": (CONF, TRACK),
    "ignite": (IGNITE,),
    "ml": (CONF, TRACK, IGNITE, ML),
    "integration": ("packages/", "tests-integration/", "docs/examples/", "README.md"),
    "docs": ("packages/", "docs/", "README.md"),
}
SHARED = (".github/", "hatch.toml", "pyproject.toml", "conftest.py", "constraints.txt", "tools/", ".ci/")


def environments(files: list[str]) -> list[str]:
    """The environments to run when ``files`` (repository-relative) have changed."""
    everything = any(file.startswith(SHARED) for file in files)
    return [name for name, needs in NEEDS.items() if everything or any(f.startswith(needs) for f in files)]


def changed_files(base: str) -> list[str] | None:
    """The files that differ from ``base``, or None where git cannot tell."""
    command = ["git", "diff", "--name-only", "-z", f"{base}...HEAD"]
    diff = subprocess.run(command, capture_output=True, text=True, check=False)
    return [name for name in diff.stdout.split("\0") if name] if diff.returncode == 0 else None


def main(base: str) -> int:
    """Write the line that GitHub reads as an output."""
    files = changed_files(base)
    chosen = list(NEEDS) if files is None else environments(files)
    print(f"packages={json.dumps(chosen)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
