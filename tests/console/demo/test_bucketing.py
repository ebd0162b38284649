"""Sticky bucketing: who gets a flag, and that it stays so."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from console.demo.bucketing import BUCKETS, Reason, Rules, bucket, decide


def rules(percent: float = 25.0, *, on: bool = True, users: tuple[str, ...] = ()) -> Rules:
    return Rules("support-drafts-ai", on, percent, users, 1)


def test_a_bucket_is_what_the_documentation_says() -> None:
    digest = hashlib.sha256(b"support-drafts-ai:agent-1").hexdigest()
    assert bucket("support-drafts-ai", "agent-1") == int(digest[:16], 16) % 10_000


def test_buckets_never_move_between_releases() -> None:
    users = ("agent-9201", "agent-9500", "Zoë")
    assert [bucket("support-drafts-ai", user) for user in users] == [7130, 7697, 5849]


def test_buckets_are_spread_evenly() -> None:
    counts = [0] * 100
    for i in range(100_000):
        counts[bucket("support-drafts-ai", f"user-{i}") // 100] += 1
    assert chisquare(counts).pvalue > 0.001


def test_two_flags_at_the_same_percentage_hit_different_users() -> None:
    users = [f"user-{i}" for i in range(20_000)]
    both = sum(bucket("a", user) < 500 and bucket("b", user) < 500 for user in users)
    assert both < 0.006 * len(users)


@given(st.text(min_size=1), st.floats(0, 100), st.floats(0, 100))
def test_raising_the_percentage_takes_the_feature_from_nobody(user: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert decide(rules(low), user)[0] <= decide(rules(high), user)[0]


@given(st.text(min_size=1))
def test_nobody_gets_a_flag_that_is_off_and_everybody_gets_one_at_a_hundred(user: str) -> None:
    assert decide(rules(100, on=False, users=(user,)), user) == (False, Reason.DISABLED)
    assert decide(rules(100), user) == (True, Reason.STATIC)
    assert decide(rules(0), user) == (False, Reason.STATIC)


def test_the_user_list_wins_over_the_percentage() -> None:
    assert decide(rules(0, users=("agent-9",)), "agent-9") == (True, Reason.TARGETING_MATCH)


@pytest.mark.parametrize("percent", [0.01, 5, 12.5, 99.99])
def test_a_percentage_means_its_share_of_the_buckets(percent: float) -> None:
    inside = [user for user in (f"user-{i}" for i in range(30_000)) if decide(rules(percent), user)[0]]
    assert all(bucket("support-drafts-ai", user) < percent * BUCKETS / 100 for user in inside)
    assert abs(len(inside) / 300 - percent) < 1.0
