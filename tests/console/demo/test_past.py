"""The history that the world starts with."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from console.demo.acme import DAY
from console.demo.clock import START, EventClock
from console.demo.drafts import USD_PER_DRAFT
from console.demo.latency import BOUNDS
from console.demo.past import Past, Span
from console.demo.records import Records
from console.demo.tally import Tally

TUESDAY = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


def spans(seed: int = 1, volume: float = 1.0, speed: float = 60.0) -> list[Span]:
    clock = EventClock(speed, wall=lambda: TUESDAY, monotonic=lambda: 0.0)
    return list(Past(seed, volume, clock, START).spans())


def by_day(history: list[Span]) -> dict[int, Tally]:
    days: dict[int, Tally] = defaultdict(Tally)
    for span in history:
        days[int(span.start // DAY)].merge(span.tally)
    return days


def test_it_has_28_days_without_gap_or_overlap_the_last_one_by_the_minute() -> None:
    history = spans()
    for one, following in pairwise(history):
        assert one.start + one.seconds == following.start
    assert history[-1].start + history[-1].seconds == START
    assert (START - history[0].start) // DAY >= 27
    assert START - next(span.start for span in history if span.seconds == 60) >= DAY


@pytest.mark.parametrize("volume", [1.0, 100.0])
def test_its_days_have_acmes_numbers(volume: float) -> None:
    days = by_day(spans(volume=volume))
    loose = 0.12 if volume == 1 else 0.01
    for day, drafts in ((-20, 0), (-13, 200), (-6, 600), (0, 3_000 * 1.0914)):
        assert days[day].ai == pytest.approx(drafts * volume, rel=loose)
        assert days[day].ai + days[day].fallback == pytest.approx(
            12_000 * volume * (1.0914 if day == 0 else 1), rel=0.03
        )
    assert [len(days[day].users) for day in (-13, -6)] == [8, 29]
    assert 140 <= len(days[0].users) <= 153


@pytest.mark.parametrize("volume", [1.0, 60.0])
def test_its_rates_are_those_of_a_healthy_feature(volume: float) -> None:
    total = Tally()
    for span in spans(volume=volume):
        total.merge(span.tally)
    assert total.failed.total() / total.ai == pytest.approx(0.004, rel=0.5 if volume == 1 else 0.05)
    assert total.disliked / total.shown == pytest.approx(0.05, rel=0.1)
    assert total.rated / total.shown == pytest.approx(0.31, rel=0.05)
    assert total.usd / total.ai == pytest.approx(USD_PER_DRAFT, rel=0.02)
    slow = sum(count for i, count in total.latency.items() if i >= len(BOUNDS) or BOUNDS[i] > 2.09)
    assert slow / total.ai == pytest.approx(0.40, abs=0.03)
    assert total.latency.total() == total.ai


def test_the_same_seed_has_the_same_past_and_another_seed_another() -> None:
    def told(seed: int) -> list[tuple[int, float, int]]:
        return [(span.tally.ai, span.tally.usd, span.tally.fallback) for span in spans(seed)]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_the_prompt_log_of_the_last_day_agrees_with_its_minutes() -> None:
    for span in spans():
        if span.seconds == 60:
            assert len(span.answers) == span.tally.ai
            assert sum(answer.usd for answer in span.answers) == pytest.approx(span.tally.usd)


def test_hours_and_minutes_that_a_reader_gets_never_overlap_whatever_it_asks_for() -> None:
    clock = EventClock(60.0, wall=lambda: TUESDAY, monotonic=lambda: 0.0)
    records = Records(clock.instant(START))
    history = spans()
    for span in history:
        records.remember(clock.instant(span.start), span.seconds, span.tally)
    for minutes, days in ((1440, 28), (60, 28), (60, 1), (1440, 0), (10_000, 400)):
        found = records.rollups(minutes, days)
        for one, following in pairwise(found):
            assert one.start + timedelta(seconds=one.seconds) == following.start
    assert records.rollups(0, 0) == []
    whole = records.rollups(1440, 28)
    assert sum(rollup.ai for rollup in whole) == sum(span.tally.ai for span in history)
