"""Check that a tag may release one package: ``python3 tools/release.py simple-conf-v0.3.0``.

The tag names the package and the version; the version must be the one in the
package's ``__about__.py``, and its CHANGELOG must have a section for it.
Prints ``package=NAME`` for the workflow.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAG = re.compile(r"(?P<package>simple-(?:conf|track|ignite|ml))-v(?P<version>\d+\.\d+\.\d+\S*)")


def problems(tag: str, root: Path = ROOT) -> list[str]:
    """What stands in the way of releasing ``tag``; empty when nothing does."""
    match = TAG.fullmatch(tag)
    if match is None:
        return [f"{tag!r} is not a release tag; expected for example 'simple-conf-v0.3.0'"]
    package, version = match["package"], match["version"]
    folder = root / "packages" / package
    about = folder / "src" / package.replace("-", "_") / "__about__.py"
    stated = re.search(r'^__version__ = "([^"]+)"', about.read_text("utf-8"), re.MULTILINE)
    found = []
    if stated is None or stated[1] != version:
        found.append(
            f"{about.relative_to(root)} says {stated[1] if stated else 'nothing'}, the tag {version}"
        )
    headings = re.findall(r"^## (\S+)", (folder / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    if version not in headings:
        found.append(f"packages/{package}/CHANGELOG.md has no section '## {version}'")
    return found


def main(tag: str) -> int:
    """Print the package of ``tag``, or what is wrong."""
    found = problems(tag)
    for problem in found:
        print(f"release: {problem}", file=sys.stderr)
    if not found:
        print(f"package={tag.rpartition('-v')[0]}")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python3 tools/release.py simple-conf-v0.3.0")
    raise SystemExit(main(sys.argv[1]))
