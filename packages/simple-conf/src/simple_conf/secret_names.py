"""Names of secrets: those that the schema in use marks, and those that sound like it, such as ``api_key``."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar

from simple_conf.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARKED: ContextVar[frozenset[str]] = ContextVar("MARKED", default=frozenset())
"""Last keys of the paths that the schema of the config that is being loaded has as secrets."""

_PART = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_A-Za-z]+")
_ANYWHERE = frozenset(
    "password passwords passwd passphrase passcode pwd secret secrets credential credentials apikey apikeys "  # noqa: SIM905
    "privatekey accesskey secretkey authtoken accesstoken authorization bearer".split()
)
_ENDS = ("password", "passwd", "secret", "apikey")
"""Ends of words without a separator, such as `PGPASSWORD`."""
_LAST = frozenset({"token", "auth", "pass", "cookie", "dsn"})
_BEFORE_KEY = frozenset(
    "access account api auth encryption master private signing ssh wandb".split()  # noqa: SIM905
)
_BEFORE_TOKENS = frozenset({"access", "api", "auth", "bearer", "refresh", "session"})
_NOT_BEFORE_TOKEN = frozenset(
    "bos cls end eos mask max num pad per sep start stop unk".split()  # noqa: SIM905
)
_LONGEST = 40  # characters of a name that may be a misspelt one
_SHORTEST = 3
_CLOSE = 0.75  # as `difflib` counts: 1 is equal


@contextmanager
def marking(names: Iterable[str]) -> Iterator[None]:
    """Treat some names as those of secrets, for the time of a block in this thread.

    Args:
        names: Keys, without the path in front of them.
    """
    token = MARKED.set(MARKED.get() | frozenset(names))
    try:
        yield
    finally:
        MARKED.reset(token)


def names_secret(name: str) -> bool:
    """Return whether a key, or a path with dots, is named like a secret or marked by the schema in use."""
    marked = MARKED.get()
    return (bool(marked) and not marked.isdisjoint(name.split("."))) or sounds_secret(name)


def may_name_secret(name: str) -> bool:
    """Return whether a key is, or is a misspelling of, one that `names_secret` accepts."""
    if names_secret(name):
        return True
    last = name.rpartition(".")[2]
    if not _SHORTEST <= len(last) <= _LONGEST:
        return False
    import difflib

    return bool(difflib.get_close_matches(last, (*MARKED.get(), "password", "api_key"), n=1, cutoff=_CLOSE))


def sounds_secret(name: str) -> bool:
    """Return whether a name sounds like that of a secret; ``tokenizer`` and ``max_tokens`` do not."""
    parts = [part[0].lower() for part in _PART.finditer(name)]
    if not parts:
        return False
    *before, last = parts
    if not _ANYWHERE.isdisjoint(parts) or any(part.endswith(_ENDS) for part in parts):
        return True
    if last == "token":
        return not before or before[-1] not in _NOT_BEFORE_TOKEN
    if last in _LAST:
        return True
    if last in ("key", "keys"):
        return bool(before) and before[-1] in _BEFORE_KEY
    return last == "tokens" and bool(before) and before[-1] in _BEFORE_TOKENS
