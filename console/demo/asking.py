"""Every request in the order of its time: the usual ones, those that a scenario adds, and a loop's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

from console.demo.acme import DayShape, Roster, agents
from console.demo.arrivals import Arrivals, Request, Rounds
from console.demo.course import Course


class _Source(Protocol):
    def pop(self, until: float) -> Request | None: ...


@dataclass(slots=True)
class _Extra:
    """Requests that come from one moment on, until another; `head` is drawn and not yet given out."""

    source: _Source
    until: float
    head: Request | None = None


class Asking:
    """Merges who asks. The usual requests are the same at a seed, whatever a scenario adds or takes away.

    Args:
        start: Acme's clock from which on requests are drawn.
    """

    def __init__(self, seed: int, shape: DayShape, volume: float, course: Course, start: float) -> None:
        self._seed = seed
        self._shape = shape
        self._volume = volume
        self._course = course
        self._everyone = Roster(tuple(range(len(agents()))))
        self._usual = Arrivals(random.Random(f"{seed}:arrivals"), shape, self._everyone, volume, start)
        self._thinning = random.Random(f"{seed}:thinning")
        self._head: Request | None = None
        self._extras, self._thins = self._extras_from(start)

    def switched(self, now: float) -> None:
        """The course was switched now: what the scenario before it would have added does not come."""
        self._extras, self._thins = self._extras_from(now)

    def pop(self, until: float) -> Request | None:
        """The next request before `until`, or None."""
        if not self._extras and self._head is None:
            return self._usual_one(until) if self._thins else self._usual.pop(until)
        self._head = self._head or self._usual_one(until)
        first, extra = self._head, None
        for one in self._extras:
            one.head = one.head or one.source.pop(min(until, one.until))
            if one.head is not None and (first is None or one.head.at < first.at):
                first, extra = one.head, one
        if extra is None:
            self._head = None
        else:
            extra.head = None
        return first

    def _usual_one(self, until: float) -> Request | None:
        while (request := self._usual.pop(until)) is not None:
            factor = self._course.at(request.at).load.factor
            if factor >= 1 or self._thinning.random() < factor:
                return request
        return None

    def _extras_from(self, now: float) -> tuple[list[_Extra], bool]:
        """What comes besides the usual requests from now on, and whether fewer of these come."""
        found, thins = [], False
        for begin, end, conditions in self._course.spans(now, float("inf")):
            thins = thins or conditions.load.factor < 1
            load, name = conditions.load, f"{self._seed}:{self._course.revision}:{begin}"
            if load.factor > 1:
                more = self._volume * (load.factor - 1)
                rng = random.Random(f"{name}:more")
                found.append(_Extra(Arrivals(rng, self._shape, self._everyone, more, begin), end))
            if load.loop is not None:
                rng = random.Random(f"{name}:loop")
                found.append(_Extra(Rounds(rng, load.loop, self._volume, _looping(), begin), end))
        return found, thins


def _looping() -> int:
    """Whose tool loops: one of the 5 % stage, so that it has the feature from that stage on."""
    return next(i for i, agent in enumerate(agents()) if agent.cohort == "5%")
