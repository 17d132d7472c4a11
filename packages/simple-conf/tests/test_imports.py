"""Importing simple_conf is light, and the public names are the ones that are promised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import simple_conf


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_loads_nothing_heavy():
    heavy = [
        "lark",
        "yaml",
        "torch",
        "numpy",
        "attrs",
        "attr",
        "cattrs",
        "dataclasses",
        "inspect",
        "tomllib",
        "simple_conf.sdn",
    ]
    code = f"import sys; import simple_conf; print([m for m in {heavy} if m in sys.modules])"
    assert run(code) == ["[]"]


def test_importing_loads_neither_typing_nor_what_that_loads():
    code = (
        "import sys, collections.abc, contextlib, contextvars, functools, itertools; "
        "before = set(sys.modules); import simple_conf; loaded = set(sys.modules) - before; "
        "print(*{'typing', 're', 'enum'} & loaded)"
    )
    assert run(code) == []


def test_reading_and_validating_loads_only_what_it_needs():
    code = (
        "import sys; from simple_conf import Conf; c = Conf.parse_sdn('a: 1'); "
        "print([m for m in ('yaml', 'torch', 'numpy', 'attrs', 'cattrs', 'tomllib') if m in sys.modules])"
    )
    assert run(code) == ["[]"]


def test_exports_are_sorted_and_there():
    names = simple_conf.__all__
    assert names == sorted(
        names, key=lambda name: (not name.isupper(), name.startswith("_") or name.islower(), name)
    )
    for name in names:
        assert getattr(simple_conf, name) is not None
    for name in ("Conf", "Config", "schema", "validate", "MISSING"):
        assert name in names


def test_every_public_name_is_documented():
    for name in simple_conf.__all__:
        value = getattr(simple_conf, name)
        if isinstance(value, type) or callable(value):
            assert value.__doc__, name
    for name, value in vars(simple_conf.Conf).items():
        if not name.startswith("_"):
            assert getattr(value, "__func__", value).__doc__, name


def test_errors_derive_from_the_base_and_the_fitting_builtin():
    expected = {
        "MissingKeyError": (AttributeError, KeyError),
        "MissingValueError": (LookupError,),
        "FrozenConfigError": (TypeError,),
        "OverrideError": (ValueError,),
        "LoadError": (ValueError,),
        "ConfigNotFoundError": (FileNotFoundError, ValueError),
        "InterpolationError": (ValueError,),
        "UnknownReferenceError": (LookupError,),
        "InterpolationCycleError": (RecursionError,),
        "ResolverError": (RuntimeError,),
        "ValidationError": (ValueError,),
        "MissingExtraError": (ImportError,),
    }
    for name, builtins in expected.items():
        error = getattr(simple_conf, name)
        assert issubclass(error, simple_conf.ConfError)
        assert all(issubclass(error, builtin) for builtin in builtins), name


DOCS = Path(__file__).parents[3] / "docs" / "conf"


@pytest.mark.skipif(not DOCS.is_dir(), reason="the pages are not here")
def test_every_public_name_stands_in_the_reference():
    text = (DOCS / "reference.md").read_text("utf-8")
    names = [f"`Conf.{name}" for name in vars(simple_conf.Conf) if not name.startswith("_")]
    names += [f"`{name}`" for name in simple_conf.__all__ if not name.startswith("_") and name != "Conf"]
    assert [name for name in names if name not in text] == []
