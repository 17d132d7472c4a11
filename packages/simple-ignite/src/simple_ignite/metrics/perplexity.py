"""Perplexity of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, widened
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.classification.inputs import Input, outside, signature

LEFT_OUT = -100


class Perplexity(Metric):
    """exp of the mean negative log-likelihood of a token (Jelinek 1977).

    Args:
        ignore_index: A target that counts for nothing, such as padding.
        dim: The dimension of pred that holds the vocabulary: last, as language models have it. Give 1 where
            it is as in `torch.nn.functional.cross_entropy`.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    nll = Sum()
    tokens = Sum()
    outside = Sum()

    def __init__(
        self, ignore_index: int = -100, *, dim: int = -1, output_transform: Transform | None = None
    ) -> None:
        self.ignore_index = ignore_index
        self.dim = dim
        super().__init__(output_transform=output_transform)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({"dim": -1, **state})  # version 0.3 had no dim

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Add one batch.

        Args:
            pred: Logits `(*, vocabulary)`; with `dim=1` `(n, vocabulary, *)`.
            target: Tokens `(*)`; with `dim=1` `(n, *)`.
        """
        signature(self, pred, target)
        kind = Input("Perplexity", pred, target, "multiclass", None, self.dim).kind()
        if not kind.scored:
            got = f"pred {described(pred)}, target {described(target)}"
            raise MetricInputError("Perplexity", got, "logits with one dimension more than the tokens")
        if not target.numel():
            return
        logits = pred.detach().movedim(self.dim, -1).reshape(-1, pred.shape[self.dim])
        logits = logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits
        tokens = target.reshape(-1).long()
        beyond = outside(tokens, logits.shape[1], self.ignore_index)
        counts = tokens != self.ignore_index
        # on a GPU a label that is out of range would end the process
        tokens = torch.where(counts & ~beyond, tokens, LEFT_OUT)
        losses = torch.nn.functional.cross_entropy(logits, tokens, ignore_index=LEFT_OUT, reduction="none")
        self.nll = self.nll + widened(losses).sum()
        self.tokens = self.tokens + torch.count_nonzero(counts)
        self.outside = self.outside + torch.count_nonzero(beyond)

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Go on from saved states, also from those of version 0.3, which counted no labels out of range."""
        super().load_state_dict({"outside": None, **states})

    def out_of_range(self) -> Tensor | int:
        """Return the number of tokens that were out of range."""
        return self.outside  # type: ignore[no-any-return]

    def check(self) -> None:
        """Report tokens that were out of range.

        Raises:
            MetricInputError: There were some.
        """
        number = int(self.outside)
        if number:
            wanted = "tokens from 0 to below the size of the vocabulary, or an ignore_index"
            raise MetricInputError("Perplexity", f"{number} tokens out of range", wanted)

    def result(self) -> Tensor:
        """Return the perplexity; NaN where no token counts."""
        return torch.exp(self.nll / self.tokens)
