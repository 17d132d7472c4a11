"""Config snapshots are plain, and equal ones have equal fingerprints."""

import argparse
import dataclasses
import enum
import math
from pathlib import Path

import attrs
import numpy as np
import pytest

from simple_conf import Conf
from simple_track import Track
from simple_track.errors import ValueKindError
from simple_track.storage.config_snapshot import fingerprint, snapshot
from simple_track.storage.sdn_file import read_sdn, write_sdn


class Color(enum.Enum):
    RED = 1


class TextColor(str, enum.Enum):  # noqa: UP042 - programs still have these
    RED = "red"


@attrs.define
class Inner:
    width: int = 8


@dataclasses.dataclass
class Outer:
    inner: Inner
    names: tuple[str, ...] = ("a", "b")


def test_everything_becomes_plain_and_survives_the_file(tmp_path):
    config = {
        "none": None,
        "nan": math.nan,
        "array": np.arange(3),
        "scalar": np.float32(0.5),
        "path": Path("data"),
        "color": Color.RED,
        "set": {"b", "a"},
        "nested": Outer(Inner()),
        "function": print,
        "class": Inner,
        3: "number",
        "text": "true",
    }
    plain = snapshot(config)
    assert math.isnan(plain.pop("nan"))
    assert plain == {
        "none": None,
        "array": [0, 1, 2],
        "scalar": 0.5,
        "path": "data",
        "color": "RED",
        "set": ["a", "b"],
        "nested": {"inner": {"width": 8}, "names": ["a", "b"]},
        "function": "print",
        "class": "Inner",
        "3": "number",
        "text": "true",
    }
    write_sdn(tmp_path / "x.sdn", plain)
    assert read_sdn(tmp_path / "x.sdn") == plain


def test_equal_configs_have_equal_fingerprints_whatever_they_were_made_from():
    made = [
        {"names": ["a", "b"], "inner": {"width": 8}},
        Outer(Inner()),
        argparse.Namespace(inner=Inner(), names=("a", "b")),
        Conf.from_dict({"inner": {"width": 8}, "names": ["a", "b"]}),
    ]
    assert len({fingerprint(snapshot(config)) for config in made}) == 1
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_a_config_of_simple_conf_is_resolved_and_its_secrets_stay_masked():
    config = Conf.from_dict({"root": "/data", "out": "${root}/runs", "password": "hunter2"})
    Conf.mark_secret(config, "password")
    plain = snapshot(config)
    assert plain["out"] == "/data/runs"
    assert "hunter2" not in repr(plain)
    assert plain["password"] == "••••"


@pytest.mark.parametrize("config", [3, "text", [1], {1, 2}])
def test_what_is_no_config_is_refused(config):
    with pytest.raises(
        ValueKindError, match="give a dict, a Config, an attrs or dataclass object or a Namespace"
    ):
        snapshot(config)
    assert snapshot(None) == {}


def test_a_config_in_a_circle_is_refused():
    circle = {}
    circle["self"] = circle
    with pytest.raises(ValueKindError, match="nested deeper than 64"):
        snapshot(circle)


@attrs.define
class Login:
    user: str = "me"
    api_key: str = "hunter2"


@pytest.mark.parametrize(
    "config",
    [Login(), {"user": "me", "api_key": "hunter2"}, argparse.Namespace(user="me", api_key="hunter2")],
    ids=["attrs", "dict", "namespace"],
)
def test_texts_under_the_names_of_secrets_are_masked_whatever_holds_them(config):
    assert snapshot(config) == {"user": "me", "api_key": "••••"}
    assert snapshot({"login": config, "max_tokens": "8", "password": None}) == {
        "login": {"user": "me", "api_key": "••••"},
        "max_tokens": "8",
        "password": None,
    }


class Tensor:
    """What torch's tensors have."""

    shape = (2,)

    def tolist(self):
        return [1.5, math.inf]


def test_arrays_of_every_kind_become_lists():
    config = {
        "tensor": Tensor(),
        "nested": np.array([[1.5, np.nan]]),
        "days": np.array(["2026-01-01"], "datetime64[ns]"),
        "day": np.datetime64("2026-01-01T00:00:00", "ns"),
        "took": np.timedelta64(5, "s"),
        "complex": np.array([1j]),
    }
    plain = snapshot(config)
    assert math.isnan(plain["nested"][0].pop())
    assert plain == {
        "tensor": [1.5, math.inf],
        "nested": [[1.5]],
        "days": ["2026-01-01T00:00:00.000000000"],
        "day": "2026-01-01T00:00:00.000000000",
        "took": "5 seconds",
        "complex": ["1j"],
    }


def test_infinity_and_the_word_are_two_configs(root):
    runs = []
    for clip in (math.inf, "inf", -math.inf, math.nan, "nan"):
        with Track.run(project="demo", config={"opt": {"clip": [clip]}}, system=False) as run:
            run.update_config({"late": clip})
        runs.append(run)
    views = [*Track.runs(), *Track.runs()]  # read, and from the cache
    for view, run in zip(views, runs[::-1] * 2, strict=True):
        assert repr(view.config) == repr(run.config)
        (event,) = view.events("config")
        assert repr(event["values"]) == repr({"late": run.config["late"]})
    assert len({run.fingerprint for run in runs}) == 5
    assert [view.id for view in Track.runs(where="config.late > 1e300")] == [runs[0].id]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32, "float32"),
        (np.ndarray, "ndarray"),
        ([float, np.int8], ["float", "int8"]),
        (TextColor.RED, "red"),
        (enum.StrEnum("Color", "RED").RED, "red"),
    ],
    ids=repr,
)
def test_a_class_is_its_name_and_a_text_of_an_enum_its_text(value, plain):
    assert snapshot({"x": value}) == {"x": plain}
