"""Histograms and norms of a torch model's gradients or parameters.

They are computed on the device of each tensor: the norm over all values, the histogram over up to 4,096
values, evenly spread. One transfer brings the numbers of all tensors to the host.
"""

from __future__ import annotations

import importlib
import warnings
from functools import partial
from typing import Any

from simple_track.errors import MissingExtraError, SettingError, TrackWarning, ValueKindError
from simple_track.recording.writer import Writer

KINDS = ("gradients", "parameters", "all")
BINS = 64
SAMPLE = 4096


class ModelWatch:
    """Watches one model until it is removed.

    Args:
        writer: The writer of the run.
        model: A `torch.nn.Module`.
        log: "gradients", "parameters" or "all".
        log_freq: The period in backward passes; the first pass is logged.
        log_graph: Append an event with the model's modules.

    Raises:
        SettingError: `log` is something else, or `log_freq` is below 1.
        ValueKindError: The model is not a module, or has no parameter that is trained.
        MissingExtraError: torch is not installed.
    """

    def __init__(self, writer: Writer, model: Any, log: str, log_freq: int, log_graph: bool) -> None:
        if log not in KINDS:
            raise SettingError("log", log, KINDS)
        if log_freq < 1:
            raise SettingError("log_freq", log_freq, ("a whole number from 1",))
        try:
            self._torch = importlib.import_module("torch")
        except ImportError as error:
            raise MissingExtraError("run.watch", "torch", None) from error
        if not isinstance(model, self._torch.nn.Module):
            raise ValueKindError(
                "run.watch", type(model).__qualname__, "give a torch.nn.Module", "watch a model"
            )
        self.model = model
        self._writer = writer
        self._log = log
        self._log_freq = log_freq
        self._parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
        if not self._parameters:
            raise ValueKindError(
                "run.watch", type(model).__qualname__, "no parameter is trained", "watch a model"
            )
        self._passes = 0
        self._in_pass = False
        self._failed = False
        self._gradients: dict[str, Any] = {}
        self._hooks = [p.register_hook(partial(self._take, name)) for name, p in self._parameters.items()]
        if log_graph:
            writer.event("graph", modules=describe_modules(model))

    def remove(self) -> None:
        """Remove all hooks from the model."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._gradients.clear()

    def _take(self, name: str, gradient: Any) -> None:
        """Keep one parameter's gradient; the first of a backward pass registers a callback for its end."""
        if not self._in_pass:
            self._in_pass = True
            self._torch.autograd.Variable._execution_engine.queue_callback(self._end_pass)
        if self._passes % self._log_freq == 0:
            self._gradients[name] = gradient

    def _end_pass(self) -> None:
        self._in_pass = False
        gradients, self._gradients = self._gradients, {}
        self._passes += 1
        if not gradients or not self._hooks:
            return
        try:
            self._report(gradients)
        except Exception as error:  # training goes on in any case
            if not self._failed:
                self._failed = True
                warnings.warn(TrackWarning(f"run.watch could not measure: {error!r}"), stacklevel=2)

    def _report(self, gradients: dict[str, Any]) -> None:
        tensors: dict[str, Any] = {}
        if self._log in ("gradients", "all"):
            tensors |= {f"gradients/{name}": g for name, g in gradients.items()}
        if self._log in ("parameters", "all"):
            tensors |= {f"parameters/{name}": p.detach() for name, p in self._parameters.items()}
        with self._torch.no_grad():
            values = measure(self._torch, tensors)
        self._writer.log_any(values, self._writer.step + 1, advance=False)


def measure(torch: Any, tensors: dict[str, Any]) -> dict[str, Any]:
    """Compute histograms and norms of tensors, with one transfer to the host.

    Args:
        torch: The module.
        tensors: Tensors of any shapes, on one device, by name.

    Returns:
        A histogram for each name (of magnitudes, for complex values), the Euclidean norm at `{name}.norm`,
        and the number of values that are not finite at `{name}.nonfinite`, if there are any.
    """
    from simple_track.values import Histogram  # needs numpy

    tensors = {name: t for name, t in tensors.items() if t.numel()}
    if not tensors:
        return {}
    dense = [t.coalesce().values() if t.is_sparse else t for t in tensors.values()]
    norms = torch._foreach_norm([t if t.is_floating_point() or t.is_complex() else t.float() for t in dense])
    rows = [_row(torch, t, norm) for t, norm in zip(dense, norms, strict=True)]
    table = torch.stack(rows).cpu().tolist()  # the one transfer
    values: dict[str, Any] = {}
    for name, (norm, nonfinite, low, high, *counts) in zip(tensors, table, strict=True):
        width = (high - low) / BINS
        edges = [low + i * width for i in range(BINS)] + [high]
        if high > low:
            values[name] = Histogram.from_counts([int(n) for n in counts], edges)
        values[f"{name}.norm"] = norm
        if nonfinite:
            values[f"{name}.nonfinite"] = int(nonfinite)
    return values


def _row(torch: Any, tensor: Any, norm: Any) -> Any:
    """Norm, sampled values that are not finite, lowest, highest, bin counts: float64, shape (4 + BINS,)."""
    flat = tensor.detach().reshape(-1)
    stride = max(1, -(-flat.numel() // SAMPLE))
    sample = flat[::stride]
    sample = (sample.abs() if sample.is_complex() else sample).float()
    finite = torch.isfinite(sample)
    low = torch.where(finite, sample, torch.inf).amin()
    high = torch.where(finite, sample, -torch.inf).amax()
    width = torch.where(high > low, high - low, torch.ones_like(low))
    place = torch.where(finite, (sample - low) / width, -torch.ones_like(sample))
    counts = torch.histc(place, bins=BINS, min=0.0, max=1.0)
    head = torch.stack([norm.double(), (~finite).sum().double(), low.double(), high.double()])
    return torch.cat([head, counts.double()])


def describe_modules(model: Any) -> list[dict[str, Any]]:
    """Name, type, and shapes of the own parameters of every module of a model, in the order of definition."""
    return [
        {
            "name": name,
            "type": type(module).__name__,
            "parameters": {key: list(p.shape) for key, p in module.named_parameters(recurse=False)},
        }
        for name, module in model.named_modules()
    ]
