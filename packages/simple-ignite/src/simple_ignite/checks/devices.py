"""Checks that parameters and buffers are on one device."""

from __future__ import annotations

from collections import Counter

from torch import Tensor, nn

from simple_ignite.checks.reporting.findings import Findings, listed
from simple_ignite.checks.setup import Setup

__all__ = ["check_devices"]


def check_devices(setup: Setup, found: Findings) -> None:
    """Report parameters and buffers that are not on the device of most others.

    A model that is spread over several devices of one kind is left to its forward.
    """
    model = setup.model
    everything: dict[str, Tensor] = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    tensors = {name: one for name, one in everything.items() if not nn.parameter.is_lazy(one)}
    scalars = {name for name, one in tensors.items() if one.dim() == 0 and not isinstance(one, nn.Parameter)}
    places = {name: one.device for name, one in tensors.items() if name not in scalars}
    if len(set(places.values())) < 2:
        return
    most = Counter(places.values()).most_common(1)[0][0]
    odd = [name for name, device in places.items() if device != most]
    message = f"{len(odd)} of {len(places)} parameters and buffers are on "
    message += f"{listed(sorted({str(places[name]) for name in odd}))}, the others on {most}: {listed(odd)}"
    kinds = {device.type for device in places.values()}
    if (len(kinds) == 1 and "meta" not in kinds) or hasattr(model, "hf_device_map"):
        found.skip("devices", f"the model is spread over devices: {message}", odd[0])
        return
    found.add("device-mixed", message, odd[0], f'model.to("{most}") before the optimizer is made')
