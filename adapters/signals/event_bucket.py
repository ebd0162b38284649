"""One interval of event time, counted: from the server's rollup, from single events, or from both."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from adapters.signals.event_frames import Eval, Event, Rollup, Ticket
from adapters.signals.names import plain
from adapters.signals.port import (
    Amount,
    Attempts,
    Count,
    Latency,
    Observation,
    Ratio,
    Reading,
    Score,
    Shape,
    Stratum,
    Traffic,
)
from adapters.untrusted import Untrusted

MOST_NAMES = 200
"""Different categories, kinds or classes kept in one bucket; further ones are counted under `OTHER`."""
OTHER = "(other)"
MOST_PEOPLE = 50_000
"""Distinct users or sources told apart in one bucket; a count that stays there means "at least"."""
SHOWN = frozenset({"ok", "truncated"})
"""Outcomes after which the user saw what the AI wrote, and could have an opinion on it."""
KINDS = {"timeout": "time-out"}
"""The wire's words where they are not the field's."""


class Attacks:
    """Attempts of one class while they are being counted."""

    __slots__ = ("blocked", "passed", "people", "reported")

    def __init__(self) -> None:
        self.blocked = 0
        self.passed = 0
        self.reported: int | None = None
        self.people: set[int] = set()


class Bucket:
    """Counts of one interval [start, start + seconds) of event time.

    A rollup and single events add up in one bucket: a minute that had begun before the subscription is
    partly known from each. Distinct users cannot be added up so; then the larger of the two numbers is
    reported, which is "at least".

    Args:
        start: epoch seconds.
        edges: upper bounds of latency buckets in seconds, ascending, the last one infinity.

    Attributes:
        dropped, bad, late: events missing here because the server dropped them, because they could not be
            understood, or (of earlier, closed buckets) because they came too late.
        forced: it had to be closed before the server vouched for it.
        changed: something was counted since the last reading.
    """

    __slots__ = (
        "ai",
        "attacks",
        "bad",
        "changed",
        "disliked",
        "dropped",
        "edges",
        "failed",
        "fallback",
        "forced",
        "late",
        "latency",
        "newest",
        "newest_ai",
        "newest_ticket",
        "rated",
        "reported_users",
        "scanned",
        "seconds",
        "seen",
        "shown",
        "start",
        "tickets",
        "tokens",
        "usd",
        "users",
    )

    def __init__(self, start: float, seconds: int, edges: tuple[float, ...]) -> None:
        self.start = start
        self.seconds = seconds
        self.edges = edges
        self.ai = self.fallback = self.shown = self.rated = self.disliked = self.scanned = self.tokens = 0
        self.usd = 0.0
        self.failed: dict[str, int] = {}
        self.latency: dict[int, int] = {}
        self.attacks: dict[str, Attacks] = {}
        self.tickets: dict[str, int] = {}
        self.reported_users: int | None = None
        self.users: set[int] = set()
        self.seen: set[int] = set()
        self.newest: datetime | None = None
        self.newest_ai: datetime | None = None
        self.newest_ticket: datetime | None = None
        self.dropped = self.bad = self.late = 0
        self.forced = False
        self.changed = True

    def add_rollup(self, rollup: Rollup) -> None:
        """Count what the server had counted."""
        self.changed = True
        self.ai += rollup.ai
        self.fallback += rollup.fallback
        self.shown += rollup.shown
        self.rated += rollup.rated
        self.disliked += rollup.disliked
        self.usd += rollup.usd
        self.tokens += rollup.tokens
        self.reported_users = rollup.users
        for kind, count in rollup.failed.items():
            _count(self.failed, KINDS.get(kind, kind), count)
        last = len(self.edges) - 1
        for index, count in rollup.latency:
            if count:
                where = index if index < last else last
                self.latency[where] = self.latency.get(where, 0) + count
        if rollup.injection is not None:
            self.scanned += rollup.injection.scanned
            for name, seen in rollup.injection.classes.items():
                attacks = self._attacks(name)
                attacks.blocked += seen.blocked
                attacks.passed += seen.passed
                attacks.reported = seen.sources
        for category, count in rollup.tickets.items():
            _count(self.tickets, category, count)
        self.newest = rollup.newest
        # A rollup has one `newest` for everything in it.
        self.newest_ai = rollup.newest if rollup.ai else None
        if rollup.tickets:
            self.newest_ticket = rollup.newest or rollup.start

    def add(self, event: Event) -> None:
        """Count one answer."""
        self.changed = True
        time = event.time
        if self.newest is None or time > self.newest:
            self.newest = time
        self.usd += event.usd
        self.tokens += event.tokens_in + event.tokens_out
        if event.path == "fallback":
            self.fallback += 1
            return
        self.ai += 1
        self.scanned += 1
        if self.newest_ai is None or time > self.newest_ai:
            self.newest_ai = time
        if event.user is not None and len(self.users) < MOST_PEOPLE:
            self.users.add(hash(event.user))
        outcome = event.outcome
        index = len(self.edges) - 1 if outcome == "timeout" else bisect_left(self.edges, event.latency)
        self.latency[index] = self.latency.get(index, 0) + 1
        if outcome != "ok":
            _count(self.failed, KINDS.get(outcome, outcome), 1)
        if outcome in SHOWN:
            self.shown += 1
            if event.rating is not None:
                self.rated += 1
            if event.regenerate or event.rating == "down":
                self.disliked += 1
        if event.injection is not None:
            attacks = self._attacks(event.injection)
            if event.passed:
                attacks.passed += 1
            else:
                attacks.blocked += 1
            if event.source is not None and len(attacks.people) < MOST_PEOPLE:
                attacks.people.add(hash(event.source))

    def add_ticket(self, ticket: Ticket) -> None:
        """Count one support ticket."""
        self.changed = True
        _count(self.tickets, ticket.category, 1)
        if self.newest_ticket is None or ticket.time > self.newest_ticket:
            self.newest_ticket = ticket.time

    def readings(self, signals: Collection[str], *, closed: bool) -> Iterator[Reading]:
        """Say what was counted, one reading a signal, "traffic" always among them."""
        start = datetime.fromtimestamp(self.start, UTC)
        end = datetime.fromtimestamp(self.start + self.seconds, UTC)
        partial = self.partial
        for signal in (*signals, "traffic"):
            found = self._observe(signal)
            if found is not None:
                observation, newest = found
                yield Reading(signal, start, end, observation, utc(newest), closed, partial)

    @property
    def partial(self) -> str:
        """What is missing, in words, or ""."""
        said = []
        if self.dropped:
            said.append(f"{_events(self.dropped)} dropped by the server")
        if self.bad:
            said.append(f"{_events(self.bad)} not understood")
        if self.late:
            said.append(f"{self.late} late event{'s' * (self.late != 1)} not counted")
        if self.forced:
            said.append("the server never said that it was complete")
        return "; ".join(said)

    def _observe(self, signal: str) -> tuple[Observation, datetime | None] | None:
        match signal:
            case "errors":
                return Ratio(
                    sum(self.failed.values()), self.ai, dict(self.failed), self._people()
                ), self.newest_ai
            case "feedback":
                return Ratio(self.disliked, self.shown, rated=self.rated), self.newest_ai
            case "latency":
                return sparse_latency(self.latency, self.edges), self.newest_ai
            case "cost":
                return Amount(self.usd, self.ai, self.tokens), self.newest
            case "injection":
                classes = {name: _attempts(attacks) for name, attacks in self.attacks.items()}
                return Shape(classes, self.scanned), self.newest_ai
            case "tickets":
                return Count(sum(self.tickets.values()), dict(self.tickets)), self.newest_ticket
            case "traffic":
                return Traffic(self.ai, self.fallback, self._people()), self.newest
        return None

    def _people(self) -> int | None:
        return _at_least(self.reported_users, self.users, unknown=self.reported_users is None and self.ai > 0)

    def _attacks(self, name: str) -> Attacks:
        name = plain(name)
        if name not in self.attacks and len(self.attacks) >= MOST_NAMES:
            name = OTHER
        return self.attacks.setdefault(name, Attacks())


def eval_reading(run: Eval) -> Reading:
    """One night's eval as the reading of the 24 h that end with it."""
    end = datetime.fromtimestamp(run.at.timestamp(), UTC)
    strata = tuple(Stratum(Untrusted(s.name), s.n, s.mean, s.sd, s.weight) for s in run.strata)
    return Reading(
        "evals",
        datetime.fromtimestamp(end.timestamp() - 86_400, UTC),
        end,
        Score(strata, run.cold, run.cold_n, run.judge),
        end,
    )


def sparse_latency(counts: Mapping[int, float], edges: tuple[float, ...]) -> Latency:
    """Leave out empty buckets, but keep the lower edge of each filled one as a bound with nothing in it.

    So the width of every bucket that counts stays known, at a tenth of the size.

    Args:
        counts: by index into `edges`, none of them 0.
    """
    kept = {*counts, *[index - 1 for index in counts if index]}
    return Latency(tuple([(edges[index], counts.get(index, 0)) for index in sorted(kept)]))


def utc(time: datetime | None) -> datetime | None:
    """The same instant in UTC."""
    # Nearly every server writes UTC, and then the value can stay as it is.
    return time if time is None or time.tzinfo is UTC else datetime.fromtimestamp(time.timestamp(), UTC)


def _count(counts: dict[str, int], name: str, count: int) -> None:
    name = plain(name)
    if name not in counts and len(counts) >= MOST_NAMES:
        name = OTHER
    counts[name] = counts.get(name, 0) + count


def _attempts(attacks: Attacks) -> Attempts:
    counted = attacks.blocked + attacks.passed
    sources = _at_least(attacks.reported, attacks.people, unknown=attacks.reported is None and counted > 0)
    return Attempts(attacks.blocked, attacks.passed, sources)


def _at_least(reported: int | None, people: set[int], *, unknown: bool) -> int | None:
    """Distinct people known from a rollup's number, from events, or from both: at least the larger."""
    if people:
        return max(reported or 0, len(people))
    return None if unknown else reported or 0


def _events(count: int) -> str:
    return f"{count} event{'s' * (count != 1)}"
