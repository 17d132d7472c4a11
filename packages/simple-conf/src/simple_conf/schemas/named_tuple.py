"""Reading named tuples, from a list of their fields in order or from a mapping by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

from simple_conf.config.config import Config
from simple_conf.schemas.containers import SeveralErrors, opened
from simple_conf.schemas.conversion import refuse
from simple_conf.schemas.source_text import with_text
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.node import ListNode

if TYPE_CHECKING:
    from cattrs import Converter

    from simple_conf.schemas.containers import Hook, Mode


def is_named_tuple(kind: Any) -> bool:
    """Return whether a type is a named tuple."""
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_field_defaults")


def named_tuple_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a named tuple; fields that have a default may be left out."""
    names: tuple[str, ...] = kind._fields
    kinds = get_type_hints(kind)
    hooks = {name: conv.get_structure_hook(kinds.get(name, Any)) for name in names}
    required = [name for name in names if name not in kind._field_defaults]

    def hook(value: Any, _: Any) -> Any:
        if isinstance(value, Config):
            given = {key: with_text(value, key, one) for key, one in opened(value, mode).items()}
        elif isinstance(value, dict):
            given = value
        elif isinstance(value, (list, tuple)):
            if not len(required) <= len(value) <= len(names):
                return refuse(f"the fields of {kind.__name__}: {', '.join(names)}", value)
            items = value
            if isinstance(value, ListNode):
                items = [with_text(value, index, one) for index, one in enumerate(value)]
            given = dict(zip(names, items, strict=False))
        else:
            return refuse(f"{kind.__name__}: a mapping or a list of {', '.join(names)}", value)
        unknown = [key for key in given if key not in hooks]
        if unknown:
            hint = did_you_mean(str(unknown[0]), names)
            return refuse(f"{kind.__name__} without the key {unknown[0]!r}", value, hint)
        missing = [name for name in required if name not in given]
        if missing:
            return refuse(f"{kind.__name__} with the field {missing[0]!r}", value)
        made: dict[str, Any] = {}
        errors: list[tuple[str | int | None, Exception]] = []
        for place, (name, one) in enumerate(given.items()):
            try:
                made[name] = hooks[name](one, kinds.get(name, Any))
            except Exception as failure:
                errors.append((place if isinstance(value, (list, tuple)) else name, failure))
        if errors:
            raise SeveralErrors(errors)
        return kind(**made)

    return hook
