"""Aliases: words such as "best" that name a version, and can be moved."""

from __future__ import annotations

import re

from simple_track.artifacts.trail_state import VERSION
from simple_track.errors import TrackError

LATEST = "latest"
"""The alias of the version that was logged last."""
ENDS_AS_DIGEST = re.compile("(.*)@([0-9a-f]{6,64})", re.DOTALL)
"""What a reference takes for a name or alias, and a digest."""
_FORM = (
    "an alias is a word such as 'best' or 'production', with no ':', '/' or space, "
    "and not of the form 'v3', which names a version."
)


class BadAliasError(TrackError, ValueError):
    """An alias that cannot be used: it could be mistaken for a version or a path, or is not on this version.

    Args:
        alias: The alias.
        why: The reason; default the form that an alias has to have.
    """

    def __init__(self, alias: str, why: str = _FORM) -> None:
        self.alias = alias
        self.why = why
        super().__init__(f"alias {alias!r}: {why}")


class ProtectedAliasError(TrackError, PermissionError):
    """A protected alias would be moved, or a version removed on which the registry stands.

    Args:
        what: The alias or version.
        why: What protects it, and what to do.
    """

    def __init__(self, what: str, why: str) -> None:
        self.what = what
        self.why = why
        super().__init__(f"{what}: {why}")


def check_alias(alias: str) -> str:
    """Return an alias unchanged if it is valid.

    Raises:
        BadAliasError: It could be mistaken for a version or a path.
    """
    if not isinstance(alias, str) or any("\ud800" <= character <= "\udfff" for character in alias):
        raise BadAliasError(alias)
    if not re.fullmatch(r"[^\s:/\\\x00-\x1f]{1,100}", alias) or VERSION.fullmatch(alias):
        raise BadAliasError(alias)
    if ENDS_AS_DIGEST.fullmatch(alias):
        raise BadAliasError(alias, "an alias does not end as a digest does: '@' and 6 or more of 0-9, a-f.")
    return alias


def check_movable(alias: str) -> str:
    """Return an alias unchanged if it is valid and can be moved by hand.

    Raises:
        BadAliasError: It is not valid, or it is `latest`.
    """
    if check_alias(alias) == LATEST:
        raise BadAliasError(alias, "it is on the version that was logged last, and moves only by logging.")
    return alias
