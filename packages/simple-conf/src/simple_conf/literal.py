"""One value from a short text: an override, an environment variable, an argument of a resolver."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-")
WORDS = frozenset({"true", "false", "null", "nil"})
"""The words that are not text."""


def read_value(text: str) -> Any:
    """Return the SDN value of one line of text; an empty one is null, as it is in a file.

    Raises:
        SdnSyntaxError: It is not an SDN value.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if stripped not in WORDS and PLAIN_LETTERS.issuperset(stripped) and not stripped.startswith("-"):
        return stripped
    from simple_conf.sdn import parse_value

    return parse_value(text, name="argument")
