"""Event time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.demo.clock import START, EventClock

NOW = datetime(2026, 11, 22, 3, 4, 5, 678900, tzinfo=UTC)


class Hands:
    """Clocks that a test moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def clock(self, speed: float) -> EventClock:
        return EventClock(speed, wall=self.wall, monotonic=lambda: 1000 + self.passed)

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)


def test_at_speed_one_event_time_is_the_real_clock() -> None:
    hands = Hands()
    clock = hands.clock(1.0)
    for hands.passed in (0.0, 0.25, 3600.0):
        assert abs(clock.instant(clock.acme()) - hands.wall()) < timedelta(microseconds=10)


def test_at_speed_sixty_a_second_is_a_minute() -> None:
    hands = Hands()
    clock = hands.clock(60.0)
    begin = clock.instant(clock.acme())
    hands.passed = 2.0
    assert clock.instant(clock.acme()) - begin == timedelta(minutes=2)


def test_the_world_starts_on_a_tuesday_at_half_past_ten_within_the_last_week() -> None:
    clock = Hands().clock(60.0)
    start = clock.instant(clock.acme())
    local = start.astimezone()
    assert (local.weekday(), local.hour, local.minute, local.second) == (1, 10, 30, 0)
    assert timedelta(0) <= NOW - start < timedelta(days=7, hours=2)


def test_what_it_takes_to_get_ready_is_no_event_time() -> None:
    hands = Hands()
    clock = hands.clock(60.0)
    hands.passed = 1.3
    clock.start()
    assert clock.acme() == START


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_event_time_never_goes_back(speed: float) -> None:
    hands = Hands()
    clock = hands.clock(speed)
    hands.passed = 10.0
    before = clock.acme()
    hands.passed = 4.0
    assert clock.acme() == before
