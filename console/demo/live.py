"""Live traffic: at every tick, the requests that are due in event time are answered."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime

from console.demo.acme import DayShape, agents
from console.demo.appflags import Decisions
from console.demo.arrivals import Moments, complaint
from console.demo.asking import Asking
from console.demo.clock import EventClock
from console.demo.conditions import Conditions
from console.demo.course import Course
from console.demo.drafts import Drafts
from console.demo.messages import Eval, Event, Ticket
from console.demo.nights import Nights
from console.demo.records import Records
from console.demo.scenario import Scenario

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

    Streams of random numbers are apart: who asks when, what comes of it, and who complains.

    Args:
        start: Acme's clock from which on it draws.
        course: how things are when.
    """

    def __init__(
        self,
        *,
        seed: int,
        volume: float,
        clock: EventClock,
        start: float,
        course: Course,
        nights: Nights,
        decisions: Decisions,
        records: Records,
    ) -> None:
        shape = DayShape()
        self._clock = clock
        self._decisions = decisions
        self._records = records
        self._course = course
        self._shape = shape
        self._volume = volume
        self._asking = Asking(seed, shape, volume, course, start)
        self._drafts = Drafts(random.Random(f"{seed}:outcomes"))
        self._complaints = random.Random(f"{seed}:tickets")
        self._most_tickets, self._tickets = self._ticket_moments(start)
        self._nights = nights
        self._done = start

    def play(self, scenario: Scenario) -> None:
        """Switch to a scenario: healthy from now on, and its trouble soon."""
        now = self._done
        self._course.play(scenario, now)
        self._asking.switched(now)
        self._most_tickets, self._tickets = self._ticket_moments(now)

    def step(self, until: float) -> Step:
        """Answer what is due before `until`, on Acme's clock, or the first `MOST` of it."""
        self._decisions.look()
        events: list[Event] = []
        people = agents()
        instant = self._clock.instant
        decide, record = self._decisions.ai, self._records.add
        asked, conditions = self._asking.pop, self._course.at
        by_model, by_hand = self._drafts.by_model, self._drafts.by_hand
        while len(events) < MOST:
            request = asked(until)
            if request is None:
                reached = until
                break
            at, who, category, rounds = request
            agent = people[who]
            if decide(agent):
                event = by_model(agent, category, instant(at), conditions(at), rounds)
            elif rounds is not None:
                continue  # a loop ends where no model answers it
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
        return self._course.at(self._done)

    @property
    def behind(self) -> bool:
        """Whether the last step left something undone that was due."""
        return self._clock.acme() - self._done > 2 * self._clock.speed

    def _due_tickets(self, until: float) -> list[Ticket]:
        tickets = []
        while (at := self._tickets.pop(until)) is not None:
            now = self._course.at(at).complaints
            kept = self._complaints.random() * self._most_tickets < now.per_day
            category = complaint(self._complaints.random(), now.wrong_language)
            if kept:
                tickets.append(Ticket(self._clock.instant(at), category))
                self._records.add_ticket(tickets[-1])
        return tickets

    def _due_evals(self, until: float) -> list[Eval]:
        evals = [self._nights.score(at) for at in self._nights.between(self._done, until)]
        self._records.evals.extend(evals)
        return evals

    def _ticket_moments(self, start: float) -> tuple[float, Moments]:
        """The most tickets a day that anything from here on brings, and moments for so many."""
        most = max(now.complaints.per_day for _, _, now in self._course.spans(start, math.inf))
        return most, Moments(self._complaints, self._shape, most * self._volume, start)
