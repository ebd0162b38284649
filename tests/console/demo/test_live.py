"""Live traffic, without a server: what is drawn, and that it repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from console.demo.acme import FLAG_KEY, Agent, DayShape, team
from console.demo.appflags import Decisions
from console.demo.bucketing import Reason, Rules, decide
from console.demo.clock import START, EventClock
from console.demo.conditions import HEALTHY, NEW_MODEL
from console.demo.course import Course
from console.demo.forceswitch import ForceSwitch
from console.demo.live import LiveTraffic, Step
from console.demo.messages import Event
from console.demo.nights import Nights
from console.demo.records import Records
from console.demo.scenario import EARLIEST, LATEST
from console.demo.scenarios import SCENARIOS


class FixedFlag:
    """An SDK whose rules a test sets."""

    def __init__(self) -> None:
        self.rules = Rules(FLAG_KEY, True, 25.0, team(), 1)

    def start(self) -> None: ...

    def evaluate(self, agent: Agent) -> tuple[bool, Reason, int | None]:
        return *decide(self.rules, agent.user), self.rules.version

    def epoch(self) -> int:
        return self.rules.version

    def wait_ready(self, seconds: float) -> bool:
        return True

    def close(self) -> None: ...


class Acme:
    """A world without a server, whose time a test moves."""

    def __init__(self, folder: Path, scenario: str = "healthy", seed: int = 1, volume: float = 1.0) -> None:
        folder.mkdir()
        self.flag = FixedFlag()
        self.clock = EventClock(60.0, wall=lambda: datetime(2026, 11, 18, tzinfo=UTC), monotonic=lambda: 0.0)
        self.records = Records(self.clock.instant(START))
        played = SCENARIOS[scenario]
        self.course = Course(played, seed, START)
        self.live = LiveTraffic(
            seed=seed,
            volume=volume,
            clock=self.clock,
            start=START,
            course=self.course,
            nights=Nights(seed, self.clock, self.course, played.opening),
            decisions=Decisions(self.flag, ForceSwitch(folder, 1)),
            records=self.records,
        )

    def run(self, until: float, *, tick: float = 12.0, since: float = 0.0) -> list[Event]:
        """Events up to so many seconds after the start."""
        return [event for step in self.steps(until, tick=tick, since=since) for event in step.events]

    def steps(self, until: float, *, tick: float = 12.0, since: float = 0.0) -> list[Step]:
        steps = []
        at = since
        while at < until:
            at = min(at + tick, until)
            while True:
                steps.append(self.live.step(START + at))
                if steps[-1].complete_to == self.clock.instant(START + at):
                    break
        return steps


def test_a_seed_repeats_exactly_however_the_time_is_cut_into_ticks(tmp_path: Path) -> None:
    one = Acme(tmp_path / "a", "schema-failures", seed=7).run(3600, tick=12)
    other = Acme(tmp_path / "b", "schema-failures", seed=7).run(3600, tick=700)
    third = Acme(tmp_path / "c", "schema-failures", seed=8).run(3600)
    assert one == other
    assert one != third
    assert len({event.id for event in one}) == len(one) > 1000


def test_a_kill_changes_what_answers_and_not_who_asks(tmp_path: Path) -> None:
    running, killed = Acme(tmp_path / "a"), Acme(tmp_path / "b")
    first = killed.run(600)
    killed.flag.rules = msgspec.structs.replace(killed.flag.rules, on=False, version=2)
    after = killed.run(1200, since=600)
    whole = running.run(1200)
    asked = [(event.time, event.user, event.category) for event in whole]
    assert [(event.time, event.user, event.category) for event in first + after] == asked
    assert {event.path for event in after} == {"fallback"}
    assert any(event.path == "ai" for event in first)


def test_events_come_in_order_and_before_what_the_frame_vouches_for(tmp_path: Path) -> None:
    last = None
    for step in Acme(tmp_path / "a", volume=50).steps(300):
        for one, following in pairwise(step.events):
            assert one.time <= following.time
        if step.events:
            assert last is None or step.events[0].time >= last
            assert step.events[-1].time <= step.complete_to
        last = step.complete_to


def test_a_tuesday_has_3000_drafts_of_the_model_and_9000_by_hand(tmp_path: Path) -> None:
    acme = Acme(tmp_path / "a")
    day = acme.run(86_400, tick=600)
    ai = sum(event.path == "ai" for event in day)
    assert ai == pytest.approx(3_000, rel=0.07)
    assert len(day) - ai == pytest.approx(9_000, rel=0.05)
    attempts = sum(event.injection is not None for event in day)
    assert 2 <= attempts <= 20
    assert not any(event.passed for event in day)


def test_volume_multiplies_the_traffic_and_keeps_its_rates(tmp_path: Path) -> None:
    events = Acme(tmp_path / "a", volume=200).run(900)
    ai = [event for event in events if event.path == "ai"]
    expected = 12_000 * 200 * DayShape().between(START, START + 900)
    assert len(events) == pytest.approx(expected, rel=0.02)
    assert sum(event.outcome != "ok" for event in ai) / len(ai) == pytest.approx(0.004, abs=0.0015)
    latencies = sorted(event.latency for event in ai)
    assert latencies[len(ai) // 2] == pytest.approx(1.9 * HEALTHY.model.slower, rel=0.03)
    assert latencies[len(ai) * 95 // 100] == pytest.approx(4.4 * HEALTHY.model.slower, rel=0.05)


@pytest.mark.parametrize("name", [name for name, scenario in SCENARIOS.items() if scenario.trouble])
def test_trouble_begins_between_three_and_five_minutes_after_the_start(name: str) -> None:
    begins = [SCENARIOS[name].begins(seed) for seed in range(200)]
    assert all(at is not None and EARLIEST <= at <= LATEST for at in begins)
    assert SCENARIOS["healthy"].begins(1) is None


def test_schema_failures_begin_with_another_model_and_hit_more_than_a_third(tmp_path: Path) -> None:
    events = Acme(tmp_path / "a", "schema-failures", volume=100).run(1200)
    ai = [event for event in events if event.path == "ai"]
    before = [event for event in ai if event.model == HEALTHY.model.fingerprint]
    after = [event for event in ai if event.model == NEW_MODEL]
    assert before[-1].time < after[0].time
    assert sum(event.outcome != "ok" for event in before) / len(before) < 0.01
    assert 0.33 < sum(event.outcome == "schema" for event in after) / len(after) < 0.41
    assert 0.005 < sum(event.outcome == "timeout" for event in after) / len(after) < 0.02


def test_a_slow_model_takes_1_6_times_as_long(tmp_path: Path) -> None:
    events = Acme(tmp_path / "a", "slow-model", volume=100).run(1200)
    late = sorted(
        e.latency for e in events if e.path == "ai" and (e.time - events[0].time).total_seconds() > 300
    )
    assert late[len(late) // 2] == pytest.approx(1.9 * HEALTHY.model.slower * 1.6, rel=0.04)


def test_a_night_brings_an_eval_of_200_answers_near_the_cold_one(tmp_path: Path) -> None:
    evals = [run for step in Acme(tmp_path / "a").steps(86_400, tick=3600) for run in step.evals]
    assert len(evals) == 1
    (night,) = evals
    assert sum(stratum.n for stratum in night.strata) == 200
    mean = sum(stratum.mean * stratum.weight for stratum in night.strata)
    assert 0.80 < mean < 0.89
    assert night.cold == 0.86


def test_what_is_counted_agrees_with_the_events(tmp_path: Path) -> None:
    acme = Acme(tmp_path / "a", "schema-failures", volume=20)
    events = acme.run(1000)
    total = acme.records.totals()
    ai = [event for event in events if event.path == "ai"]
    assert total.ai == len(ai)
    assert total.fallback == len(events) - len(ai)
    assert total.failed.total() == sum(event.outcome != "ok" for event in ai)
    assert total.usd == pytest.approx(sum(event.usd for event in ai))
    assert total.users == {event.user for event in ai}
    rollups = acme.records.rollups(1440, 28)
    assert sum(rollup.ai for rollup in rollups) == len(ai)
    assert sum(sum(rollup.failed.values()) for rollup in rollups) == total.failed.total()
