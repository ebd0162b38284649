"""The feature itself: a request comes in, and the AI path or the fallback answers it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import datetime
from itertools import accumulate

from console.demo.acme import CATEGORIES, Agent
from console.demo.conditions import Conditions
from console.demo.latency import BASELINE_P50, SIGMA
from console.demo.messages import Event

TIME_LIMIT = 30.0
"""Seconds after which the app gives up on the model."""

USD_PER_TOKEN_IN = 3e-6
USD_PER_TOKEN_OUT = 15e-6
MEAN_IN, SPREAD_IN = 3_100.0, 0.35
MEAN_OUT, SPREAD_OUT = 295.0, 0.4
"""Mean tokens of a request and of a draft, and the sigma of their lognormal distributions."""
_MU_IN = math.log(MEAN_IN) - SPREAD_IN**2 / 2
_MU_OUT = math.log(MEAN_OUT) - SPREAD_OUT**2 / 2

USD_PER_DRAFT = MEAN_IN * USD_PER_TOKEN_IN + MEAN_OUT * USD_PER_TOKEN_OUT
"""Expected; forecasts are made with it."""
USD_SPREAD = math.hypot(
    MEAN_IN * USD_PER_TOKEN_IN * math.sqrt(math.expm1(SPREAD_IN**2)),
    MEAN_OUT * USD_PER_TOKEN_OUT * math.sqrt(math.expm1(SPREAD_OUT**2)),
)
"""Standard deviation of one draft's cost."""

CATEGORY_NAMES = tuple(name for name, _ in CATEGORIES)
CATEGORY_SUMS = tuple(accumulate(share for _, share in CATEGORIES))

LEAK, ROLE_PLAY = "leak", "role_play"
SOURCES = ("customer-4471", "customer-2208", "customer-7350", "customer-1096")
"""Who tries injections; a few people, again and again."""

_LOG_P50 = math.log(BASELINE_P50)


class Drafts:
    """Answers requests. Draws only what the AI path needs, from a stream of random numbers of its own.

    Args:
        rng: not shared with whatever decides who asks when, so that the same requests come in whatever the
            answers are.
        prefix: of the answers' ids.
    """

    def __init__(self, rng: random.Random, prefix: str = "r") -> None:
        self._prefix = prefix
        self._uniform: Callable[[], float] = rng.random
        self._gauss: Callable[[float, float], float] = rng.gauss
        self._made = 0

    def by_hand(self, agent: Agent, category: str, at: datetime) -> Event:
        """The fallback: the pane says that drafts are unavailable, and the agent writes."""
        self._made += 1
        return Event(
            f"{self._prefix}{self._made}", at, agent.user, agent.cohort, agent.tier, agent.region,
            agent.language, category, "fallback", 0.02, "ok",
        )  # fmt: skip

    def by_model(self, agent: Agent, category: str, at: datetime, now: Conditions) -> Event:
        """The AI path: one draft, with its outcome, time, cost and what the agent thought of it."""
        self._made += 1
        outcome = pick_outcome(self._uniform(), now)
        seconds = math.exp(_LOG_P50 + SIGMA * self._gauss(0.0, 1.0)) * now.slower
        seconds = TIME_LIMIT if outcome == "timeout" else min(seconds, TIME_LIMIT)
        tokens_in = int(math.exp(_MU_IN + SPREAD_IN * self._gauss(0.0, 1.0)) + 0.5)
        tokens_out = int(math.exp(_MU_OUT + SPREAD_OUT * self._gauss(0.0, 1.0)) + 0.5)
        rating, regenerate = None, False
        opinion = self._uniform()
        if outcome == "ok":
            rating, regenerate = pick_opinion(opinion, now)
        injection = source = None
        attempt = self._uniform()
        if attempt < now.injection:
            injection = LEAK if attempt < now.injection * now.leak else ROLE_PLAY
            source = SOURCES[int(attempt / now.injection * 1000) % len(SOURCES)]
        return Event(
            f"{self._prefix}{self._made}", at, agent.user, agent.cohort, agent.tier, agent.region,
            agent.language, category, "ai", round(seconds, 4), outcome, now.model, tokens_in, tokens_out,
            round(tokens_in * USD_PER_TOKEN_IN + tokens_out * USD_PER_TOKEN_OUT, 6),
            rating, regenerate, injection, False, source,
        )  # fmt: skip


def pick_outcome(u: float, now: Conditions) -> str:
    """The outcome that a uniform number in [0, 1) falls on."""
    for outcome, share in (
        ("schema", now.schema),
        ("timeout", now.timeout),
        ("empty", now.empty),
        ("truncated", now.truncated),
    ):
        if u < share:
            return outcome
        u -= share
    return "ok"


def pick_opinion(u: float, now: Conditions) -> tuple[str | None, bool]:
    """(thumb, asked for another) of a shown answer: half of the dislikes are a thumb down, half a
    regenerate."""
    if u < now.disliked / 2:
        return "down", False
    if u < now.disliked:
        return None, True
    if u < now.disliked / 2 + now.rated:
        return "up", False
    return None, False
