"""Whether the weights of a model are finite, before they replace good ones in a checkpoint."""

from __future__ import annotations

import torch
from torch import nn

from simple_ignite.distributed.collective import gather, is_distributed

__all__ = ["has_finite_weights"]


def has_finite_weights(model: nn.Module) -> bool:
    """Return whether the trained parameters are finite on every rank; every rank must call it.

    Buffers and frozen parameters are not looked at: a mask may be infinite by intention.
    """
    answers: dict[torch.device, list[torch.Tensor]] = {}
    with torch.no_grad():
        for parameter in model.parameters():
            local = parameter.to_local() if hasattr(parameter, "to_local") else parameter
            if parameter.requires_grad and (local.is_floating_point() or local.is_complex()):
                answers.setdefault(local.device, []).append(torch.isfinite(local).all())
        finite = all(bool(torch.stack(found).all()) for found in answers.values())
    if not is_distributed():
        return finite
    return all(bool(one.item()) for one in gather(torch.tensor([int(finite)])))
