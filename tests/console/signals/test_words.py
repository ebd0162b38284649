"""Numbers and names as a person reads them."""

from __future__ import annotations

from math import inf, log, nan

import pytest

from console.signals import words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (words.percent(14 / 38), "36.8 %"),
        (words.percent(0.0004), "0.04 %"),
        (words.percent(0), "0.0 %"),
        (words.percent(1), "100 %"),
        (words.whole_percent(0.01), "1 %"),
        (words.signed_percent(0.04), "+4 %"),
        (words.signed_percent(-0.023), "-2.3 %"),
        (words.count(2416), "2,416"),
        (words.count(0.34), "0.3"),
        (words.count(nan), "?"),
        (words.bare(2416.0), "2416"),
        (words.seconds(4.6), "4.6 s"),
        (words.seconds(0.48), "480 ms"),
        (words.seconds(inf), "over the scale"),
        (words.dollars(2.306), "$ 2.31"),
        (words.span(30), "30 min"),
        (words.span(120), "2 h"),
        (words.span(6000), "4 d"),
        (words.power(log(1.8e12)), "1.8e+12"),
        (words.power(5000.0), "3.0e+2171"),
        (words.listing({"time-out": 1, "schema": 13, "none": 0}), "schema 13, time-out 1"),
        (words.listing(dict.fromkeys("abcdef", 1)), "a 1, b 1, c 1, d 1, 2 more kinds"),
    ],
)
def test_numbers_read_as_drawn(text: str, wanted: str) -> None:
    assert text == wanted


@pytest.mark.parametrize(
    "name", ["\x1b[2J", "[@click=app.kill]", "\u202egnp", "a\u200bb", "\x9b31m", "日本", "\n"]
)
def test_a_name_from_outside_carries_nothing_but_letters(name: str) -> None:
    shown = words.plain(name)
    assert all(c.isprintable() and c not in "[]@=" and ord(c) < 0x250 for c in shown)
    assert len(words.plain("x" * 500)) == 24
    assert words.plain("facturación") == "facturación"
