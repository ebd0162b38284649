"""The side list: gates and evidence as drawn, and what gives way when the room is short."""

from __future__ import annotations

from msgspec.structs import replace

from tests.widgets.samples import CHECKLIST, text_of
from widgets.checklist import SIDE_WIDTH, paint
from widgets.look import UNICODE


def test_beside_the_signals_it_reads_as_drawn() -> None:
    lines = text_of(paint(CHECKLIST, SIDE_WIDTH, 29, UNICODE))
    assert lines[:5] == [
        "┬──────────────────────────────────────────",
        "│ launch checklist                  7 of 8 ",
        "│                                          ",
        "│ ✓ flag with percentage rollout           ",
        "│     unleash, read 03:11                  ",
    ]
    assert lines[13:16] == [
        "│ ✗ dashboards visible                   2 ",
        "│     cost is 11 min old, wanted 5; error  ",
        "│     rate, latency, eval are fresh        ",
    ]
    assert lines[20:] == [
        "│                                          ",
        "│ next stage 50 %                  not now ",
        "│ ✗ no signal in BREACH       error rate   ",
        "│ ✗ seven proven OK           3 of 7       ",
        "│ ✓ 2 days at 25 %            2 d 4 h      ",
        "│ ✗ eight gates               7 of 8       ",
        "│                                          ",
        "│ finding  25 % of users are 58 % of       ",
        "│          requests; forecast made on 5 %  ",
    ]


def test_the_border_goes_down_to_the_last_row() -> None:
    few = replace(CHECKLIST, gates=CHECKLIST.gates[:1], next_title="", findings=())
    lines = text_of(paint(few, SIDE_WIDTH, 29, UNICODE))
    assert len(lines) == 29
    assert all(line.startswith("│ ") for line in lines[1:])


def test_short_of_rows_the_evidence_of_what_holds_goes_first_and_no_gate_does() -> None:
    lines = text_of(paint(CHECKLIST, SIDE_WIDTH, 16, UNICODE))
    shown = "\n".join(lines)
    assert len(lines) == 16
    assert all(gate.title in shown for gate in CHECKLIST.gates)
    assert "cost is 11 min old" in shown
    assert "unleash, read" not in shown
    assert "next stage 50 %" in shown


def test_evidence_that_is_cut_says_so() -> None:
    shown = "\n".join(text_of(paint(CHECKLIST, SIDE_WIDTH, 16, UNICODE)))
    assert "error…" in shown
