"""Batches drawn in a thread, ahead of their consumer."""

from __future__ import annotations

import atexit
import contextvars
import copy
import os
import threading
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from simple_ignite.data.loading.device_transfer import Transfer
from simple_ignite.errors import IgniteWarning, PrefetchError

__all__ = ["Lookahead"]

EXIT = 1.0  # seconds that a draw under way may take when the program ends

GeneratorStates = list[torch.Tensor]


class Position:
    """Where the loader stands after a batch.

    Args:
        generators: The states of its generators.
        state: Its own state, or the error that it raised instead, or None if it has none.
    """

    __slots__ = ("generators", "state")

    def __init__(self, generators: GeneratorStates, state: Any) -> None:
        self.generators = generators
        self.state = state


class Drawn:
    """A batch, or the error that came instead, and where the loader stands after it."""

    __slots__ = ("batch", "error", "position")

    def __init__(self, batch: Any, error: BaseException | None, position: Position) -> None:
        self.batch = batch
        self.error = error
        self.position = position


class Lookahead:
    """Draws batches from an iterator, in the order in which they come.

    The first batch, and the first after an error, is drawn in the consumer's thread, so that what the
    iterator draws from the global generators to begin with comes in its place. All others are drawn in a
    thread, up to `depth` ahead. The loader's own generators are ahead too; while it is paused, they stand
    where the consumer stands.

    Args:
        source: The iterator.
        depth: The most batches ahead.
        transfer: Moves each batch to its device.
        generators: The generators that only the iterator draws from.
        state: Returns the loader's own state. Default: it has none.

    Attributes:
        position: Where the loader stood after the batch that was handed out last; None before the first.
    """

    def __init__(
        self,
        source: Iterator[Any],
        depth: int,
        transfer: Transfer,
        generators: Sequence[torch.Generator] = (),
        state: Callable[[], Any] | None = None,
    ) -> None:
        self.position: Position | None = None
        self._source: Iterator[Any] | None = source
        self._depth = depth
        self._transfer = transfer
        self._generators = generators
        self._state = state
        self._changed = threading.Condition()
        self._ready: deque[Drawn] = deque()
        self._thread: threading.Thread | None = None
        self._drawing = self._paused = self._stopped = self._ended = False
        self._ahead: GeneratorStates | None = None  # of the thread, while paused
        self._pid = os.getpid()

    def next(self) -> Any:
        """Return the next batch.

        Raises:
            StopIteration: After the last one.
            PrefetchError: In a process that was forked after this began.
        """
        if self._pid != os.getpid():
            raise PrefetchError(
                "batches drawn ahead belong to the process that drew them; begin a new iteration in this one"
            )
        if self._ended or self._stopped:
            raise StopIteration
        self._transfer.observe()
        self._resume()
        with self._changed:
            while not self._ready and self._thread is not None:
                self._changed.wait()
            drawn = self._ready.popleft() if self._ready else None
            self._changed.notify_all()
            if self._ended:  # another consumer got the end while this one waited
                raise StopIteration
            self._ended = drawn is not None and isinstance(drawn.error, StopIteration)
        if drawn is None:
            drawn = self._draw()
            if drawn.error is None:
                self._begin()
        self.position = drawn.position
        if drawn.error is None:
            return self._transfer.receive(drawn.batch)
        if isinstance(drawn.error, StopIteration):
            self._ended = True
            self._source = None
            raise StopIteration
        try:
            raise drawn.error
        finally:
            del drawn  # its error refers to this frame

    def pause(self) -> None:
        """Wait for the draw under way, and draw no further until the next batch is asked for."""
        if self._pid != os.getpid() or threading.current_thread() is self._thread:
            return
        with self._changed:
            self._paused = True
            while self._drawing:
                self._changed.wait()
            if self._is_ahead() and self._ahead is None and not self._stopped:
                self._ahead = self._generator_states()
                self._put_back()

    def stop(self) -> None:
        """End the thread, and let go of the iterator and what was drawn ahead.

        The loader's generators are put back to where the consumer stands, after the draw under way; without
        generators nobody waits for it.
        """
        if self._pid != os.getpid():
            return
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            if self._generators and threading.current_thread() is not self._thread:
                while self._drawing:
                    self._changed.wait()
            if not self._drawing:
                self._release()

    def _begin(self) -> None:
        """Start the thread, with the modes and context variables of the consumer."""
        modes = torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.get_default_device()
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._run, *modes), name="prefetch", daemon=True
        )
        _running.add(self)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads here: draw in the consumer's
            self._thread = None

    def _run(self, grad: bool, inference: bool, device: torch.device) -> None:
        with torch.inference_mode(inference), torch.set_grad_enabled(grad):
            if device == torch.get_default_device():
                self._fill()
            else:
                with device:
                    self._fill()

    def _fill(self) -> None:
        """Draw until the end, an error, or `stop`."""
        while self._wait_for_room():
            if not self._store(self._draw()):  # no name here, which would keep a batch alive
                return

    def _store(self, drawn: Drawn) -> bool:
        """Hand over what was drawn; return whether there may be more."""
        with self._changed:
            self._drawing = False
            self._ready.append(drawn)
            if drawn.error is not None:
                self._thread = None
            if self._stopped:
                self._release()
            self._changed.notify_all()
        return drawn.error is None

    def _wait_for_room(self) -> bool:
        """Wait until a batch may be drawn; return False when stopped."""
        with self._changed:
            while not self._stopped and (self._paused or len(self._ready) >= self._depth):
                self._changed.wait()
            self._drawing = not self._stopped
            return self._drawing

    def _draw(self) -> Drawn:
        batch, error = None, None
        try:
            batch = self._transfer.send(next(self._source))  # type: ignore[arg-type]
        except BaseException as raised:
            error = raised
        return Drawn(batch, error, Position(self._generator_states(), self._loader_state()))

    def _loader_state(self) -> Any:
        if self._state is None:
            return None
        try:
            return copy.deepcopy(self._state())  # the loader goes on and may change it
        except Exception as error:
            return error

    def _resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self._paused = False
            if self._ahead is not None and self.position is not None:
                now = self._generator_states()
                if all(map(torch.equal, now, self.position.generators)):
                    self._set(self._ahead)
                else:
                    self._keep(now)
                self._ahead = None
            self._changed.notify_all()

    def _keep(self, now: GeneratorStates) -> None:
        """Let the consumer's change of a generator stand, from the batches on that are yet to be drawn."""
        for drawn in self._ready:
            drawn.position.generators = now
        warnings.warn(
            f"a generator of the loader was changed when {len(self._ready)} batches had been drawn ahead; "
            "these are as they would have been without the change: change it before an iteration begins",
            IgniteWarning,
            stacklevel=4,
        )

    def _release(self) -> None:
        """Put the generators back, unless a pause did so, and let everything go."""
        if self._is_ahead() and self._ahead is None:
            self._put_back()
        self._ready.clear()
        self._thread = self._source = self._state = None

    def _is_ahead(self) -> bool:
        return self._thread is not None or bool(self._ready)

    def _put_back(self) -> None:
        if self.position is not None:
            self._set(self.position.generators)

    def _generator_states(self) -> GeneratorStates:
        return [generator.get_state() for generator in self._generators]

    def _set(self, states: GeneratorStates) -> None:
        for generator, state in zip(self._generators, states, strict=True):
            generator.set_state(state)


_running: weakref.WeakSet[Lookahead] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    """At exit, end the threads: one that is in a library's code while the interpreter goes would crash it."""
    for lookahead in list(_running):
        thread = lookahead._thread
        if thread is None or lookahead._pid != os.getpid():
            continue
        with lookahead._changed:
            lookahead._stopped = True
            lookahead._changed.notify_all()
        thread.join(EXIT)
