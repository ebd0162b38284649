"""How long ago and how much longer, in words that need no time zone."""

from __future__ import annotations

from datetime import datetime, timedelta

_DAY = timedelta(days=1)


def ago(instant: datetime, now: datetime) -> str:
    """``today``, ``1 day ago``, ``6 days ago``, by whole days; an instant that is still to come is today."""
    days = (now - instant) // _DAY
    if days < 1:
        return "today"
    return "1 day ago" if days == 1 else f"{days:,} days ago"


def old(age: timedelta) -> str:
    """``40 s``, ``11 min``, ``9 h``, ``3 d``; below nothing is ``0 s``."""
    seconds = max(0.0, age.total_seconds())
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds // 60:.0f} min"
    return f"{seconds // 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds // 86400:,.0f} d"


def left(until: datetime, now: datetime) -> str:
    """``12 days left``, ``less than a day left``, ``expired today``, ``expired 3 days ago``."""
    if until <= now:
        return f"expired {ago(until, now)}"
    days = (until - now) // _DAY
    if days < 1:
        return "less than a day left"
    return "1 day left" if days == 1 else f"{days:,} days left"
