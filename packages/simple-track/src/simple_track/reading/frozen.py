"""Lists and dicts that cannot be changed: what a loaded run returns of its config, tags and summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from simple_track.errors import ReadOnlyRunError


class FrozenList(list[Any]):
    """A list that refuses changes; a copy of it is a plain list.

    Args:
        items: The items.
        why: The message of the error.
    """

    def __init__(self, items: list[Any], why: tuple[str, str, str]) -> None:
        super().__init__(items)
        self._why = why
        for place, item in enumerate(items):
            if isinstance(item, dict | list):
                list.__setitem__(self, place, frozen(item, why))

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ReadOnlyRunError(*self._why)

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, _: Any) -> list[Any]:
        return list(thawed(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (thawed(self),)


class FrozenDict(dict[str, Any]):
    """A dict that refuses changes; a copy of it is a plain dict.

    Args:
        items: The items.
        why: The message of the error.
    """

    def __init__(self, items: Mapping[str, Any], why: tuple[str, str, str]) -> None:
        super().__init__(items)
        self._why = why
        for key, value in items.items():
            if isinstance(value, dict | list):
                dict.__setitem__(self, key, frozen(value, why))

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ReadOnlyRunError(*self._why)

    pop = popitem = clear = update = setdefault = __setitem__ = __delitem__ = __ior__ = _refuse

    def copy(self) -> dict[str, Any]:
        """A plain dict with the same values."""
        return dict(self)

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, _: Any) -> dict[str, Any]:
        return dict(thawed(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (thawed(self),)


def frozen(value: Any, why: tuple[str, str, str]) -> Any:
    """A value in which no list and no dict can be changed.

    Args:
        value: Plain values.
        why: The arguments of the `ReadOnlyRunError` that a change raises.
    """
    if isinstance(value, Mapping):
        return FrozenDict(value, why)
    return FrozenList(value, why) if isinstance(value, list) else value


def thawed(value: Any) -> Any:
    """A plain copy of a value."""
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, list) else value
