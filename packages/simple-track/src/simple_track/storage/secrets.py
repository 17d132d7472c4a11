"""Secrets in names, strings, URLs and command lines, masked before anything is written.

A name such as `password`, `apiKey` or `hf_token` says that the value under it is secret. In texts,
credentials are found by their form: in URLs, connection strings, query parameters, headers and JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MASK = "••••"
_KEYS = (
    "api|access|secret|private|auth|account|encryption|signing|ssh|master|license|wandb|comet|neptune|openai"
)
_TOKENS = (
    "api|access|auth|bearer|hf|refresh|github|gh|gitlab|slack|session|security|csrf|oauth|jwt|personal"
    "|private|deploy|bot|client|wandb|neptune|hub"
)
SECRET_NAME = re.compile(
    r"(?i)(^|[-_. ])(secrets?|passw(or)?ds?|pwd|passphrases?|credentials?|cookies?|bearer|jwt|auth"
    rf"|(proxy[-_ ]?)?authorization|({_KEYS})[-_ ]?keys?|({_TOKENS})[-_ ]?tokens?)$"
    r"|^[-.]*([\w.]*\.)?token$"
)
"""Names whose values are masked; `tokenizer`, `max_tokens` and `pad_token` do not match."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = (
    r"passw(?:or)?d|pwd|passphrase|secret|api[-_]?key|access[-_]?key|account[-_]?key"
    r"|shared[-_]?access[-_]?key"
)
_MORE = r"|(?:api|access|auth|refresh|session)[-_]?token|client[-_]?secret"
_PARAMETER = rf"{_WORD}{_MORE}|token|auth|sig|signature|x-amz-(?:signature|credential|security-token)"
_PATTERNS = (
    # user and password before a host: to the last @ before the path, and to the next one after a password
    (
        re.compile(
            r"(://)(?:[^\s/?#:]{0,200}:[^\s/?#]{0,500}(?=@)|[^\s:/@]{0,200}:(?!\d{1,5}(?:/|$))[^\s@]{0,500}(?=@))"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(https?://)[^\s/?#@]{1,500}(?=@)"), rf"\1{MASK}"),
    (re.compile(rf"(?i)([?&;](?:{_PARAMETER})=)[^&\s#;\"']+"), rf"\1{MASK}"),
    (
        re.compile(rf"(?i)(\b(?:\w*[-_.])?(?:{_WORD}{_MORE})\s*=\s*)(?:\"[^\"]*\"|'[^']*'|[^\s;&,]+)"),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            rf"(?i)([\"'](?:\w*[-_.])?(?:{_WORD}{_MORE}|token|authorization)[\"']\s*:\s*)(?:\"[^\"]*\"|'[^']*'|\d+)"
        ),
        rf'\1"{MASK}"',
    ),
    (
        re.compile(
            r"(?i)(\b(?:proxy-)?authorization\s*[:=]\s*)(?:(?:bearer|basic|token|digest)\s+)?[^\s\"',;]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(\bx-api-key\s*:\s*)[^\s\"',;]+"), rf"\1{MASK}"),
    (re.compile(r"(?i)(\bbearer\s+)(?=\S*\d)[\w.~+/=-]{16,}"), rf"\1{MASK}"),
)
_HINTS = ("@", "=", ":", "earer", "EARER")


def is_secret_name(name: str) -> bool:
    """Whether the value under a name is secret.

    Args:
        name: A key of a config, or an option with its dashes.
    """
    return bool(SECRET_NAME.search(name) or SECRET_NAME.search(_HUMP.sub("_", name)))


def mask_text(text: str) -> str:
    """Replace the credentials in a text, which is otherwise unchanged.

    Args:
        text: Such as a URL, a connection string, a header or a traceback.
    """
    if any(hint in text for hint in _HINTS):
        for pattern, masked in _PATTERNS:
            text = pattern.sub(masked, text)
    return text


def mask_tree(value: Any) -> Any:
    """Mask every value beneath a secret name, in the same structure; None, bools and empty strings stay.

    Args:
        value: Plain values in dicts and lists.
    """
    if isinstance(value, Mapping):
        return {key: mask_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_tree(item) for item in value]
    return value if value is None or isinstance(value, bool) or value == "" else MASK


def mask_arguments(arguments: Sequence[str]) -> list[str]:
    """Mask the values of options such as `--api-key`, and the credentials in all other arguments.

    Args:
        arguments: A command line.
    """
    masked = []
    hide_next = False
    for word in arguments:
        name, equals, value = word.partition("=")
        if hide_next and not word.startswith("-"):
            masked.append(MASK)
        elif equals and value and is_secret_name(name):
            masked.append(f"{name}={MASK}")
        else:
            masked.append(mask_text(word))
        hide_next = word.startswith("-") and not equals and is_secret_name(word)
    return masked
