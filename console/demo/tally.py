"""Counting answers: what a rollup, and Prometheus's series, are made from."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from console.demo.latency import BOUNDS, place
from console.demo.messages import Attempts, Event, Rollup, Scan

OVERFLOW = len(BOUNDS)


class Tally:
    """What happened in one span of event time. Tallies of adjacent spans merge.

    Attributes:
        users: of the AI path.
        shown: answers that the agent saw: those that came out whole.
        failed: AI answers by kind of failure.
        latency: AI answers by index into `BOUNDS`; time-outs in the one past the end.
        classes: injection attempts by (class, passed); `sources` the distinct sources by class.
    """

    __slots__ = (
        "ai", "classes", "disliked", "failed", "fallback", "latency", "model", "newest", "rated",
        "seconds_sum", "shown", "sources", "tickets", "tokens_in", "tokens_out", "usd", "users",
    )  # fmt: skip

    def __init__(self) -> None:
        self.ai = 0
        self.fallback = 0
        self.users: set[str] = set()
        self.failed: Counter[str] = Counter()
        self.latency: Counter[int] = Counter()
        self.seconds_sum = 0.0
        self.usd = 0.0
        self.tokens_in = 0
        self.tokens_out = 0
        self.shown = 0
        self.rated = 0
        self.disliked = 0
        self.classes: Counter[tuple[str, bool]] = Counter()
        self.sources: dict[str, set[str]] = {}
        self.tickets: Counter[str] = Counter()
        self.newest: datetime | None = None
        self.model: str | None = None

    def add(self, event: Event) -> None:
        """Count one answer; answers come in the order of their time."""
        self.newest = event.time
        if event.path != "ai":
            self.fallback += 1
            return
        self.ai += 1
        self.users.add(event.user)
        self.model = event.model
        self.usd += event.usd
        self.tokens_in += event.tokens_in
        self.tokens_out += event.tokens_out
        self.seconds_sum += event.latency
        outcome = event.outcome
        self.latency[OVERFLOW if outcome == "timeout" else place(event.latency)] += 1
        if outcome != "ok":
            self.failed[outcome] += 1
        else:
            self.shown += 1
            if event.rating is not None:
                self.rated += 1
            if event.regenerate or event.rating == "down":
                self.disliked += 1
        if event.injection is not None:
            self.attempt(event.injection, event.passed, event.source)

    def attempt(self, technique: str, passed: bool, source: str | None) -> None:
        """Count one injection attempt."""
        self.classes[technique, passed] += 1
        if source is not None:
            self.sources.setdefault(technique, set()).add(source)

    def merge(self, later: Tally) -> None:
        """Take in a tally of the span that follows."""
        self.ai += later.ai
        self.fallback += later.fallback
        self.users |= later.users
        self.failed.update(later.failed)
        self.latency.update(later.latency)
        self.seconds_sum += later.seconds_sum
        self.usd += later.usd
        self.tokens_in += later.tokens_in
        self.tokens_out += later.tokens_out
        self.shown += later.shown
        self.rated += later.rated
        self.disliked += later.disliked
        self.classes.update(later.classes)
        for technique, sources in later.sources.items():
            self.sources.setdefault(technique, set()).update(sources)
        self.tickets.update(later.tickets)
        self.newest = later.newest or self.newest
        self.model = later.model or self.model

    def rollup(self, start: datetime, seconds: int) -> Rollup:
        """As the event stream sends it."""
        techniques = sorted({technique for technique, _ in self.classes})
        return Rollup(
            start=start,
            seconds=seconds,
            ai=self.ai,
            fallback=self.fallback,
            users=len(self.users),
            failed=dict(self.failed),
            latency=sorted(self.latency.items()),
            usd=round(self.usd, 6),
            tokens=self.tokens_in + self.tokens_out,
            shown=self.shown,
            rated=self.rated,
            disliked=self.disliked,
            injection=Scan(
                scanned=self.ai,
                classes={
                    technique: Attempts(
                        blocked=self.classes[technique, False],
                        passed=self.classes[technique, True],
                        sources=len(self.sources.get(technique, ())),
                    )
                    for technique in techniques
                },
            ),
            tickets=dict(self.tickets),
            newest=self.newest,
            model=self.model,
        )
