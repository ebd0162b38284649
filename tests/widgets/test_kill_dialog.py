"""The kill dialog as drawn, and what it never leaves out."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.widgets.samples import DIALOG, text_of
from widgets.kill_dialog import LeverModel, paint
from widgets.line import Role
from widgets.look import UNICODE


def test_at_80_columns_it_reads_as_drawn() -> None:
    assert text_of(paint(DIALOG, 80, 20, UNICODE)) == [
        "┌─ KILL  support-drafts ───────────────────────────────────────────────────────┐",
        "│ Turns the AI path OFF for every user in production. Real users.              │",
        "│                                                                              │",
        "│ flag       support-drafts-ai    ON at 25 %  →  OFF         (OFF is the kill) │",
        "│ affects    ~150 agents, 76 answers an hour now                               │",
        "│ instead    agents write by hand; pane says 'temporarily unavailable'         │",
        "│            seen to work 18 Nov, in the drill                                 │",
        "│ way back   R, to 5 % or lower, with the flag key and a reason                │",
        "├─ what is sent ───────────────────────────────────────────────────────────────┤",
        "│ lever 1    unleash   ARMED ✓ 03:09    switch off in production         ≤ 5 s │",
        "│ lever 2    command   ARMED ✓ 03:09    /usr/local/bin/force-fallback    ≤ 5 s │",
        "│            lever 2 goes by itself when lever 1 does not answer               │",
        "├─ runbook, error rate ────────────────────────────────────────────────────────┤",
        "│ 3  Failures over 5 % for 5 min: kill. Do not wait for the provider.          │",
        "│ 4  Then tell #support-drafts: drafts are off, agents write by hand.          │",
        "├─ confirm ────────────────────────────────────────────────────────────────────┤",
        "│ type  kill  ▸ kil▏                           Enter: not yet, 1 letter to go  │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_flag_levers_and_the_confirm_line_are_there_at_every_height(width: int) -> None:
    for height in range(9, 24):
        lines = text_of(paint(DIALOG, width, height, UNICODE))
        shown = "\n".join(lines)
        assert len(lines) <= height
        assert "Turns the AI path OFF" in shown
        assert "support-drafts-ai    ON at 25 %  →  OFF" in shown
        assert "lever 1" in shown
        assert "lever 2    command" in shown
        assert "type  kill  ▸ kil▏" in lines[-2]


@pytest.mark.requirement(17)
def test_the_effect_of_a_long_flag_stands_whole_in_a_line_of_its_own() -> None:
    effect = "Enter kills support-drafts-ai-rollout-2026-q4-agents in production: once more"[:76]
    for width, height in ((80, 20), (80, 9), (100, 26)):
        lines = text_of(paint(replace(DIALOG, typed="kill", message=effect), width, height, UNICODE))
        assert any(effect in line for line in lines[-3:])
        assert any("type  kill  ▸ kill▏" in line for line in lines[-3:-1])
        assert len(lines) <= height


def test_a_message_without_room_is_never_shown_in_part() -> None:
    effect = "Enter kills support-drafts-ai in production"
    for width, height in ((40, 9), (30, 5), (60, 3)):
        shown = "\n".join(
            text_of(paint(replace(DIALOG, typed="kill", message=effect), width, height, UNICODE))
        )
        assert "Enter kills" not in shown
        assert "too" in shown


@pytest.mark.parametrize("width", [20, 26, 30, 34, 40, 48])
def test_where_it_is_narrow_the_frame_stays_closed(width: int) -> None:
    for typed, message in (
        ("kil", "Enter: not yet, 1 letter to go"),
        ("kill", "Enter kills x in production"),
    ):
        for height in (5, 9, 12, 20):
            model = replace(DIALOG, typed=typed, message=message)
            lines = text_of(paint(model, width, height, UNICODE))
            assert {line[-1] for line in lines} <= set("┐│┤┘")
            assert {len(line) for line in lines} == {width}


def test_in_the_smallest_terminal_it_says_why_enter_does_nothing() -> None:
    model = replace(DIALOG, typed="kill", message="Enter kills support-drafts-ai in production")
    assert "too small" in text_of(paint(model, 20, 1, UNICODE))[0]


def test_a_step_of_the_runbook_that_is_cut_says_so() -> None:
    whole = text_of(paint(DIALOG, 60, 30, UNICODE))
    assert "│    the provider.                                         │" in whole
    short = text_of(paint(DIALOG, 60, 20, UNICODE))
    assert "│ 3  Failures over 5 % for 5 min: kill. Do not wait for t… │" in short


def test_title_and_confirm_line_alone_are_the_accent() -> None:
    lines = paint(DIALOG, 80, 20, UNICODE)
    loud = [index for index, line in enumerate(lines) if any(role is Role.DANGER for _, role in line)]
    assert loud == [0, 16]


def test_why_a_lever_is_not_armed_is_shown_before_what_it_does() -> None:
    sad = LeverModel(
        "lever 1", "unleash", "NOT ARMED ✗ token expired 02:00", "switch off in production", "≤ 5 s"
    )
    lines = text_of(paint(replace(DIALOG, levers=(sad, DIALOG.levers[1])), 80, 20, UNICODE))
    first, second = (next(line for line in lines if name in line) for name in ("lever 1    ", "lever 2    "))
    assert "NOT ARMED ✗ token expired 02:00  switch off in" in first
    # What the levers do stays in one column.
    assert first.index("switch") == second.index("/usr")
