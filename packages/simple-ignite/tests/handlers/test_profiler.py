"""Profiler: the traces it writes."""

import json

import torch
from torch import nn

from simple_ignite import Engine
from simple_ignite.handlers import Profiler


def test_a_trace_is_written(tmp_path):
    model = nn.Linear(4, 4)
    trainer = Engine(lambda engine, batch: model(batch).sum().backward())
    profiler = Profiler(tmp_path / "traces", wait=1, warmup=1, active=2).attach(trainer)
    trainer.run([torch.ones(2, 4)] * 6)
    assert [path.name for path in profiler.traces] == ["trace_4.json"]
    names = {event.get("name") for event in json.loads(profiler.traces[0].read_text())["traceEvents"]}
    assert "aten::addmm" in names
