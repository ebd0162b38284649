"""Headers and bodies of refusals, whatever they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.faults import LONGEST_DETAIL, http_date, retry_after, said

INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_header_is_a_wait_or_none(value: str, date: str) -> None:
    seconds = retry_after(value, date)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(0, 999_999_999))
def test_seconds_are_taken_as_they_are(seconds: int) -> None:
    assert retry_after(f" {seconds} ") == seconds


@given(INSTANTS, st.integers(-86_400, 86_400))
def test_a_date_is_measured_by_the_providers_own_clock(now: datetime, later: int) -> None:
    until = format_datetime(now + timedelta(seconds=later), usegmt=True)
    assert retry_after(until, format_datetime(now, usegmt=True)) == max(0, later)


@pytest.mark.parametrize("value", ["", "-1", "1e9", "soon", "٣", "nan", "99999999999"])
def test_nonsense_is_no_wait(value: str) -> None:
    assert retry_after(value) is None


@given(INSTANTS)
def test_dates_of_headers_are_read_as_utc(at: datetime) -> None:
    assert http_date(format_datetime(at, usegmt=True)) == at


@given(st.binary(max_size=3000))
def test_any_body_becomes_short_untrusted_words_or_none(body: bytes) -> None:
    words = said(body)
    assert words is None or 0 < len(words.raw) <= LONGEST_DETAIL


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"id":"1","name":"NotFoundError","message":"no flag"}', "no flag"),
        (b'{"key":"a","errorCode":"FLAG_NOT_FOUND"}', "FLAG_NOT_FOUND"),
        (b'{"key":"a","errorCode":"GENERAL","errorDetails":"broken"}', "broken"),
        (b'{"status":"error","errorType":"bad_data","error":"parse error"}', "parse error"),
        (b'{"message":["a"]}', '{"message":["a"]}'),
        (b"upstream timed out", "upstream timed out"),
    ],
)
def test_the_providers_own_sentence_is_found(body: bytes, words: str) -> None:
    found = said(body)
    assert found is not None
    assert found.raw == words
