"""The ladder during and after a kill."""

from __future__ import annotations

from msgspec.structs import replace

from tests.widgets.samples import LADDER, LADDER_AFTER, text_of
from widgets.ladder import RungModel, paint
from widgets.line import Role
from widgets.look import ASCII, UNICODE
from widgets.marks import Mark


def test_a_climbing_kill_reads_as_drawn() -> None:
    assert text_of(paint(LADDER, 80, 20, UNICODE)) == [
        "┌─ KILLING  support-drafts ────────────────────────────────────────────────────┐",
        "│ ✓ journaled    0.01 s   row 4182, on disk before anything was sent           │",
        "│ ? lever 1      5.00 s   unleash: sent 0.04 s, no answer; may have worked     │",
        "│ ·                       reading back every 2 s; it is not counted as success │",
        "│ ✓ lever 2      5.02 s   command: force-fallback support-drafts               │",
        "│ ✓ accepted     5.33 s   exit 0; it says 'fallback forced, epoch 118'         │",
        "│ ▸ confirmed     6.2 s   lever 2 has no read-back; evaluation must prove it   │",
        "│ · evaluated             3 contexts: team, 5 % cohort, 25 % cohort            │",
        "│ · quiet                 AI answers 76/h → about 0, logs still arriving       │",
        "│ · fallback              probe: 'temporarily unavailable'                     │",
        "│                                                                              │",
        "│ You may leave or lose the line: the kill goes on without this screen.        │",
        "├─ while you wait ─────────────────────────────────────────────────────────────┤",
        "│ If nothing is confirmed at 03:12:38, this screen shows the manual card.      │",
        "│ You need not press anything now.                                             │",
        "│ Last drill, same point:  0.9 s confirmed · 11 s quiet · 12 s fallback        │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
    ]


def test_what_is_left_to_do_reads_as_drawn() -> None:
    assert text_of(paint(LADDER_AFTER, 80, 20, UNICODE)) == [
        "┌─ KILLED  support-drafts ─────────────────────────────────────────────────────┐",
        "│ ✓ journaled    0.01 s   row 4182                                             │",
        "│ ? lever 1      5.00 s   unleash: flag still ON there, read 03:13:58  trying  │",
        "│ ✓ quiet        11.4 s   AI answers 76/h → 0; fallback 71/h; logs arrive      │",
        "│                                                                              │",
        "│ time to kill 7.9 s                drills 0.9 s median of 4 · real 8 s, 7.9 s │",
        "├─ what is left to do ─────────────────────────────────────────────────────────┤",
        "│ ▸ lever 1   flag is ON in Unleash. If lever 2 is undone, users get the AI.   │",
        "│             It is switched off there as soon as Unleash answers; c by hand.  │",
        "│ ▸ tell      step 4: #support-drafts   n writes the note and sends it         │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
    ]


def test_the_accent_is_on_what_is_open_and_on_a_rung_that_did_not_come_true() -> None:
    failed = replace(LADDER, rungs=(*LADDER.rungs, RungModel(Mark.FAIL, "quiet", "30.0 s", "still 70/h")))
    lines = paint(failed, 80, 20, UNICODE)
    loud = {index for index, line in enumerate(lines) if any(role is Role.DANGER for _, role in line)}
    assert loud == {0, 2, 6, 10}
    calm = paint(LADDER_AFTER, 80, 20, UNICODE)
    assert [index for index, line in enumerate(calm) if any(r is Role.DANGER for _, r in line)] == [2]


def test_rungs_stay_when_the_room_is_short_and_the_frame_is_closed() -> None:
    lines = text_of(paint(LADDER, 80, 11, UNICODE))
    assert len(lines) == 11
    assert [line[2:3] for line in lines[1:-1]] == list("✓?·✓✓▸···")
    assert lines[-1].startswith("└")


def test_a_long_rung_goes_on_in_a_second_line_or_is_cut_with_a_sign() -> None:
    narrow = text_of(paint(LADDER, 60, 40, UNICODE))
    assert narrow[1:3] == [
        "│ ✓ journaled    0.01 s   row 4182, on disk before         │",
        "│                         anything was sent                │",
    ]
    short = text_of(paint(LADDER, 60, 11, UNICODE))
    assert short[1] == "│ ✓ journaled    0.01 s   row 4182, on disk before anythi… │"


def test_where_it_is_narrow_the_times_of_others_stand_under_the_own_time() -> None:
    lines = text_of(paint(LADDER_AFTER, 60, 30, UNICODE))
    at = next(index for index, line in enumerate(lines) if "time to kill" in line)
    assert lines[at].rstrip("│").rstrip() == "│ time to kill 7.9 s"
    assert lines[at + 1].endswith("drills 0.9 s median of 4 · real 8 s, 7.9 s │")


def test_without_unicode_the_marks_still_differ() -> None:
    lines = text_of(paint(LADDER, 80, 20, ASCII))
    assert [line[2] for line in lines[1:10]] == list("+?.++>...")
    assert lines[0].startswith("+- KILLING  support-drafts ---")
