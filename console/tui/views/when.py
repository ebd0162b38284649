"""Instants as words. Every instant here is event time; instants of the real clock are converted before."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo


def minute(instant: datetime, now: datetime, tz: tzinfo) -> str:
    """``02:58`` today, ``Sat 23:40`` in the last six days, else ``9 Nov``."""
    return _shown(instant, now, tz, "%H:%M")


def second(instant: datetime, now: datetime, tz: tzinfo) -> str:
    """``03:11:04`` today, else as `minute`."""
    return _shown(instant, now, tz, "%H:%M:%S")


def day(instant: datetime, now: datetime, tz: tzinfo) -> str:
    """``02:58`` today, else ``9 Nov``."""
    local = instant.astimezone(tz)
    return local.strftime("%H:%M") if local.date() == now.astimezone(tz).date() else f"{local.day} {local:%b}"


def clock(instant: datetime, tz: tzinfo) -> tuple[str, ...]:
    """The banner's clock, the longest form first."""
    local = instant.astimezone(tz)
    time = local.strftime("%H:%M:%S")
    return (f"{local:%a} {time} {local:%z}", f"{local:%a} {time}", time)


def ago(instant: datetime, now: datetime) -> str:
    """``today``, ``1 day ago``, ``6 days ago``, by whole days."""
    days = (now - instant) // timedelta(days=1)
    if days < 1:
        return "today"
    return "1 day ago" if days == 1 else f"{days} days ago"


def seconds(value: float) -> str:
    """``0.01 s`` below a tenth, ``7.9 s`` below a minute, else ``75 s``."""
    if value < 0.1:
        return f"{value:.2f} s"
    return f"{value:.1f} s" if value < 60 else f"{value:.0f} s"


def _shown(instant: datetime, now: datetime, tz: tzinfo, time: str) -> str:
    local, today = instant.astimezone(tz), now.astimezone(tz)
    if local.date() == today.date():
        return local.strftime(time)
    if timedelta(0) <= today.date() - local.date() < timedelta(days=7):
        return local.strftime("%a %H:%M")
    return f"{local.day} {local:%b}"
