"""The timeline says each thing once, in the order of its time, whoever tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.incident.happening import Happening
from console.incident.timeline import MOST, Timeline

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def happening(minute: float, key: str, *, kind: str = "note", text: str = "x") -> Happening:
    at = NOON + timedelta(minutes=minute)
    return Happening(at, at, kind, text, "Mara Voss", "", key)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=60))
def test_whatever_order_things_are_told_in_the_rows_are_sorted_and_none_stands_twice(
    told: list[tuple[int, int]],
) -> None:
    timeline = Timeline()
    for minute, key in told:
        timeline.add([happening(minute, f"k{key}")])
    rows = timeline.rows
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert len({row.key for row in rows}) == len(rows) == len({key for _, key in told})


def test_telling_the_same_again_is_no_news() -> None:
    timeline = Timeline()
    assert timeline.add([happening(0, "a")])
    rows = timeline.rows
    assert not timeline.add([happening(0, "a")])
    assert timeline.rows is rows


def test_a_thing_that_goes_on_replaces_what_was_told_of_it() -> None:
    timeline = Timeline()
    timeline.add([happening(0, "arming", text="1 of 2"), happening(1, "b")])
    timeline.add([happening(2, "arming", text="2 of 2")])
    assert [(row.key, row.text) for row in timeline.rows] == [("b", "x"), ("arming", "2 of 2")]


def test_two_consoles_that_see_the_same_verdict_seconds_apart_make_one_row() -> None:
    timeline = Timeline()
    timeline.add([happening(0.98, "one", kind="verdict", text="error rate OK → STALE")])
    assert not timeline.add([happening(1.02, "two", kind="verdict", text="error rate OK → STALE")])
    assert timeline.add([happening(9, "later", kind="verdict", text="error rate OK → STALE")])
    assert len(timeline.rows) == 2


def test_the_oldest_go_when_there_are_too_many() -> None:
    timeline = Timeline()
    timeline.add([happening(minute, f"k{minute}") for minute in range(MOST + 7)])
    assert len(timeline.rows) == MOST
    assert timeline.rows[0].key == "k7"
