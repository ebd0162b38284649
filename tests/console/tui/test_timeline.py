"""The timeline on the screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from console.incident.happening import Happening
from console.killswitch.record import KillRecord
from console.signals.verdict import Clock
from console.tui import actions
from console.tui.views.timeline import timeline
from tests.console.tui.stage import (
    HAPPENINGS,
    KILLED,
    NOW,
    RECORD,
    SNAPSHOT,
    StageBackend,
    at,
    happening,
)
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_views import scene
from widgets.happenings import HappeningRow, HappeningsModel, paint
from widgets.line import plain_text
from widgets.look import ASCII, UNICODE

MANY = tuple(
    happening(f"02:{number // 60:02}:{number % 60:02}", "note", f"note {number}", "Mara Voss")
    for number in range(300)
)


def backend_of(*happenings: Happening) -> StageBackend:
    return StageBackend(replace(SNAPSHOT, happenings=happenings))


def test_the_short_timeline_has_the_same_happenings_in_event_time() -> None:
    rows = timeline(scene()).rows
    assert [(row.time, row.kind) for row in rows] == [
        ("02:57:40", "model"),
        ("03:00:12", "verdict"),
        ("03:06:12", "verdict"),
        ("03:09:02", "arming"),
        ("03:10:50", "look"),
    ]
    assert rows[-1].source == "Mara Voss"


def test_many_verdicts_of_one_instant_are_one_row_and_hide_no_kill() -> None:
    off = tuple(
        happening("03:12:20", "verdict", f"{title} WATCH → OFF") for title in ("errors", "cost", "evals")
    )
    two = tuple(happening("03:14:00", "verdict", f"{title} OFF → OK") for title in ("errors", "cost"))
    kill = happening("03:12:16", "kill", "confirmed by lever 2")
    rows = timeline(scene(replace(SNAPSHOT, happenings=(kill, *off, *two)))).rows
    assert [(row.kind, row.text) for row in rows] == [
        ("kill", "confirmed by lever 2"),
        ("verdict", "3 signals → OFF"),
        ("verdict", "errors OFF → OK"),
        ("verdict", "cost OFF → OK"),
    ]


def test_a_clock_that_is_estimated_anew_moves_no_line() -> None:
    first = scene(replace(SNAPSHOT, board=replace(SNAPSHOT.board, clock=Clock(NOW, NOW, 60.0))))
    shaken = Clock(NOW + timedelta(seconds=7), NOW, 60.0)
    later = replace(
        first, snapshot=replace(SNAPSHOT, board=replace(SNAPSHOT.board, clock=shaken)), times=first.times
    )
    assert timeline(first).rows == timeline(later).rows


def test_happenings_stand_in_the_order_in_which_they_happened_not_in_which_they_became_known() -> None:
    early = replace(HAPPENINGS[1], event_at=HAPPENINGS[0].at - timedelta(seconds=9))
    rows = timeline(scene(replace(SNAPSHOT, happenings=(HAPPENINGS[0], early)))).rows
    assert [row.kind for row in rows] == ["verdict", "model"]


async def test_the_newest_is_at_the_bottom_and_what_comes_is_followed() -> None:
    backend = backend_of(*MANY)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        assert "note 299" in shown(app)
        assert "live" in shown(app)
        backend.publish(replace(SNAPSHOT, happenings=(*MANY, happening("03:11:00", "note", "the newest"))))
        await pilot.pause(0.4)
        assert "the newest" in shown(app)


async def test_after_a_step_up_nothing_moves_and_what_is_new_below_is_counted_until_end() -> None:
    backend = backend_of(*MANY)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", *["k"] * 3)
        before = [line for line in shown(app).splitlines() if "note " in line]
        news = tuple(happening(f"03:11:0{number}", "note", f"new {number}") for number in range(4))
        backend.publish(replace(SNAPSHOT, happenings=(*MANY, *news)))
        await pilot.pause(0.4)
        assert [line for line in shown(app).splitlines() if "note " in line] == before
        assert "4 new below" in shown(app)
        # Old rows that are no longer kept move nothing either.
        backend.publish(replace(SNAPSHOT, happenings=(*MANY[50:], *news)))
        await pilot.pause(0.4)
        assert [line for line in shown(app).splitlines() if "note " in line] == before
        await pilot.press("end")
        assert "new 3" in shown(app)
        assert "live" in shown(app)


async def test_pages_and_steps_reach_the_first_and_come_back_to_the_newest() -> None:
    app = app_on(backend_of(*MANY))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", *["pageup"] * 17)
        assert "▸ 02:00:00" in shown(app)
        await pilot.press(*["pagedown"] * 17)
        assert "note 299" in shown(app)
        assert "live" in shown(app)


async def test_the_filter_shows_what_has_the_letters_in_it_while_they_are_typed() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "slash", *"BREACH")
        assert "/ BREACH▏" in shown(app)
        assert "error rate WATCH → BREACH" in shown(app)
        assert "thumbs-down OK" not in shown(app)
        await pilot.press("K", "q")
        assert "nothing has 'BREACHKq' in it" in shown(app)
        assert backend.executors == []
        await pilot.press("backspace", "backspace", "enter")
        assert "/ BREACH" in shown(app)
        await pilot.press("escape")
        assert "thumbs-down OK" in shown(app)
        assert app.screen.place == actions.TIMELINE  # type: ignore[attr-defined]
        await pilot.press("slash", "x", "escape")
        assert "thumbs-down OK" in shown(app)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (happening("03:10:55", "verdict", "error rate WATCH → BREACH"), actions.DETAIL),
        (happening("03:10:55", "arming", "checked: 1 of 2"), actions.ARMING),
        (happening("03:10:55", "attest", "flag: seen"), actions.CHECKLIST),
        (happening("03:10:55", "acknowledge", "read version 3f2a91c"), actions.RUNBOOK),
        (happening("03:10:55", "note", "told Kim"), actions.TIMELINE),
        (happening("03:10:55", "verdict", "gone signal OK → WATCH"), actions.TIMELINE),
    ],
)
async def test_enter_goes_to_what_a_line_is_about(line: Happening, place: str) -> None:
    app = app_on(backend_of(*HAPPENINGS, line))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "enter")
        await pilot.pause()
        assert app.screen.place == place  # type: ignore[attr-defined]


async def test_enter_on_a_kill_shows_its_ladder_also_of_an_older_one() -> None:
    newest = replace(happening("03:12:08", "kill", "pressed Enter: kill", "Mara Voss"), key="kill:k1")
    older = replace(happening("02:12:08", "kill", "pressed Enter: kill", "Jonas Ek"), key="kill:k0")
    before = replace(KILLED, kill_id="k0", operator="Jonas Ek", killed_by=1, still_on=())
    kills = (KillRecord(before, at("02:12:08"), at("02:12:16")), RECORD)
    app = app_on(StageBackend(replace(SNAPSHOT, kill=RECORD, kills=kills, happenings=(older, newest))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "enter")
        assert "what is left to do" in shown(app)
        await pilot.press("escape", "k", "k", "enter")
        assert "KILLED  support-drafts  02:12:08" in shown(app)
        assert "By Jonas Ek, 02:12:08. An older kill" in shown(app)
        assert "what is left to do" not in shown(app)
        await pilot.press("4", "escape")
        assert "By Jonas Ek, 02:12:08. An older kill" in shown(app)


async def test_enter_on_a_kill_that_is_kept_no_more_says_so() -> None:
    gone = replace(happening("02:12:08", "kill", "pressed Enter: kill", "Mara Voss"), key="kill:k0")
    app = app_on(StageBackend(replace(SNAPSHOT, kill=RECORD, kills=(RECORD,), happenings=(gone,))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "enter")
        assert "too old to be shown rung by rung" in shown(app)


async def test_a_line_is_copied_with_its_date_and_offset() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "y")
        assert app.clipboard == (
            "2026-11-24 03:10:50 -0500  look  looked at signals  (Mara Voss, ssh 10.0.3.7)"
        )


async def test_an_empty_timeline_takes_every_key() -> None:
    for backend in (backend_of(), StageBackend(None)):
        app = app_on(backend)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("5", "j", "k", "pageup", "end", "enter", "y", "slash", "x", "enter", "escape")
            assert app.is_running


@pytest.mark.parametrize("width", [1, 20, 55, 56, 80, 300])
@pytest.mark.parametrize("height", [1, 2, 5, 30])
def test_every_line_is_as_wide_as_the_screen_and_the_cursor_is_in_view(width: int, height: int) -> None:
    rows = tuple(
        HappeningRow(f"day {number // 3}", "03:11:08", "note", f"{number} " + "word " * (number % 40), "Mara")
        for number in range(40)
    )
    for look in (UNICODE, ASCII):
        for cursor in (None, 0, 7, 39):
            for offset in (0, 4, 99):
                lines = paint(HappeningsModel(rows, cursor, offset), width, height, look)
                assert {cell_len(plain_text(line)) for line in lines} == {width}
                if cursor is not None and height > 1:
                    assert any(look.pointer in plain_text(line) for line in lines)


def test_a_new_day_begins_with_its_date_and_long_texts_are_wrapped() -> None:
    rows = (
        HappeningRow("Mon 23 Nov", "23:59:59", "note", "late", "Mara"),
        HappeningRow("Tue 24 Nov", "00:00:01", "note", "word " * 40, "Mara"),
    )
    lines = [plain_text(line) for line in paint(HappeningsModel(rows), 80, 24, UNICODE)]
    assert "─ Mon 23 Nov ─" in lines[1]
    assert "─ Tue 24 Nov ─" in lines[3]
    assert sum("word" in line for line in lines) > 3
