"""Text that would move the cursor, hide itself or act: it is shown, not obeyed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.hostile import transliterate, visible

CORPUS = {
    "a clipboard write": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "a clipboard write by C1": "\x9d52;c;cm0gLXJmIC8=\x9c",
    "a cursor move": "ok\x1b[2J\x1b[H",
    "a C1 control sequence": "ok\x9b2J",
    "a carriage return": "BREACH\rOK    ",
    "new lines and tabs": "a\nb\tc\x0bd\x85e\u2028f\u2029g",
    "backspaces": "BREACH\b\b\b\b\b\bOK",
    "an action in markup": "[@click=app.quit]x[/]",
    "a closing tag": "[/]",
    "half a tag": "[",
    "markup": "[bold red]x[/bold red]",
    "zero width": "kil\u200bl\u200c\u200d\ufeff\u2060",
    "bidi overrides": "\u202egnihton\u202c \u2066x\u2069 \u061c\u200f",
    "wide": "漢字がｱ全",
    "composed late": "e\u0301 o\u0302",
    "a stack of marks": "a" + "\u0301" * 40,
    "a mark on nothing": "\u0301x",
    "emoji": "🔥👩\u200d💻👍🏽🇫🇷☁\ufe0f",
    "tags": "\U000e0041\U000e0042",
    "fillers": "\u3164\u115f\u2800\u00ad\u034f",
    "a lone surrogate": "\ud800",
    "private use": "\ue000\U0010ffff",
    "nul": "\x00\x7f",
}


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_what_a_terminal_would_obey_is_made_visible(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert "\x1b" not in shown
    assert not set(shown) & set("\x07\x9b\x9d\u200b\u202e\u2066\ufeff\ufe0f\u200d")
    # Each cell is counted alike by character and by string: nothing joins its neighbour.
    assert cell_len(shown) == sum(cell_len(character) for character in shown)
    shown.encode("utf-8")
    assert transliterate(shown).isascii()


def test_controls_are_shown_as_their_code() -> None:
    assert visible("\x1b]52;c;x\x07") == "<1B>]52;c;x<07>"
    assert visible("a\u202eb\u200bc") == "a<202E>b<200B>c"


def test_ordinary_text_is_left_alone() -> None:
    for text in ("error rate 36.8 %", "Ängström → 5 ≥ 3 · ✓", "漢字", "ไทย", "[@click=app.quit]x[/]"):
        assert visible(text) == text


def test_letters_and_marks_become_one_where_they_can() -> None:
    assert visible("e\u0301") == "é"


def test_ascii_says_the_same_in_words_people_read() -> None:
    assert transliterate("Ana Ruíz → 5 % ≥ 3 · ±2 “x”") == 'Ana Ruiz -> 5 % >= 3 . +-2 "x"'
    assert transliterate("漢") == "??"


@given(st.text())
def test_nothing_unprintable_ever_passes(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert cell_len(shown) == sum(cell_len(character) for character in shown)
    assert visible(shown) == shown
    assert transliterate(shown).isascii()
