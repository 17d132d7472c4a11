"""Turns an error of `structure` into issues, each with its path, its origin and a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cattrs import AttributeValidationNote
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError

from simple_conf import migration
from simple_conf.config.secrets import is_secret
from simple_conf.errors import ConfError, PlacedError, ValidationError, ValidationIssue
from simple_conf.keypath import format_path
from simple_conf.schemas.containers import SeveralErrors
from simple_conf.schemas.conversion import IN_QUOTES, MismatchError, shown
from simple_conf.schemas.defaults.declaration import DefaultLayer
from simple_conf.schemas.objects import ExtraKeysError
from simple_conf.schemas.type_names import describe
from simple_conf.schemas.unions import TagError
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.location import deletion_at, origin_at
from simple_conf.tree.node import MappingNode
from simple_conf.tree.provenance import assignment_of
from simple_conf.values import MASK, MISSING, Secret

if TYPE_CHECKING:
    from simple_conf.keypath import KeyPath
    from simple_conf.origin.origin import Origin

MOST_NAMED = 4
"""How many overrides a hint names at most."""
PYTHON_WORDS = {"None": "null", "True": "true", "False": "false"}


def gather(failure: BaseException, path: KeyPath, cfg: Any) -> list[ValidationIssue]:
    """Return the issues of an error of `structure`.

    Args:
        failure: The error.
        path: The path of the value that it is about.
        cfg: The config or the plain data that the path is in.
    """
    if isinstance(failure, SeveralErrors):
        return [
            issue
            for key, inner in failure.errors
            for issue in gather(inner, path if key is None else (*path, key), cfg)
        ]
    if isinstance(failure, ClassValidationError):
        return [issue for inner in failure.exceptions for issue in of_field(inner, path, cfg)]
    if isinstance(failure, ExtraKeysError):
        return [extra_key(cfg, (*path, key), failure.known, failure.owner) for key in failure.keys]
    if isinstance(failure, ForbiddenExtraKeysError):
        known = list(getattr(failure.cl, "__annotations__", ()))
        owner = failure.cl.__name__
        return [extra_key(cfg, (*path, key), known, owner) for key in sorted(failure.extra_fields)]
    if isinstance(failure, TagError):
        return [of_tag(failure, (*path, failure.name), cfg)]
    if isinstance(failure, MismatchError):
        return [misfit(cfg, path, failure.expected, failure.got, failure.hint)]
    if isinstance(failure, ValidationError):
        return [
            placed(
                cfg,
                (*path, *([inner.path] if inner.path else [])),
                inner.message,
                None,
                inner.got,
                inner.hint or (None if inner.path else set_from_outside(cfg, path)),
            )
            for inner in failure.issues
        ]
    if isinstance(failure, PlacedError):
        return [ValidationIssue(format_path(path), failure.message, None, None, failure.origin, failure.hint)]
    if isinstance(failure, ConfError):
        return [placed(cfg, path, str(failure), None, None, None)]
    if isinstance(failure, RecursionError):
        return [placed(cfg, path, "references nest too deeply", None, None, None)]
    named = [arg.alias for arg in failure.args if hasattr(arg, "validator") and hasattr(arg, "alias")]
    if isinstance(failure, LookupError):
        return [placed(cfg, path, f"{type(failure).__name__}: {failure}", None, None, None)]
    text = str(failure.args[0]) if failure.args and isinstance(failure.args[0], str) else str(failure)
    where = (*path, *named[:1])
    hint = None if named else set_from_outside(cfg, where)
    return [placed(cfg, where, text or type(failure).__name__, None, value_at(cfg, where), hint)]


def set_from_outside(cfg: Any, path: KeyPath) -> str | None:
    """Return a hint that names the overrides and variables that set something in the mapping at a path.

    A check of several fields fails for the mapping that holds them; one of these is probably at fault.
    """
    node = cfg if isinstance(cfg, MappingNode) else None
    for key in path:
        inner = node.__raw__.get(str(key)) if node is not None else None
        node = inner if isinstance(inner, MappingNode) else None
    if node is None:
        return None
    root, found = node.__tree__.root, []

    def walk(mapping: MappingNode) -> None:
        for key, value in mapping.__raw__.items():
            if isinstance(value, MappingNode):
                walk(value)
            origin = origin_at(root, (*mapping.__path__, key))
            if origin.kind in ("command line", "environment"):
                found.append(origin.name)

    walk(node)
    names = [f"`{name}`" for name in dict.fromkeys(found)][:MOST_NAMED]
    return f"set from outside the file: {', '.join(names)}" if names else None


def of_field(failure: BaseException, path: KeyPath, cfg: Any) -> list[ValidationIssue]:
    """Return the issues of one field, whose name cattrs leaves in a note."""
    notes = [n for n in getattr(failure, "__notes__", ()) if isinstance(n, AttributeValidationNote)]
    if not notes:
        return gather(failure, path, cfg)
    name = notes[0].name
    if type(failure) is KeyError and failure.args == (name,):
        return [absent(cfg, (*path, name), "this key is required", describe(notes[0].type), None)]
    return gather(failure, (*path, name), cfg)


def extra_key(cfg: Any, path: KeyPath, known: list[str], owner: str) -> ValidationIssue:
    """Return the issue of a key that is not a field of the schema ``owner``, whose fields are ``known``."""
    hint = migration.KEYS.get(str(path[-1])) or did_you_mean(str(path[-1]), known)
    if path[-1] == "extends":
        hint = "'extends' belongs at the top of a file, and names files to load below it"
    elif hint is None or hint.startswith("known"):
        hint = "; ".join(filter(None, (hint, f"a new key needs a field in {owner}")))
    issue = placed(cfg, path, f"unknown key {path[-1]!r}", None, value_at(cfg, path), hint, key=True)
    origin = issue.origin
    if origin is not None and origin.kind == "command line" and origin.name.startswith("+"):
        issue.message += f": '+' adds it to the config, but the schema {owner} has no such field"
    return issue


def advise(issue: ValidationIssue, keys: list[str]) -> None:
    """Improve the hint: keys of an unknown key's name in other places, ``=`` in the place of ``+=``.

    Args:
        issue: The issue.
        keys: The keys of the schema, as paths.
    """
    origin = issue.origin
    key, added, _ = origin.name.partition("+=") if origin else ("", "", "")
    if issue.expected and added and key.strip().lstrip("+") == issue.path:
        issue.hint = issue.hint or "'+=' adds to a list; write = to set a value"
    if issue.hint == IN_QUOTES and isinstance(issue.got, bool):
        text = "true" if issue.got else "false"
        issue.hint = f'put it in double quotes: "{text}"'
        if origin and origin.kind == "command line":
            issue.hint = f"write '{issue.path}=\"{text}\"', with both pairs of quotes"
    if not issue.message.startswith("unknown key"):
        return
    path = issue.path.replace("/", ".")
    if path != issue.path and path in keys:
        issue.hint = f"did you mean {path!r}?"
    if (issue.hint or "").startswith("did you mean") or issue.path in keys:
        return
    name = path.rpartition(".")[2]
    same = [key for key in keys if key.rpartition(".")[2] == name][:3]
    if same:
        issue.hint = f"did you mean {' or '.join(map(repr, same))}?"


def absent(cfg: Any, path: KeyPath, message: str, expected: str, hint: str | None) -> ValidationIssue:
    """Return the issue of a key that is not there, at the override that deleted it where one did."""
    if isinstance(cfg, MappingNode) and is_empty(cfg.__tree__.root):
        hint = hint or "there is nothing in this config"
    issue = placed(cfg, path, f"{message}: {expected}", expected, None, hint)
    if isinstance(cfg, MappingNode) and (deleted := deletion_at(cfg.__tree__.root, (*cfg.__path__, *path))):
        issue.message = f"{message}: {expected}; this override deletes it"
        issue.origin = deleted
        issue.hint = f"leave {deleted.name} away, or give {issue.path} another value: {issue.path}=…"
    return issue


def is_empty(root: MappingNode) -> bool:
    """Return whether a config has nothing but defaults of its schema."""
    return all(isinstance(assignment_of(root, key).layer, DefaultLayer) for key in root.__raw__)


def of_tag(failure: TagError, path: KeyPath, cfg: Any) -> ValidationIssue:
    """Return the issue of the field that decides which schema of a union is meant."""
    if failure.got is MISSING:
        message = "this key is required, it decides which kind is meant"
        return absent(cfg, path, message, failure.expected, failure.hint)
    return misfit(cfg, path, failure.expected, failure.got, failure.hint)


def misfit(cfg: Any, path: KeyPath, expected: str, got: Any, hint: str | None) -> ValidationIssue:
    """Return the issue of a value that is not as expected."""
    if got is MISSING:
        message = "this value must be filled in (it is ???)" + (f": {expected}" if expected else "")
    else:
        message = f"expected {expected}, got {MASK if hidden(cfg, path, got) else shown(got)}"
        if type(got) is str and got in PYTHON_WORDS:
            hint = f"a config has {PYTHON_WORDS[got]} for Python's {got}"
    return placed(cfg, path, message, expected, got, hint)


def placed(
    cfg: Any, path: KeyPath, message: str, expected: str | None, got: Any, hint: str | None, key: bool = False
) -> ValidationIssue:
    """Return an issue with the origin of its value, or of the nearest mapping around it."""
    origin = nearest(cfg, path, key)
    if hidden(cfg, path, got):
        origin, got = origin and origin.masked(), MASK
    return ValidationIssue(format_path(path), message, expected, got, origin, hint)


def hidden(cfg: Any, path: KeyPath, got: Any) -> bool:
    """Return whether an issue is about a secret, which must not be shown."""
    return isinstance(got, Secret) or (isinstance(cfg, MappingNode) and is_secret(cfg, path))


def nearest(cfg: Any, path: KeyPath, key: bool = False) -> Origin | None:
    """Return the origin of the value at ``path``, or of what is around it."""
    if not isinstance(cfg, MappingNode):
        return None
    whole = (*cfg.__path__, *path)
    for end in range(len(whole), -1, -1):
        try:
            return origin_at(cfg.__tree__.root, whole[:end], key)
        except (KeyError, IndexError, TypeError, AttributeError):
            continue
    return None


def value_at(cfg: Any, path: KeyPath) -> Any:
    """Return the value at ``path`` of a config or of plain data, or None."""
    value = cfg
    for segment in path:
        try:
            value = value[segment]
        except (LookupError, TypeError, ConfError):
            return None
    return value
