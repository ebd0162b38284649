"""Who gets a flag: the per-user list, then sticky buckets.

The flag service and the app's own evaluator both decide by this file, as a vendor's server and its SDK
share a specification. docs/flag-service.md states the rule, so that anybody can compute a bucket by hand.
"""

from __future__ import annotations

import hashlib
from enum import Enum

import msgspec

BUCKETS = 10_000
"""So that a percentage has two decimals."""


class Reason(Enum):
    """Why a user got a value, in the words of the OpenFeature Remote Evaluation Protocol."""

    DISABLED = "DISABLED"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    STATIC = "STATIC"
    UNKNOWN = "UNKNOWN"


class Rules(msgspec.Struct, frozen=True):
    """A flag's rules in one environment.

    Attributes:
        on: off, nobody gets the feature, whatever else is said.
        percent: share of users who get it, 0 to 100.
        users: these get it whatever their bucket.
        version: grows by one with every change.
    """

    key: str
    on: bool
    percent: float
    users: tuple[str, ...]
    version: int


def bucket(key: str, user: str) -> int:
    """The bucket of a user for one flag, 0 to 9,999, the same for ever.

    The first 8 bytes of SHA-256 over ``key:user``, big-endian, modulo 10,000. The key is part of it, so
    that two flags at 5 % do not hit the same users.
    """
    digest = hashlib.sha256(f"{key}:{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def decide(rules: Rules, user: str) -> tuple[bool, Reason]:
    """What one user gets, and why.

    Raising the percentage only ever adds users: a user is in when the bucket lies under percent x 100.
    """
    if not rules.on:
        return False, Reason.DISABLED
    if user in rules.users:
        return True, Reason.TARGETING_MATCH
    if rules.percent >= 100:
        return True, Reason.STATIC
    if rules.percent <= 0:
        return False, Reason.STATIC
    return bucket(rules.key, user) < round(rules.percent * BUCKETS / 100), Reason.SPLIT
