"""Forms: what is typed, what is refused beside its field, and what is written."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from textual import events
from textual.widgets import Input

from console.incident.acts import Act, Attest, Note, Waive
from console.tui import actions
from console.tui.app import ConsoleApp
from console.tui.forms import Wrong, form_for
from console.tui.screens.form import FormScreen
from tests.console.tui.stage import HOSTILE, NOW, StageBackend
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_views import scene


def written(backend: StageBackend) -> list[Act]:
    """What was written, without the looks."""
    return [act for act in backend.acts if type(act).__name__ != "Look"]


def values_of(app: ConsoleApp) -> list[str]:
    return [field.value for field in app.screen.query(Input) if field.parent and field.parent.parent.display]  # type: ignore[union-attr]


async def test_a_note_is_written_under_the_screen_that_it_was_opened_from() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "n", *"told", "space", *"Kim", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        assert written(backend) == [Note("told Kim")]
        assert app.screen.place == actions.TIMELINE  # type: ignore[attr-defined]
        assert "written: note 'told Kim'" in shown(app)


async def test_capitals_digits_and_signs_are_letters_in_a_form_and_k_opens_no_dialog() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "K", "q", "1", "4", "n", "question_mark", "colon", "slash", "exclamation_mark")
        assert isinstance(app.screen, FormScreen)
        assert app.is_running
        assert backend.executors == []
        assert backend.proofs == 0
        await pilot.press(*"!:")
        assert values_of(app)[0].startswith("Kq14n")


async def test_escape_leaves_and_nothing_is_written_and_the_next_form_is_empty() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"half", "escape")
        assert "nothing was written" in shown(app)
        await pilot.press("n")
        assert values_of(app) == [""]
        assert written(backend) == []


async def test_f1_shows_help_and_the_way_back_keeps_what_was_typed() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"half", "f1")
        assert "the kill" in shown(app)
        await pilot.press("escape")
        assert values_of(app) == ["half"]
        await pilot.press("x")
        assert values_of(app) == ["halfx"]


async def test_banner_and_verdict_line_go_on_above_a_form() -> None:
    from dataclasses import replace

    from console.signals.verdict import State
    from tests.console.tui.stage import SNAPSHOT, VERDICTS, board

    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "a")
        calm = tuple(replace(verdict, state=State.OK) for verdict in VERDICTS)
        backend.publish(replace(SNAPSHOT, board=board(calm)))
        await pilot.pause(0.4)
        assert "all seven in band" in shown(app)
        assert values_of(app) == ["a"]


async def test_enter_goes_to_the_next_field_and_from_the_last_writes() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "w", *"late", "enter", *"Ana", "enter")
        assert written(backend) == []
        await pilot.press(*"14d", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        assert written(backend) == [Waive("kill-switch", "late", "Ana", NOW + timedelta(days=14))]
        assert "waived by Ana until 8 Dec" in shown(app)


async def test_tab_and_arrows_move_between_fields() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "w", "a", "tab", "b", "down", "c", "tab", "d", "up", "e", "shift+tab", "f")
        assert values_of(app) == ["ad", "bf", "ce"]


async def test_what_is_wrong_stands_beside_its_field_which_gets_the_cursor() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "a", *"seen", "enter", *"soon", "enter")
        text = " ".join(shown(app).split())
        assert "2026-12-18" in text
        assert "30d" in text
        assert written(backend) == []
        await pilot.press(*["backspace"] * 4, *"30d", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        assert written(backend) == [Attest("kill-switch", "seen", NOW + timedelta(days=30))]


async def test_a_journal_that_takes_nothing_is_said_and_the_text_stands_for_another_try() -> None:
    backend = StageBackend(trouble="the disk is full")
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"told", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        assert "NOT WRITTEN: the disk is full" in shown(app)
        assert values_of(app) == ["told"]
        backend.trouble = ""
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        assert written(backend) == [Note("told")]


@pytest.mark.parametrize("opened_before", [False, True])
async def test_what_is_typed_before_the_form_stands_belongs_to_it_and_enter_never_overtakes_a_letter(
    opened_before: bool,
) -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        if opened_before:
            await pilot.press("n", "x", "escape")
        for key in ("n", *"Kim", "left", "left", "o", "end", "backspace", "p", "enter"):
            await app.on_event(events.Key(key, key if len(key) == 1 else None))
        await app.workers.wait_for_complete()
        await pilot.pause(0.2)
        assert written(backend) == [Note("Koip")]
        for key in ("2", "w", *"late", "enter", *"Ana", "tab", *"3d", "enter"):
            await app.on_event(events.Key(key, key if len(key) == 1 else None))
        await app.workers.wait_for_complete()
        assert written(backend)[1:] == [Waive("kill-switch", "late", "Ana", NOW + timedelta(days=3))]


async def test_a_note_that_was_sent_just_before_q_is_not_lost() -> None:
    class Slow(StageBackend):
        async def record(self, act: Act) -> str:
            await asyncio.sleep(0.2)
            assert not self.stopped
            return await super().record(act)

    backend = Slow()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"told")
        await app.on_event(events.Key("enter", "\r"))
        await app.on_event(events.Key("escape", None))
        await app.on_event(events.Key("q", "q"))
    assert written(backend) == [Note("told")]
    assert app.return_code == 0


async def test_two_enters_in_a_row_write_one_note() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"once")
        for _ in range(3):
            await app.on_event(events.Key("enter", "\r"))
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)
        assert written(backend) == [Note("once")]


async def test_a_paste_is_one_line_and_what_would_act_or_hide_is_written_out() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        app.post_message(events.Paste("two\r\nlines " + HOSTILE.raw + "\n"))
        await pilot.pause()
        assert values_of(app)[0].startswith("two lines ^[]52;c;")
        assert "<U+202E>" in values_of(app)[0]
        assert isinstance(app.screen, FormScreen)
        assert app.screen.query(Input).first().value.isprintable()
        for field in app.screen.query(Input):
            for segment in field.render_line(0):
                assert segment.text.isprintable()
                assert not (segment.style and segment.style.meta)


async def test_a_text_that_is_too_long_is_kept_and_refused_with_its_length() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        app.post_message(events.Paste("x" * 2_500))
        await pilot.pause()
        await pilot.press("enter")
        assert "2,500 characters" in shown(app)
        assert len(values_of(app)[0]) == 2_500
        assert written(backend) == []


@pytest.mark.parametrize(
    ("target", "values", "field"),
    [
        ("note", {"text": "  "}, "text"),
        ("said:runbook", {"text": ""}, "text"),
        ("attest:flag", {"evidence": "", "until": ""}, "evidence"),
        ("attest:flag", {"evidence": "x", "until": "tomorrow"}, "until"),
        ("attest:flag", {"evidence": "x", "until": "2020-01-01"}, "until"),
        ("attest:flag", {"evidence": "x", "until": "9999d"}, "until"),
        ("attest:kill-switch", {"evidence": "x", "until": "90d"}, "until"),
        ("waive:flag", {"reason": "", "approver": "Ana", "until": "3d"}, "reason"),
        ("waive:flag", {"reason": "x", "approver": "", "until": "3d"}, "approver"),
        ("waive:flag", {"reason": "x", "approver": "mara voss", "until": "3d"}, "approver"),
        ("waive:flag", {"reason": "x", "approver": "Ana", "until": ""}, "until"),
        ("waive:flag", {"reason": "x", "approver": "Ana", "until": "400d"}, "until"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_own_field(
    target: str, values: dict[str, str], field: str
) -> None:
    moment = scene(operator="Mara Voss")
    with pytest.raises(Wrong) as refused:
        form_for(target, moment).make(values, moment)
    assert refused.value.field == field
    assert str(refused.value)


@pytest.mark.parametrize("size", [(20, 5), (30, 8), (44, 10), (60, 16), (80, 24), (300, 80)])
@pytest.mark.parametrize("keys", [["n"], ["2", "a"], ["2", "w"], ["m", "n"]])
async def test_a_form_can_be_filled_in_at_every_size(size: tuple[int, int], keys: list[str]) -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys, *"words", "enter")
        focused = app.screen.focused
        if isinstance(focused, Input):
            assert focused.region.bottom <= size[1]
        assert app.is_running
