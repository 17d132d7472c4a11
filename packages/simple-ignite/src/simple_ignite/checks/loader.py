"""Checks of the data: what the loader yields, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from simple_ignite.checks.isolation.loader_copy import LoaderCopy, is_once, plain_loader
from simple_ignite.checks.nested import all_tensors, not_finite, same, signature_of, size_of
from simple_ignite.checks.reporting.findings import Findings, error_text
from simple_ignite.checks.setup import Setup

__all__ = ["batch_norms", "drawn"]

BATCHES = 3
AGAIN = 2  # batches of the second pass
FEW = 8  # targets that may all be the same


def drawn(setup: Setup, found: Findings) -> list[Any]:
    """Draw up to three batches, and check them and their order.

    Args:
        setup: The set-up.
        found: Gets what is found.

    Returns:
        The batches, which are empty if training cannot be checked with them.
    """
    loader = plain_loader(setup.loader)
    if loader is None:
        found.skip("dataloader", "the run has no data, so data and step are not checked", "loader")
        return []
    if is_once(loader):
        found.add(
            "loader-once",
            "an iterator is used up by reading it, so that data and step are not checked",
            "loader",
            "pass a DataLoader, a list, or an object whose __iter__ begins anew",
        )
        return []
    batches: list[Any] = []
    copy = None
    try:
        copy = LoaderCopy(loader)
        for batch in copy.batches(BATCHES):
            batches.append(batch)
    except Exception as error:
        found.add(
            "loader-raises",
            f"batch {len(batches) + 1} raises {error_text(error)}",
            "loader",
            "run `next(iter(loader))` to see the traceback",
        )
    if not batches:
        if not found.failed("dataloader"):
            found.add("loader-empty", f"yields no batch: {_sizes(loader)}", "loader", _more(loader))
        return []
    _check_values(batches, found)
    _check_shapes(batches, found)
    _check_classes(batches, found)
    if not found.failed("dataloader") and copy is not None:
        _check_order(loader, copy, batches, found)
    _check_last(setup, loader, found)
    return batches


def _check_values(batches: list[Any], found: Findings) -> None:
    reported: set[str] = set()
    for number, batch in enumerate(batches, 1):
        for path, tensor in all_tensors(batch):
            count = not_finite(tensor)
            if count and path not in reported:
                reported.add(path)
                message = f"{count} of {tensor.numel()} values are NaN or infinite in batch {number}"
                fix = "clean the data, or leave such samples out"
                found.add("loader-non-finite", message, path, fix)


def _check_shapes(batches: list[Any], found: Findings) -> None:
    first = signature_of(batches[0])
    for number, batch in enumerate(batches[1:], 2):
        now = signature_of(batch)
        if now == first:
            continue
        path = next(one for one in [*first, *now] if first.get(one) != now.get(one))
        before, after = _layout(first.get(path)), _layout(now.get(path))
        message = f"{before} in batch 1, and {after} in batch {number} (first dimension left out)"
        found.add("loader-shape-changes", message, path, "pad or resize samples to one shape")
        return


def _layout(signature: tuple[str, tuple[int, ...]] | None) -> str:
    if signature is None:
        return "nothing"
    return f"{signature[0].removeprefix('torch.')} of shape {signature[1]}"


def _check_classes(batches: list[Any], found: Findings) -> None:
    """Warn if all integer targets are the same class."""
    targets = [batch[1] for batch in batches if isinstance(batch, list | tuple) and len(batch) == 2]
    integers = [
        target.reshape(-1)
        for target in targets
        if isinstance(target, torch.Tensor)
        and not target.is_floating_point()
        and not target.is_complex()
        and target.dtype is not torch.bool
    ]
    if not integers or len(integers) != len(batches):
        return
    labels = torch.cat(integers)
    labels = labels[labels != -100]  # what cross entropy ignores
    if labels.numel() > FEW and bool((labels == labels[0]).all()):
        message = f"all {labels.numel()} targets of the first {len(batches)} batches are {int(labels[0])}"
        found.add("loader-one-class", message, "batch[1]", "shuffle the data: DataLoader(..., shuffle=True)")


def _check_order(loader: Any, copy: LoaderCopy, batches: list[Any], found: Findings) -> None:
    """Warn if a second pass yields the same batches."""
    if isinstance(loader, list | tuple | range) or len(batches) < AGAIN:
        return
    if same(batches[0], batches[1]):
        return
    epochs = [getattr(loader, name, None) for name in ("sampler", "batch_sampler", "dataset")]
    if any(hasattr(one, "set_epoch") for one in [loader, *epochs]):
        message = "the order depends on set_epoch, so that it is not known whether epochs differ"
        found.skip("dataloader", message, "loader")
        return
    try:
        second = copy.again(AGAIN)
    except Exception as error:
        message = f"the second pass over the data raises {error_text(error)}"
        found.add("loader-raises", message, "loader", "let __iter__ begin anew each time")
        return
    if second is not None and len(second) == AGAIN and all(map(same, second, batches)):
        found.add(
            "loader-same-order",
            "two passes yield the same batches, so that every epoch has the same order",
            "loader",
            "shuffle the data: DataLoader(..., shuffle=True)",
        )


def _check_last(setup: Setup, loader: Any, found: Findings) -> None:
    """Report a last batch of one sample that a BatchNorm gets."""
    norm = next(batch_norms(setup.model), None)
    if norm is None or _last_size(loader) != 1:
        return
    found.add(
        "batch-of-one",
        f"the last batch has one sample, of which {norm} cannot compute a variance",
        "loader",
        "DataLoader(..., drop_last=True), or another batch_size",
    )


def batch_norms(model: nn.Module) -> Iterator[str]:
    """Yield the names of the modules that normalise by the statistics of a batch while training."""
    kind = nn.modules.batchnorm._BatchNorm
    for name, module in model.named_modules():
        trains = module.training or not model.training  # a step calls model.train() if it is not training
        if (
            isinstance(module, kind)
            and not isinstance(module, nn.modules.instancenorm._InstanceNorm)
            and trains
        ):
            yield name or type(module).__name__


def _last_size(loader: Any) -> int | None:
    """Return the number of samples of the last batch, as far as that is known without reading the data."""
    if isinstance(loader, list | tuple):
        return size_of(loader[-1])
    if not isinstance(loader, DataLoader) or isinstance(loader.dataset, IterableDataset):
        return None
    sampler = loader.batch_sampler
    if type(sampler) is not torch.utils.data.BatchSampler or not isinstance(sampler.sampler, Sized):
        return None
    left = len(sampler.sampler) % sampler.batch_size
    if left == 0:
        return sampler.batch_size
    return sampler.batch_size if sampler.drop_last else left


def _sizes(loader: Any) -> str:
    parts = []
    data: Any = loader
    if isinstance(loader, DataLoader):
        data = loader.dataset
        parts = [f"batch_size {loader.batch_size}", f"drop_last {loader.drop_last}"]
    try:
        parts.insert(0, f"length {len(data)}")
    except (TypeError, NotImplementedError):
        parts.insert(0, "length unknown")
    return ", ".join(parts)


def _more(loader: Any) -> str:
    if isinstance(loader, DataLoader) and getattr(loader, "drop_last", False):
        return "set drop_last=False, or a smaller batch_size"
    return "check the path and the filter of the data"
