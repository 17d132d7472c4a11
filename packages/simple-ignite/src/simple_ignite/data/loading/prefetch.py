"""A loader whose batches are drawn ahead."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch

from simple_ignite.data.loading.device_transfer import transfer_to
from simple_ignite.data.loading.lookahead import Lookahead
from simple_ignite.errors import DataArgumentError
from simple_ignite.protocols import Stateful

__all__ = ["Prefetch", "prefetch"]

OWN = ("_loader", "_device", "_depth", "_transfer", "_lookahead", "_batches")
POSITIONED = ("generator", "sampler", "batch_sampler")  # whose generators are ahead of the consumer


def prefetch(loader: Any, device: torch.device | str | int | None = None, depth: int = 2) -> Prefetch:
    """Return `loader` with its batches drawn in a thread, up to `depth` ahead, and moved to `device`.

    What comes back is used as the loader is: it has its length and attributes, its order is the same, and an
    engine resumes it in mid-epoch bit for bit. On CUDA, batches are copied through pinned memory on a stream
    of their own while the step computes.

    A thread hides waiting (files, the network) and work that releases the interpreter lock. It does not speed
    up work in Python: use workers for that. Transforms that draw from the global generators in this process
    (a loader without workers) draw ahead, and so are not reproducible: use workers for those, too.

    Args:
        loader: Anything that can be iterated over more than once, such as a DataLoader, or an iterator.
        device: Where batches are wanted: their tensors in lists, tuples, mappings and dataclasses, and
            whatever has a method `to`. Default: they stay where they are.
        depth: The most batches that wait.

    Raises:
        DataArgumentError: If `depth` is below 1, the device is not there, or `loader` cannot be iterated.
    """
    if not isinstance(depth, int) or isinstance(depth, bool) or depth < 1:
        raise DataArgumentError(f"depth must be a whole number, 1 or more, not {depth!r}", argument="depth")
    if not hasattr(type(loader), "__iter__") and not hasattr(type(loader), "__getitem__"):
        raise DataArgumentError(
            f"loader must be iterable, such as a DataLoader, not a {type(loader).__name__}",
            argument="loader",
        )
    if isinstance(loader, Iterator):
        return (StatefulIterator if isinstance(loader, Stateful) else PrefetchedIterator)(
            loader, device, depth
        )
    return (StatefulLoader if isinstance(loader, Stateful) else PrefetchedLoader)(loader, device, depth)


class Prefetch:
    """A loader whose batches are drawn ahead; see `prefetch`.

    It passes for the loader: attributes are the loader's, to read and to set, and `isinstance` says that it
    is one. So an engine protects its workers from signals as it does those of the loader.
    """

    def __init__(self, loader: Any, device: torch.device | str | int | None, depth: int) -> None:
        self._loader = loader
        self._device = device
        self._depth = depth
        self._transfer = transfer_to(device)
        self._lookahead: Lookahead | None = None
        self._batches: Batches | None = None

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The loader's class."""
        return type(self._loader)

    def __len__(self) -> int:
        return len(self._loader)

    def __bool__(self) -> bool:
        return bool(self._loader)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in OWN:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if name in POSITIONED and _generators(self._loader):
            self._pause()
        return getattr(self._loader, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in OWN:
            vars(self)[name] = value
        else:
            setattr(self._loader, name, value)

    def __repr__(self) -> str:
        return f"prefetch({self._loader!r}, {self._device!r}, {self._depth})"

    def __reduce__(self) -> tuple[Callable[..., Prefetch], tuple[Any, ...]]:
        return prefetch, (self._loader, self._device, self._depth)

    def _pause(self) -> None:
        """Let the iteration that began last draw no further until it is gone on with."""
        if self._lookahead is not None:
            self._lookahead.pause()

    def _drop(self) -> None:
        """End the iteration that began last."""
        if self._lookahead is not None:
            self._lookahead.stop()
            self._lookahead.pause()  # wait for the draw under way
        self._lookahead = self._batches = None

    def _iterate(self) -> Batches:
        """Begin to iterate over the loader."""
        self._pause()
        state = self._loader.state_dict if isinstance(self._loader, Stateful) else None
        source = iter(self._loader)
        self._lookahead = Lookahead(source, self._depth, self._transfer, _generators(self._loader), state)
        return Batches(self._lookahead)


def _state_dict(self: Prefetch) -> Any:
    """Return the loader's state after the batch that was handed out last, not drawn last."""
    position = None if self._lookahead is None else self._lookahead.position
    if position is None:
        return self._loader.state_dict()
    if isinstance(position.state, Exception):
        raise position.state
    return copy.deepcopy(position.state)


def _load_state_dict(self: Prefetch, state_dict: Any) -> Any:
    """Put the loader where it was; what was drawn ahead is dropped."""
    self._drop()
    return self._loader.load_state_dict(state_dict)


class PrefetchedLoader(Prefetch):
    """A loader, which begins anew each time it is iterated over."""

    def __iter__(self) -> Iterator[Any]:
        return self._iterate()


class PrefetchedIterator(Prefetch):
    """An iterator, which goes on where it was left."""

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._batches is None:
            self._batches = self._iterate()
        return next(self._batches)


class StatefulLoader(PrefetchedLoader):
    """A loader with a state of its own."""

    state_dict = _state_dict
    load_state_dict = _load_state_dict


class StatefulIterator(PrefetchedIterator):
    """An iterator with a state of its own."""

    state_dict = _state_dict
    load_state_dict = _load_state_dict


class Batches(Iterator[Any]):
    """One iteration. Its thread ends when it is exhausted, closed, or let go.

    Args:
        lookahead: What draws the batches.
    """

    def __init__(self, lookahead: Lookahead) -> None:
        self._lookahead = lookahead

    def __next__(self) -> Any:
        return self._lookahead.next()

    def close(self) -> None:
        """End the iteration."""
        self._lookahead.stop()

    def __del__(self) -> None:
        self._lookahead.stop()


def _generators(loader: Any) -> list[torch.Generator]:
    """Return the generators of a loader, its sampler and its batch sampler, each once."""
    batches = getattr(loader, "batch_sampler", None)
    owners = (loader, getattr(loader, "sampler", None), batches, getattr(batches, "sampler", None))
    found = {
        id(each): each
        for owner in owners
        if isinstance(each := getattr(owner, "generator", None), torch.Generator)
    }
    return list(found.values())
