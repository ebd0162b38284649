"""What is kept of the readings."""

from __future__ import annotations

import random

import pytest

from adapters.signals.port import Count, Latency, Ratio, Reading, Score, Traffic
from console.signals.evidence import KEEP_RUNS, Evidence, minute_of
from console.signals.merge import merged
from tests.console.signals.made import DAY, HOUR, MINUTE, NOON, evidence_of, night_run, reading


def total(evidence: Evidence) -> float:
    short = evidence.between(0, minute_of(NOON) + 100_000)
    found = [*evidence.long_readings(), *short]
    return sum(one.observation.total for one in found if isinstance(one.observation, Count))


def test_reading_twice_counts_once_and_the_later_one_wins() -> None:
    evidence = evidence_of(Count, [reading("tickets", NOON, Count(3)), reading("tickets", NOON, Count(5))])
    assert total(evidence) == 5
    version = evidence.version
    assert not evidence.put(reading("tickets", NOON, Count(5)))
    assert evidence.version == version


@pytest.mark.parametrize("days", [1, 3, 40])
def test_memory_is_bounded_and_no_count_is_lost_within_it(days: int) -> None:
    evidence = Evidence(Count)
    for index in range(days * 1440):
        evidence.put(reading("tickets", NOON + index * MINUTE, Count(1)))
    minutes = len(list(evidence.between(0, minute_of(NOON) + days * 1440)))
    assert minutes <= 28 * 60
    assert len(evidence.long_readings()) <= 35 * 24 + 48
    if days <= 35:
        assert total(evidence) == days * 1440


def test_order_of_arrival_does_not_matter_within_a_day() -> None:
    readings = [reading("errors", NOON + i * MINUTE, Ratio(i % 2, 3)) for i in range(600)]
    shuffled = readings[:]
    random.Random(1).shuffle(shuffled)
    ordered, mixed = evidence_of(Ratio, readings), evidence_of(Ratio, shuffled)
    first, last = minute_of(NOON), minute_of(NOON) + 600
    assert list(ordered.between(first, last)) == list(mixed.between(first, last))


def test_an_hour_that_minutes_cover_counts_once() -> None:
    evidence = evidence_of(Count, [reading("tickets", NOON + i * MINUTE, Count(1)) for i in range(60)])
    evidence.put(reading("tickets", NOON, Count(60), HOUR))
    assert total(evidence) == 60


def test_a_reading_from_before_everything_kept_is_counted_as_late() -> None:
    evidence = evidence_of(Count, [reading("tickets", NOON + i * MINUTE, Count(1)) for i in range(3 * 1440)])
    assert not evidence.put(reading("tickets", NOON, Count(99)))
    assert evidence.late == 1


def test_sixty_nights_are_kept() -> None:
    evidence = evidence_of(Score, [night_run(NOON + i * DAY) for i in range(100)])
    runs = evidence.long_readings()
    assert len(runs) == KEEP_RUNS
    assert runs[-1].end == NOON + 99 * DAY


def test_an_hour_is_the_sum_of_its_minutes() -> None:
    assert merged([Ratio(1, 3, {"a": 1}), Ratio(2, 4, {"a": 1, "b": 1})]) == Ratio(3, 7, {"a": 2, "b": 1})
    assert merged([Latency(((1, 2), (2, 1))), Latency(((1, 1), (3, 1)))]) == Latency(((1, 3), (2, 1), (3, 1)))
    assert merged([Traffic(1, 2), Traffic(3, 4)]) == Traffic(4, 6)
    assert merged([]) is None


def test_changes_are_told_by_their_oldest_minute() -> None:
    evidence = evidence_of(Count, [reading("tickets", NOON + i * MINUTE, Count(1)) for i in range(10)])
    version = evidence.version
    assert evidence.oldest_change(version) is None
    evidence.put(reading("tickets", NOON + 7 * MINUTE, Count(2)))
    evidence.put(reading("tickets", NOON + 3 * MINUTE, Count(2)))
    assert evidence.oldest_change(version) == minute_of(NOON) + 3
    assert isinstance(next(evidence.between(minute_of(NOON), minute_of(NOON) + 1)), Reading)
