"""Aliases of modules that have moved since 0.3.0: programs and pickles of that version name them."""

from __future__ import annotations

import sys

from simple_ignite.handlers.averaging import ema, swa
from simple_ignite.handlers.checkpointing import (
    background,
    checkpoint,
    checksum,
    formats,
    host_copy,
    load,
    rank_state,
    retention,
    safetensors_file,
    torch_file,
)

MOVED = {
    "checkpoint": checkpoint,
    "checkpoint_file": torch_file,
    "ema": ema,
    "form": formats,
    "rank_states": rank_state,
    "restore": load,
    "retention": retention,
    "seal": checksum,
    "snapshot": host_copy,
    "swa": swa,
    "weights_file": safetensors_file,
    "writer": background,
}
"""The modules by their former name in `simple_ignite.handlers`."""

for _name, _module in MOVED.items():
    sys.modules[f"simple_ignite.handlers.{_name}"] = _module
    setattr(sys.modules["simple_ignite.handlers"], _name, _module)
