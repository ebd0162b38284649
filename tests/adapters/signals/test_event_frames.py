"""Decoding frames: what is malformed never gets further, and takes nothing else with it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.signals.event_frames import BadFrame, Events, History, decode
from tests.adapters.signals.stream import at, event, history, live, rollup


@pytest.mark.parametrize(
    "bad",
    [
        {"latency": -1},
        {"latency": 1e300},
        {"latency": "fast"},
        {"usd": float("nan")},
        {"usd": float("-inf")},
        {"usd": 10**400},
        {"time": "2026-11-21T12:00:05"},
        {"time": "yesterday"},
        {"time": None},
        {"outcome": "exploded"},
        {"tokens_in": -5},
        {"tokens_out": 1.5},
        {"id": 7},
        {"id": "x" * 1000},
        {"path": None},
        {"passed": "no"},
        {"user": ["u"]},
    ],
)
def test_a_bad_event_is_left_out_alone(bad: dict[str, Any]) -> None:
    frame, left_out = decode(
        json.dumps(live(20, [event(1, 5), {**event(2, 5), **bad}, event(3, 6)])).encode()
    )
    assert isinstance(frame, Events)
    assert [found.id for found in frame.events] == ["e1", "e3"]
    assert left_out == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"ai": -1},
        {"ai": 2, "failed": {"schema": 3}},
        {"ai": 2, "latency": [[0, 3]]},
        {"ai": 2, "shown": 1, "disliked": 2},
        {"ai": 2, "shown": 1, "rated": 2},
        {"usd": float("nan")},
        {"seconds": 0},
        {"start": "noon"},
        {"latency": [[-1, 1]]},
        {"injection": {"classes": {}}},
    ],
)
def test_a_rollup_that_cannot_be_true_is_left_out_alone(bad: dict[str, Any]) -> None:
    rows = [rollup(-120, ai=1), {**rollup(-60), **bad}, rollup(-180, ai=1)]
    frame, left_out = decode(json.dumps(history(rows)).encode())
    assert isinstance(frame, History)
    assert (len(frame.rollups), left_out) == (2, 1)


def test_fields_of_later_minor_versions_are_passed_over() -> None:
    frame, left_out = decode(json.dumps(live(20, [event(1, 5, mood="fine")], weather="rain")).encode())
    assert isinstance(frame, Events)
    assert (len(frame.events), left_out) == (1, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [
        "id",
        "time",
        "path",
        "outcome",
        "latency",
        "user",
        "usd",
        "rating",
        "injection",
        "passed",
        "source",
        "model",
    ]
)


@given(st.binary() | st.text() | JSON.map(json.dumps))
def test_no_frame_whatever_crashes_the_decoder(data: bytes | str) -> None:
    with suppress(BadFrame):
        decode(data)


@given(st.lists(st.tuples(FIELDS, JSON), max_size=4), JSON)
def test_no_field_whatever_crashes_the_decoder(fields: list[tuple[str, Any]], other: Any) -> None:
    frame, left_out = decode(json.dumps(live(20, [event(1, 5) | dict(fields), other, event(2, 5)])))
    assert isinstance(frame, Events)
    assert frame.events[-1].id == "e2"
    assert len(frame.events) + left_out == 3


def test_a_value_of_the_sender_is_never_in_the_message() -> None:
    for frame in (
        {"type": "\x1b[31m"},
        {"type": "events", "at": "\x1b[31m", "complete_to": at(0)},
        {"\x1b": 1},
    ):
        with pytest.raises(BadFrame) as raised:
            decode(json.dumps(frame))
        assert "31m" not in str(raised.value)
