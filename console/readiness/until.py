"""Until when: a date, an instant, or so many days from now, as a person types it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from console.text import plain

_SPAN = re.compile(r"(\d{1,6})\s*([hdw])", re.ASCII | re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_LAST = time(23, 59, 59, fold=1)
_ACCEPTED = "write a date (2026-12-18), an instant (2026-12-18T14:00), or a time from now (12h, 30d, 2w)"


class Unreadable(ValueError):
    """The text names no instant; the message says what is accepted."""


def span(text: str) -> timedelta | None:
    """Read "12h", "30d" or "2w"; None where it is nothing of the kind."""
    found = _SPAN.fullmatch(text.strip())
    return timedelta(hours=int(found[1]) * _HOURS[found[2].lower()]) if found else None


def until(text: str, *, now: datetime, tz: tzinfo | None = None) -> datetime:
    """Read when something ends. A date means the end of that day, so that it still holds on the day.

    Args:
        text: an ISO 8601 date or instant, or a span from now.
        now: instant, UTC.
        tz: whose days and clock are meant where the text has no offset; None is this machine's.

    Returns:
        An instant, UTC.

    Raises:
        Unreadable: none of these, or beyond what a calendar holds.
    """
    given = text.strip()
    try:
        if (length := span(given)) is not None:
            return now + length
        try:
            day = date.fromisoformat(given)
        except ValueError:
            return _instant(datetime.fromisoformat(given), tz)
        # By the clock of the place, so that it bears the date that was typed wherever it is shown, on days of
        # 23 and 25 hours too; where the day's last hour comes twice, the second one is its end.
        return _instant(datetime.combine(day, _LAST), tz)
    except (ValueError, OverflowError, OSError):
        raise Unreadable(f"until {plain(given[:40])!r} cannot be read: {_ACCEPTED}") from None


def _instant(local: datetime, tz: tzinfo | None) -> datetime:
    if local.tzinfo is None and tz is not None:
        local = local.replace(tzinfo=tz)
    # One without a zone is taken in this machine's, by the rules of that date and not by today's offset.
    return local.astimezone(UTC)
