"""What to say when the grammar meets a token that it has no rule for."""

from __future__ import annotations

from typing import Any

from simple_conf.sdn.fault import Fault


def complain(error: Any, text: str) -> Fault:
    """Turn lark's report of an unexpected token into a mistake that a person can mend."""
    token = error.token
    at = getattr(token, "at", len(text))
    return Fault(f"unexpected {token.type}", at, None)
