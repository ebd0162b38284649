"""Durations as the configuration writes them: a whole number and a unit, "15s", "15m", "36h", "90d", "2w"."""

from __future__ import annotations

import re

from adapters.errors import BadOptions

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_WRITTEN = re.compile(r"([0-9]{1,9})([smhdw])")


def seconds(text: str, key: str, where: str, *, least: int = 1, most: int = 400 * 86_400) -> int:
    """Read a duration.

    Args:
        key: under which it stands, for messages.
        where: the table as the user wrote it.
        least, most: seconds that are accepted.

    Raises:
        BadOptions: it is none, or outside `least` to `most`.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise BadOptions(
            f"`{key}` is not a duration", where=where, todo='Write it like "15s", "15m", "24h", "90d".'
        )
    found = int(match[1]) * UNITS[match[2]]
    if not least <= found <= most:
        raise BadOptions(
            f"`{key}` is out of range",
            where=where,
            todo=f"Between {written(least)} and {written(most)} is accepted.",
        )
    return found


def written(length: int) -> str:
    """Seconds as they would be written there: 5400 is "90m"."""
    unit = next(unit for unit in ("d", "h", "m", "s") if length % UNITS[unit] == 0)
    return f"{length // UNITS[unit]}{unit}"
