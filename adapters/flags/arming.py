"""Checks that arming any flag provider over HTTP comes down to."""

from __future__ import annotations

from datetime import datetime

from adapters.errors import AdapterError, BadCredentials, Forbidden
from adapters.flags.port import ArmingCheck
from adapters.secrets import SecretMissing

NAMES = ("reachable", "token valid", "may write", "key resolves", "no approval gate", "clock")
LARGEST_SKEW_SECONDS = 30.0
"""Two logs are still put in order by eye; an HTTP date is exact to a second at best."""


def passed(name: str, text: str) -> ArmingCheck:
    """It is proven."""
    return ArmingCheck(name, True, text)


def failed(name: str, error: AdapterError) -> ArmingCheck:
    """It is disproven, in the error's own words."""
    return ArmingCheck(name, False, error.what, error.todo)


def unknown(name: str, text: str, todo: str = "") -> ArmingCheck:
    """It could not be asked, or the provider does not say."""
    return ArmingCheck(name, None, text, todo)


def first_failed(error: AdapterError) -> tuple[ArmingCheck, ...]:
    """All checks, when the first request of all has failed."""
    if isinstance(error, SecretMissing):
        known = {
            "reachable": unknown("reachable", "not asked without a token"),
            "token valid": failed("token valid", error),
        }
    elif isinstance(error, BadCredentials | Forbidden):
        known = {"reachable": passed("reachable", "it answered"), "token valid": failed("token valid", error)}
    else:
        known = {"reachable": failed("reachable", error)}
    return tuple(known.get(name, unknown(name, "not asked")) for name in NAMES)


def clock(theirs: datetime | None, ours: datetime) -> ArmingCheck:
    """Hold the provider's Date header against this machine's clock."""
    if theirs is None:
        return unknown("clock", "the provider does not tell its time")
    skew = (theirs - ours).total_seconds()
    if abs(skew) <= LARGEST_SKEW_SECONDS:
        return passed("clock", f"{skew:+.0f} s")
    return ArmingCheck(
        "clock",
        False,
        f"the provider's clock differs by {skew:+.0f} s from this machine's",
        "Set this machine's clock (NTP): times in the journal and at the provider would not agree.",
    )
