"""When a lever's token expires, by the date that a person has written beside it: nobody needs to be asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.flags.port import ArmingCheck

if TYPE_CHECKING:
    from console.config import FeatureConfig, ProviderTable

WARNED = (14, 7, 1)
"""Days before, the first first."""
NAME = "token's date"
_TODO = "Put a new token where the configuration looks for it, and its date into token_expires."


def expiry_check(table: ProviderTable, now: datetime) -> ArmingCheck | None:
    """Whether the token is good now, by its date; None where none was written."""
    expires = table.expires
    if expires is None:
        return None
    day = expires.astimezone()
    if expires <= now:
        days = "14, 7 and 1 days"
        return ArmingCheck(NAME, False, f"token expired {day:%d %b %H:%M}; warned {days} before", _TODO)
    warning = expiry_warning(table, now)
    return ArmingCheck(NAME, True, warning or f"good until {day:%d %b %Y}", _TODO if warning else "")


def expiry_warning(table: ProviderTable, now: datetime) -> str:
    """``token expires in 6 days, on 03 Dec``; "" where it is further off, over, or not known."""
    expires = table.expires
    if expires is None or not now < expires <= now + timedelta(days=WARNED[0]):
        return ""
    left = expires - now
    days = left // timedelta(days=1)
    within = f"in {days} day{'' if days == 1 else 's'}" if days else f"in {left // timedelta(hours=1)} h"
    return f"token expires {within}, on {expires.astimezone():%d %b}"


def crossed(feature: FeatureConfig, now: datetime) -> tuple[tuple[int, ProviderTable, datetime, int], ...]:
    """The newest threshold that each lever's token has crossed: (lever, table, instant, days before).

    The instant is the same for everybody who looks, so that of many consoles one is heard.
    """
    found = []
    for number, table in enumerate((feature.flag, *feature.levers), start=1):
        if table.expires is None:
            continue
        past = [days for days in (*WARNED, 0) if table.expires - timedelta(days=days) <= now]
        if past:
            days = min(past)
            found.append((number, table, table.expires - timedelta(days=days), days))
    return tuple(found)
