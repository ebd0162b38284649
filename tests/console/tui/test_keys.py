"""One list of keys: in `?`, in the palette and in docs/keys.md, and each does something where it says."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from console.tui import actions
from console.tui.actions import ACTIONS, KEYS, TYPED_ON
from console.tui.app import ConsoleApp
from console.tui.key_table import key_rows
from console.tui.keys_page import keys_page
from console.tui.palette import entries
from console.tui.screens.form import FormScreen
from console.tui.screens.kill import KillScreen
from console.tui.views.help import help_page
from tests.console.tui.stage import NOW, RECORD, SNAPSHOT, StageBackend
from tests.console.tui.test_kill_keys import app_on, shown
from widgets.line import plain_text
from widgets.look import UNICODE

DOCS = Path(__file__).parents[3] / "docs" / "keys.md"
PLACES = sorted({place for action in ACTIONS for place in action.screens})
VIEWS = sorted(frozenset(PLACES) - TYPED_ON)


class Watched(ConsoleApp):
    """Notes which keys the screen or the app did something with."""

    acted: list[str]

    def perform(self, action: str) -> bool:
        did = super().perform(action)
        if did:
            self.acted.append(action)
        return did


def stand_at(app: ConsoleApp, place: str) -> None:
    """Go to a place as a person would come to it."""
    if place in (actions.DIALOG, actions.LADDER):
        app.home()
        app.kills.open() if place == actions.DIALOG else app.kills.show_ladder()
    elif place == actions.FILTER:
        app.host.go(actions.TIMELINE)
        app.perform("filter")
    elif place == actions.SIGNALS:
        app.home()
    elif place == actions.FORM:
        app.host.go(place, "waive:kill-switch")
    else:
        app.host.go(place)
    assert app.screen.place == place  # type: ignore[attr-defined]


@pytest.mark.parametrize("place", PLACES)
async def test_registry_help_palette_document_and_screens_hold_the_same_keys(place: str) -> None:
    here = {action.id for action in KEYS.of(place)}
    # `?`
    help_text = " ".join(" ".join(plain_text(line) for line in help_page(200, 0, KEYS).lines).split())
    for row in key_rows(KEYS):
        assert f"{row.keys or ': ' + row.id} {row.description}" in help_text, row.id
    # docs/keys.md
    assert DOCS.read_text() == keys_page(), "make it anew: python -m console.tui.keys_page > docs/keys.md"
    assert all(f"`{action.id}`" in keys_page() for action in ACTIONS)
    # the palette
    if place in VIEWS:
        assert {entry.action for entry in entries(KEYS, place, ())} == here
        assert "palette" in here
    # the screens: each key of the place does something there
    backend = StageBackend(replace(SNAPSHOT, kill=RECORD))
    app = Watched(backend, look=UNICODE, now=lambda: NOW)  # type: ignore[arg-type]
    app.acted = []
    async with app.run_test(size=(100, 30)) as pilot:
        for action in sorted(KEYS.of(place), key=lambda each: each.id == "quit"):
            for key in action.keys:
                stand_at(app, place)
                app.acted.clear()
                if place == actions.DIALOG:
                    # It reads its keys itself.
                    await pilot.pause()
                    before = shown(app)
                    await pilot.press(key)
                    did = shown(app) != before
                else:
                    await app.on_event(events.Key(key, None))
                    did = app.acted[:1] == [action.id]
                    if action.id == "palette":
                        await pilot.pause()
                assert did, f"{key} is listed as {action.id} on {place}, and does nothing there"


@pytest.mark.parametrize("place", VIEWS)
async def test_a_key_that_is_not_listed_for_a_place_does_nothing_there(place: str) -> None:
    app = Watched(StageBackend(replace(SNAPSHOT, kill=RECORD)), look=UNICODE, now=lambda: NOW)  # type: ignore[arg-type]
    app.acted = []
    listed = {key for action in KEYS.of(place) for key in action.keys}
    async with app.run_test(size=(100, 30)) as pilot:
        stand_at(app, place)
        await pilot.pause()
        before, screen = shown(app), app.screen
        for key in string.ascii_letters + string.digits:
            if key not in listed:
                await app.on_event(events.Key(key, key))
        await pilot.pause()
        assert (shown(app), app.screen, app.acted) == (before, screen, [])


def test_every_id_has_one_description_and_one_group_wherever_it_works() -> None:
    for row in key_rows(KEYS):
        found = {(action.description, action.group) for action in ACTIONS if action.id == row.id}
        assert len(found) == 1 or row.id == "help", row.id


async def test_a_rebound_key_works_stands_in_the_footer_and_the_old_one_is_free() -> None:
    app = app_on(StageBackend(keys={"note": ("f6",)}))
    async with app.run_test(size=(160, 30)) as pilot:
        app.draw()
        await pilot.pause()
        assert "F6 note" in shown(app)
        await pilot.press("n")
        assert not isinstance(app.screen, FormScreen)
        await pilot.press("f6")
        assert isinstance(app.screen, FormScreen)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"note": ("K",)}, "K"),
        ({"note": ("q",)}, "q"),
        ({"refresh": ("n",)}, "note"),
        ({"nothing": ("f9",)}, "nothing"),
        ({"checklist": ("C",)}, "C"),
    ],
)
async def test_a_key_that_cannot_be_had_is_refused_with_a_sentence_and_keeps_its_own(
    keys: dict[str, tuple[str, ...]], sentence: str
) -> None:
    app = app_on(StageBackend(keys=keys))
    async with app.run_test(size=(160, 40)) as pilot:
        app.draw()
        await pilot.pause()
        assert "✗ " in shown(app)
        await pilot.press("exclamation_mark")
        assert sentence in shown(app)
        await pilot.press("escape", "n")
        assert isinstance(app.screen, FormScreen)
        await pilot.press("escape", "K")
        assert isinstance(app.screen, KillScreen)


async def test_kill_and_quit_keep_their_keys_beside_others() -> None:
    app = app_on(StageBackend(keys={"kill": ("f12",), "quit": ("f11",)}))
    async with app.run_test(size=(100, 30)) as pilot:
        app.draw()
        await pilot.pause()
        for key in ("K", "f12"):
            await pilot.press(key)
            assert isinstance(app.screen, KillScreen)
            await pilot.press("escape")
        await pilot.press("q")
    assert app.return_code == 0


async def test_ctrl_c_says_how_to_leave_and_ends_nothing() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "q leaves" in shown(app)
        assert app.is_running


async def test_the_palette_switches_the_demo_to_a_scenario_and_says_so() -> None:
    backend = StageBackend(demo=True, scenarios=(("runaway-loop", "one agent [never] stops asking"),))
    app = app_on(backend)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("colon", *"runaway")
        await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        await app.workers.wait_for_complete()
        assert backend.played == ["runaway-loop"]
        assert "runaway-loop" in shown(app)


async def test_outside_of_the_demo_the_palette_offers_no_scenario() -> None:
    assert not [entry for entry in entries(KEYS, "signals", ()) if entry.scenario]


async def test_the_kill_key_pressed_before_anything_is_known_opens_the_dialog_once_it_is() -> None:
    backend = StageBackend(None)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("K")
        assert "as soon as it is known" in shown(app)
        backend.publish(SNAPSHOT)
        await pilot.pause(0.5)
        assert isinstance(app.screen, KillScreen)
        assert backend.executors[0].reasons == []


async def test_a_paste_on_a_view_does_nothing() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(events.Paste("Kkill\rq"))
        await pilot.pause()
        assert app.is_running
        assert app.screen.place == actions.SIGNALS  # type: ignore[attr-defined]
