"""Sizes as a person says them."""

from __future__ import annotations


def said(size: float) -> str:
    """Bytes as "512 B", "3.4 KiB", "120 MiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
