"""Text from outside never acts and never hides."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.untrusted import Untrusted
from console.text import plain, sanitize


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain words, 36.8 %", "plain words, 36.8 %"),
        ("Größe ±10 % ≥ 0.8 → 日本", "Größe ±10 % ≥ 0.8 → 日本"),
        ("\x1b]52;c;aGk=\x07", "^[]52;c;aGk=^G"),
        ("two\nlines\tand\r", "two^Jlines^Iand^M"),
        ("c1 \x9b2J", "c1 <U+009B>2J"),
        ("\u202ereversed\u2066", "<U+202E>reversed<U+2066>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("lone \ud800", "lone <U+D800>"),
        ("filler \u3164 braille \u2800", "filler <U+3164> braille <U+2800>"),
        ("no\u00a0break\u3000wide", "no break wide"),
        ("z\u0301\u0302\u0303\u0304", "z\u0301\u0302<U+0303><U+0304>"),
        ("[@click=app.kill]x[/]", "[@click=app.kill]x[/]"),
    ],
)
def test_what_acts_or_hides_is_written_out(raw: str, shown: str) -> None:
    assert sanitize(Untrusted(raw)) == shown


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None, categories=None), max_size=40))
def test_whatever_comes_out_is_one_line_of_visible_characters(raw: str) -> None:
    shown = plain(raw)
    for character in shown:
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert plain(shown) == shown
    shown.encode()
