"""What each key does from K to the ladder, in the app, with a scripted executor behind a real socket."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from console.killswitch.steps import Outcome
from console.tui.app import ConsoleApp
from console.tui.screens.kill import KillScreen
from console.tui.screens.page import PageScreen
from console.tui.screens.signals import SignalsScreen
from tests.console.tui.stage import ASKING, KILLED, NOW, RECORD, SNAPSHOT, StageBackend
from widgets.look import UNICODE
from widgets.rows import Rows

KEYS = {"\r": "enter", "\x1b": "escape", " ": "space"}


def shown(app: ConsoleApp) -> str:
    """Every line of every widget on the screen on top."""
    return "\n".join(
        widget.render_line(y).text
        for widget in app.screen.query(Rows)
        if widget.display and widget.size.height
        for y in range(widget.size.height)
    )


async def bundle(pilot: Pilot[int], keys: str, read: int) -> None:
    """Send several keys as one read of a lagging terminal brings them."""
    driver = pilot.app._driver
    assert driver is not None
    for character in keys:
        event = events.Key(KEYS.get(character, character), character)
        event.console_read = read  # type: ignore[attr-defined]
        driver.process_message(event)
    await pilot.pause()
    await pilot.pause()


def app_on(backend: StageBackend) -> ConsoleApp:
    return ConsoleApp(backend, look=UNICODE, now=lambda: NOW)  # type: ignore[arg-type]


@pytest.mark.requirement(17)
async def test_the_word_and_a_later_enter_send_one_message_and_show_the_ladder() -> None:
    backend = StageBackend()
    async with app_on(backend).run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l")
        assert "Enter kills support-drafts-ai in production" in shown(pilot.app)  # type: ignore[arg-type]
        assert backend.executors[0].reasons == []
        await pilot.press("enter")
        assert backend.executors[0].reasons == ["error rate 36.8 %: 14 of 38 answers failed, since 02:58"]
        assert "KILLING" in shown(pilot.app)  # type: ignore[arg-type]


@pytest.mark.requirement(17)
async def test_k_word_and_enter_in_one_read_open_the_dialog_and_ask_for_enter_once_more() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await bundle(pilot, "Kkill\r", 5)
        assert isinstance(app.screen, KillScreen)
        assert backend.executors[0].reasons == []
        assert "once more" in shown(app)
        assert app.screen.word.text == "kill"
        await bundle(pilot, "\r", 6)
        assert len(backend.executors[0].reasons) == 1


@pytest.mark.requirement(17)
async def test_keys_typed_before_the_dialog_is_drawn_belong_to_it_and_never_to_the_screen_below() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await bundle(pilot, "KKq4!?1 ", 3)
        assert isinstance(app.screen, KillScreen)
        assert app.is_running
        assert len(backend.executors) == 1
        assert backend.proofs == 0


@pytest.mark.requirement(17)
async def test_three_presses_of_the_kill_key_open_one_dialog() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await bundle(pilot, "KKK", 1)
        assert len(app.screen_stack) == 2
        assert len(backend.executors) == 1


@pytest.mark.parametrize(
    "keys", [["enter"], ["k", "enter"], ["k", "i", "l", "enter"], ["x", "enter", "enter"]]
)
async def test_enter_without_the_word_sends_nothing_and_says_how_many_letters_are_missing(
    keys: list[str],
) -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", *keys)
        assert backend.executors[0].reasons == []
        assert "to go" in shown(app)


@pytest.mark.requirement(17)
async def test_a_paste_is_discarded_and_said_so() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k")
        app.post_message(events.Paste("kill\r"))
        await pilot.pause()
        assert "a paste was discarded" in shown(app)
        await pilot.press("enter")
        assert backend.executors[0].reasons == []


@pytest.mark.requirement(25)
async def test_escape_leaves_the_dialog_and_its_executor_ends_without_a_kill() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "escape")
        assert isinstance(app.screen, SignalsScreen)
        assert backend.executors[0].left
        assert backend.executors[0].abandoned
        assert backend.executors[0].reasons == []
        assert "nothing was sent" in shown(app)


@pytest.mark.requirement(25)
async def test_leaving_the_ladder_never_ends_the_kill_and_line_2_follows_it() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter")
        backend.executors[0].say(ASKING)
        await pilot.pause(0.3)
        assert "lever 1 did not answer" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, SignalsScreen)
        assert "the kill goes on" in shown(app)
        assert not backend.executors[0].left
        assert "KILLING  lever 1 did not answer; lever 2 accepted, not proven yet" in shown(app)
        await pilot.press("K")
        assert "while you wait" in shown(app)
        assert len(backend.executors) == 1
        backend.executors[0].say(KILLED)
        await pilot.pause(0.3)
        assert "KILLED by lever 2 (flag still ON in flag service)" in shown(app)
        assert "what is left to do" in shown(app)


@pytest.mark.requirement(25)
async def test_q_after_enter_leaves_the_screen_and_never_the_kill() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter", "q")
    assert app.return_code == 0
    # `run_console` says so on the terminal that is given back (test_terminal.py).
    assert app.killing
    assert len(backend.executors[0].reasons) == 1
    assert not backend.executors[0].abandoned


async def test_the_runbook_can_be_read_while_the_kill_goes_on() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter", "4")
        assert isinstance(app.screen, PageScreen)
        assert "Error rate" in shown(app)
        backend.executors[0].say(ASKING)
        await pilot.pause(0.3)
        assert "KILLING" in shown(app)
        await pilot.press("escape", "K")
        assert isinstance(app.screen, KillScreen)


async def test_exact_requests_and_help_open_over_the_dialog_and_the_word_stands() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "f2")
        assert "curl -X PATCH" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, KillScreen)
        await pilot.press("f1")
        assert "A paste is discarded" in shown(app)
        await pilot.press("f1", "l", "l", "enter")
        assert len(backend.executors[0].reasons) == 1


async def test_a_word_finished_over_the_requests_page_brings_the_dialog_back_before_enter_counts() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "f2", "l")
        assert "Enter kills support-drafts-ai in production" in shown(app)
        assert "curl" not in shown(app)


async def test_enter_over_the_requests_page_closes_it_and_kills_only_when_the_effect_is_painted_again() -> (
    None
):
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "f2", "enter")
        assert backend.executors[0].reasons == []
        assert "Enter kills support-drafts-ai in production" in shown(app)
        await pilot.press("enter")
        assert len(backend.executors[0].reasons) == 1


@pytest.mark.parametrize("size", [(20, 5), (30, 8), (40, 12)])
async def test_where_the_effect_has_no_room_enter_never_kills(size: tuple[int, int]) -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=size) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter", "enter", "enter")
        assert backend.executors[0].reasons == []
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.1)
        await pilot.press("enter")
        assert len(backend.executors[0].reasons) == 1


async def test_an_executor_that_died_under_the_open_dialog_is_replaced_when_enter_counts() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l")
        backend.executors[0].die()
        await pilot.pause(0.1)
        await pilot.press("enter")
        assert [executor.reasons != [] for executor in backend.executors] == [False, True]


async def test_where_no_executor_starts_the_dialog_says_not_sent_and_enter_tries_again() -> None:
    backend = StageBackend()
    backend.refuses = OSError("no processes left")
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter")
        assert "NOT SENT" in shown(app)
        backend.refuses = None
        await pilot.press("enter")
        assert len(backend.executors[0].reasons) == 1


async def test_an_executor_lost_in_mid_kill_is_said_loudly() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter")
        backend.executors[0].say(ASKING)
        await pilot.pause(0.3)
        backend.executors[0].die()
        await pilot.pause(0.4)
        assert "the kill's process went away" in shown(app)


async def test_read_only_explains_and_opens_no_executor() -> None:
    backend = StageBackend(read_only=True)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "K explains" in shown(app)
        assert "READ-ONLY" in shown(app)
        await pilot.press("K")
        assert "console kill support-drafts --confirm support-drafts-ai" in shown(app)
        assert backend.executors == []


async def test_before_the_configuration_is_read_k_says_so_and_the_word_goes_nowhere() -> None:
    backend = StageBackend(None)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter")
        assert backend.executors == []
        assert "reading console.toml" in shown(app)


@pytest.mark.requirement(17)
async def test_what_is_typed_after_k_while_the_configuration_is_read_belongs_to_the_dialog() -> None:
    backend = StageBackend(None)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await bundle(pilot, "Kkill\r", 3)
        assert isinstance(app.screen, SignalsScreen)
        backend.publish(SNAPSHOT)
        await pilot.pause(0.3)
        assert isinstance(app.screen, KillScreen)
        assert backend.executors[0].reasons == []
        assert "Enter kills support-drafts-ai in production: once more" in shown(app)
        await bundle(pilot, "\r", 4)
        assert len(backend.executors[0].reasons) == 1


async def test_q_leaves_also_while_a_dialog_is_waited_for() -> None:
    app = app_on(StageBackend(None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", "k", "q")
        assert app.return_code == 0


@pytest.mark.requirement(17)
async def test_a_flag_that_a_reload_renames_under_the_dialog_is_asked_for_again_and_then_killed() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K", *"kill")
        renamed = replace(SNAPSHOT, config=replace(SNAPSHOT.config, flag_key="drafts-ai-2"))
        backend.snapshot = renamed
        assert isinstance(app.screen, KillScreen)
        app.screen.draw(app.scene())
        # It comes before the new sentence is painted.
        app.screen.take(events.Key("enter", "\r"), 99)
        await pilot.pause()
        assert [executor.reasons for executor in backend.executors] == [[]]
        assert "Enter kills drafts-ai-2 in production" in shown(app)
        await pilot.press("enter")
        assert [len(executor.reasons) for executor in backend.executors] == [0, 1]


async def test_k_works_when_no_lever_is_armed() -> None:
    assert SNAPSHOT.arming is not None
    broken = tuple(
        replace(lever, checks=tuple(replace(check, holds=False) for check in lever.checks))
        for lever in SNAPSHOT.arming.levers
    )
    backend = StageBackend(replace(SNAPSHOT, arming=replace(SNAPSHOT.arming, levers=broken)))
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "NOT ARMED ✗" in shown(app)
        assert "K tries" in shown(app)
        await pilot.press("K", "k", "i", "l", "l", "enter")
        assert len(backend.executors[0].reasons) == 1


async def test_a_kill_in_the_journal_is_shown_and_enter_opens_its_ladder() -> None:
    backend = StageBackend(replace(SNAPSHOT, kill=RECORD))
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "KILLED by lever 2 (flag still ON in flag service)  03:12:16 Mara Voss" in shown(app)
        await pilot.press("enter")
        assert "what is left to do" in shown(app)
        assert backend.executors == []


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNCONFIRMED])
async def test_a_kill_that_is_not_proven_shows_what_to_send_by_hand(outcome: Outcome) -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("K", "k", "i", "l", "l", "enter")
        backend.executors[0].say(replace(ASKING, outcome=outcome, finished=True))
        await pilot.pause(0.4)
        assert "by hand" in shown(app)
        assert "curl -X PATCH" in shown(app)


async def test_no_key_binding_of_the_app_has_priority() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)):
        bindings = [
            b
            for node in (app, app.screen)
            for listed in node._bindings.key_to_bindings.values()
            for b in listed
        ]
        assert not [binding for binding in bindings if binding.priority]
        assert not [binding for binding in bindings if binding.key in ("K", "ctrl+k")]
