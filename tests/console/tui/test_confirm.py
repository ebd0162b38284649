"""The kill word, held against an oracle that looks at the whole history at once.

Histories are drawn by generators with seeds: the same ones in every run, so that none fails by chance.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

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
            word = word.hidden()
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
        # A page over the dialog (F2) hides what was painted before it.
        hidden = max((index for index, each in enumerate(events[:at]) if each.kind == "f2"), default=-1)
        paints = [p.read for p in events[max(last_letter, hidden) + 1 : at] if p.kind == "paint"]
        if paints and event.read > paints[0] and event.read > events[last_letter].read:
            return at
    return None


KEYS = (*"KkIiLl", "x", "enter", "enter", "backspace", "paste", "f2")
WORDS = ([*"kill"], [*"KILL"], [*"kil"], ["l"], ["enter"], [*"kill", "enter"])


def history(chance: random.Random) -> list[Press]:
    """Keys with a bias to the word, bundled into reads as a lagging link bundles them."""
    events: list[Press] = []
    read = 0
    for _ in range(chance.randint(1, 8)):
        read += chance.randint(0, 1) if read else 1
        bundle = chance.choice(WORDS)
        if chance.random() < 0.5:
            bundle = chance.choices(KEYS, k=chance.randint(1, 5))
        events.extend(Press(kind, read) for kind in bundle)
        if chance.random() < 0.6:
            # A paint notes the newest read, which may already hold keys that are not handled yet.
            events.append(Press("paint", read + chance.choice((0, 0, 0, 1))))
    if chance.random() < 0.5:
        # The word, and an Enter that is in time or just too early.
        read += 1
        events.extend(Press(kind, read) for kind in chance.choice((WORDS[0], [*"kKILL"])))
        if chance.random() < 0.7:
            events.append(Press("paint", read + chance.choice((0, 0, 1))))
        events.append(Press("enter", read + chance.choice((1, 1, 0, 2))))
    return events


def outcome(events: list[Press], expected: int | None) -> str:
    """What a history has shown, by the oracle."""
    if expected is not None:
        return "killed"
    if any(event.kind == "paste" for event in events):
        return "a paste, and nothing sent"
    return "enter, and nothing sent" if any(event.kind == "enter" for event in events) else "no enter"


OUTCOMES = ("killed", "enter, and nothing sent", "a paste, and nothing sent", "no enter")


def held_against_the_oracle(histories: int) -> Counter[str]:
    """Play so many histories, always the same ones, on both; returns how many had which outcome."""
    outcomes: Counter[str] = Counter()
    for seed in range(histories):
        events = history(random.Random(seed))
        expected = oracle(events)
        assert play(events) == expected, f"history {seed}: {events}"
        outcomes[outcome(events, expected)] += 1
    return outcomes


@pytest.mark.requirement(17)
def test_it_kills_exactly_when_the_oracle_says() -> None:
    outcomes = held_against_the_oracle(2_000)
    assert min(outcomes[name] for name in OUTCOMES) >= 100, outcomes


@pytest.mark.kill
@pytest.mark.requirement(17)
def test_it_kills_exactly_when_the_oracle_says_over_twenty_thousand_histories(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcomes = held_against_the_oracle(20_000)
    with capsys.disabled():
        print(f"\nthe kill word against its oracle: {dict(outcomes)}")
    assert min(outcomes[name] for name in OUTCOMES) >= 100, outcomes


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
