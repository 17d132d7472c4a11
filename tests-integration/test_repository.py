"""What the repository promises of itself: its layout, its arrows, its ranges, its feature list."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from simple_conf import Conf

ROOT = Path(__file__).parent.parent
PACKAGES = ("simple-conf", "simple-track", "simple-ignite", "simple-ml")
TOP_LEVEL = {
    "packages", "tools", "tests-integration", "docs", "hatch.toml", "README.md", ".github",
    "pyproject.toml", "constraints.txt", "LICENSE", ".gitignore", ".ci", "conftest.py",
}  # fmt: skip

# Who may import whom among ours.
MAY_IMPORT = {
    "simple_conf": set(),
    "simple_track": {"simple_conf"},
    "simple_ignite": set(),
    "simple_ml": {"simple_conf", "simple_track", "simple_ignite"},
}

# Other people's projects of the same names on the public index.
FOREIGN = {
    "simple-track": ["2.0", "2.1", "2.2", "2.3", "2.4"],
    "simple-ml": ["0.1", "0.1.1"],
}


def project(package: str) -> dict:
    return tomllib.loads((ROOT / "packages" / package / "pyproject.toml").read_text("utf-8"))["project"]


def own_version(package: str) -> Version:
    about = ROOT / "packages" / package / "src" / package.replace("-", "_") / "__about__.py"
    values: dict[str, str] = {}
    exec(about.read_text("utf-8"), values)
    return Version(values["__version__"])


def requirements(package: str) -> list[Requirement]:
    data = project(package)
    lines = [*data.get("dependencies", [])]
    for extra in data.get("optional-dependencies", {}).values():
        lines += extra
    return [Requirement(line) for line in lines]


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_the_top_level_holds_what_it_should_and_no_more():
    from subprocess import run

    listed = run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if not listed:
        pytest.skip("not a git checkout")
    assert {name.partition("/")[0] for name in listed} <= TOP_LEVEL


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_all_that_it_needs_to_be_released_alone(package):
    folder = ROOT / "packages" / package
    module = folder / "src" / package.replace("-", "_")
    for path in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "tests"):
        assert (folder / path).exists(), path
    assert (module / "py.typed").exists()
    assert f"## {own_version(package)}" in (folder / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_no_package_imports_one_that_it_must_not_know(module):
    ours = set(MAY_IMPORT) - {module} - MAY_IMPORT[module]
    source = ROOT / "packages" / module.replace("_", "-") / "src"
    for path in source.rglob("*.py"):
        assert not imported_names(path) & ours, path.relative_to(ROOT)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_ranges_between_siblings_admit_ours_and_exclude_the_foreign_versions(package):
    siblings = [r for r in requirements(package) if r.name in PACKAGES]
    for requirement in siblings:
        assert own_version(requirement.name) in requirement.specifier, str(requirement)
        for foreign in FOREIGN.get(requirement.name, []):
            assert Version(foreign) not in requirement.specifier, (
                f"{requirement} admits the foreign {foreign}"
            )
        assert not any(spec.operator in ("==", "===") for spec in requirement.specifier), str(requirement)


@pytest.mark.parametrize("package", FOREIGN)
def test_our_own_version_cannot_be_taken_for_a_foreign_one(package):
    assert str(own_version(package)) not in FOREIGN[package]
    assert own_version(package) >= Version("0.3")


def newest_version(package):
    """Return the version at the top of the changelog: the current one, or the next while it is being made."""
    changelog = (ROOT / "packages" / package / "CHANGELOG.md").read_text()
    next_version = re.search(r"^## (\d\S*) \(unreleased\)$", changelog, re.MULTILINE)
    return Version(next_version[1]) if next_version else own_version(package)


def test_the_feature_database_names_pages_and_tests_that_exist():
    features = Conf.to_dict(Conf.load_sdn(ROOT / "docs/feature_db.sdn"))["features"]
    assert {row["package"] for row in features} == set(PACKAGES)
    ids = [row["id"] for row in features]
    assert len(ids) == len(set(ids))
    for row in features:
        assert row["status"] in ("complete", "partial"), row
        assert (ROOT / row["docs"]).is_file(), f"{row['id']}: {row['docs']}"
        assert (ROOT / row["test"]).exists(), f"{row['id']}: {row['test']}"
        assert Version(str(row["since"])) <= newest_version(row["package"]), row["id"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_test_of_a_package_imports_only_that_package_and_those_below_it(package):
    module = package.replace("-", "_")
    forbidden = set(MAY_IMPORT) - {module} - MAY_IMPORT[module]
    for path in (ROOT / "packages" / package / "tests").rglob("*.py"):
        assert not imported_names(path) & forbidden, path.relative_to(ROOT)


def test_nobody_is_told_to_install_ours_by_name_where_the_names_are_other_peoples():
    told = re.compile(r"pip install (?:-U )?[\"']?simple-(?:conf|track|ignite|ml)")
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "packages").glob("*/README.md")]
    texts += (ROOT / "packages").glob("*/src/**/*.py")
    for path in texts:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if told.search(line):
                assert "Do not" in line, f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
