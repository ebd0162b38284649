"""Text that came from outside and has not been made safe to show."""

from __future__ import annotations


class Untrusted:
    """Raw text of a provider, a user or a model.

    It may hold terminal control sequences, markup or invisible characters. It has no ``str()``: only the
    layer that renders (screen, command output, export) may turn it into text, through one sanitizer that
    reads `raw`. A judge model, which must see what the user sent, reads `raw` as well.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: str) -> None:
        self.raw = raw

    def __str__(self) -> str:
        raise TypeError("untrusted text must be sanitized before it is shown; read .raw only to sanitize it")

    def __repr__(self) -> str:
        return f"Untrusted({self.raw!a})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Untrusted) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __bool__(self) -> bool:
        return bool(self.raw)
