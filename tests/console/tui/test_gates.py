"""The launch checklist and its meeting, on the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.readiness.gates import DEFINITIONS
from console.tui import actions
from console.tui.views.checklist import checklist
from console.tui.views.gates import gate_list
from console.tui.views.walk import walk
from tests.console.tui.stage import SNAPSHOT, StageBackend
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_views import scene
from widgets.gates import Gates
from widgets.marks import Mark
from widgets.walk import Walk

ORDER = tuple(definition.key for definition in DEFINITIONS)


def test_the_list_beside_the_signals_has_the_eight_in_the_missions_order_and_counts_them() -> None:
    model = checklist(scene())
    assert [gate.title for gate in model.gates] == [each.title for each in DEFINITIONS if each.counted]
    assert model.count == "4 of 8"
    assert checklist(scene(None)).gates == ()


def test_unmet_gates_stand_first_with_what_is_missing_and_the_keys_that_do_something_about_it() -> None:
    rows = gate_list(scene(), "").rows
    met = [row.mark in (Mark.PASS, Mark.WAIVED) for row in rows if not row.apart]
    assert met == sorted(met)
    first = rows[0]
    assert (first.mark, first.title) == (Mark.UNKNOWN, "kill switch tested")
    assert "no confirmed kill" in first.text
    assert first.keys == "↵  a attest"
    runbook = next(row for row in rows if "runbook" in row.title)
    assert runbook.keys == "↵  4 read, o  w waive"
    assert "Mara Voss has not read version 3f2a91c" in runbook.text


def test_met_gates_say_who_vouches_for_them_and_until_when() -> None:
    rows = {row.title: row for row in gate_list(scene(), "").rows}
    cohort = rows["internal cohort ran, issues triaged"]
    assert (cohort.by, cohort.good_to, cohort.keys) == ("Jonas Ek", "18 Dec", "")
    assert rows["dashboards visible"].good_to == "always read"


def test_what_is_not_counted_stands_below() -> None:
    rows = gate_list(scene(), "").rows
    assert [row.apart for row in rows] == [False] * 8 + [True]


def test_a_journal_that_cannot_be_read_is_said_where_the_checklist_may_say_less() -> None:
    broken = replace(SNAPSHOT, journal=replace(SNAPSHOT.journal, problem="the disk is gone"))
    assert gate_list(scene(broken), "").problem == "what people vouched for cannot be read now"
    assert gate_list(scene(), "").problem == ""


def test_a_gate_of_the_meeting_says_what_is_asked_why_what_was_seen_and_what_to_do() -> None:
    model = walk(scene(), "runbook", ORDER, 0)
    assert "every person of the rotation" in model.asked
    assert "3 a.m." in model.why
    assert [(row.mark, row.text.split("  ")[0]) for row in model.seen] == [
        (None, "runbooks/support-drafts.md, version 3f2a91c"),
        (Mark.PASS, "Jonas Ek"),
        (Mark.UNKNOWN, "Mara Voss"),
    ]
    assert "Mara Voss" in model.missing
    assert "o" in model.fix
    assert model.where == "gate 8 of 8, unmet first"
    assert walk(scene(), "answered", ORDER, 0).where == "beside the eight, not counted"
    assert walk(scene(None), "runbook", (), 0).title == "nothing is known yet"


async def test_the_cursor_stays_on_its_gate_when_the_order_changes() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2", "j", "j", "j")
        assert "▸? UNKNOWN on-call knows the runbook" in shown(app)
        backend.publish(replace(SNAPSHOT, flag=replace(SNAPSHOT.flag, state=None)))
        await pilot.pause(0.4)
        assert "▸? UNKNOWN on-call knows the runbook" in shown(app)
        await pilot.press("enter")
        assert "walk-through" in shown(app)
        assert "on-call knows the runbook" in shown(app)


async def test_the_meeting_keeps_its_order_while_gates_are_met_and_arrows_turn_to_the_next() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2", "m")
        assert "gate 1 of 8" in shown(app)
        await pilot.press("right", "l", "right_square_bracket")
        assert "gate 4 of 8" in shown(app)
        backend.publish(replace(SNAPSHOT, runbook=replace(SNAPSHOT.runbook, version="")))
        await pilot.pause(0.4)
        assert "gate 4 of 8" in shown(app)
        assert "on-call knows the runbook" in shown(app)
        await pilot.press(*["right"] * 9)
        assert "beside the eight, not counted" in shown(app)
        await pilot.press(*["left"] * 9, "h", "left_square_bracket")
        assert "gate 1 of 8" in shown(app)


async def test_what_the_meeting_says_of_a_gate_is_written_with_that_gate() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("m", "right", "n", *"ramp", "space", *"Thursday", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        (said,) = [act for act in backend.acts if type(act).__name__ == "Said"]
        assert (said.gate, said.text) == ("fallback", "ramp Thursday")  # type: ignore[union-attr]
        assert app.screen.place == actions.WALK  # type: ignore[attr-defined]
        assert "written" in shown(app)


async def test_o_on_the_checklist_shows_the_runbook_and_there_records_the_version_that_was_shown() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2", "o")
        assert "read it first" in shown(app)
        assert not [act for act in backend.acts if type(act).__name__ == "Acknowledge"]
        # The file changes after it was shown.
        await app.workers.wait_for_complete()
        await pilot.press("o")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        (read,) = [act for act in backend.acts if type(act).__name__ == "Acknowledge"]
        assert read.version != SNAPSHOT.runbook.version  # type: ignore[union-attr]
        assert f"you have read version {read.version}" in shown(app)  # type: ignore[union-attr]
        assert "the file has changed since" in shown(app)


async def test_the_export_is_markdown_and_its_path_is_said() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2", "x")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        ((name, text),) = backend.exported
        assert name == "launch-review"
        assert text.startswith("# Launch checklist")
        assert "written: /exports/launch-review.md" in shown(app)


async def test_an_export_that_cannot_be_written_says_why() -> None:
    class Full(StageBackend):
        async def export(self, name: str, text: str) -> str:
            raise OSError(28, "No space left on device")

    app = app_on(Full())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2", "x")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        assert "NOT WRITTEN: No space left on device" in shown(app)


async def test_before_anything_is_known_the_keys_of_gates_say_so() -> None:
    backend = StageBackend(None)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("j", "enter", "escape", "a", "w", "x", "m", "right", "n", "escape", "a"):
            await pilot.press("2" if key == "a" else key)
            await pilot.press(key)
        await app.workers.wait_for_complete()
        assert app.is_running
        assert backend.exported == []


@pytest.mark.parametrize("width", [20, 39, 63, 64, 80, 120, 300])
@pytest.mark.parametrize("height", [1, 2, 5, 20, 60])
def test_every_line_of_the_lists_is_as_wide_as_the_screen(width: int, height: int) -> None:
    from rich.cells import cell_len

    from widgets.line import plain_text
    from widgets.look import ASCII, UNICODE

    for look in (ASCII, UNICODE):
        for cursor in ORDER:
            lines = Gates(look=look).paint(gate_list(scene(), cursor), width, height, look)
            lines += Walk(look=look).paint(walk(scene(), cursor, ORDER, 3), width, height, look)
            assert {cell_len(plain_text(line)) for line in lines} == {width}
            assert len(lines) <= 2 * height


def test_the_cursor_is_always_in_view() -> None:
    from widgets.line import plain_text
    from widgets.look import UNICODE

    for height in (2, 3, 7, 12):
        for cursor in ORDER:
            lines = Gates(look=UNICODE).paint(gate_list(scene(), cursor), 80, height, UNICODE)
            assert any("▸" in plain_text(line) for line in lines), (height, cursor)
