"""The meta-package re-exports four names and pins three packages, and nothing else."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import simple_conf
import simple_ignite
import simple_ml
import simple_track

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def test_the_public_names_are_exactly_the_four():
    assert simple_ml.__all__ == ["Conf", "Engine", "Events", "Track"]
    public = {name for name in vars(simple_ml) if not name.startswith("_")}
    assert public == set(simple_ml.__all__)


def test_each_name_is_the_one_of_its_package():
    assert simple_ml.Conf is simple_conf.Conf
    assert simple_ml.Track is simple_track.Track
    assert simple_ml.Engine is simple_ignite.Engine
    assert simple_ml.Events is simple_ignite.Events


def test_the_installed_version_is_the_one_in_the_source():
    about: dict[str, str] = {}
    exec((PYPROJECT.parent / "src/simple_ml/__about__.py").read_text("utf-8"), about)
    assert version("simple-ml") == about["__version__"]


def test_it_requires_its_three_packages_and_nothing_else():
    requirements = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["dependencies"]
    names = {requirement.partition(">")[0].partition("[")[0] for requirement in requirements}
    assert names == {"simple-conf", "simple-track", "simple-ignite"}
