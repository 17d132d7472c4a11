"""An event in a collection of the registry: a publication, a move of an alias, or a change of protection."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs


@attrs.frozen
class Move:
    """An event of a collection.

    Args:
        event: "publish", "move", "protect" or "unprotect".
        time: When it happened.
        user: Who did it.
        host: The machine.
        alias: The alias; None of a publication.
        source: The version that the alias was on, such as "v0", or None; of a publication, the artifact's
            version, such as "digits/model:v3".
        target: The version that it is on now, or None if it was taken away.
        why: The reason that was given.
        run: The run that did it, or None.
        forced: Whether the alias was protected.
        by: Of a protection: the users that may move the alias; empty for everybody who gives a reason.
    """

    event: str
    time: datetime
    user: str
    host: str
    alias: str | None
    source: str | None
    target: str | None
    why: str = ""
    run: str | None = None
    forced: bool = False
    by: tuple[str, ...] = ()

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> Move | None:
        """Read an event of a trail; None if it is none."""
        kind = event.get("event")
        if kind not in ("publish", "alias", "protect", "unprotect"):
            return None
        alias, version = _text(event, "alias"), _text(event, "version")
        if (version if kind == "publish" else alias) is None:
            return None
        by = event.get("by")
        return cls(
            event="move" if kind == "alias" else str(kind),
            time=moment(event.get("time")),
            user=_text(event, "user") or "",
            host=_text(event, "host") or "",
            alias=alias,
            source=_text(event, "source" if kind == "publish" else "from"),
            target=version if kind == "publish" else _text(event, "to"),
            why=_text(event, "why") or "",
            run=_text(event, "run"),
            forced=event.get("forced") is True,
            by=tuple(map(str, by)) if isinstance(by, list) else (),
        )


def _text(event: dict[str, Any], field: str) -> str | None:
    value = event.get(field)
    return value if isinstance(value, str) else None


def moment(seconds: object) -> datetime:
    """A time in seconds since 1970 as a date in the local time zone; 1970 for what is no time."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC).astimezone()  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
