"""The pickled state of a class whose fields became more over time."""

from __future__ import annotations

from typing import Any

import attrs


class FieldState:
    """A base for slotted attrs classes: fields that a pickle of an older version lacks get their defaults.

    Use it with `getstate_setstate=False`.
    """

    __slots__ = ()

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in _fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for field in _fields(self):
            if field.name in state:
                value = state[field.name]
            elif isinstance(field.default, attrs.Factory):  # type: ignore[arg-type]
                value = field.default.factory()
            else:
                value = field.default
            object.__setattr__(self, field.name, value)


def _fields(thing: object) -> tuple[Any, ...]:
    fields: tuple[Any, ...] = attrs.fields(type(thing))  # type: ignore[arg-type]
    return fields
