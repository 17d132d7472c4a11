"""Checks of devices."""

import torch
from torch import nn


def test_parameters_on_two_devices_are_an_error_that_ends_the_chain(sound, check):
    parts = sound["mlp"]()
    parts.model[2].to("meta")
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.1)
    report = check(parts)
    (found,) = report.errors
    assert (found.code, found.section, found.where) == ("device-mixed", "devices", "2.weight")
    assert found.message == ("2 of 4 parameters and buffers are on meta, the others on cpu: 2.weight, 2.bias")
    assert report.warnings == ()


def test_a_buffer_on_another_device_is_an_error(sound, check):
    parts = sound["mlp"]()
    parts.model.register_buffer("scale", torch.ones(3, device="meta"))
    assert [(one.code, one.where) for one in check(parts).errors] == [("device-mixed", "scale")]


def test_a_number_may_be_on_another_device(sound, codes):
    parts = sound["mlp"]()
    parts.model[0].register_buffer("count", torch.tensor(0, device="meta"))
    assert codes(parts) == []


def test_a_model_without_parameters_has_no_device(sound, codes, check):
    parts = sound["mlp"]()
    parts.model = nn.Identity()
    assert "device-mixed" not in codes(parts)
