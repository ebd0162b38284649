"""The kill word: hypothesis against an oracle that looks at the whole history at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.tui.confirm import Answer, ConfirmWord


@dataclass(frozen=True)
class Press:
    """One event: a key of a read, a paste, or the screen having painted."""

    kind: str
    read: int


def play(events: list[Press]) -> int | None:
    """Feed the machine; the index of the event that kills, or None."""
    word = ConfirmWord()
    for index, event in enumerate(events):
        if event.kind == "paint":
            word = word.painted(event.read)
        elif event.kind == "enter":
            word = word.enter(event.read)
        elif event.kind == "backspace":
            word = word.backspace()
        elif event.kind == "paste":
            word = word.paste()
        elif event.kind == "f2":
            word = word.other()
        else:
            word = word.character(event.kind, event.read)
        if word.answer is Answer.GO:
            return index
    return None


def oracle(events: list[Press]) -> int | None:
    """The same question asked of the history: what stands typed, who brought it, was it painted in time?

    Independent of the machine: for every Enter it builds the typed text from nothing, by plain string search.
    """
    for at, event in enumerate(events):
        if event.kind != "enter":
            continue
        typed = ""
        last_letter = None
        for index, earlier in enumerate(events[:at]):
            if earlier.kind in ("paint", "enter", "paste", "f2"):
                continue
            if earlier.kind == "backspace":
                typed = typed[:-1]
                continue
            typed += earlier.kind.lower()
            if not "kill".startswith(typed):
                typed = "k" if earlier.kind.lower() == "k" else ""
            last_letter = index
        if typed != "kill" or last_letter is None:
            continue
        paints = [p.read for p in events[last_letter + 1 : at] if p.kind == "paint"]
        if paints and event.read > paints[0] and event.read > events[last_letter].read:
            return at
    return None


@st.composite
def histories(draw: st.DrawFn) -> list[Press]:
    """Keys with a bias to the word, bundled into reads as a lagging link bundles them."""
    chunks = draw(
        st.lists(
            st.one_of(
                st.sampled_from(
                    [list("kill"), list("KILL"), list("kil"), ["l"], ["enter"], [*list("kill"), "enter"]]
                ),
                st.lists(
                    st.sampled_from([*"KkIiLl", "x", "enter", "enter", "backspace", "paste", "f2"]),
                    min_size=1,
                    max_size=5,
                ),
            ),
            min_size=1,
            max_size=8,
        )
    )
    events: list[Press] = []
    read = 0
    for chunk in chunks:
        read += draw(st.integers(0, 1)) if read else 1
        events.extend(Press(kind, read) for kind in chunk)
        if draw(st.integers(0, 2)):
            # A paint notes the newest read, which may already hold keys that are not handled yet.
            events.append(Press("paint", read + draw(st.sampled_from([0, 0, 0, 1]))))
    if draw(st.sampled_from([True, True, False])):
        # The word, and an Enter that is in time or just too early.
        read += 1
        events.extend(Press(kind, read) for kind in draw(st.sampled_from([list("kill"), list("kKILL")])))
        for _ in range(draw(st.sampled_from([1, 1, 0]))):
            events.append(Press("paint", read + draw(st.sampled_from([0, 0, 1]))))
        read += draw(st.sampled_from([1, 1, 0, 2]))
        events.append(Press("enter", read))
    return events


@pytest.mark.sim
def test_it_kills_exactly_when_the_oracle_says_each_outcome_over_a_hundred_times() -> None:
    outcomes: Counter[str] = Counter()

    @settings(max_examples=1200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories())
    def one(events: list[Press]) -> None:
        expected = oracle(events)
        assert play(events) == expected
        if expected is not None:
            outcomes["killed"] += 1
        elif any(event.kind == "enter" for event in events):
            outcomes["enter, and nothing sent"] += 1
        else:
            outcomes["no enter"] += 1

    one()
    names = ("killed", "enter, and nothing sent", "no enter")
    if min(outcomes[name] for name in names) < 100:
        one()  # chance gave too few of one outcome
    assert min(outcomes[name] for name in names) >= 100, outcomes


def typed(text: str, read: int = 1) -> ConfirmWord:
    word = ConfirmWord()
    for character in text:
        word = word.character(character, read)
    return word


@pytest.mark.parametrize("text", ["kill", "KILL", "KiLl", "kkill", "kikill", "killkill", "xkill"])
def test_the_word_counts_in_any_case_and_after_a_slip(text: str) -> None:
    assert typed(text).painted(1).enter(2).answer is Answer.GO


@pytest.mark.parametrize("text", ["", "k", "kil", "killl", "kill ", "kilk", "klil", "\u212aill", "ｋｉｌｌ"])
def test_anything_else_does_not(text: str) -> None:
    assert typed(text).painted(1).enter(2).answer is Answer.NOT_YET


def test_enter_in_the_read_that_brought_the_word_is_asked_for_once_more_and_the_word_is_not() -> None:
    word = typed("kill", read=7).enter(7)
    assert word.answer is Answer.ONCE_MORE
    assert word.text == "kill"
    assert word.painted(7).enter(8).answer is Answer.GO


def test_enter_that_was_read_before_the_effect_was_painted_is_asked_for_once_more() -> None:
    word = typed("kill", read=7).enter(8)
    assert word.answer is Answer.ONCE_MORE
    assert word.painted(9).enter(9).answer is Answer.ONCE_MORE
    assert word.painted(9).enter(10).answer is Answer.GO


def test_a_paste_is_thrown_away_and_the_word_stays() -> None:
    word = typed("kil").paste()
    assert (word.answer, word.text) == (Answer.PASTED, "kil")


def test_changing_the_word_after_it_was_painted_needs_a_new_painting() -> None:
    word = typed("kill").painted(1).backspace().character("l", 2)
    assert word.enter(3).answer is Answer.ONCE_MORE
