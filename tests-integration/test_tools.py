"""The repository's own tools: what a change needs tested, what a tag may release, which hatch is used."""

import importlib.util
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            ["packages/simple-conf/src/simple_conf/merging/merge.py"],
            ["conf", "track", "track-torch", "ml", "integration", "docs"],
        ),
        (["packages/simple-track/README.md"], ["track", "track-torch", "ml", "integration", "docs"]),
        (["packages/simple-ignite/tests/engine/test_engine.py"], ["ignite", "ml", "integration", "docs"]),
        (["packages/simple-ml/pyproject.toml"], ["ml", "integration", "docs"]),
        (["docs/index.md"], ["docs"]),
        (["hatch.toml"], ["conf", "track", "track-torch", "ignite", "ml", "integration", "docs"]),
        (["LICENSE"], []),
        ([], []),
    ],
)
def test_a_change_runs_its_package_and_those_that_depend_on_it(files, expected):
    assert load("changed").environments(files) == expected


def test_everything_runs_where_git_cannot_tell_what_changed(tmp_path):
    command = [sys.executable, str(ROOT / "tools/changed.py"), "0000000000000000000000000000000000000000"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said == 'packages=["conf", "track", "track-torch", "ignite", "ml", "integration", "docs"]\n'


def make_package(root: Path, version: str, changelog: str) -> None:
    folder = root / "packages/simple-conf"
    (folder / "src/simple_conf").mkdir(parents=True)
    (folder / "src/simple_conf/__about__.py").write_text(f'__version__ = "{version}"\n')
    (folder / "CHANGELOG.md").write_text(changelog)


def test_a_tag_that_agrees_with_version_and_changelog_may_be_released(tmp_path):
    make_package(tmp_path, "0.4.1", "# Changes\n\n## 0.4.1\n\nBetter.\n")
    assert load("release").problems("simple-conf-v0.4.1", tmp_path) == []


def test_a_tag_that_disagrees_is_refused_with_all_its_reasons(tmp_path):
    make_package(tmp_path, "0.4.1", "# Changes\n\n## 0.4.1\n\nBetter.\n")
    assert load("release").problems("simple-conf-v0.5.0", tmp_path) == [
        "packages/simple-conf/src/simple_conf/__about__.py says 0.4.1, the tag 0.5.0",
        "packages/simple-conf/CHANGELOG.md has no section '## 0.5.0'",
    ]


def test_something_that_is_no_release_tag_is_refused():
    assert load("release").problems("v1.0") == [
        "'v1.0' is not a release tag; expected for example 'simple-conf-v0.3.0'"
    ]


def fake_hatch(folder: Path, version: str) -> None:
    folder.mkdir()
    program = folder / "hatch"
    program.write_text(f"#!/bin/sh\necho 'Hatch, version {version}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
@pytest.mark.parametrize(
    ("version", "usable"), [("1.18.2", True), ("1.19", True), ("1.12.0", False), ("2.0", False)]
)
def test_a_hatch_on_path_is_used_only_in_a_version_that_the_project_can_use(
    tmp_path, monkeypatch, version, usable
):
    fake_hatch(tmp_path / "bin", version)
    dev = load("dev")
    monkeypatch.setattr(dev, "BIN", tmp_path / "none")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    found = dev.usable_hatch()
    assert (found == str(tmp_path / "bin/hatch")) is usable


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize(("body", "expected"), [("exit 7", 7), ("exit 254", 130), ("kill -INT $$", 130)])
def test_the_exit_status_of_what_was_run_is_passed_on(tmp_path, body, expected):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/dev.py").write_text((ROOT / "tools/dev.py").read_text("utf-8"))
    fake_hatch(tmp_path / "bin", "1.18.2")
    program = tmp_path / "bin/hatch"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "Hatch, version 1.18.2" && exit\n{body}\n')
    settings = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"}
    command = [sys.executable, str(tmp_path / "tools/dev.py"), "run", "demo"]
    assert subprocess.run(command, env=settings, check=False).returncode == expected
