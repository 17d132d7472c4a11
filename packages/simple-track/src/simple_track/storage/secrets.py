"""Secrets in names, strings, URLs and command lines, masked before anything is written.

A name such as `password`, `apiKey` or `hf_token` says that the value under it is secret. In texts,
credentials are found by their form: in URLs, connection strings, query parameters, headers and JSON, private
keys, and the tokens of well-known services, which begin alike.

This module imports nothing of the package: the process that copies the console loads it alone.
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
    r"|^[-.]*([\w.]*\.)?token$|[a-z\d](passw(or)?d|apikey)$"
)
"""Names whose values are masked; `tokenizer`, `max_tokens` and `pad_token` do not match."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = (
    r"passw(?:or)?d|pwd|passphrase|secret|api[-_]?key|access[-_]?key|account[-_]?key"
    r"|shared[-_]?access[-_]?key"
)
_MORE = r"|(?:api|access|auth|refresh|session)[-_]?token|client[-_]?secret"
_PARAMETER = rf"{_WORD}{_MORE}|token|auth|sig|signature|x-amz-(?:signature|credential|security-token)"
_TOKEN_SHAPES = re.compile(
    r"\b(?:gh[opsur]_[A-Za-z0-9]{30,255}|github_pat_\w{40,255}|glpat-[\w-]{20,255}|hf_[A-Za-z0-9]{30,255}"
    r"|sk-(?=[\w-]{0,60}\d)[\w-]{32,255}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|AIza[\w-]{35}|ya29\.[\w-]{20,1000}|xox[abeoprs]-[\w-]{10,255}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,500}"
    r"|dapi[0-9a-f]{32}|dckr_pat_[\w-]{20,255}|r8_[A-Za-z0-9]{37,255}|SG\.[\w-]{16,255}\.[\w-]{16,255}"
    r"|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,9000}\.[\w-]{10,2000})(?![A-Za-z0-9])"
)
"""Tokens of GitHub, GitLab, Hugging Face, OpenAI, Anthropic, Stripe, AWS, Google, Slack, npm, PyPI,
Databricks, Docker, Replicate and SendGrid; and JSON web tokens."""
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(rf"({PRIVATE_KEY.pattern})(?:(?!-----)[\s\S]){{1,20000}}")
_URLS = (
    # user and password before a host: to the last @ before the path, and to the next one after a password
    (
        re.compile(
            r"(://)(?:[^\s/?#:]{0,200}:[^\s/?#]{0,500}(?=@)|[^\s:/@]{0,200}:(?!\d{1,5}(?:/|$))[^\s@]{0,500}(?=@))"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(https?://)[^\s/?#@]{1,500}(?=@)"), rf"\1{MASK}"),
    (re.compile(rf"(?i)([?&;](?:{_PARAMETER})=)[^&\s#;\"']+"), rf"\1{MASK}"),
)
_TEXTS = (
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
_HINTS = ("passw", "pwd", "passphrase", "secret", "key", "token", "auth", "sig", "cred", "bearer")
"""Parts of words without one of which a text matches no pattern but those of a URL."""
_SHORTEST_VALUE = 6
"""Shorter values of variables are ordinary words and numbers."""


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
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):
        for pattern, masked in _URLS + _TEXTS:
            text = pattern.sub(masked, text)
        return mask_tokens(text)
    return mask_code(text)


def mask_code(text: str) -> str:
    """Replace the credentials in a piece of source code: those in URLs, private keys and well-known tokens.

    Args:
        text: Source code, in which `password = read()` is no secret.
    """
    if "@" in text or "=" in text:
        for pattern, masked in _URLS:
            text = pattern.sub(masked, text)
    return mask_tokens(text)


def mask_tokens(text: str) -> str:
    """Replace private keys, and tokens that are known by how they begin.

    Args:
        text: Any text.
    """
    if "-----BEGIN" in text:
        text = _KEY_BODY.sub(rf"\1{MASK}", text)
    return _TOKEN_SHAPES.sub(MASK, text)


def secret_values(variables: Mapping[str, str]) -> re.Pattern[str] | None:
    """Find the values of environment variables whose names are those of secrets.

    Args:
        variables: The environment, as `os.environ`.

    Returns:
        A pattern that matches these values, each line of a value by itself; None if there are none.
    """
    values = {
        line.strip()
        for name, value in variables.items()
        if is_secret_name(name) or name.upper().endswith("_TOKEN")
        for line in value.splitlines()
        if len(line.strip()) >= _SHORTEST_VALUE
    }
    return re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True)))) if values else None


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
