"""Profiler: writes a trace of some iterations, to be viewed in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile, schedule

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events

__all__ = ["Profiler"]


class Profiler:
    """Profiles some iterations with torch.profiler and writes a Chrome trace.

    Open it in chrome://tracing or Perfetto. `Profiler("traces").attach(trainer)` writes
    `traces/trace_<iteration>.json`.

    Args:
        folder: Where the traces are written; created when needed.
        wait: Iterations that are skipped first.
        warmup: Iterations that are profiled and discarded.
        active: Iterations in the trace.
        repeat: The number of traces; 0 to repeat until the run ends.
        record_shapes: Record the shapes of operators' inputs.
        profile_memory: Record memory.

    Attributes:
        traces: The files that were written.
    """

    def __init__(
        self,
        folder: str | Path,
        wait: int = 1,
        warmup: int = 1,
        active: int = 3,
        repeat: int = 1,
        record_shapes: bool = False,
        profile_memory: bool = False,
    ) -> None:
        self.folder = Path(folder)
        self.traces: list[Path] = []
        self._schedule = {"wait": wait, "warmup": warmup, "active": active, "repeat": repeat}
        self._record_shapes = record_shapes
        self._profile_memory = profile_memory
        self._profile: Any = None
        self._iteration = 0

    def attach(self, engine: Engine) -> Profiler:
        """Profile an engine's runs; return this handler."""
        engine.on(Events.STARTED, self._begin)
        engine.on(Events.ITERATION_COMPLETED, self._step, priority=-2000)
        engine.on(Events.COMPLETED | Events.INTERRUPTED | Events.EXCEPTION_RAISED, self._end, priority=1000)
        return self

    def _begin(self) -> None:
        activities = [ProfilerActivity.CPU]
        if torch.cuda.is_available():
            activities.append(ProfilerActivity.CUDA)
        self._profile = profile(
            activities=activities,
            schedule=schedule(**self._schedule),
            on_trace_ready=self._write,
            record_shapes=self._record_shapes,
            profile_memory=self._profile_memory,
        )
        self._profile.start()

    def _step(self, engine: Engine) -> None:
        self._iteration = engine.state.iteration
        if self._profile is not None:
            self._profile.step()

    def _write(self, profiled: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"trace_{self._iteration}.json"
        profiled.export_chrome_trace(str(path))
        self.traces.append(path)

    def _end(self) -> None:
        profiled, self._profile = self._profile, None
        if profiled is not None:
            profiled.stop()
