"""A scenario played to the real judges in simulated time: live traffic, its stream, the adapter's ledger, the
monitor. Nothing waits, and nothing listens on a port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from adapters.signals.event_frames import Events, Hello, History, decode
from adapters.signals.event_ledger import Ledger
from adapters.signals.events import SUBSCRIPTION
from console.config import load
from console.demo.acme import FLAG_KEY, Agent, team
from console.demo.appflags import Decisions
from console.demo.bucketing import Reason, Rules, decide
from console.demo.clock import EventClock
from console.demo.course import Course
from console.demo.drafts import USD_PER_DRAFT
from console.demo.forceswitch import ForceSwitch
from console.demo.live import LiveTraffic
from console.demo.messages import Subscribe
from console.demo.nights import Nights
from console.demo.past import Past
from console.demo.records import Records
from console.demo.rollout import drafts_a_day, percent_of
from console.demo.scenario import Expectation, Lasts, Never, Reaches, Says, Scenario
from console.demo.stream import Stream
from console.demo.worldconfig import Place, config_text
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.verdict import Board, Verdict

SPEED = 60.0
REAL = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
"""The real clock when the world starts."""
SIGNALS = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")


class FixedFlag:
    """An SDK whose rules a test sets."""

    def __init__(self, percent: float = 25.0) -> None:
        self.rules = Rules(FLAG_KEY, True, percent, team(), 1)

    def start(self) -> None: ...

    def evaluate(self, agent: Agent) -> tuple[bool, Reason, int | None]:
        return *decide(self.rules, agent.user), self.rules.version

    def epoch(self) -> int:
        return self.rules.version

    def wait_ready(self, seconds: float) -> bool:
        return True

    def close(self) -> None: ...


class Theatre:
    """One world and one console of it.

    Attributes:
        minute: of event time since the start.
    """

    def __init__(self, folder: Path, scenario: Scenario, seed: int) -> None:
        opening = scenario.opening
        self.minute = 0.0
        self.clock = EventClock(
            SPEED,
            start=opening.at,
            wall=lambda: REAL,
            monotonic=lambda: self.minute * 60 / SPEED,
        )
        self.records = Records(self.clock.instant(opening.at))
        self.course = Course(scenario, seed, opening.at)
        nights = Nights(seed, self.clock, self.course, opening)
        self.records.evals += [nights.score(at) for at in nights.between(nights.first, opening.at)]
        for span in Past(seed, 1.0, self.clock, opening.at, opening, scenario.prelude).spans():
            self.records.remember(self.clock.instant(span.start), span.seconds, span.tally)
        self.flag = FixedFlag(percent_of(opening.stage))
        self.live = LiveTraffic(
            seed=seed,
            volume=1.0,
            clock=self.clock,
            start=opening.at,
            course=self.course,
            nights=nights,
            decisions=Decisions(self.flag, ForceSwitch(folder, 1)),
            records=self.records,
        )
        self.stream = Stream(self.clock, self.records)
        forecast = drafts_a_day(opening.stage) * USD_PER_DRAFT
        config = folder / "console.toml"
        config.write_text(
            config_text(Place("http://127.0.0.1:9", folder, forecast, folder / "a.db", folder / "b.db"))
        )
        (feature,) = load(config).features
        zone = REAL.astimezone().tzinfo
        assert zone is not None
        self.monitor = Monitor(build_judges(feature.signals, zone=zone), clock=self._real)
        hello, _ = decode(self.stream.hello())
        assert isinstance(hello, Hello)
        self._ledger = Ledger(hello, SIGNALS)
        self._frames = self.stream.serve(msgspec.convert({"type": "subscribe", **SUBSCRIPTION}, Subscribe))

    async def open(self) -> Board:
        """Let the console read the past."""
        done = False
        while not done:
            frame, bad = decode(await anext(self._frames))
            assert isinstance(frame, History)
            self._ledger.add_history(frame, bad)
            done = frame.done
        for _ in self._ledger.fold():
            pass
        return self._judge()

    async def play(self, minutes: float, *, step: float = 1.0) -> AsyncIterator[tuple[float, Board]]:
        """(minute, board) after each step, until so many minutes after the start."""
        while self.minute < minutes:
            self.minute = min(minutes, self.minute + step)
            self.stream.hold(not self.live.current.plumbing.events)
            self.stream.publish(self.live.step(self.clock.acme()))
            frame, bad = decode(await anext(self._frames))
            assert isinstance(frame, Events)
            self._ledger.add(frame, bad)
            yield self.minute, self._judge()

    def _judge(self) -> Board:
        self.monitor.take(SIGNALS, self._ledger.take())
        return self.monitor.board()

    def _real(self) -> datetime:
        return REAL + timedelta(seconds=self.minute * 60 / SPEED)


class Critic:
    """Holds the boards of one play against what its scenario expects."""

    def __init__(self, expects: tuple[Expectation, ...]) -> None:
        self._open = dict.fromkeys(expects, False)
        self.faults: list[str] = []

    def see(self, minute: float, board: Board) -> None:
        """Look at one board."""
        for one in self._open:
            match one:
                case Reaches(signal, states, within):
                    if minute <= within and board.verdicts[signal].state.value in states:
                        self._open[one] = True
                case Says(signal, word, within):
                    if minute <= within and word in _told(board.verdicts[signal]):
                        self._open[one] = True
                case Never(signals, states, until):
                    for signal in signals:
                        if minute <= until and board.verdicts[signal].state.value in states:
                            self._fault(minute, board.verdicts[signal], "must not be")
                case Lasts(signal, states, since, until):
                    if since <= minute <= until and board.verdicts[signal].state.value not in states:
                        self._fault(minute, board.verdicts[signal], f"must be {', '.join(sorted(states))}")

    def verdict(self) -> list[str]:
        """Everything that was not as expected, in words."""
        missed = [
            f"never came true: {one}"
            for one, seen in self._open.items()
            if isinstance(one, Reaches | Says) and not seen
        ]
        return missed + self.faults

    def _fault(self, minute: float, verdict: Verdict, what: str) -> None:
        said = f"{verdict.signal} {verdict.state.value} {what}: {verdict.headline}; {verdict.why}"
        if len(self.faults) < 10:
            self.faults.append(f"minute {minute:g}: {said}")


def length(expects: tuple[Expectation, ...]) -> float:
    """Minutes that a play has to last for its expectations."""
    return max(one.within if isinstance(one, Reaches | Says) else one.until for one in expects)


def _told(verdict: Verdict) -> str:
    """Everything that a person can read of a signal."""
    numbers = " ".join(f"{name} {value}" for name, value in verdict.numbers)
    return f"{verdict.headline} {verdict.why} {numbers}"
