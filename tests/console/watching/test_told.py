"""What becomes a line, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from console.incident.happening import Happening
from console.killswitch.arming import Arming
from console.signals.verdict import State
from console.snapshot import FlagView, HistoryView, JournalView, Snapshot
from console.watching.lines import Line, in_columns, with_glyphs
from console.watching.told import REMEMBERED, Told
from tests.console.doctor.samples import FLAG, NAME, NOW, check, kill, lever, snapshot, verdict


def told(first: Snapshot) -> Told:
    one = Told(NAME, clock=lambda: NOW)
    one.first(first)
    return one


def words(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.kind, line.word) for line in lines]


def happening(number: int, *, kind: str = "note", text: str = "told Priya") -> Happening:
    return Happening(
        NOW + timedelta(seconds=number), None, kind, text, "Mara Voss", "ssh 10.0.3.7", f"{kind}:{number}"
    )


def test_the_first_lines_say_how_everything_stands() -> None:
    lines = Told(NAME, clock=lambda: NOW).first(
        snapshot(verdict("errors", State.BREACH, headline="error rate 36.8 %"), verdict("latency"))
    )
    assert words(lines) == [
        ("flag", "ON"),
        ("signals", "STAND"),
        ("verdict", "BREACH"),
        ("verdict", "OK"),
        ("latch", "BREACH"),
        ("arming", "ARMED"),
    ]
    assert "error rate 36.8 %" in lines[4].text


def test_nothing_new_is_no_line() -> None:
    seen = snapshot(happenings=(happening(1),))
    one = told(seen)
    assert one.next(seen) == []
    assert one.next(replace(seen, happenings=(happening(1),))) == []


def test_a_happening_is_told_once_with_who_and_from_where() -> None:
    one = told(snapshot())
    (line,) = one.next(snapshot(happenings=(happening(1),)))
    assert (line.kind, line.word) == ("note", "NOTE")
    assert line.text == "told Priya; Mara Voss (ssh 10.0.3.7)"
    assert one.next(snapshot(happenings=(happening(1), happening(2)))) != []
    assert one.next(snapshot(happenings=(happening(1), happening(2)))) == []


def test_the_word_of_a_verdict_and_of_a_flag_is_what_it_has_become() -> None:
    one = told(snapshot())
    lines = one.next(
        snapshot(
            happenings=(
                happening(1, kind="verdict", text="error rate WATCH → BREACH"),
                happening(2, kind="flag", text="flag OFF → ON 25 %, by priya"),
                happening(3, kind="flag", text="flag's rules changed, ON 25 %"),
            )
        )
    )
    assert [line.word for line in lines] == ["BREACH", "ON", "FLAG"]


def test_a_breach_is_one_line_while_its_numbers_move_and_one_when_it_is_over() -> None:
    one = told(snapshot())
    begin = snapshot(verdict("errors", State.BREACH, headline="error rate 3 %"))
    assert words(one.next(begin)) == [("latch", "BREACH")]
    assert one.next(snapshot(verdict("errors", State.BREACH, headline="error rate 4 %"))) == []
    stale = snapshot(verdict("errors", State.STALE, was=State.BREACH))
    assert one.next(stale) == []
    assert words(one.next(snapshot())) == [("latch", "OVER")]


def test_a_lever_that_fails_and_recovers_is_two_lines_with_the_reason() -> None:
    one = told(snapshot())
    lame = snapshot(arming=Arming((lever(1, check("clock", False, "+31 s")), lever(2)), NOW))
    (line,) = one.next(lame)
    assert (line.word, line.text) == ("NOT ARMED", "1 of 2 levers: lever 1 unleash: clock: +31 s")
    worse = snapshot(arming=Arming((lever(1, check("clock", False, "+32 s")), lever(2)), NOW))
    assert one.next(worse) == []
    assert words(one.next(snapshot())) == [("arming", "ARMED")]


def test_what_cannot_be_read_begins_and_ends() -> None:
    one = told(snapshot())
    broken = snapshot(
        flag=FlagView(FLAG, "no answer", NOW),
        journal=JournalView("locked", NOW),
        history=HistoryView("full", NOW),
        # The timeline has these two as well; they are told with their ends instead.
        happenings=(happening(1, kind="journal"), happening(2, kind="history")),
    )
    assert words(one.next(broken)) == [(kind, "PROBLEM") for kind in ("flag", "journal", "history")]
    assert words(one.next(snapshot())) == [(kind, "WORKS") for kind in ("flag", "journal", "history")]


def test_a_flag_turned_on_again_after_a_kill_is_a_line() -> None:
    one = told(snapshot())
    again = FlagView(replace(FLAG, read_at=NOW + timedelta(minutes=1)), "", NOW)
    (line,) = one.next(snapshot(kill=kill(), flag=again))
    assert (line.kind, line.word) == ("kill", "BACK ON")
    assert "Mara Voss" in line.text
    assert "changed by priya" in line.text


def test_a_night_without_its_eval_is_a_line() -> None:
    one = told(snapshot())
    (line,) = one.next(snapshot(verdict("evals", State.STALE, newest=NOW - timedelta(hours=30))))
    assert (line.kind, line.word) == ("eval", "MISSED")


def test_a_dead_source_is_one_line_whatever_it_says_next() -> None:
    def dead(problem: str) -> Snapshot:
        return snapshot(*(verdict(key, State.ERROR, problem=problem) for key in ("errors", "latency")))

    one = told(snapshot())
    (line,) = one.next(dead("the connection broke"))
    assert (line.kind, line.word) == ("source", "ERROR")
    assert line.text.startswith("errors, latency: ")
    assert words(one.next(dead("refused"))) == [("source", "ERROR")]
    assert one.next(dead("refused")) == []
    assert words(one.next(snapshot())) == [("source", "ANSWERS")]


def test_what_is_remembered_is_bounded() -> None:
    one = told(snapshot())
    for start in range(0, REMEMBERED * 2, 500):
        rows = tuple(happening(number) for number in range(start, start + 500))
        assert len(one.next(snapshot(happenings=rows))) == 500
    assert len(one._keys) == REMEMBERED


def test_columns_are_five_whatever_stands_in_them() -> None:
    line = Line(NOW, "", "note", "NOTE", "a\ttab, a\nline and \x1b[31m red")
    cells = in_columns(line).split("\t")
    assert len(cells) == 5
    assert cells[1:4] == ["-", "note", "NOTE"]
    assert cells[0].endswith(("+00:00", "Z")) or cells[0][-6] in "+-"
    assert "\x1b" not in in_columns(line)
    assert "\n" not in in_columns(line)


def test_glyphs_have_their_plain_twins() -> None:
    line = Line(NOW, NAME, "verdict", "BREACH", "error rate WATCH → BREACH")
    assert "■ BREACH" in with_glyphs(line, ascii_only=False)
    assert "# BREACH" in with_glyphs(line, ascii_only=True)
    assert with_glyphs(line, ascii_only=True).isascii()
