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


@pytest.fixture
def nets(tmp_path, monkeypatch):
    """Groups inside groups, a file that extends the main one, and experiments."""
    monkeypatch.chdir(tmp_path)
    files = {
        "conf/main.sdn": "net: small\noptim: sgd\nlr: 1\n",
        "conf/net/small.sdn": "width: 8\ndepth: 2\n",
        "conf/net/large.sdn": "width: 99\nhead: plain\n",
        "conf/net/deep.sdn": "extends: large.sdn\nhead: {bias: true}\n",
        "conf/net/head/plain.sdn": "units: 5\n",
        "conf/net/head/wide.sdn": "units: 50\nscale: ${.units}\n",
        "conf/optim/sgd.sdn": "type: sgd\nmomentum: 0\n",
        "conf/optim/adam.sdn": "type: adam\n",
        "conf/over.sdn": "extends: main.sdn\nnet: {width: 7}\n",
        "experiment/big.sdn": "extends: ../conf/main.sdn\noptim: adam\nnet: {width: 512}\nlr: 9\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_chosen_file_chooses_for_a_key_inside_it_which_an_override_changes(nets):
    assert Conf.compose("conf/main.sdn", ["net=large"]).net == {"width": 99, "head": {"units": 5}}
    assert Conf.compose("conf/main.sdn", ["net.head=wide", "net=large"]).net.head == {
        "units": 50,
        "scale": 50,
    }
    assert Conf.compose("conf/main.sdn", ["net=deep"]).net.head == {"units": 5, "bias": True}


def test_a_nested_mapping_of_a_file_chooses(nets):
    (nets / "conf/inline.sdn").write_text("net: {width: 3, head: plain}\n")
    cfg = Conf.compose("conf/inline.sdn")
    assert cfg.net == {"width": 3, "head": {"units": 5}}
    assert str(Conf.origin(cfg, "net.head.units")) == "conf/net/head/plain.sdn:1:8"


def test_keys_laid_over_a_choice_stay_over_the_one_that_replaces_it(nets):
    assert Conf.compose("conf/over.sdn").net == {"width": 7, "depth": 2}
    assert Conf.compose("conf/over.sdn", ["net=large"]).net == {"width": 7, "head": {"units": 5}}
    (nets / "conf/null.sdn").write_text("extends: main.sdn\nnet: null\n")
    assert Conf.compose("conf/null.sdn").net is None
    assert Conf.compose("conf/null.sdn", ["net=small"]).net == {"width": 8, "depth": 2}
    assert Conf.compose("conf/main.sdn", ["net=null", "net=small"]).net == {"width": 8, "depth": 2}
    assert Conf.compose("conf/main.sdn", ["net=small", "net=null"]).net is None


def test_the_last_of_a_file_laid_over_and_an_override_chooses(nets):
    (nets / "hot.sdn").write_text("net: large\nlr: 9\n")
    assert Conf.compose("conf/main.sdn", ["@hot.sdn"]).net.width == 99
    assert Conf.compose("conf/main.sdn", ["@hot.sdn", "net=small"]).net == {"width": 8, "depth": 2}
    assert Conf.compose("conf/main.sdn", ["net=small", "@hot.sdn", "lr=3"]) == {
        "net": {"width": 99, "head": {"units": 5}},
        "optim": {"type": "sgd", "momentum": 0},
        "lr": 3,
    }


@pytest.mark.parametrize(
    ("file", "overrides"),
    [("experiment/big.sdn", []), ("conf/main.sdn", ["@experiment/big.sdn"])],
)
def test_an_experiment_chooses_groups_and_changes_values_in_them(nets, file, overrides):
    cfg = Conf.compose(file, overrides)
    assert cfg == {"net": {"width": 512, "depth": 2}, "optim": {"type": "adam"}, "lr": 9}
    assert Conf.compose(file, [*overrides, "net=large"]).net == {"width": 512, "head": {"units": 5}}


@pytest.mark.parametrize("text", ["net: {head: plian}\n", "extends: typo.sdn\n"])
def test_an_unknown_choice_is_an_error_wherever_it_is_written(nets, text):
    (nets / "conf/typo.sdn").write_text("net: {head: plian}\n")
    (nets / "conf/file.sdn").write_text(text)
    with pytest.raises(MergeError, match=r"no choice 'plian' for net\.head(.|\n)*did you mean 'plain'"):
        Conf.compose("conf/file.sdn")
    with pytest.raises(MergeError, match="no choice 'plian'"):
        Conf.compose("conf/main.sdn", ["@conf/file.sdn"])


def test_what_hydra_writes_is_answered_with_what_to_write(nets):
    with pytest.raises(OverrideError, match=r"hint: write net\.head=plain"):
        Conf.compose("conf/main.sdn", ["net/head=plain"])
    with pytest.raises(OverrideError, match=r"hint: write @experiment/big\.sdn"):
        Conf.compose("conf/main.sdn", ["experiment=big"])
    (nets / "conf/named.sdn").write_text("experiment: first\n")
    assert Conf.compose("conf/named.sdn", ["experiment=big"]).experiment == "big"


def test_a_list_of_defaults_is_refused_in_every_file(nets):
    (nets / "conf/old.sdn").write_text("defaults: [{net: small}, _self_]\nlr: 1\n")
    (nets / "conf/new.sdn").write_text("extends: old.sdn\n")
    for read in (
        lambda: Conf.load("conf/old.sdn"),
        lambda: Conf.compose("conf/new.sdn"),
        lambda: Conf.compose("conf/main.sdn", ["@conf/old.sdn"]),
    ):
        with pytest.raises(LoadError, match=r"conf/old\.sdn:1:1: defaults: there is no list of defaults"):
            read()
    assert Conf.load("conf/old.sdn", extends=False).defaults[1] == "_self_"
