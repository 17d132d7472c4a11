"""One value from a short text: an override, an environment variable, an argument of a resolver."""

from __future__ import annotations

from simple_conf.errors import SdnSyntaxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-")
WORDS = frozenset({"true", "false", "null", "nil"})
"""The words that are not text."""


def read_value(text: str, name: str = "") -> Any:
    """Return the SDN value of one line of text; an empty one is null, as it is in a file.

    Args:
        text: The text.
        name: The key that it is the value of; an error about a secret does not quote it.

    Raises:
        SdnSyntaxError: It is not an SDN value.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if stripped not in WORDS and PLAIN_LETTERS.issuperset(stripped) and not stripped.startswith("-"):
        return stripped
    from simple_conf.sdn import parse_value

    try:
        return parse_value(text, name="argument")
    except SdnSyntaxError as failure:
        from simple_conf.secret_lines import is_secret_line
        from simple_conf.secret_names import may_name_secret

        if not may_name_secret(name) and not is_secret_line(text, 1):
            raise
        raise failure.masked() from None
