"""Config groups: a folder of files that a key chooses from."""

from __future__ import annotations

import textwrap

import pytest

from simple_conf import Conf, LoadError, MergeError, OverrideError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        "config/train.sdn": "optim: sgd\ntrain:\n  lr: 0.1\n  width: ${model.width}\nmodel:\n  old: true\n",
        "config/model/resnet.sdn": "type: resnet\nwidth: 64\nname: ${.type}-${train.lr}\n",
        "config/model/vgg.yaml": "type: vgg\nwidth: 16\n",
        "config/optim/sgd.sdn": "type: sgd\n",
        "config/optim/adam.sdn": "extends: sgd.sdn\ntype: adam\n",
        "config/model/backbone/small.sdn": "depth: 2\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_an_override_chooses_the_file_for_its_key(folder):
    cfg = Conf.compose("config/train.sdn", ["model=resnet", "train.lr=0.5", "model.width=32"])
    assert cfg == {
        "optim": {"type": "sgd"},
        "train": {"lr": 0.5, "width": 32},
        "model": {"type": "resnet", "width": 32, "name": "resnet-0.5"},
    }
    assert str(Conf.origin(cfg, "model.type")) == "config/model/resnet.sdn:1:7"
    assert str(Conf.origin(cfg, "model.width")) == "command line: model.width=32"


def test_the_file_itself_may_choose_and_an_override_goes_before_it(folder):
    assert Conf.compose("config/train.sdn").optim == {"type": "sgd"}
    assert Conf.compose("config/train.sdn", ["optim=adam"]).optim == {"type": "adam"}
    assert Conf.compose("config/train.sdn", ["model=vgg"]).train.width == 16


def test_a_key_inside_a_group_may_have_choices_of_its_own(folder):
    cfg = Conf.compose("config/train.sdn", ["model=vgg", "model.backbone=small"])
    assert cfg.model == {"type": "vgg", "width": 16, "backbone": {"depth": 2}}


def test_other_values_are_ordinary_overrides(folder):
    assert Conf.compose("config/train.sdn", ["model={width: 1}"]).model == {"old": True, "width": 1}
    assert Conf.compose("config/train.sdn", ["train=3"]).train == 3


def test_an_unknown_choice_lists_the_others(folder):
    with pytest.raises(OverrideError) as caught:
        Conf.compose("config/train.sdn", ["model=resent"])
    assert str(caught.value) == textwrap.dedent("""\
        command line: there is no choice 'resent' for model
          model=resent
                ^
          hint: did you mean 'resnet'?""")
    with pytest.raises(OverrideError, match=r"known: resnet, vgg"):
        Conf.compose("config/train.sdn", ["model=x"])
    (folder / "config/train.sdn").write_text("optim: rmsprop\n")
    with pytest.raises(
        MergeError, match=r"config/train\.sdn:1:8: optim: there is no choice 'rmsprop' for optim"
    ):
        Conf.compose("config/train.sdn")


@pytest.mark.parametrize(
    "override", ['"..".model=train', '"../config".model=vgg', "model=../train", "model=backbone/small"]
)
def test_a_choice_never_leaves_its_folder(folder, override):
    try:
        cfg = Conf.compose("config/train.sdn", [override])
    except (OverrideError, LoadError):
        return
    assert "depth" not in repr(cfg)
    assert "lr" not in repr({key: cfg[key] for key in cfg if key != "train"})


def test_choices_merge_and_stay_strict(folder):
    with pytest.raises(OverrideError, match="unknown key 'depht'"):
        Conf.compose("config/train.sdn", ["model=vgg", "model.depht=3"], strict_keys=True)


def test_a_folder_of_data_is_no_group(folder):
    (folder / "config/data").mkdir()
    (folder / "config/data/labels.json").write_text("{}")
    (folder / "config/data/train.csv").write_text("")
    assert Conf.compose("config/train.sdn", ["data=mnist"]).data == "mnist"
