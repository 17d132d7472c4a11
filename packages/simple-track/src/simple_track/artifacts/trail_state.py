"""What the events of an artifact add up to: its versions, its aliases, and what was removed.

The state follows the trail: it is kept in memory and in the cache together with the offset up to which the
trail was read, so that only new lines are read, however long the trail has become.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import orjson

from simple_track.artifacts.trail import Trail
from simple_track.errors import FormatError
from simple_track.storage.atomic_write import atomic_write

VERSION = re.compile(r"v(0|[1-9][0-9]{0,17})")
"""The name of a version."""
FORMAT = 1
_MARK = 256  # bytes before the offset that are compared: another trail, or an edited one, has others
_UNSAVED = 16 * 1024  # bytes of the trail that may be read again by each process
_REMEMBERED = 64  # states in memory


@attrs.frozen
class TrailState:
    """What the events up to an offset add up to. It is never changed.

    Args:
        offset: The offset in the trail, in bytes.
        versions: The digest of each version that was not removed, by number.
        aliases: The number of the version that each alias stands on.
        removed: For the number of each removed version: when, who and why.
        holders: The registry versions that stand on each version, by number.
        type: The type of the artifact; empty if no event says it.
    """

    offset: int = 0
    versions: dict[int, str] = attrs.field(factory=dict)
    aliases: dict[str, int] = attrs.field(factory=dict)
    removed: dict[int, dict[str, Any]] = attrs.field(factory=dict)
    holders: dict[int, list[str]] = attrs.field(factory=dict)
    type: str = ""

    @property
    def highest(self) -> int:
        """The highest number that was ever given, or -1."""
        return max(max(self.versions, default=-1), max(self.removed, default=-1))

    @property
    def is_complete(self) -> bool:
        """Whether every number up to the highest has its event."""
        return len(self.versions) + len(self.removed) == self.highest + 1

    def find(self, digest: str) -> int | None:
        """The highest number of a version with this digest that was not removed."""
        return max((number for number, known in self.versions.items() if known == digest), default=None)

    def after(self, events: Iterable[dict[str, Any]], offset: int) -> TrailState:
        """The state after further events.

        Args:
            events: The events, in order.
            offset: The offset behind them.
        """
        state = TrailState(
            offset,
            dict(self.versions),
            dict(self.aliases),
            dict(self.removed),
            {number: list(names) for number, names in self.holders.items()},
            self.type,
        )
        for event in events:
            state = _folded(state, event)
        return state


def _folded(state: TrailState, event: dict[str, Any]) -> TrailState:
    number = number_of(event.get("version"))
    match event:
        case {"event": "version", "digest": str(digest)} if number is not None:
            if number not in state.removed:
                state.versions[number] = digest
            if isinstance(event.get("type"), str):
                return attrs.evolve(state, type=event["type"])
        case {"event": "removed"} if number is not None:
            state.versions.pop(number, None)
            state.removed[number] = {name: event.get(name) for name in ("time", "user", "why")}
        case {"event": "alias", "alias": str(alias), "to": None}:
            state.aliases.pop(alias, None)
        case {"event": "alias", "alias": str(alias), "to": str(to)}:
            if (target := number_of(to)) is not None:
                state.aliases[alias] = target
        case {"event": "use", "registry": str(name)} if number is not None:
            names = state.holders.setdefault(number, [])
            if name not in names:
                names.append(name)
    return state


def number_of(version: object) -> int | None:
    """The number of a version's name: 3 for "v3"; None for what is no such name."""
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        return None
    return int(version[1:])


@attrs.frozen
class _Known:
    """A state with what shows that a trail still begins with the events of it.

    Args:
        inode: The trail's inode.
        mark: The last bytes before the state's offset.
        state: The state.
        saved: The offset of the state in the cache.
    """

    inode: int
    mark: bytes
    state: TrailState
    saved: int = 0

    def fits(self, trail: Trail, inode: int, size: int) -> bool:
        """Whether this is a state of the beginning of a trail."""
        offset = self.state.offset
        return self.inode == inode and size >= offset and _mark(trail, offset) == self.mark


_states: dict[Path, _Known] = {}
_lock = threading.Lock()


def current_state(trail: Trail, cache: Path | None = None) -> TrailState:
    """The state after all events of a trail, of which only the new ones are read.

    Args:
        trail: The trail.
        cache: The file that holds the state for other processes.

    Raises:
        FormatError: The trail cannot be read.
    """
    try:
        facts = trail.path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return TrailState()
    except OSError as error:
        raise FormatError(trail.path, f"cannot be read ({error.strerror or error})") from error
    known = _known(trail, cache, facts.st_ino, facts.st_size)
    state = known.state
    if facts.st_size > state.offset:
        state = state.after(*trail.read(state.offset))
        known = _Known(facts.st_ino, _mark(trail, state.offset), state, known.saved)
        if cache is not None and state.offset - known.saved > max(_UNSAVED, state.offset // 8):
            _save(cache, known)
            known = attrs.evolve(known, saved=state.offset)
    _remember(trail.path, known)
    return state


def _known(trail: Trail, cache: Path | None, inode: int, size: int) -> _Known:
    with _lock:
        known = _states.get(trail.path)
    if known is not None and known.fits(trail, inode, size):
        return known
    known = _loaded(cache) if cache is not None else None
    return known if known is not None and known.fits(trail, inode, size) else _Known(inode, b"", TrailState())


def _remember(path: Path, known: _Known) -> None:
    with _lock:
        _states.pop(path, None)
        _states[path] = known
        while len(_states) > _REMEMBERED:
            del _states[next(iter(_states))]


def _mark(trail: Trail, offset: int) -> bytes:
    start = max(0, offset - _MARK)
    with contextlib.suppress(OSError), trail.path.open("rb") as file:
        file.seek(start)
        return file.read(offset - start)
    return b""


def _loaded(cache: Path) -> _Known | None:
    try:
        body = orjson.loads(cache.read_bytes())
        if body["format"] != FORMAT:
            return None
        state = TrailState(
            offset=int(body["offset"]),
            versions={int(number): str(digest) for number, digest in body["versions"].items()},
            aliases={str(alias): int(number) for alias, number in body["aliases"].items()},
            removed={int(number): dict(facts) for number, facts in body["removed"].items()},
            holders={int(number): list(names) for number, names in body["holders"].items()},
            type=str(body["type"]),
        )
        return _Known(int(body["inode"]), bytes.fromhex(body["mark"]), state, state.offset)
    except (OSError, KeyError, TypeError, ValueError, AttributeError):  # none yet, or damaged: read anew
        return None


def _save(cache: Path, known: _Known) -> None:
    state = attrs.asdict(known.state, recurse=False)
    body = {"format": FORMAT, "inode": known.inode, "mark": known.mark.hex(), **state}
    with contextlib.suppress(OSError):  # a read-only store, or a full disk
        cache.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(cache, durable=False) as file:
            file.write(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS))
