"""What mypy makes of code that uses simple_conf."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("mypy")

CODE = """\
import dataclasses

import attrs

from simple_conf import Conf, Config, Secret, ValidationIssue, schema, validate


@schema
class AppCfg:
    lr: float
    name: str = "x"

    @validate
    def check_lr(self) -> None:
        assert self.lr > 0


@attrs.frozen
class Plain:
    lr: float


@dataclasses.dataclass
class Data:
    lr: float


cfg = Conf.load("c.sdn")
reveal_type(cfg)
reveal_type(Conf.validate(AppCfg, cfg))
reveal_type(Conf.validate(Plain, cfg).lr)
reveal_type(Conf.validate(Data, {"lr": 1}))
reveal_type(Conf.cli(AppCfg, []))
reveal_type(Conf.check_schema(cfg, AppCfg))
reveal_type(AppCfg(lr=1.0).name)
reveal_type(Conf.merge(cfg, {"a": 1}))
reveal_type(Conf.to_sdn(cfg))
reveal_type(Secret("a").reveal())


@Conf.main(AppCfg, config="c.sdn")
def main(cfg: AppCfg) -> int:
    return 1


reveal_type(main)
reveal_type(main())
anything = cfg.train.lr + 1


@Conf.register_resolver("twice")
def twice(value: int) -> int:
    return 2 * value


reveal_type(twice(1))
"""

WRONG = """\
from simple_conf import Conf, schema


@schema
class AppCfg:
    lr: float


AppCfg(1.0)
AppCfg(lr="x")
AppCfg(lr=1.0).lr = 2.0


@Conf.main(AppCfg)
def main(cfg: str) -> None: ...
"""


def mypy(path, *options):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *options, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=path.parent,
    )
    return done.stdout


@pytest.mark.slow
def test_the_types_that_mypy_reveals(tmp_path):
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "used.py").write_text(CODE)
    revealed = [
        line.split('"')[1] for line in mypy(tmp_path / "used.py").splitlines() if "Revealed type" in line
    ]
    assert revealed == [
        "simple_conf.config.config.Config",
        "used.AppCfg",
        "float",
        "used.Data",
        "used.AppCfg",
        "list[simple_conf.errors.ValidationIssue]",
        "str",
        "simple_conf.config.config.Config",
        "str",
        "str",
        "def () -> int",
        "int",
        "int",
    ]


@pytest.mark.slow
def test_mistakes_that_mypy_finds(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG)
    lines = [line.split(":")[1] for line in mypy(tmp_path / "wrong.py").splitlines() if "error:" in line]
    assert lines == ["9", "10", "11", "14"]
