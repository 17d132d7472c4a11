"""ModelSummary: a model's layers, shapes and sizes as a table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, TextIO

import torch
from torch import nn

__all__ = ["ModelSummary"]

HEAD = ("layer", "type", "output", "parameters", "trainable")


class ModelSummary:
    """Prints a table of a model's layers: `trainer.on(Events.STARTED, ModelSummary(model))`.

    Args:
        model: The model.
        sample: Input that the model is called with once, without gradients and in evaluation mode, to find
            the shapes of the outputs; a tuple for several arguments. None to leave the shapes out. Random
            number generators and buffers stay as they were.
        depth: The depth of the table; the parameters of deeper layers count in the layer that holds them.
        file: Where to print. Default: `sys.stdout`.
    """

    def __init__(
        self, model: nn.Module, sample: Any = None, depth: int = 2, file: TextIO | None = None
    ) -> None:
        self.model = model
        self.sample = sample
        self.depth = depth
        self._file = file

    def __call__(self) -> None:
        """Print the table."""
        print(self, file=self._file or sys.stdout)

    def __str__(self) -> str:
        """Return the table."""
        shapes = {} if self.sample is None else output_shapes(self.model, self.sample)
        rows = [HEAD, *self._rows(shapes)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        lines = [
            "  ".join(
                cell.ljust(width) if column < 3 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        lines.insert(1, "─" * max(map(len, lines)))
        total = sum(p.numel() for p in self.model.parameters())
        size = sum(t.numel() * t.element_size() for t in [*self.model.parameters(), *self.model.buffers()])
        trainable = sum(p.numel() for p in self.model.parameters() if p.requires_grad)
        return "\n".join(
            [*lines, f"total {total:,} parameters, {trainable:,} trainable, {size / 2**20:.1f} MiB"]
        )

    def _rows(self, shapes: dict[str, str]) -> Iterator[tuple[str, ...]]:
        for name, module in self.model.named_modules():
            level = name.count(".") + 1 if name else 0
            if level > self.depth:
                continue
            deep = level == self.depth or not any(True for _ in module.children())
            held = list(module.parameters(recurse=deep))
            count = sum(p.numel() for p in held)
            free = sum(p.numel() for p in held if p.requires_grad)
            label = "  " * level + (name.rpartition(".")[2] or "(model)")
            yield label, type(module).__name__, shapes.get(name, ""), f"{count:,}", f"{free:,}"


def output_shapes(model: nn.Module, sample: Any) -> dict[str, str]:
    """Return the shape of each module's output for `sample`; the model is left as it was."""
    shapes: dict[str, str] = {}
    hooks = [
        module.register_forward_hook(
            lambda _m, _i, output, name=name: shapes.__setitem__(name, _shape(output))
        )
        for name, module in model.named_modules()
    ]
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.no_grad(), torch.random.fork_rng():
            model(*sample) if isinstance(sample, tuple) else model(sample)
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes:
            module.training = training
    return shapes


def _shape(output: Any) -> str:
    if isinstance(output, torch.Tensor):
        return "×".join(map(str, output.shape)) or "scalar"
    if isinstance(output, list | tuple):
        return ", ".join(_shape(one) for one in output)
    return type(output).__name__
