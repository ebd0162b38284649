"""One run of the judges over a made-up feature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.signals.port import Batch, Reading
from benchmarks.bands.feature import KEYS, MINUTE, MINUTES, MONDAY, Feature, Health, configs
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.verdict import State

PAST = 28 * MINUTES
"""Minutes of a healthy past that the judges know."""


@dataclass(slots=True)
class Seen:
    """What the verdicts were.

    Attributes:
        breaches: beginnings of a BREACH, by signal.
        states: looks by (signal, state).
        flips: changes of the state, by signal.
    """

    breaches: Counter[str] = field(default_factory=Counter)
    states: Counter[tuple[str, State]] = field(default_factory=Counter)
    flips: Counter[str] = field(default_factory=Counter)


class Watch:
    """Monitors a feature from the end of its past on."""

    def __init__(self, feature: Feature) -> None:
        self._feature = feature
        self._now = MONDAY
        self._monitor = Monitor(build_judges(configs(feature.a_day)), clock=lambda: self._now)
        self._give(feature.hours(0, PAST - MINUTES), PAST - MINUTES)
        self._give(feature.minutes(PAST - MINUTES, PAST), PAST)
        self.minute = PAST

    def until(self, minute: int) -> dict[str, tuple[State, datetime | None]]:
        """Go on to a minute, and look."""
        self._give(self._feature.minutes(self.minute, minute), minute)
        self.minute = minute
        board = self._monitor.board()
        return {key: (verdict.state, verdict.since) for key, verdict in board.verdicts.items()}

    def _give(self, readings: Iterable[Reading], minute: int) -> None:
        at = MONDAY + minute * MINUTE
        self._now = at
        complete = dict.fromkeys((*KEYS, "traffic"), at)
        self._monitor.take(KEYS, Batch(at, complete, tuple(readings)))


def healthy(a_day: float, seed: int, days: int, health: Health, every: int = 30) -> Seen:
    """Look at a feature that stays as it is, every so many minutes for so many days."""
    watch = Watch(Feature(a_day, seed, [(0, Health()), (PAST, health)]))
    seen, before = Seen(), dict[str, State]()
    for minute in range(PAST + every, PAST + days * MINUTES + 1, every):
        for key, (state, _) in watch.until(minute).items():
            seen.states[key, state] += 1
            if key in before and before[key] is not state:
                seen.flips[key] += 1
                seen.breaches[key] += state is State.BREACH
            elif key not in before:
                seen.breaches[key] += state is State.BREACH
            before[key] = state
    return seen


def delay(a_day: float, seed: int, signal: str, health: Health, *, most_days: int) -> tuple[float, float]:
    """Minutes of harm until WATCH or BREACH, and until BREACH; infinity where it was not within the time.

    The harm begins on a Tuesday at 10:30.
    """
    begin = PAST + MINUTES + 630
    watch = Watch(Feature(a_day, seed, [(0, Health()), (begin, health)]))
    watch.until(begin)
    warned = proven = float("inf")
    passed = 0
    while passed < most_days * MINUTES and proven == float("inf"):
        passed += 1 if passed < 60 else 5 if passed < 6 * 60 else 30
        state, _ = watch.until(begin + passed)[signal]
        if state in (State.WATCH, State.BREACH) and warned == float("inf"):
            warned = passed
        if state is State.BREACH:
            proven = passed
    return warned, proven
