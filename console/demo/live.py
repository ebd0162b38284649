"""Live traffic: at every tick, the requests that are due in event time are answered."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from console.demo.acme import DayShape, Roster, agents
from console.demo.appflags import Decisions
from console.demo.arrivals import Arrivals, Moments, complaint
from console.demo.clock import EventClock
from console.demo.conditions import HEALTHY, Conditions
from console.demo.drafts import Drafts
from console.demo.messages import Eval, Event, Ticket
from console.demo.nights import Nights
from console.demo.records import Records
from console.demo.scenarios import Scenario

MOST = 5_000
"""Answers in one step, so that a world that has fallen behind still answers others between two steps."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happened between the last step and `complete_to`."""

    events: list[Event]
    tickets: list[Ticket]
    evals: list[Eval]
    complete_to: datetime


class LiveTraffic:
    """Draws and answers requests. The same seed gives the same events, given the same flag decisions.

    Three streams of random numbers are apart: who asks when, what comes of it, and who complains.

    Args:
        start: Acme's clock from which on it draws.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        seed: int,
        volume: float,
        clock: EventClock,
        start: float,
        decisions: Decisions,
        records: Records,
    ) -> None:
        shape = DayShape()
        self._clock = clock
        self._decisions = decisions
        self._records = records
        self._trouble = scenario.trouble
        begins = scenario.begins(seed)
        self._trouble_at = None if begins is None else start + begins
        self._volume = volume
        everyone = tuple(range(len(agents())))
        self._arrivals = Arrivals(random.Random(f"{seed}:arrivals"), shape, Roster(everyone), volume, start)
        self._drafts = Drafts(random.Random(f"{seed}:outcomes"))
        self._most_tickets = max(HEALTHY.tickets, self._trouble.tickets if self._trouble else 0.0)
        self._complaints = random.Random(f"{seed}:tickets")
        self._tickets = Moments(self._complaints, shape, self._most_tickets * volume, start)
        self._nights = Nights(seed, clock)
        self._done = start

    def conditions(self, at: float) -> Conditions:
        """How things are at a moment of Acme's clock."""
        if self._trouble is not None and self._trouble_at is not None and at >= self._trouble_at:
            return self._trouble
        return HEALTHY

    def step(self, until: float) -> Step:
        """Answer what is due before `until`, on Acme's clock, or the first `MOST` of it."""
        self._decisions.look()
        events: list[Event] = []
        people = agents()
        instant = self._clock.instant
        decide, record = self._decisions.ai, self._records.add
        by_model, by_hand = self._drafts.by_model, self._drafts.by_hand
        while len(events) < MOST:
            request = self._arrivals.pop(until)
            if request is None:
                reached = until
                break
            at, who, category = request
            agent = people[who]
            if decide(agent):
                event = by_model(agent, category, instant(at), self.conditions(at))
            else:
                event = by_hand(agent, category, instant(at))
            events.append(event)
            record(event)
        else:
            reached = at
        step = Step(events, self._due_tickets(reached), self._due_evals(reached), instant(reached))
        self._records.close_until(step.complete_to)
        self._done = reached
        return step

    @property
    def current(self) -> Conditions:
        """How things were at the end of the last step."""
        return self.conditions(self._done)

    @property
    def behind(self) -> bool:
        """Whether the last step left something undone that was due."""
        return self._clock.acme() - self._done > 2 * self._clock.speed

    def _due_tickets(self, until: float) -> list[Ticket]:
        tickets = []
        while (at := self._tickets.pop(until)) is not None:
            kept = self._complaints.random() * self._most_tickets < self.conditions(at).tickets
            category = complaint(self._complaints.random())
            if kept:
                tickets.append(Ticket(self._clock.instant(at), category))
                self._records.add_ticket(tickets[-1])
        return tickets

    def _due_evals(self, until: float) -> list[Eval]:
        evals = [
            self._nights.score(at, self.conditions(at).score)
            for at in self._nights.between(self._done, until)
        ]
        self._records.evals.extend(evals)
        return evals
