"""What holds when, who asks, and what a switch changes of it."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from console.demo.acme import DayShape
from console.demo.arrivals import WRONG_LANGUAGE, complaint
from console.demo.asking import Asking
from console.demo.conditions import HEALTHY, Attacks
from console.demo.course import Course
from console.demo.drafts import pick_attack
from console.demo.scenario import EARLIEST, LATEST, PLAIN, SOON, SOONEST
from console.demo.scenarios import SCENARIOS


def course(name: str = "healthy", seed: int = 1) -> Course:
    return Course(SCENARIOS[name], seed, SCENARIOS[name].opening.at)


def asked(made: Course, seconds: float, *, cut: float = 60.0, volume: float = 1.0) -> list[float]:
    asking = Asking(1, DayShape(), volume, made, made.since)
    found, until = [], made.since
    while until < made.since + seconds:
        until += cut
        while (request := asking.pop(until)) is not None:
            found.append(request.at)
    return found


def test_a_switch_leaves_what_was_and_brings_its_trouble_within_a_minute() -> None:
    made = course("slow-model")
    slow = SCENARIOS["slow-model"].trouble
    begun = made.trouble_at
    assert begun is not None
    assert EARLIEST <= begun - PLAIN <= LATEST
    made.play(SCENARIOS["thumbs-down"], PLAIN + 600)
    assert made.at(begun - 1) == HEALTHY
    assert made.at(PLAIN + 599) == slow
    assert made.at(PLAIN + 600) == made.at(PLAIN + 600 + SOONEST - 1) == HEALTHY
    assert made.at(PLAIN + 600 + SOON) == SCENARIOS["thumbs-down"].trouble
    made.play(SCENARIOS["healthy"], PLAIN + 900)
    assert made.at(PLAIN + 1e9) == HEALTHY
    assert made.trouble_at is None
    assert made.at(PLAIN + 899) == SCENARIOS["thumbs-down"].trouble


def test_a_switch_before_the_first_trouble_takes_that_away() -> None:
    made = course("slow-model")
    made.play(SCENARIOS["healthy"], PLAIN + 1)
    assert all(made.at(PLAIN + second) == HEALTHY for second in range(0, 1000, 10))


@given(st.lists(st.tuples(st.sampled_from(sorted(SCENARIOS)), st.floats(0, 500)), max_size=8))
def test_spans_are_whole_however_often_it_is_switched(switches: list[tuple[str, float]]) -> None:
    made = course()
    now = PLAIN
    for name, after in switches:
        now += after
        made.play(SCENARIOS[name], now)
        assert made.at(now) == HEALTHY
    spans = list(made.spans(PLAIN - 100, now + 1000))
    assert (spans[0][0], spans[-1][1]) == (PLAIN - 100, now + 1000)
    for (_, end, _), (begin, _, _) in pairwise(spans):
        assert end == begin
    for begin, end, conditions in spans:
        assert begin < end
        assert made.at(begin) == made.at((begin + end) / 2) == conditions


def test_a_peak_adds_requests_and_takes_none_of_the_usual_ones_away() -> None:
    usual = asked(course(), 3600)
    opening = SCENARIOS["monday-cost-spike"]
    peak = Course(opening, 1, PLAIN)  # at the same time of day, to be held against the usual
    more = asked(peak, 3600)
    assert set(usual) <= set(more)
    assert 1.4 < len(more) / len(usual) < 2.0
    assert more == sorted(more)
    assert more == asked(peak, 3600, cut=8.0)


def test_a_loop_asks_at_its_own_pace_and_only_in_its_time() -> None:
    made = course("runaway-loop")
    asking = Asking(1, DayShape(), 1.0, made, made.since)
    found = []
    while (request := asking.pop(made.since + 1800)) is not None:
        found.append(request)
    looped = [request for request in found if request.rounds is not None]
    assert [request.rounds for request in looped] == list(range(len(looped)))
    assert len({request.agent for request in looped}) == 1
    begun = made.trouble_at
    assert begun is not None
    assert all(request.at >= begun for request in looped)
    minutes = (made.since + 1800 - begun) / 60
    assert 20 < len(looped) / minutes < 30
    now = made.since + 1800
    made.play(SCENARIOS["healthy"], now)
    asking.switched(now)
    while (request := asking.pop(now + 1800)) is not None:
        assert request.rounds is None


def test_where_hardly_anybody_asks_the_few_are_some_of_the_usual_ones() -> None:
    opening = SCENARIOS["low-traffic"]
    few = asked(Course(opening, 1, PLAIN), 3600)
    usual = asked(course(), 3600)
    assert set(few) < set(usual)
    assert 0.04 < len(few) / len(usual) < 0.13


def test_attacks_have_their_classes_passing_and_many_senders() -> None:
    campaign = SCENARIOS["injection-campaign"].trouble
    assert campaign is not None
    rng = random.Random(1)
    drawn = [pick_attack(rng.random(), campaign.attacks) for _ in range(40_000)]
    tries = [one for one in drawn if one[0] is not None]
    assert 0.14 < len(tries) / len(drawn) < 0.16
    encoded = [one for one in tries if one[0] == "encoded"]
    assert 0.88 < len(encoded) / len(tries) < 0.92
    assert 0.22 < sum(passed for _, passed, _ in encoded) / len(encoded) < 0.28
    assert not any(passed for name, passed, _ in tries if name != "encoded")
    assert len({source for _, _, source in tries}) == campaign.attacks.sources
    assert all(pick_attack(rng.random(), Attacks(share=0.0)) == (None, False, None) for _ in range(100))


def test_tickets_of_the_wrong_language_are_a_category_that_nobody_has_chosen_before() -> None:
    rng = random.Random(1)
    drawn = [complaint(rng.random(), 0.2) for _ in range(5_000)]
    assert 0.17 < drawn.count(WRONG_LANGUAGE) / len(drawn) < 0.23
    assert WRONG_LANGUAGE not in [complaint(rng.random()) for _ in range(5_000)]
