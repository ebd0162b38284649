"""Names from outside that become keys of a reading: categories, kinds, classes."""

from __future__ import annotations


def plain(name: str) -> str:
    """A name from outside as a key: short, and free of control and invisible characters."""
    short = name if len(name) <= 64 else f"{name[:61]}..."
    return short if short.isprintable() else ascii(short)[1:-1]
