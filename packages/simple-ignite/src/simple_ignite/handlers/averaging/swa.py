"""StochasticWeightAveraging: averages the weights of the last epochs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, update_bn

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers.averaging.weight_average import WeightAverage

__all__ = ["StochasticWeightAveraging"]


class StochasticWeightAveraging:
    """Averages the weights of the epochs from `start` on.

    The averages of fp16 and bf16 weights are kept in float32.
    (Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization".)
    `trainer.on(Events.EPOCH_COMPLETED, swa)`. For its learning rate use
    `LRScheduler(torch.optim.swa_utils.SWALR(...))`.

    Args:
        model: The model that is trained.
        start: The first epoch whose weights are averaged, counted from 0.
        loader: Batches from which the statistics of batch normalization are computed at the end of the run.
        device: Where those batches are moved.

    Attributes:
        model: The averaged model; `model.module` has the weights under their usual names.

    Raises:
        HandlerError: If `start` is negative.
    """

    def __init__(
        self, model: nn.Module, start: int = 0, loader: Iterable[Any] | None = None, device: Any = None
    ) -> None:
        if start < 0:
            raise HandlerError(f"start must be 0 or more, not {start!r}", handler="StochasticWeightAveraging")
        self._average = WeightAverage(model)
        self.model = AveragedModel(self._average.model)
        self.model.module = self._average.model  # not the copy that AveragedModel makes
        self.start = start
        self._loader = loader
        self._device = device

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        source = attributes.pop("_source", None)  # as 0.3.0 pickled it
        vars(self).update(attributes)
        if source is not None:
            self._average = WeightAverage.restored(self.model.module, source)
            self.model.module = self._average.model

    def registered(self, engine: Engine) -> None:
        """Update the batch normalization at the end of the run."""
        if self._loader is not None:
            engine.on(Events.COMPLETED, self._finish, priority=500)

    def __call__(self, engine: Engine) -> None:
        """Update the average with the epoch's weights."""
        if engine.state.epoch >= self.start:
            count = self._count
            self._average.update(1 / (int(count) + 1))
            count += 1

    def restarted(self, _engine: Engine) -> None:
        """Begin a new average when training begins anew."""
        self._count.zero_()

    @property
    def _count(self) -> Tensor:
        """How many epochs are averaged."""
        count: Any = self.model.n_averaged
        return count  # type: ignore[no-any-return]

    def _finish(self) -> None:
        if self._loader is not None and int(self.model.n_averaged):
            update_bn(self._loader, self.model, device=self._device)

    def state_dict(self) -> dict[str, Any]:
        """Return the averaged weights and the number of epochs."""
        average = {f"module.{name}": value for name, value in self._average.state_dict().items()}
        return {"n_averaged": self._count, **average}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        average = {k.removeprefix("module."): v for k, v in state_dict.items() if k != "n_averaged"}
        self._average.load_state_dict(average)
        self._count.copy_(state_dict["n_averaged"])
