"""The day's spend against the forecast."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.signals.port import Amount, Reading
from console.signals.judges.cost import CostJudge
from console.signals.verdict import State, Verdict
from tests.console.signals.made import DAY, HOUR, NOON, evidence_of, look, reading

MIDNIGHT = NOON - 12 * HOUR
SHAPE = [0.2] * 7 + [1.0] * 11 + [0.3] * 6


def day(start: datetime, total: float, hours: int = 24, wobble: float = 0.0) -> list[Reading]:
    shape = [weight * (1 + wobble * (1 if hour < 12 else -1)) for hour, weight in enumerate(SHAPE)]
    return [
        reading("cost", start + hour * HOUR, Amount(total * shape[hour] / sum(shape)), HOUR)
        for hour in range(hours)
    ]


def month(weekend: float = 100.0, days: int = 21) -> list[Reading]:
    found = []
    for back in range(days, 0, -1):
        start = MIDNIGHT - back * DAY
        total = weekend if start.weekday() >= 5 else 100.0
        found += day(start, total, wobble=0.05 * (-1) ** back)
    return found


def judged(readings: list[Reading], at: datetime = NOON, forecast: float = 100.0, **more: object) -> Verdict:
    return CostJudge(0.2, {"forecast": forecast}).judge(evidence_of(Amount, readings), look(at))


def test_a_day_on_its_forecast_is_ok() -> None:
    verdict = judged(month() + day(MIDNIGHT, 100.0, 12))
    assert verdict.state is State.OK
    assert verdict.why.startswith("pace ")


def test_more_than_the_whole_days_forecast_is_a_breach_at_any_hour() -> None:
    early = [*month(), reading("cost", MIDNIGHT, Amount(121.0), HOUR)]
    verdict = judged(early, MIDNIGHT + HOUR)
    assert verdict.state is State.BREACH
    assert verdict.headline == "cost today $ 121.00: over 1.2 x the whole day's forecast already"


def test_yesterdays_breach_is_not_forgotten_at_midnight() -> None:
    readings = [*month()[:-24], *day(MIDNIGHT - DAY, 150.0)]
    verdict = judged(readings + day(MIDNIGHT, 100.0, 2), MIDNIGHT + 2 * HOUR)
    assert verdict.state is State.BREACH
    assert verdict.why.startswith("yesterday took 1.50 x its forecast")


def test_a_young_day_says_how_much_of_it_was_seen() -> None:
    verdict = judged(month() + day(MIDNIGHT, 100.0, 3), MIDNIGHT + 3 * HOUR)
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "judged from 15 % of a day's spend; 4 % seen"
    assert verdict.count_text == "4 %"


def test_a_day_twice_as_dear_is_a_breach_before_it_is_over() -> None:
    assert judged(month() + day(MIDNIGHT, 195.0, 12)).state is State.BREACH


def test_a_day_a_little_over_the_band_is_watched() -> None:
    assert judged(month() + day(MIDNIGHT, 121.0, 12)).state is State.WATCH


def test_half_the_spend_is_a_breach_too() -> None:
    assert judged(month() + day(MIDNIGHT, 40.0, 15), MIDNIGHT + 15 * HOUR).state is State.BREACH


def test_a_low_day_with_a_restart_in_it_is_no_breach() -> None:
    evidence = evidence_of(Amount, month() + day(MIDNIGHT, 20.0, 15))
    at = MIDNIGHT + 15 * HOUR
    judge = CostJudge(0.2, {"forecast": 100.0})
    assert judge.judge(evidence, look(at, epoch=MIDNIGHT + 9 * HOUR)).state is State.WATCH


def test_without_past_days_nothing_is_green() -> None:
    assert judged(day(MIDNIGHT, 100.0, 12)).state is State.TOO_FEW


@pytest.mark.parametrize("forecast", [0.0, -5.0, float("nan")])
def test_without_a_forecast_nothing_is_judged(forecast: float) -> None:
    verdict = judged(month() + day(MIDNIGHT, 500.0, 12), forecast=forecast)
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs a forecast: set forecast of this signal's baseline"


def test_a_start_of_day_that_was_not_read_is_not_taken_for_thrift() -> None:
    verdict = judged(day(MIDNIGHT + 5 * HOUR, 100.0, 7))
    assert verdict.state is State.TOO_FEW
    assert verdict.why == "the first 5 h of the day were not read"


def test_a_weekend_is_held_against_weekends() -> None:
    saturday = MIDNIGHT + 4 * DAY
    found = []
    for back in range(21, 0, -1):
        start = saturday - back * DAY
        found += day(start, 40.0 if start.weekday() >= 5 else 100.0, wobble=0.03 * (-1) ** back)
    verdict = judged(found + day(saturday, 40.0, 15), saturday + 15 * HOUR)
    assert verdict.state is State.OK


def test_a_day_begins_at_local_midnight() -> None:
    zone = ZoneInfo("America/Chicago")
    judge = CostJudge(0.2, {"forecast": 100.0}, zone)
    readings = [*month(), reading("cost", MIDNIGHT, Amount(70.0), HOUR)]
    at = MIDNIGHT + 7 * HOUR
    local = judge.judge(evidence_of(Amount, readings), look(at))
    # 00:00 UTC is still the day before in Chicago.
    assert local.value == pytest.approx(0.0)
    assert judged(readings, MIDNIGHT + timedelta(hours=7)).value == pytest.approx(70.0)


def test_nothing_billed_is_no_data() -> None:
    assert judged([]).state is State.NO_DATA
