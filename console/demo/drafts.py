"""The feature itself: a request comes in, and the AI path or the fallback answers it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import datetime
from itertools import accumulate

from console.demo.acme import CATEGORIES, Agent
from console.demo.conditions import Attacks, Conditions, Failures, Opinions
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

    def by_model(
        self, agent: Agent, category: str, at: datetime, now: Conditions, rounds: int | None = None
    ) -> Event:
        """The AI path: one draft, with its outcome, time, cost and what the agent thought of it.

        Args:
            rounds: how often a loop has asked before; what it is answered nobody sees.
        """
        self._made += 1
        model = now.model
        outcome = pick_outcome(self._uniform(), now.failures)
        seconds = math.exp(_LOG_P50 + SIGMA * self._gauss(0.0, 1.0)) * model.slower
        seconds = TIME_LIMIT if outcome == "timeout" else min(seconds, TIME_LIMIT)
        longer = 1.0 if rounds is None else _longer(rounds, now)
        tokens_in = int(math.exp(_MU_IN + SPREAD_IN * self._gauss(0.0, 1.0)) * model.reads * longer + 0.5)
        tokens_out = int(math.exp(_MU_OUT + SPREAD_OUT * self._gauss(0.0, 1.0)) * model.writes + 0.5)
        rating, regenerate = None, False
        opinion = self._uniform()
        if outcome == "ok" and rounds is None:
            rating, regenerate = pick_opinion(opinion, now.opinions, agent.language)
        injection, passed, source = pick_attack(self._uniform(), now.attacks)
        return Event(
            f"{self._prefix}{self._made}", at, agent.user, agent.cohort, agent.tier, agent.region,
            agent.language, category, "ai", round(seconds, 4), outcome, model.fingerprint, tokens_in,
            tokens_out, round(tokens_in * USD_PER_TOKEN_IN + tokens_out * USD_PER_TOKEN_OUT, 6),
            rating, regenerate, injection, passed, source,
        )  # fmt: skip


def _longer(rounds: int, now: Conditions) -> float:
    loop = now.load.loop
    return 1.0 if loop is None else min(1.0 + loop.grows * rounds, loop.longest)


def pick_outcome(u: float, now: Failures) -> str:
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


def pick_opinion(u: float, now: Opinions, language: str) -> tuple[str | None, bool]:
    """(thumb, asked for another) of a shown answer: half of the dislikes are a thumb down, half a
    regenerate."""
    disliked = now.disliked_in(language) if now.languages else now.disliked
    if u < disliked / 2:
        return "down", False
    if u < disliked:
        return None, True
    if u < min(1.0, disliked / 2 + now.rated):
        return "up", False
    return None, False


def pick_attack(u: float, now: Attacks) -> tuple[str | None, bool, str | None]:
    """(technique, whether it passed, who) of a request; all None and false for an honest one."""
    if u >= now.share:
        return None, False, None
    place, below = u / now.share, 0.0
    for technique, share, passing in now.classes:
        if place < below + share or technique == now.classes[-1][0]:
            # Where in its class the number fell is as good as another one.
            passed = (place - below) / share < passing
            break
        below += share
    if now.sources:
        return technique, passed, f"customer-{5000 + int(place * 1e6) % now.sources}"
    return technique, passed, SOURCES[int(place * 1000) % len(SOURCES)]
