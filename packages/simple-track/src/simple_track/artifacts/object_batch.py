"""A batch of objects: written by many threads, synced together, and only then given their names.

Each content is read once: it is hashed while it is copied. So nothing is in the store under its name before
all of it is on disk, and a killed process leaves temporary files only.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import count as count_up
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from simple_track.artifacts.object_file import (
    CHUNK,
    PACKED,
    ObjectRef,
    hash_file,
    is_compressible,
    is_intact,
    packed_small,
    packer,
)
from simple_track.artifacts.reflink import clone
from simple_track.errors import StorageError
from simple_track.storage.atomic_write import NO_SYNC, sync_descriptor, sync_folder

SMALL = 1 << 18
"""Contents up to this size, in bytes, are read as a whole."""
LARGE = 1 << 25
"""Contents from this size on, in bytes, are hashed by one thread while another one writes."""
FEW = 64
"""Up to so many objects are synced one by one; of more, the whole file system is synced at once."""
_BUFFER = 4 * CHUNK
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class SourceError(Exception):
    """The content that is being stored cannot be read.

    Args:
        error: What the system said.
    """

    def __init__(self, error: OSError) -> None:
        self.error = error
        super().__init__(error)


class ObjectBatch:
    """Objects that get their names together; use it as a context manager.

    Args:
        root: The folder of the store.
        count: How many contents will be added, about.
        advance: Is called with the number of bytes that were read, by any thread.
    """

    def __init__(self, root: Path, count: int, advance: Callable[[int], None] | None = None) -> None:
        self.root = root
        self._root = str(root)
        self._temporary = f"{root}/tmp"  # noqa: S108 - not that of the system
        self._start = f"{self._temporary}/{os.getpid()}-{secrets.token_hex(8)}"
        self._numbers = count_up()
        self._made = False
        self._pending: dict[str, tuple[str, bool]] = {}  # for each digest its temporary file; is it packed?
        self._lock = threading.Lock()
        self._syncfs = _syncfs() if count > FEW else None
        self._advance = advance or (lambda _: None)
        self._hashers: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give all objects their names, or remove them if the block has failed."""
        try:
            if kind is None:
                self._publish()
        finally:
            if self._hashers is not None:
                self._hashers.shutdown()
            for temporary, _ in self._pending.values():
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108 - a name, as in the whole of this class: paths are slow

    def add_bytes(self, data: bytes) -> ObjectRef:
        """Add bytes."""
        ref = ObjectRef(hashlib.sha256(data).hexdigest(), len(data))
        self._advance(ref.size)
        if not self._is_known(ref):
            packed = packed_small(data)
            self._keep(ref.digest, self._written(data if packed is None else packed), packed is not None)
        return ref

    def add_file(self, path: Path, *, is_likely_known: bool = False) -> ObjectRef:
        """Add the content that a file has now.

        Args:
            path: The file.
            is_likely_known: Hash it before it is copied, as known content needs no space and no writing.

        Raises:
            StorageError: The disk refuses.
            OSError: The file cannot be read.
        """
        with open(path, "rb", buffering=0) as source:  # noqa: PTH123 - half the time of Path.open
            size = os.fstat(source.fileno()).st_size
            if size <= SMALL:
                data = source.read(SMALL + 1)
                if len(data) <= SMALL and not source.read(1):
                    return self.add_bytes(data)
                source.seek(0)  # it grows
            if is_likely_known:
                ref = hash_file(path)
                if self._is_known(ref):
                    self._advance(ref.size)
                    return ref
            try:
                return self._copied(source, size)
            except SourceError as error:
                raise error.error from None

    def _copied(self, source: IO[bytes], size: int) -> ObjectRef:
        packed = is_compressible(source, size)
        temporary = self._temporary_name()
        try:
            if not packed and (ref := self._cloned(source, temporary)) is not None:
                pass
            else:
                ref = self._piped(source, size, temporary, packed=packed)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise
        if self._is_known(ref):
            os.unlink(temporary)  # noqa: PTH108
        else:
            self._keep(ref.digest, temporary, packed)
        return ref

    def _cloned(self, source: IO[bytes], temporary: str) -> ObjectRef | None:
        """Share the blocks of the source, and hash them; None where the file system cannot."""
        if not clone(source.fileno(), Path(temporary)):
            return None
        with open(temporary, "rb", buffering=0) as copy:  # noqa: PTH123
            hasher, size = hashlib.sha256(), 0
            while chunk := copy.read(_BUFFER):
                hasher.update(chunk)
                size += len(chunk)
                self._advance(len(chunk))
            self._sync(copy.fileno(), temporary)
        return ObjectRef(hasher.hexdigest(), size)

    def _piped(self, source: IO[bytes], size: int, temporary: str, *, packed: bool) -> ObjectRef:
        """Copy and hash in one pass; a large content is hashed by another thread."""
        hasher, total = hashlib.sha256(), 0
        pool = self._pool() if size >= LARGE else None
        refused = self._refused(temporary)
        with refused, open(temporary, "xb") as raw:  # noqa: PTH123
            packing = packer().stream_writer(raw, closefd=False) if packed else contextlib.nullcontext(raw)
            with packing as sink:
                for chunk in _chunks(source):
                    hashing = pool.submit(hasher.update, chunk) if pool else None
                    if hashing is None:
                        hasher.update(chunk)
                    sink.write(chunk)
                    total += len(chunk)
                    if hashing is not None:
                        hashing.result()
                    self._advance(len(chunk))
            raw.flush()
            self._sync(raw.fileno(), temporary)
        return ObjectRef(hasher.hexdigest(), total)

    def _written(self, data: bytes) -> str:
        temporary = self._temporary_name()
        try:
            with self._refused(temporary):
                descriptor = os.open(temporary, _FLAGS, 0o600)
                try:
                    written = 0
                    while written < len(data):
                        written += os.write(descriptor, data[written:])
                    self._sync(descriptor, temporary)
                finally:
                    os.close(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise
        return temporary

    def _sync(self, descriptor: int, temporary: str) -> None:
        with contextlib.suppress(OSError, AttributeError):  # no modes, such as SMB, FAT and Windows
            os.fchmod(descriptor, 0o444)
        if self._syncfs is None:
            with self._refused(temporary):
                sync_descriptor(descriptor)

    def _keep(self, digest: str, temporary: str, packed: bool) -> None:
        with self._lock:
            if digest not in self._pending:
                self._pending[digest] = temporary, packed
                return
        os.unlink(temporary)  # noqa: PTH108 - another thread was faster

    def _is_known(self, ref: ObjectRef) -> bool:
        """Whether the object is stored intact, or in this batch; a damaged one is written again."""
        digest = ref.digest
        if digest in self._pending:
            return True
        plain = f"{self._root}/{digest[:2]}/{digest[2:]}"
        for path in (plain, plain + PACKED):
            if os.path.exists(path) and is_intact(Path(path), ref):  # noqa: PTH110
                with contextlib.suppress(OSError):  # another user's, or a file system without times
                    os.utime(path)  # `gc` leaves recent objects alone
                return True
        return False

    def _publish(self) -> None:
        """Sync what was written, then give it its names, then sync these."""
        if not self._pending:
            return
        new = False
        folders = {digest[:2] for digest in self._pending}
        with self._refused(str(self.root)):
            if self._syncfs is not None:
                self._sync_all(self._syncfs)
            for name in folders:
                if not (self.root / name).exists():
                    new = True
                    (self.root / name).mkdir(exist_ok=True)
            for digest, (temporary, packed) in list(self._pending.items()):
                self._name(digest, temporary, packed=packed)
            if self._syncfs is not None and len(folders) > FEW:
                self._syncfs(self.root)
                return
            for name in folders:
                sync_folder(self.root / name)
            if new:
                sync_folder(self.root)

    def _sync_all(self, syncfs: Callable[[Path], None]) -> None:
        """Sync all that was written, by one call if the system has it."""
        try:
            syncfs(self.root)
        except OSError as error:
            if error.errno not in NO_SYNC:
                raise
            self._syncfs = None
            for temporary, _ in self._pending.values():
                with open(temporary, "rb") as file:  # noqa: PTH123
                    sync_descriptor(file.fileno())

    def _name(self, digest: str, temporary: str, *, packed: bool) -> None:
        plain = f"{self._root}/{digest[:2]}/{digest[2:]}"
        target, other = (plain + PACKED, plain) if packed else (plain, plain + PACKED)
        os.replace(temporary, target)  # noqa: PTH105 - as in atomic_write
        del self._pending[digest]
        with contextlib.suppress(FileNotFoundError):  # damaged, or an older choice
            os.unlink(other)  # noqa: PTH108

    def _temporary_name(self) -> str:
        if not self._made:
            with self._refused(self._temporary):
                os.makedirs(self._temporary, exist_ok=True)  # noqa: PTH103
            self._made = True
        return f"{self._start}-{next(self._numbers)}"

    @contextlib.contextmanager
    def _refused(self, where: str) -> Iterator[None]:
        """Name the file if the disk refuses."""
        try:
            yield
        except StorageError:
            raise
        except OSError as error:
            hint = "no version was added; make room (simple-track gc may help), and log it again"
            raise StorageError(Path(where), error.strerror or str(error), hint, error.errno) from error

    def _pool(self) -> Executor:
        with self._lock:
            if self._hashers is None:
                self._hashers = ThreadPoolExecutor(os.cpu_count() or 1)
            return self._hashers


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    """The content of an open file in chunks.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        while chunk := source.read(_BUFFER):
            yield chunk
    except OSError as error:
        raise SourceError(error) from error


def _syncfs() -> Callable[[Path], None] | None:
    """The system call that syncs one file system, where there is one."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return None

    def syncfs(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if call(descriptor) != 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code))
        finally:
            os.close(descriptor)

    return syncfs
