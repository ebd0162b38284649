"""Acme's agents and their days."""

from __future__ import annotations

from collections import Counter

import pytest

from console.demo.acme import DAY, FLAG_KEY, DayShape, agents, team
from console.demo.bucketing import Rules, decide


@pytest.mark.parametrize(
    ("percent", "users", "people", "drafts"),
    [
        (0, team(), 8, 200),
        (5, team(), 30, 600),
        (25, team(), 150, 3_000),
        (50, (), 300, 6_000),
        (100, (), 600, 12_000),
    ],
)
def test_every_stage_reaches_the_agents_and_the_drafts_that_acme_saw(
    percent: float, users: tuple[str, ...], people: int, drafts: int
) -> None:
    rules = Rules(FLAG_KEY, True, percent, users, 1)
    exposed = [agent for agent in agents() if decide(rules, agent.user)[0]]
    assert abs(len(exposed) - people) <= 3
    assert sum(agent.activity for agent in exposed) == pytest.approx(drafts, rel=0.01)


def test_agents_are_of_several_tiers_regions_and_languages() -> None:
    for field, least in (("tier", 3), ("region", 4), ("language", 4)):
        assert len(Counter(getattr(agent, field) for agent in agents())) == least


def test_monday_morning_is_the_peak_of_the_week_and_nights_are_quiet() -> None:
    shape = DayShape()
    busiest = max(range(0, 7 * DAY, 600), key=shape.rate)
    assert busiest // DAY == 0
    assert 8 <= busiest % DAY / 3600 < 11
    assert shape.rate(DAY + 3 * 3600) < 0.05 * shape.peak


def test_a_tuesday_is_one_day_of_work_and_a_sunday_a_third() -> None:
    shape = DayShape()
    assert shape.between(DAY, 2 * DAY) == pytest.approx(1.0)
    assert shape.between(6 * DAY, 7 * DAY) == pytest.approx(0.32, abs=0.01)
    assert shape.between(-6 * DAY, -5 * DAY) == pytest.approx(1.0)
