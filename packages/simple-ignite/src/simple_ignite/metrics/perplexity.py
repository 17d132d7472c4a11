"""Perplexity of a language model."""

from __future__ import annotations

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, widened
from simple_ignite.metrics.base.transform import Transform, described


class Perplexity(Metric):
    """exp of the mean negative log-likelihood of a token (Jelinek 1977).

    Args:
        ignore_index: A target that counts for nothing, such as padding.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    nll = Sum()
    tokens = Sum()

    def __init__(self, ignore_index: int = -100, *, output_transform: Transform | None = None) -> None:
        self.ignore_index = ignore_index
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Add one batch.

        Args:
            pred: Logits `(*, vocabulary)`, the vocabulary last, as language models give them.
            target: Tokens `(*)`.
        """
        fit = isinstance(pred, Tensor) and isinstance(target, Tensor) and pred.shape[:-1] == target.shape
        if not fit or not pred.is_floating_point() or target.is_floating_point():
            got = f"pred {described(pred)}, target {described(target)}"
            raise MetricInputError("Perplexity", got, "logits (*, vocabulary) and integer tokens (*)")
        logits = pred.detach().reshape(-1, pred.shape[-1])
        logits = logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits
        tokens = target.reshape(-1).long()
        losses = torch.nn.functional.cross_entropy(
            logits, tokens, ignore_index=self.ignore_index, reduction="none"
        )
        self.nll = self.nll + widened(losses).sum()
        self.tokens = self.tokens + torch.count_nonzero(tokens != self.ignore_index)

    def result(self) -> Tensor:
        """Give the perplexity."""
        return torch.exp(self.nll / self.tokens)
