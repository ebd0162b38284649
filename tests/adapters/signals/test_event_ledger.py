"""Counting a stream: however it is cut into frames, a closed minute says the same."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.signals.event_frames import Events, Hello, History, decode
from adapters.signals.event_ledger import MOST_OPEN, Ledger
from adapters.signals.port import Amount, Ratio, Reading, Traffic
from tests.adapters.signals.stream import NOON, at, event, hello, history, live, rollup

SIGNALS = ("errors", "latency", "feedback", "cost", "injection", "tickets")
SPAN = 240

Closed = dict[tuple[str, float], Reading]


def ledger(seconds: float = 0, rollups: Sequence[dict[str, Any]] = (), **fields: Any) -> Ledger:
    """A ledger after its history."""
    greeting, _ = decode(json.dumps(hello(seconds)))
    past, bad = decode(json.dumps(history(list(rollups), **fields)))
    assert isinstance(greeting, Hello)
    assert isinstance(past, History)
    made = Ledger(greeting, SIGNALS)
    made.add_history(past, bad)
    for _ in made.fold():
        pass
    return made


def feed(into: Ledger, frames: Sequence[dict[str, Any]]) -> Closed:
    """Closed readings after all frames. Fails when one is said twice, or again as open."""
    found: Closed = {}
    for frame in frames:
        decoded, bad = decode(json.dumps(frame))
        assert isinstance(decoded, Events)
        into.add(decoded, bad)
        for reading in into.take().readings:
            key = (reading.signal, reading.start.timestamp())
            assert key not in found
            if reading.closed:
                found[key] = reading
    return found


EVENTS = st.lists(
    st.builds(
        lambda number, seconds, path, outcome, rating, again, latency, attack: event(
            number,
            seconds,
            path=path,
            outcome=outcome,
            rating=rating,
            regenerate=again,
            latency=latency,
            injection=attack,
            source=None if attack is None else f"s{number % 2}",
            usd=0.125,
        ),
        st.integers(0, 10**9),
        st.integers(0, SPAN * 10 - 1).map(lambda tenth: tenth / 10),
        st.sampled_from(["ai", "fallback"]),
        st.sampled_from(["ok", "ok", "schema", "timeout", "empty", "truncated"]),
        st.sampled_from([None, "up", "down"]),
        st.booleans(),
        st.floats(0, 200),
        st.sampled_from([None, "leak", "jailbreak"]),
    ),
    max_size=40,
    unique_by=lambda made: made["id"],
)


def cut(events: list[dict[str, Any]], cuts: list[float]) -> list[dict[str, Any]]:
    """Frames in the order of time, cut at these moments, each with what happened since the one before."""
    moments = [*sorted(cuts), SPAN + 3.0]
    frames = []
    before = -1.0
    for moment in moments:
        due = [one for one in events if before < _seconds(one) <= moment]
        frames.append(live(moment, due))
        before = moment
    return frames


def _seconds(made: dict[str, Any]) -> float:
    text = str(made["time"])
    minute, second = int(text[14:16]), float(text[17:].split("+")[0])
    return minute * 60 + second


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.lists(st.floats(0, SPAN), max_size=12))
def test_any_cut_into_frames_gives_the_same_closed_readings(
    events: list[dict[str, Any]], cuts: list[float]
) -> None:
    assert feed(ledger(), cut(events, cuts)) == feed(ledger(), cut(events, []))


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.lists(st.floats(0, SPAN), max_size=8), st.randoms(use_true_random=False))
def test_repeated_and_disordered_frames_never_count_twice(
    events: list[dict[str, Any]], cuts: list[float], chance: random.Random
) -> None:
    plain = feed(ledger(), cut(events, []))
    frames = cut(events, cuts)
    # The server vouches for nothing until all has arrived, whatever the order.
    mixed = [{**frame, "complete_to": hello()["at"]} for frame in frames + frames]
    chance.shuffle(mixed)
    assert feed(ledger(), [*mixed, live(SPAN + 3.0)]) == plain


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.floats(0, SPAN))
def test_history_up_to_any_moment_and_events_from_there_count_each_answer_once(
    events: list[dict[str, Any]], moment: float
) -> None:
    minutes: dict[int, dict[str, Any]] = {}
    for one in events:
        if _seconds(one) <= moment:
            row = minutes.setdefault(int(_seconds(one) // 60) * 60, rollup(int(_seconds(one) // 60) * 60))
            row[one["path"]] += 1
            row["usd"] = row.get("usd", 0) + one["usd"]
    later = [live(moment, complete=moment), live(SPAN + 3.0, [e for e in events if _seconds(e) > moment])]
    known = list(feed(ledger(moment, list(minutes.values())), later).values())
    totals = [r.observation for r in known if isinstance(r.observation, Traffic)]
    assert sum(t.ai + t.fallback for t in totals) == len(events)
    assert sum(r.observation.usd for r in known if isinstance(r.observation, Amount)) == 0.125 * len(events)


def test_a_rollup_said_twice_counts_once() -> None:
    row = rollup(-300, ai=5, fallback=1)
    [reading] = [r for r in ledger(0, [row, row]).take().readings if r.signal == "traffic"]
    assert reading.observation == Traffic(5, 1, None)


def test_an_hour_that_covers_minutes_already_counted_is_left_out_and_said() -> None:
    rows = [{**rollup(-3600, ai=100), "seconds": 3600}, rollup(-3600, ai=5), rollup(-60, ai=2)]
    readings = ledger(0, rows, at=hello(5)["at"], complete_to=hello(5)["at"]).take().readings
    assert sum(r.observation.ai for r in readings if isinstance(r.observation, Traffic)) == 7
    assert "1 event not understood" in {r.partial for r in readings}


def test_a_server_that_vouches_for_nothing_does_not_fill_the_memory() -> None:
    made = ledger()
    forced = 0
    for minute in range(0, 3 * MOST_OPEN):
        decoded, _ = decode(json.dumps(live(minute * 60 + 1, [event(minute, minute * 60)], complete=0)))
        assert isinstance(decoded, Events)
        made.add(decoded, 0)
        forced += sum(
            r.closed and "never said" in r.partial for r in made.take().readings if r.signal == "errors"
        )
    assert forced == 2 * MOST_OPEN


def test_a_clock_that_leaps_a_year_is_not_a_year_of_readings() -> None:
    made = ledger()
    decoded, _ = decode(json.dumps(live(365 * 86_400)))
    assert isinstance(decoded, Events)
    made.add(decoded, 0)
    assert len(made.take().readings) < 2000


def test_users_of_history_and_events_are_at_least_the_larger_number() -> None:
    made = ledger(30, [rollup(0, ai=9, users=2)])
    decoded, _ = decode(json.dumps(live(63, [event(n, 31) for n in range(9)])))
    assert isinstance(decoded, Events)
    made.add(decoded, 0)
    [reading] = [r for r in made.take().readings if r.signal == "errors" and r.closed and r.observation.n]  # type: ignore[union-attr]
    assert reading.observation == Ratio(0, 18, {}, 3)


def test_names_without_end_are_counted_under_one() -> None:
    made = ledger()
    tickets = [{"time": event(1, 5)["time"], "category": f"c{n}"} for n in range(1000)]
    decoded, _ = decode(json.dumps(live(63, tickets=tickets)))
    assert isinstance(decoded, Events)
    made.add(decoded, 0)
    [reading] = [r for r in made.take().readings if r.signal == "tickets" and r.closed and r.newest]
    assert reading.observation.total == 1000  # type: ignore[union-attr]
    assert len(reading.observation.categories) == 201  # type: ignore[union-attr]


def test_a_signal_may_be_complete_further_than_the_events() -> None:
    made = ledger(0, complete_to=at(0), at=at(0), complete={"tickets": at(0)})
    ticket = {"time": at(150), "category": "wrong tone"}
    feed(made, [live(60), live(200, complete=60, tickets=[ticket]), live(300, complete=60)])
    vouched = made.take().complete_to
    assert vouched["tickets"] == vouched["errors"]
    frame = live(400, complete=60) | {"complete": {"tickets": at(400), "cost": at(0), "nonsense": at(400)}}
    feed(made, [frame])
    vouched = made.take().complete_to
    assert vouched["tickets"] == NOON + timedelta(seconds=400)
    assert vouched["errors"] == vouched["cost"] == vouched["traffic"] == NOON + timedelta(seconds=60)
    assert "nonsense" not in vouched


def test_no_signal_is_complete_beyond_the_servers_own_clock() -> None:
    made = ledger(0, complete_to=at(0), at=at(0))
    feed(made, [live(30) | {"complete": {"tickets": at(9_999)}}])
    assert made.take().complete_to["tickets"] == NOON + timedelta(seconds=30)


def test_every_change_of_the_model_is_told_once_with_those_of_the_history_first() -> None:
    past = [
        rollup(-300 + 60 * i, ai=1, newest=at(-270 + 60 * i), model=model)
        for i, model in enumerate(("one", "one", None, "two"))
    ]
    made = ledger(0, past, complete_to=at(0), at=at(0))
    told = made.take()
    assert [(time - NOON, model.raw) for time, model in told.models] == [
        (timedelta(seconds=-270), "one"),
        (timedelta(seconds=-90), "two"),
    ]
    assert told.model is not None
    assert told.model.raw == "two"
    assert made.take().models == ()
    answers = [event(1, 5, model="two"), event(2, 8, model="three"), event(3, 6, model="two")]
    frame, _ = decode(json.dumps(live(10, answers)))
    assert isinstance(frame, Events)
    made.add(frame, 0)
    assert [model.raw for _, model in made.take().models] == ["three"]
