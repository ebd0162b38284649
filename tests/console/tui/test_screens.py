"""The screens at every size, in every look, and with hostile text in every panel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from rich.cells import cell_len

from adapters.flags.port import ArmingCheck
from adapters.untrusted import Untrusted
from console.config import FallbackConfig
from console.feature import FlagView
from console.incident.acts import Acknowledge, Attest, Said, Waive
from console.killswitch.arming import Arming, LeverArming
from console.readiness.records import fold
from console.signals.verdict import State
from console.snapshot import HistoryView, JournalView, RunbookView
from console.store.kept import Presence
from console.tui import actions
from console.tui.app import ConsoleApp
from console.tui.look import look_for
from console.tui.screens.kill import KillScreen
from console.tui.screens.signals import SignalsScreen
from tests.console.tui.stage import (
    ASKING,
    CONFIG,
    HOSTILE,
    KILLED,
    LEVERS,
    NOW,
    PREPARED,
    SNAPSHOT,
    VERDICTS,
    Book,
    StageBackend,
    board,
    done,
    flag,
)
from tests.console.tui.test_kill_keys import app_on, shown
from widgets.checklist import Checklist
from widgets.look import ASCII, UNICODE
from widgets.rows import Rows

VIEWS = ([], ["4"], ["exclamation_mark"], ["question_mark"], ["2"], ["m"], ["right"], ["5"], ["k"])
SIZES = [(120, 40), (116, 24), (80, 24), (60, 16), (40, 10), (20, 6), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_degrades_and_never_refuses(size: tuple[int, int]) -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=size) as pilot:
        for keys in (
            *VIEWS,
            ["1"],
            ["K", "k"],
            ["f2"],
            ["escape"],
        ):
            await pilot.press(*keys)
            lines = [line for line in shown(app).splitlines() if line]
            assert lines
            assert {cell_len(line) for line in lines} <= {size[0], 77, 43, size[0] - 43}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_environment_flag_verdict_arming_and_clock_are_there_at_both_sizes(
    size: tuple[int, int],
) -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = shown(app)
        for words in (
            "PRODUCTION",
            "support-drafts-ai",
            "ON",
            "BREACH",
            "14 of 38",
            "ARMED, NOT PROVEN",
            "03:11",
        ):
            assert words in text
        for verdict in VERDICTS:
            assert verdict.title in text


async def test_the_checklist_stands_beside_the_signals_from_116_columns_on() -> None:
    for width, beside in ((115, False), (116, True)):
        app = app_on(StageBackend())
        async with app.run_test(size=(width, 40)):
            assert app.screen.query_one(Checklist).display is beside


async def test_a_resize_rearranges_and_loses_nothing() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "injection" in shown(app)
        assert not app.screen.query_one(Checklist).display
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "launch checklist" in shown(app)


async def test_a_resize_keeps_the_word_that_was_typed() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("K", "k", "i")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert isinstance(app.screen, KillScreen)
        assert app.screen.word.text == "ki"
        assert "2 letters to go" in shown(app)


@pytest.mark.parametrize(
    ("environment", "look"),
    [
        ({}, UNICODE),
        ({"LANG": "de_DE.UTF-8"}, UNICODE),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, ASCII),
        ({"LC_ALL": "", "LC_CTYPE": "C.utf8"}, UNICODE),
        ({"LANG": "POSIX"}, ASCII),
        ({"LANG": "en_US.ISO-8859-1"}, ASCII),
    ],
)
def test_the_locale_chooses_the_glyphs(environment: dict[str, str], look: object) -> None:
    assert look_for(environment) is look


async def test_in_the_ascii_look_nothing_but_ascii_reaches_the_terminal() -> None:
    backend = StageBackend()
    app = ConsoleApp(backend, look=ASCII, now=lambda: NOW)  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        for keys in (
            *VIEWS,
            ["K", "k"],
            ["i", "l", "l"],
            ["enter"],
        ):
            await pilot.press(*keys)
            assert shown(app).isascii(), [line for line in shown(app).splitlines() if not line.isascii()]
        backend.executors[0].say(KILLED)
        await pilot.pause(0.3)
        assert shown(app).isascii()


def hostile_snapshot() -> object:
    """A snapshot with hostile text wherever text from outside can stand."""
    bad = HOSTILE.raw
    verdicts = tuple(
        replace(
            verdict,
            title=bad,
            headline=bad,
            why=bad,
            needs=bad,
            problem=bad,
            partial=bad,
            value_text=bad,
            band_text=bad,
            band_long=bad,
            count_text=bad,
            count_long=bad,
            state=state,
        )
        for verdict, state in zip(VERDICTS, list(State)[:7], strict=True)
    )
    state = flag().state
    assert state is not None
    levers = tuple(
        LeverArming(lever.number, bad, bad, (ArmingCheck(bad, False, bad, bad),), 5.0) for lever in LEVERS
    )
    return replace(
        SNAPSHOT,
        config=replace(
            CONFIG,
            key=bad,
            title=bad,
            environment=bad,
            flag_key=bad,
            fallback=FallbackConfig(bad),
            runbook=Path("x"),
        ),
        board=board(verdicts),
        flag=FlagView(replace(state, changed_by=Untrusted(bad), changed_at=NOW), bad, NOW),
        arming=Arming(levers, NOW),
        happenings=tuple(
            replace(each, kind=bad, text=bad, who=bad, where=bad, key=str(number))
            for number, each in enumerate(SNAPSHOT.happenings)
        ),
        records=fold(
            (
                done(Attest("internal-cohort", bad, NOW + timedelta(days=9)), name=bad),
                done(Waive("flag", bad, bad, NOW + timedelta(days=9)), name=bad),
                done(Said("kill-switch", bad), name=bad),
                done(Acknowledge(bad), name=bad),
            )
        ),
        rotation=(bad,),
        runbook=RunbookView(bad, ""),
        reload=bad,
        journal=JournalView(bad, NOW),
        history=HistoryView(bad, NOW),
        others=(Presence(bad, bad, bad, bad, bad, NOW),),
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_hostile_text_in_every_panel_neither_acts_nor_crashes(size: tuple[int, int]) -> None:
    bad = HOSTILE.raw
    backend = StageBackend(hostile_snapshot(), operator=bad)
    backend.book = Book(f"# {bad}\n\n1. {bad}\n\n| {bad} | b |\n\n```\n{bad}\n```\n", bad, bad)
    app = app_on(backend)
    steps = tuple(replace(step, text=bad) for step in ASKING.steps)
    async with app.run_test(size=size) as pilot:
        for keys in (
            *VIEWS,
            ["2", "a"],
            ["escape", "w"],
            ["escape", "1"],
            ["K"],
            ["f2"],
            ["f2", "k", "i"],
            ["l", "l"],
        ):
            await pilot.press(*keys)
            assert_inert(app)
        await pilot.press("enter")
        for ladder in (ASKING, KILLED):
            executor = backend.executors[0]
            executor.say(replace(ladder, steps=steps, operator=bad, still_on=(bad,), kill_id=ladder.kill_id))
            await pilot.pause(0.3)
            assert_inert(app)
        await pilot.press("escape")
        assert_inert(app)


async def test_a_hostile_message_while_waiting_is_inert_too() -> None:
    app = app_on(StageBackend(None, message=HOSTILE.raw))
    async with app.run_test(size=(80, 24)):
        assert_inert(app)
        assert "[@click=app.kill]" in shown(app)


def assert_inert(app: ConsoleApp) -> None:
    for widget in app.screen.query(Rows):
        if not widget.display:
            continue
        for y in range(widget.size.height):
            for segment in widget.render_line(y):
                assert segment.text.isprintable(), ascii(segment.text)
                assert not (segment.style and segment.style.meta), "a text carries an action"


# The rest of the keys


async def test_space_holds_the_panels_while_banner_and_clock_stay_live() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        assert "HELD" in shown(app)
        backend.publish(
            replace(SNAPSHOT, board=board((replace(VERDICTS[0], state=State.OK, value_text="0.1 %"),)))
        )
        await pilot.pause(0.3)
        assert "36.8 %" in shown(app)
        assert "all one in band" in shown(app)
        await pilot.press("space")
        assert "0.1 %" in shown(app)
        assert "HELD" not in shown(app)


async def test_the_exclamation_mark_proves_arming_now_and_lists_it_by_lever() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("exclamation_mark")
        await app.workers.wait_for_complete()
        assert backend.proofs == 1
        assert "lever 2   command   ARMED" in shown(app)
        assert "does  /usr/local/bin/force-fallback" in shown(app)
        assert "So K works" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, SignalsScreen)


async def test_the_palette_offers_every_action_and_kill_opens_the_same_dialog() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await pilot.press(*"kill")
        await app.workers.wait_for_complete()
        await pilot.pause(0.2)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert isinstance(app.screen, KillScreen)


async def test_the_services_start_after_the_first_frame_and_stop_with_the_screen() -> None:
    backend = StageBackend()
    async with app_on(backend).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert backend.started
    assert backend.stopped


async def test_services_that_cannot_start_say_so_and_the_screen_stands() -> None:
    class Broken(StageBackend):
        async def start(self) -> None:
            raise RuntimeError("no such table: journal")

    app = app_on(Broken(None))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        assert "The services could not be started: no such table: journal" in shown(app)


async def test_an_unchanged_snapshot_repaints_nothing() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        asked: list[object] = []
        for widget in app.screen.query(Rows):
            widget.refresh = lambda *regions, **_: asked.append(regions)  # type: ignore[method-assign,assignment]
        backend.publish(SNAPSHOT)
        await pilot.pause(0.5)
        assert asked == []


async def test_snapshots_that_come_fast_are_drawn_at_most_four_times_a_second() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        drawn: list[object] = []
        screen = app.screen
        assert isinstance(screen, SignalsScreen)
        draw = screen.draw
        screen.draw = lambda scene: (drawn.append(scene), draw(scene))  # type: ignore[method-assign,assignment,func-returns-value]
        began = monotonic()
        for _ in range(50):
            backend.publish(replace(SNAPSHOT, board=board()))
            await pilot.pause(0.01)
        # Four a second for the data, one for the clock.
        assert 0 < len(drawn) <= 2 + 5 * (monotonic() - began)


def test_capitals_are_dangerous_and_small_letters_never_are() -> None:
    for action in actions.ACTIONS:
        for key in action.keys:
            if len(key) == 1 and key.isalpha():
                assert action.dangerous == key.isupper(), action


def test_no_key_means_two_things_on_one_screen_and_none_is_out_of_reach_of_a_plain_terminal() -> None:
    for screen in {screen for action in actions.ACTIONS for screen in action.screens}:
        keys = [key for action in actions.KEYS.of(screen) for key in action.keys]
        assert len(keys) == len(set(keys)), screen
        assert not {"ctrl+k", "ctrl+j", "ctrl+m", "ctrl+i", "ctrl+h"} & set(keys)


async def test_prepared_levers_that_cannot_work_are_named_in_the_dialog() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("K")
        first, second = PREPARED.levers
        backend.executors[0].say(replace(PREPARED, levers=(replace(first, problem="token unset"), second)))
        await pilot.pause(0.3)
        assert "lever 1: token unset" in shown(app)


async def test_a_proof_that_is_old_keeps_its_own_time() -> None:
    assert SNAPSHOT.arming is not None
    old = replace(SNAPSHOT, arming=replace(SNAPSHOT.arming, proven_at=NOW - timedelta(hours=6)))
    app = app_on(StageBackend(old))
    async with app.run_test(size=(80, 24)):
        assert "ARMED, NOT PROVEN ▲ Mon 21:11" in shown(app) or "ARMED, NOT PROVEN ▲ 21:11" in shown(app)


async def test_a_key_that_covers_the_first_screen_at_once_does_not_keep_the_services_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = StageBackend()
    app = app_on(backend)
    # What Textual does with a callback of a screen that was covered before its first refresh.
    monkeypatch.setattr(app, "call_after_refresh", lambda *_: True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause(0.4)
        assert backend.started
