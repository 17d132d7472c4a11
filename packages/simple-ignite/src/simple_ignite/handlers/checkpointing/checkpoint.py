"""Checkpoint: saves models, optimizers and engines so that a kill at any moment leaves the last good file."""

from __future__ import annotations

import itertools
import logging
import re
import warnings
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from simple_ignite.distributed.collective import agree, is_distributed, rank
from simple_ignite.engine.companions import unsaved
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.errors import CheckpointError, IgniteWarning
from simple_ignite.handlers.checkpointing.atomic_write import remove, sync_folder
from simple_ignite.handlers.checkpointing.background import BackgroundThread
from simple_ignite.handlers.checkpointing.finite_weights import has_finite_weights
from simple_ignite.handlers.checkpointing.formats import (
    CheckpointFormat,
    SafetensorsFile,
    ShardedFolder,
    TorchFile,
)
from simple_ignite.handlers.checkpointing.host_copy import HostCopy
from simple_ignite.handlers.checkpointing.load import load_best, load_file, load_latest
from simple_ignite.handlers.checkpointing.rank_state import broadcast
from simple_ignite.handlers.checkpointing.read import read_parts
from simple_ignite.handlers.checkpointing.retention import Kept, Retention
from simple_ignite.handlers.checkpointing.torch_file import odd_entry
from simple_ignite.handlers.score import Score, as_number, step_reader

__all__ = ["Checkpoint"]

log = logging.getLogger("simple_ignite")
Lists = tuple[list[Kept], list[str]]
"""What is kept and what is leaving."""


class Checkpoint:
    """Saves states to a folder, so that a kill at any moment leaves the last good file.

    Each file is written under a temporary name, synced and renamed; only then are old ones deleted.

    `trainer.on(Events.EPOCH_COMPLETED, Checkpoint({"model": model, "optimizer": optimizer, "trainer":
    trainer}, "checkpoints"))`. It runs after the other handlers of its event, so that a resumed run misses
    none of them. If the trainer is in `to_save`, a run continues exactly from the file.

    Args:
        to_save: Objects with `state_dict` by name: models, optimizers, engines. A model wrapped for
            distributed training or compiled is saved as the model inside. Plain values (numbers, texts and
            dictionaries, lists and tuples of them), such as a config, are saved as they are at that time, for
            `Checkpoint.read`; loading passes them over.
        save_dir: The folder; created when needed.
        filename_prefix: Put before `checkpoint_<step>.pt`, with an underscore.
        n_saved: How many checkpoints are kept; None for all.
        score_function: Returns the score of the engine it is called with, or names one of its metrics
            ("-loss" if less is better). With it, the best are kept rather than the latest; NaN is never
            kept.
        score_name: Put in the file name with the score. Default: if `score_function` names a metric, its
            name, with `-` for `/`, before its value; else "score".
        global_step_transform: Gives the step: an engine, for its iteration, or a function of the engine or of
            nothing. Default: the iteration of the engine in `to_save`, else of the engine it is called with.
            Which files are kept, and the best score, are saved with the state of that engine.
        save_on_terminate: Save when the run is terminated, and when Ctrl-C comes between two iterations. The
            state of a run that was terminated as failed, such as by `TerminateOnNan`, goes to a file of its
            own, `failed_<step>`, which is not in the list and not loaded by `load_latest`.
        asynchronous: Copy the states, and write them while training continues. A save waits for the one
            before.
        safetensors: Write the weights of the one model in `to_save` as a safetensors file.
        sharded: Write a folder by torch.distributed.checkpoint, to which each rank writes its part, and which
            loads under any number of ranks. The model of an optimizer must be in `to_save` too.
        on_saved: Called with each file once it is on disk, for example to pass it to a tracker; when
            asynchronous, in the thread that writes. Not called with `failed_<step>`.
        save_on_exception: Save `failed_<step>` also when an exception ends the run.

    Of several ranks the first writes (all, when sharded) while the others wait; the RNG states of each rank
    are in the file.

    Raises:
        CheckpointError: If something to save has no state, a name cannot be part of a file name, or another
            checkpoint of the same engine writes files of the same names.
    """

    priority = -1000

    def __init__(
        self,
        to_save: Mapping[str, Any],
        save_dir: str | Path,
        filename_prefix: str = "",
        n_saved: int | None = 1,
        score_function: Callable[[Engine], Any] | str | None = None,
        score_name: str | None = None,
        global_step_transform: Callable[..., int] | Engine | None = None,
        save_on_terminate: bool = True,
        asynchronous: bool = False,
        *,
        safetensors: bool = False,
        sharded: bool = False,
        on_saved: Callable[[Path], Any] | None = None,
        save_on_exception: bool = False,
    ) -> None:
        self.save_dir = Path(save_dir)
        self.prefix = f"{_file_name_part(filename_prefix)}_" if filename_prefix else ""
        metric = score_function if isinstance(score_function, str) and score_name is None else ""
        self.score_name = _file_name_part(metric.removeprefix("-").replace("/", "-") or score_name or "score")
        self._score_sign = -1 if metric.startswith("-") else 1
        if n_saved is not None and (not isinstance(n_saved, int) or n_saved < 1):
            raise CheckpointError(f"n_saved must be a whole number from 1, or None for all, not {n_saved!r}")
        if not isinstance(to_save, Mapping) or not to_save:
            raise CheckpointError(f'to_save must name what to save, as {{"model": model}}, not {to_save!r}')
        self._to_save = {name: _reference(name, thing) for name, thing in to_save.items()}
        self._score = None if score_function is None else Score(score_function, self)
        self._step = None if global_step_transform is None else step_reader(global_step_transform, self)
        self._retention = Retention(self.save_dir / f"{self.prefix}checkpoints.json", n_saved)
        self._save_on_terminate = save_on_terminate
        self._save_on_exception = save_on_exception
        self._asynchronous = asynchronous
        self._format: CheckpointFormat = (
            ShardedFolder(asynchronous) if sharded else SafetensorsFile() if safetensors else TorchFile()
        )
        self._on_saved = on_saved
        self._swept = False
        self._host_copy = HostCopy()
        self._thread = BackgroundThread()
        self._saved_at: tuple[int, bool] | None = None
        self._home: weakref.ref[Engine] | None = None
        home = self._trainer()
        if home is None and isinstance(global_step_transform, Engine):
            home = global_step_transform  # whose state is probably saved by another checkpoint
        self._resets = home is not None
        if home is not None:
            self.registered(home)

    load = staticmethod(load_file)
    read = staticmethod(read_parts)
    load_latest = staticmethod(load_latest)
    load_best = staticmethod(load_best)

    @property
    def latest(self) -> Path | None:
        """The file saved last, or None."""
        kept = self._retention.kept
        return self.save_dir / kept[-1].file if kept else None

    @property
    def best(self) -> Path | None:
        """The file with the highest score, or None."""
        best = self._retention.best
        return None if best is None else self.save_dir / best.file

    def registered(self, engine: Engine) -> None:
        """Follow the runs of the engine whose state is saved, or else of the one this is registered with."""
        if self._home is not None and self._home() is not None:
            return
        self._home = weakref.ref(engine)
        others = (one for one in engine.kept if isinstance(one, Checkpoint) and one is not self)
        if any(one._retention.list_file == self._retention.list_file for one in others):
            message = f"{self.save_dir}: two checkpoints would use the same names; give one a filename_prefix"
            raise CheckpointError(message, path=self.save_dir)
        engine.keep(self)
        engine.on(Events.TERMINATED, self._terminated, priority=self.priority)
        engine.on(Events.EXCEPTION_RAISED, self._raised, priority=self.priority)
        engine.on(Events.COMPLETED | Events.INTERRUPTED, self.wait, priority=self.priority)

    def __call__(self, engine: Engine) -> None:
        """Save, if the score is good enough to be kept.

        Raises:
            CheckpointError: If writing fails; when asynchronous, at the next save or at the end of the run.
        """
        if self._is_failing(engine):
            return
        score = None if self._score is None else as_number(self._score(engine))
        if self._retention.admits(score):
            self._save(engine, score)

    def restarted(self, engine: Engine) -> None:
        """Begin a new list, with new scores, when the engine whose state is saved begins anew."""
        if self._resets and self._home is not None and engine is self._home():
            self._retention.forget()
            self._saved_at = None

    def wait(self) -> None:
        """Wait until the file that is being written is on disk.

        Raises:
            CheckpointError: If writing failed.
        """
        self._thread.wait()

    def state_dict(self) -> dict[str, Any]:
        """Return which checkpoints are kept, with their scores."""
        return self._retention.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned, for the files that still exist."""
        self._retention.load_state_dict(state_dict)

    def _trainer(self) -> Engine | None:
        """Return the first engine in `to_save`."""
        engines = (thing() for thing in self._to_save.values() if isinstance(thing, weakref.ref))
        return next((engine for engine in engines if engine is not None), None)

    def _save(self, engine: Engine, score: float | None) -> None:
        if engine.in_smoke_run:
            self._format.collect(self._parts())  # to see that it can be saved
            return
        self.wait()
        trainer = self._trainer() or engine
        step = self._step(engine) if self._step is not None else trainer.state.iteration
        self._saved_at = _position(trainer)
        before = list(self._retention.kept), list(self._retention.leaving)
        shown = "" if score is None else f"_{self.score_name}={score * self._score_sign:.4g}"
        name = self._name(f"{self.prefix}checkpoint_{step}{shown}")
        writes, submitted = rank() == 0 or self._format.every_rank_writes, self._thread.submitted
        try:
            self._retention.admit(Kept(name, step, score))  # first, because it is part of the saved state
            content = self._format.collect(self._parts())
            if self._asynchronous and writes:
                content = self._host_copy.copy(content)
                self._thread.submit(partial(self._write, name, content, before))
        except BaseException:
            if self._thread.submitted == submitted:  # else Ctrl-C came after the job was submitted
                self._retention.kept, self._retention.leaving = before
                self._saved_at = None
            raise
        if not self._asynchronous:
            self._write_together(name, content, before, writes)
        self._warn_of_unsaved()

    def _warn_of_unsaved(self) -> None:
        """Warn once of each engine that is run in turn with a saved one and whose handlers are not saved."""
        engines = [one for one in self._parts().values() if isinstance(one, Engine)]
        saved = set().union(*(one.saved_ids() for one in engines))
        for name in (name for one in engines for name in unsaved(one, saved)):
            message = (
                f"the handlers of engine {name} are not saved; name it in to_save, or run it in a handler"
            )
            warnings.warn(message, IgniteWarning, stacklevel=4)

    def _save_failed(self, engine: Engine) -> None:
        """Save a state that may be broken beside the checkpoints, in place of an older one of this kind."""
        if engine.in_smoke_run:
            return
        self.wait()
        step = self._step(engine) if self._step is not None else (self._trainer() or engine).state.iteration
        name = self._name(f"{self.prefix}failed_{step}")
        content = self._format.collect(self._parts())
        writes = rank() == 0 or self._format.every_rank_writes
        before = list(self._retention.kept), list(self._retention.leaving)
        self._write_together(name, content, before, writes, failed=True)

    def _name(self, stem: str) -> str:
        """Return the name of a file, or of a folder that does not exist."""
        if self._format.suffix:
            return stem + self._format.suffix
        # a folder cannot be replaced atomically, so it gets a name that is not in use
        unused = next(
            n for n in itertools.count(1) if not (self.save_dir / (f"{stem}_{n}" if n > 1 else stem)).exists()
        )
        unused = broadcast(unused)
        return f"{stem}_{unused}" if unused > 1 else stem

    def _parts(self) -> dict[str, Any]:
        """Return what is saved, by name."""
        parts: dict[str, Any] = {}
        for name, reference in self._to_save.items():
            part = reference() if isinstance(reference, weakref.ref) else reference
            if part is None:
                raise CheckpointError(f"the engine {name!r} that is to be saved has been deleted")
            parts[name] = part
        return parts

    def _write(self, name: str, content: Any, before: Lists, failed: bool = False) -> None:
        path = self.save_dir / name
        first = rank() == 0
        try:
            self._write_and_prune(path, content, first, failed)
        except BaseException as error:
            self._retention.kept, self._retention.leaving = before
            if not isinstance(error, OSError) or isinstance(error, CheckpointError):
                raise
            raise CheckpointError(f"{path}: cannot write the checkpoint: {error}", path=path) from error
        if first and self._on_saved is not None and not failed:
            self._on_saved(path)

    def _write_and_prune(self, path: Path, content: Any, first: bool, failed: bool) -> None:
        self.save_dir.mkdir(parents=True, exist_ok=True)
        if first and not self._swept:
            left = re.compile(rf"\.{re.escape(self.prefix)}(checkpoint|failed_).*\.tmp")
            for one in [one for one in self.save_dir.iterdir() if left.fullmatch(one.name)]:
                remove(one)  # from a process that was killed
            self._swept = True
        self._format.write(path, content)
        if first and failed:
            sync_folder(self.save_dir)
            own = re.compile(
                rf"{re.escape(self.prefix)}failed_[0-9]+(_[0-9]+)?{re.escape(self._format.suffix)}"
            )
            for old in self.save_dir.iterdir():
                if own.fullmatch(old.name) and old != path:
                    remove(old)
        elif first:
            self._retention.write()
            sync_folder(self.save_dir)  # both renames must be on disk before anything is deleted
            self._retention.prune()

    def _write_together(
        self, name: str, content: Any, before: Lists, writes: bool, failed: bool = False
    ) -> None:
        """Write while the other ranks wait; raise on all ranks if it failed on one."""
        if not is_distributed():
            self._write(name, content, before, failed)
            return
        error: Exception | None = None
        try:
            if writes:
                self._write(name, content, before, failed)
        except Exception as caught:
            error = caught
        agree(error, "saving a checkpoint")

    def _is_failing(self, engine: Engine) -> bool:
        """Whether the state may be broken; with a `TerminateOnNan`, the weights to save are looked at too."""
        home = self._trainer() or (None if self._home is None else self._home()) or engine
        if home.failing or not home.checks:
            return home.failing
        models = {name: one for name, one in self._parts().items() if isinstance(one, nn.Module)}
        broken = next((name for name, model in models.items() if not has_finite_weights(model)), None)
        if broken is not None:
            reason = f"the weights of {broken!r} are not finite"
            log.warning("%s, so the last good checkpoint stays; the run ends", reason)
            home.terminate(reason=reason, failed=True)
        return broken is not None

    def _terminated(self, engine: Engine) -> None:
        if self._is_failing(engine):
            if self._save_on_terminate:
                self._save_failed(engine)
        elif self._save_on_terminate and self._saved_at != _position(engine):
            self._save(engine, None)
        self.wait()

    def _raised(self, engine: Engine, error: BaseException) -> None:
        whole = engine.between_iterations and engine.table.control.failed is None  # no handler is half done
        if isinstance(error, KeyboardInterrupt) and whole and engine.state.iteration:
            self._terminated(engine)
        elif self._save_on_exception and isinstance(error, Exception):
            self._save_failed(engine)
        self.wait()


def _position(engine: Engine) -> tuple[int, bool]:
    return engine.state.iteration, engine.in_epoch


def _reference(name: str, thing: Any) -> Any:
    """Return a reference to something to save: a weak one to an engine, which holds this handler."""
    _file_name_part(name)
    if not hasattr(thing, "state_dict") or not hasattr(thing, "load_state_dict"):
        odd = odd_entry(thing, name, tensors=False)
        if odd is not None:
            hint = "; pass the object, not its state" if odd[1].endswith(("Tensor", "Parameter")) else ""
            raise CheckpointError(
                f"{odd[0]!r} cannot be saved: {odd[1]} has no state_dict and load_state_dict, and is no "
                f"plain value{hint}"
            )
    return weakref.ref(thing) if isinstance(thing, Engine) else thing


def _file_name_part(name: str) -> str:
    """Return a name that can be part of a file name."""
    if Path(name).name != name or name.startswith(".") or "\0" in name:
        raise CheckpointError(
            f"{name!r} becomes part of a file name, so it must not contain a slash or start with a dot"
        )
    return name
