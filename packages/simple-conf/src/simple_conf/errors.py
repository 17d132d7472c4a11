"""What can go wrong, as a tree of exceptions.

::

    ConfError
    └── SdnSyntaxError (ValueError)      a text is not SDN
        └── SdnLimitError                a text is larger or deeper than allowed
    └── KeyPathError (ValueError)        a path such as ``train.layers[0]`` cannot be read
    └── StrategyError (ValueError)       a merge strategy has an unknown array mode
    └── ResolverUsageError (ValueError)  a resolver is registered or called in a way that cannot work
    └── DocumentError (ValueError)       an edit cannot be made at this place of a document
    └── UnwritableError (ValueError)     a value has no form in SDN text
    └── PlacedError                      something about one value; names its path and its origin
        ├── MissingKeyError (AttributeError, KeyError)   a key that is not there was read
        ├── MissingValueError (LookupError)   a value that is still ``???`` was read
        ├── FrozenConfigError (TypeError)     a frozen config was written to
        ├── MergeError (ValueError)           two configs do not go together
        ├── OverrideError (ValueError)        a command-line override cannot be read or applied
        ├── LoadError (ValueError)            a file cannot be read as a config
        │   └── ConfigNotFoundError (FileNotFoundError)
        └── InterpolationError (ValueError)   a ``${…}`` cannot be resolved
            ├── UnknownReferenceError (LookupError)
            ├── InterpolationCycleError (RecursionError)
            ├── InterpolationLimitError (OverflowError)
            └── ResolverError (RuntimeError)
    └── ResolveError (ValueError)        several values cannot be resolved; carries one error each
    └── ValidationError (ValueError)     a config does not fit its schema; carries every issue
    └── MissingExtraError (ImportError)  an optional dependency is not installed
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from simple_conf.origin.origin import Origin


class ConfError(Exception):
    """Anything that simple-conf reports: catch this to catch them all."""


class SdnSyntaxError(ConfError, ValueError):
    """A text is not SDN; prints as ``file:line:column: message`` with the line, a caret and a hint.

    Args:
        message: what is wrong, in a few words.
        path: file name, or a name in angle brackets for text from elsewhere.
        line: line, from 1.
        column: column in characters, from 1.
        hint: what to do about it, or None.
        excerpt: the two lines that show the place (`Source.excerpt`), or an empty string.
        plain: the message without any text of the document, where the message or the hint quotes it.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "<text>",
        line: int = 1,
        column: int = 1,
        hint: str | None = None,
        excerpt: str = "",
        plain: str | None = None,
    ) -> None:
        self.message = message
        self.plain = plain
        self.path = path
        self.line = line
        self.column = column
        self.hint = hint
        self.excerpt = excerpt
        parts = [f"{path}:{line}:{column}: {message}"]
        if excerpt:
            parts.append(excerpt)
        if hint:
            parts.append(f"  hint: {hint}")
        super().__init__("\n".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (
            type(self),
            self.message,
            self.path,
            self.line,
            self.column,
            self.hint,
            self.excerpt,
            self.plain,
        )

    def masked(self) -> SdnSyntaxError:
        """Return the error without any text of the document."""
        from simple_conf.secret_lines import masked_excerpt

        return type(self)(
            self.message if self.plain is None else self.plain,
            path=self.path,
            line=self.line,
            column=self.column,
            hint=self.hint if self.plain is None else None,
            excerpt=masked_excerpt(self.line) if self.excerpt else "",
        )


class SdnLimitError(SdnSyntaxError):
    """A text goes beyond a limit on its size, its depth or its number of values."""


class KeyPathError(ConfError, ValueError):
    """A path such as ``train.layers[0].width`` cannot be read.

    Args:
        message: what is wrong, in a few words.
        text: the path as given.
        column: column in the path, from 1.
    """

    def __init__(self, message: str, *, text: str, column: int = 1) -> None:
        self.message = message
        self.text = text
        self.column = column
        super().__init__(f"{message} in path {text!r}, at column {column}\n  {text}\n  {' ' * (column - 1)}^")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_path, (self.message, self.text, self.column)


class StrategyError(ConfError, ValueError):
    """A merge strategy has an unknown array mode."""


class ResolverUsageError(ConfError, ValueError):
    """A resolver is registered or called in a way that cannot work."""


class DocumentError(ConfError, ValueError):
    """An edit cannot be made at this place of a document.

    Args:
        message: what is wrong and what to do.
        key_path: the path of the edit, as text.
    """

    def __init__(self, message: str, *, key_path: str) -> None:
        self.message = message
        self.key_path = key_path
        super().__init__(f"{key_path or '(top)'}: {message}")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_document, (self.message, self.key_path)


class UnwritableError(ConfError, ValueError):
    """A value has no form in SDN text.

    Args:
        message: what cannot be written, and what to do.
        key_path: the path of the value in the tree, as text.
    """

    def __init__(self, message: str, *, key_path: str = "") -> None:
        self.message = message
        self.key_path = key_path
        super().__init__(f"{key_path or '(top)'}: {message}")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_unwritable, (self.message, self.key_path)


def _rebuild(
    kind: type[SdnSyntaxError],
    message: str,
    path: str,
    line: int,
    column: int,
    hint: str | None,
    excerpt: str,
    plain: str | None = None,
) -> SdnSyntaxError:
    return kind(message, path=path, line=line, column=column, hint=hint, excerpt=excerpt, plain=plain)


def _rebuild_path(message: str, text: str, column: int) -> KeyPathError:
    return KeyPathError(message, text=text, column=column)


def _rebuild_document(message: str, key_path: str) -> DocumentError:
    return DocumentError(message, key_path=key_path)


def _rebuild_unwritable(message: str, key_path: str) -> UnwritableError:
    return UnwritableError(message, key_path=key_path)


class PlacedError(ConfError):
    """Something about one value; prints as ``origin: path: message`` with an excerpt and a hint.

    Args:
        message: what is wrong.
        path: the value's path in the config, such as ``train.layers[0]``; may be empty.
        origin: where the value was written, or None.
        hint: what to do about it, or None.
    """

    def __init__(
        self, message: str, *, path: str = "", origin: Origin | None = None, hint: str | None = None
    ) -> None:
        self.message = message
        self.path = path
        self.origin = origin
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return block(self.message, self.path, self.origin, self.hint)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_placed, (type(self), self.message, self.path, self.origin, self.hint)


class MissingKeyError(PlacedError, AttributeError, KeyError):
    """A key that is not there was read."""


class MissingValueError(PlacedError, LookupError):
    """A value that is still ``???`` was read."""


class FrozenConfigError(PlacedError, TypeError):
    """A frozen config was written to."""


class MergeError(PlacedError, ValueError):
    """Two configs do not go together."""


class OverrideError(PlacedError, ValueError):
    """A command-line override cannot be read or applied."""


class LoadError(PlacedError, ValueError):
    """A file cannot be read as a config."""


class ConfigNotFoundError(LoadError, FileNotFoundError):
    """There is no such config file."""


class InterpolationError(PlacedError, ValueError):
    """A ``${…}`` cannot be resolved."""


class UnknownReferenceError(InterpolationError, LookupError):
    """A ``${…}`` names a key or a resolver that is not there."""


class InterpolationCycleError(InterpolationError, RecursionError):
    """A ``${…}`` leads back to itself; the message shows the chain."""


class InterpolationLimitError(InterpolationError, OverflowError):
    """Resolving a ``${…}`` goes deeper or produces more text than allowed."""


class ResolverError(InterpolationError, RuntimeError):
    """A resolver failed; its own error is the cause."""


class ResolveError(ConfError, ValueError):
    """Several values cannot be resolved.

    Args:
        errors: one error for each value.
    """

    def __init__(self, errors: Sequence[ConfError]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(str(error) for error in errors))

    def __reduce__(self) -> tuple[object, ...]:
        return ResolveError, (self.errors,)


class ValidationIssue:
    """One thing that is wrong with a config.

    Args:
        path: Where in the config, such as ``model.layers[0]``.
        message: What is wrong.
        expected: What the schema wants, in words, or None.
        got: The value, or None.
        origin: Where the value was written, or None.
        hint: What to do about it, or None.
    """

    __slots__ = ("expected", "got", "hint", "message", "origin", "path")

    def __init__(
        self,
        path: str,
        message: str,
        expected: str | None = None,
        got: Any = None,
        origin: Origin | None = None,
        hint: str | None = None,
    ) -> None:
        self.path = path
        self.message = message
        self.expected = expected
        self.got = got
        self.origin = origin
        self.hint = hint

    def __str__(self) -> str:
        return block(self.message, self.path, self.origin, self.hint)

    def __repr__(self) -> str:
        return f"ValidationIssue({self.path!r}, {self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return ValidationIssue, (self.path, self.message, self.expected, self.got, self.origin, self.hint)


class ValidationError(ConfError, ValueError):
    """A config does not fit its schema.

    Args:
        issues: everything that is wrong with it.
    """

    def __init__(self, issues: Sequence[ValidationIssue]) -> None:
        self.issues = list(issues)
        super().__init__()
        self.refresh()

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from simple_conf.html_text import error_html

        return error_html(self.blocks())

    def refresh(self) -> None:
        """Make the text of the error from its issues, as they are now."""
        self.args = ("\n".join(self.blocks()),)

    def blocks(self) -> list[str]:
        """Return the text of each issue, without the excerpt and the hint that the next one shows too."""
        parts = [str(issue).partition("\n") for issue in self.issues]
        following = [*parts[1:], ("", "", "")] if parts else []
        return [
            head if rest and rest == after else head + newline + rest
            for (head, newline, rest), (_, _, after) in zip(parts, following, strict=True)
        ]

    def __reduce__(self) -> tuple[object, ...]:
        return ValidationError, (self.issues,)


class MissingExtraError(ConfError, ImportError):
    """An optional dependency is not installed.

    Args:
        package: the package that is missing, as pip takes it.
        purpose: what needs it.
        extra: the extra of simple-conf that brings it.
    """

    def __init__(self, package: str, purpose: str, extra: str) -> None:
        self.package = package
        self.purpose = purpose
        self.extra = extra
        how = f"install it with: pip install '{package}' (it is in the extra [{extra}])"
        super().__init__(f"{purpose} needs {package}; {how}")

    def __reduce__(self) -> tuple[object, ...]:
        return MissingExtraError, (self.package, self.purpose, self.extra)


def block(message: str, path: str, origin: Origin | None, hint: str | None) -> str:
    """Return the text of an error: origin, path and message on one line, then excerpt and hint."""
    label, excerpt = str(origin) if origin else "", origin.excerpt() if origin else ""
    if origin and origin.kind == "command line" and excerpt:  # which shows the argument, and the path in it
        label, path = origin.kind, "" if path and path in excerpt.partition("\n")[0] else path
    lines = [": ".join(part for part in (label, path, message) if part)]
    if excerpt:
        lines.append(excerpt)
    if hint:
        lines.append(f"  hint: {hint}")
    return "\n".join(lines)


def _rebuild_placed(
    kind: type[PlacedError], message: str, path: str, origin: Origin | None, hint: str | None
) -> PlacedError:
    return kind(message, path=path, origin=origin, hint=hint)
