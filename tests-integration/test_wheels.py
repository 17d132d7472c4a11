"""The built packages: each wheel installs alone into a clean environment, imports, and is complete."""

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PACKAGES = ("simple-conf", "simple-track", "simple-ignite", "simple-ml")
pytestmark = pytest.mark.slow


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """The wheels and sdists of all four packages."""
    folder = tmp_path_factory.mktemp("dist")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("HATCH_")}
    run(sys.executable, "-m", "hatch", "build", "--all", folder, cwd=ROOT, env=outside)
    return folder


def is_cache(path: Path) -> bool:
    return "__pycache__" in path.parts or any(part.startswith(".") for part in path.relative_to(ROOT).parts)


def wheel_of(dist: Path, package: str) -> Path:
    (wheel,) = dist.glob(f"{package.replace('-', '_')}-*.whl")
    return wheel


def requirements_of(wheel: Path) -> list[Requirement]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    found = [Requirement(line) for line in metadata.get_all("Requires-Dist") or []]
    return [r for r in found if r.marker is None or r.marker.evaluate({"extra": ""})]


def closure(dist: Path, package: str) -> tuple[set[str], set[str]]:
    """Our packages and other people's requirements that ``package`` needs."""
    ours, others, waiting = set(), set(), [package]
    while waiting:
        name = waiting.pop()
        ours.add(name)
        for requirement in requirements_of(wheel_of(dist, name)):
            if requirement.name in PACKAGES:
                waiting += [] if requirement.name in ours else [requirement.name]
            else:
                requirement.marker = None
                others.add(str(requirement))
    return ours, others


@pytest.fixture(scope="module")
def installed(dist, tmp_path_factory):
    """A function: the python of a clean environment into which one wheel has been installed."""
    made: dict[str, Path] = {}

    def install(package: str) -> Path:
        if package not in made:
            folder = tmp_path_factory.mktemp(package)
            run(
                sys.executable,
                "-m",
                "uv",
                "venv",
                "-q",
                "--seed",
                "--python",
                sys.executable,
                folder / "venv",
            )
            python = folder / "venv/bin/python"
            pip = (sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python)
            _, others = closure(dist, package)
            run(*pip, *sorted(others))
            run(*pip, "--no-index", "--find-links", dist, package)
            made[package] = python
        return made[package]

    return install


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_installed_alone_imports_and_its_requirements_are_met(installed, package, tmp_path):
    python = installed(package)
    module = package.replace("-", "_")
    assert (
        run(python, "-W", "error", "-c", f"import {module}; print({module}.__all__ != [])", cwd=tmp_path)
        == "True\n"
    )
    assert "No broken requirements found." in run(python, "-m", "pip", "check", cwd=tmp_path)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_brings_no_sibling_that_it_does_not_require(installed, dist, package, tmp_path):
    ours, _ = closure(dist, package)
    listed = run(installed(package), "-m", "pip", "list", "--format=freeze", cwd=tmp_path)
    assert {line.partition("==")[0] for line in listed.splitlines()} & set(PACKAGES) == ours


def test_simple_conf_works_where_torch_numpy_and_yaml_are_not_installed(installed, tmp_path):
    code = (
        "import importlib.util as u\n"
        "assert not any(u.find_spec(m) for m in ('torch', 'numpy', 'yaml', 'ruamel'))\n"
        "from simple_conf import Conf\n"
        "print(Conf.parse_sdn('a: 1\\nb: ${a}\\n').b)\n"
    )
    assert run(installed("simple-conf"), "-c", code, cwd=tmp_path) == "1\n"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_holds_the_typing_marker_the_licence_and_the_data_files(dist, package):
    with zipfile.ZipFile(wheel_of(dist, package)) as archive:
        names = archive.namelist()
    source = ROOT / "packages" / package / "src"
    data = [p for p in source.rglob("*") if p.is_file() and not is_cache(p)]
    assert {p.relative_to(source).as_posix() for p in data} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_source_distribution_is_built(dist, package):
    assert len(list(dist.glob(f"{package.replace('-', '_')}-*.tar.gz"))) == 1
