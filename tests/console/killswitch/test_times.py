"""Time to kill: by step, from the journal, drills and real ones apart, on the monotonic clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.killswitch.clock import SystemClock
from console.killswitch.history import DRILL_INTENT, DRILL_STEP, drill_records, records
from console.killswitch.record import DrillRecord, KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.killswitch.times import median, trend
from tests.console.killswitch.house import QUICK, House
from tests.servers.misbehaving import Misbehaving

pytestmark = pytest.mark.requirement(11)

AT = datetime(2026, 11, 24, 8, 12, 8, tzinfo=UTC)


def record(kill_id: str, confirmed: float, *, quiet: float | None = None, **changes: object) -> KillRecord:
    steps = [
        Step(Rung.JOURNALED, 0, Mark.TRUE, 0.01, ""),
        Step(Rung.CONFIRMED, 1, Mark.TRUE, confirmed, ""),
        Step(Rung.QUIET, 0, Mark.FALSE if quiet is None else Mark.TRUE, quiet or 60.0, ""),
    ]
    ladder = Ladder(
        *(kill_id, "support-drafts", "production", "support-drafts-ai", "Mara Voss", AT.isoformat(), 1),
        steps=tuple(steps),
        outcome=Outcome.CONFIRMED,
        killed_by=1,
        finished=True,
        exit_status=0,
    )
    return KillRecord(replace(ladder, **changes), AT, AT)  # type: ignore[arg-type]


def drill(kill_id: str, confirmed: float) -> DrillRecord:
    kill = record(kill_id, confirmed, quiet=11.0)
    return DrillRecord(kill.ladder, kill.at, kill.confirmed_at)


def test_each_step_has_its_own_seconds_and_one_that_did_not_come_true_has_none() -> None:
    (times,) = trend([record("k1", 7.9)], []).real
    assert times.by_step == {"confirmed": 7.9, "evaluated": None, "quiet": None, "fallback": None}


def test_drills_never_stand_among_the_real_ones() -> None:
    known = trend([record("k1", 8.0), record("k2", 7.9)], [drill(f"d{n}", n / 10) for n in range(8, 12)])
    assert [one.kill_id for one in known.real] == ["k1", "k2"]
    assert [one.kill_id for one in known.drills] == ["d8", "d9", "d10", "d11"]
    assert median(known.real) == pytest.approx(7.95)
    assert median(known.drills) == pytest.approx(0.95)


@pytest.mark.parametrize("outcome", [Outcome.ALREADY, Outcome.ASKING, Outcome.FAILED, Outcome.UNCONFIRMED])
def test_a_kill_that_pulled_nothing_or_is_not_proven_has_no_time(outcome: Outcome) -> None:
    assert trend([record("k1", 0.1, outcome=outcome)], []).real == ()


def test_without_kills_there_is_no_median() -> None:
    assert median(trend([], []).real) is None


async def test_what_the_journal_has_of_a_kill_gives_the_times_that_the_ladder_showed(house: House) -> None:
    ladder = await house.kill()
    (times,) = trend(records(house.journal.rows()), drill_records(house.journal.rows())).real
    confirmed = next(step for step in ladder.steps if step.rung is Rung.CONFIRMED)
    assert times.confirmed == confirmed.seconds


async def test_the_rows_of_a_drill_cannot_be_read_as_a_real_kill(house: House) -> None:
    await house.kill()
    for row in house.journal.rows():
        kind = {"intent": DRILL_INTENT, "step": DRILL_STEP}[row.kind]
        house.journal.append(kind, feature=row.feature, environment="production", kill_id="d1", body=row.body)
    drilled = house.journal.rows(kill_id="d1")
    assert records(drilled) == []
    assert [each.ladder.outcome for each in drill_records(drilled)] == [Outcome.CONFIRMED]


class SetBack(SystemClock):
    """A wall clock that somebody sets back by an hour more at every look, while the kill goes on."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> datetime:
        self.looks += 1
        return super().now() - timedelta(hours=self.looks)


async def test_a_wall_clock_that_steps_back_in_mid_kill_changes_no_time(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    clock = SetBack()
    ladder = await house.kill(limits=replace(QUICK, quiet=8.0, give_up=20.0, gap=0.2), clock=clock)
    assert clock.looks > 1
    seconds = [step.seconds for step in ladder.steps]
    assert all(each is not None and 0 <= each < 20 for each in seconds), seconds
    levers = [step.seconds for step in ladder.steps if step.rung not in (Rung.QUIET, Rung.FALLBACK)]
    assert levers == sorted(levers, key=lambda each: each or 0.0)
    (times,) = trend(records(house.journal.rows()), []).real
    assert times.by_step == {
        step.rung.value: step.seconds for step in ladder.steps if step.rung.value in times.by_step
    }
    assert [row.kind for row in house.journal.rows()][:1] == ["intent"]
