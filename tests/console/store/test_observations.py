"""Readings as they stand in the file: whatever a source says comes back as it was said."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.signals.port import (
    Amount,
    Attempts,
    Count,
    Latency,
    Observation,
    Ratio,
    Reading,
    Score,
    Shape,
    Stratum,
    Traffic,
)
from adapters.untrusted import Untrusted
from console.store.instants import instant, micros
from console.store.observations import decode, encode
from console.store.tables import reading_cells, reading_of
from console.store.text import restored, stored

# With lone surrogates, which a provider's JSON may hold, and with the character that writes them out.
texts = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\ud800\udfff\uffff\x00\x1b"))
numbers = st.floats(allow_nan=False)
counts = st.none() | st.integers(0, 2**53)
maybe = st.none() | numbers
by_name = st.dictionaries(texts, numbers, max_size=4)
strata = st.builds(Stratum, texts.map(Untrusted), st.integers(0, 10**6), numbers, numbers, maybe)

observations: st.SearchStrategy[Observation] = st.one_of(
    st.builds(Ratio, numbers, numbers, by_name, counts, maybe),
    st.builds(Latency, st.lists(st.tuples(numbers, numbers), max_size=20).map(tuple)),
    st.builds(Amount, numbers, maybe, maybe),
    st.builds(Score, st.lists(strata, max_size=3).map(tuple), maybe, counts, st.none() | texts),
    st.builds(Count, numbers, by_name),
    st.builds(
        Shape,
        st.dictionaries(texts, st.builds(Attempts, numbers, numbers, counts), max_size=3),
        numbers,
        st.none() | texts,
    ),
    st.builds(Traffic, numbers, numbers, counts),
)
instants = st.datetimes(timezones=st.just(UTC))


@given(observations)
def test_an_observation_comes_back_as_it_was(seen: Observation) -> None:
    text = encode(seen)
    assert decode(text) == seen
    text.encode()  # UTF-8, as SQLite wants it


@given(observations)
def test_what_came_back_is_the_same_text_again(seen: Observation) -> None:
    assert encode(decode(encode(decode(encode(seen))))) == encode(decode(encode(seen)))


@given(texts, instants, instants, observations, st.none() | instants, texts)
def test_a_reading_comes_back_as_it_was(
    signal: str, start: datetime, end: datetime, seen: Observation, newest: datetime | None, partial: str
) -> None:
    before = Reading(signal, start, end, seen, newest, partial=partial)
    _, *cells, written_partial, body = reading_cells(before)
    begun, ended, latest = cells
    assert isinstance(begun, int)
    assert isinstance(ended, int)
    after = reading_of(stored(signal), begun, ended, latest, written_partial, body)
    assert after == before


@given(texts)
def test_any_text_can_be_held_and_comes_back(text: str) -> None:
    assert restored(stored(text)) == text
    stored(text).encode()


@given(instants)
def test_an_instant_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert instant(micros(moment)) == moment


def test_time_outs_stay_infinitely_slow() -> None:
    text = encode(Latency(((0.5, 3), (math.inf, 2))))
    assert text == '["latency",[[0.5,3],["inf",2]]]'
    assert decode(text) == Latency(((0.5, 3), (math.inf, 2)))


def test_a_number_that_is_none_stays_one() -> None:
    seen = decode(encode(Ratio(math.nan, 3)))
    assert isinstance(seen, Ratio)
    assert math.isnan(seen.bad)


def test_the_same_kinds_in_another_order_are_the_same_text() -> None:
    assert encode(Count(3, {"a": 1, "b": 2})) == encode(Count(3, {"b": 2, "a": 1}))


def test_an_untrusted_name_stays_untrusted() -> None:
    seen = decode(encode(Score((Stratum(Untrusted("[red]\x1b]52"), 3, 0.5, 0.1),))))
    assert isinstance(seen, Score)
    assert seen.strata[0].name == Untrusted("[red]\x1b]52")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '["unheard of",1]', '["ratio",1]', '["ratio","x","y"]', "nul"]
)
def test_a_damaged_row_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(text)
