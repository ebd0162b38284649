"""The way back on the screen: what it asks for, what it refuses beside its field, and what it orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from console.incident.acts import AlarmSeen
from console.killswitch.record import FlagBefore, KillRecord
from console.restoring.carry import Order
from console.restoring.rules import Wish
from console.snapshot import Snapshot
from console.tui.app import ConsoleApp
from console.tui.screens.form import FormScreen
from console.tui.screens.signals import SignalsScreen
from tests.console.tui.stage import FLAG, KILLED, NOW, SNAPSHOT, StageBackend, flag
from tests.console.tui.test_kill_keys import app_on, shown

LADDER = replace(KILLED, killed_by=1, still_on=())
TYPED = {
    "-": "minus",
    " ": "space",
    "%": "percent_sign",
    "_": "underscore",
    "=": "equals_sign",
    ";": "semicolon",
}


def killed(minutes: int = 60, **changes: object) -> Snapshot:
    """The feature, killed so long ago at 25 %; its error rate was in BREACH."""
    at = NOW - timedelta(minutes=minutes)
    ladder = replace(LADDER, started=at.isoformat())
    record = KillRecord(ladder, at, at + timedelta(seconds=1), FlagBefore(True, 25.0))
    return replace(SNAPSHOT, kill=record, kills=(record,), flag=flag(on=False), **changes)  # type: ignore[arg-type]


async def typed(pilot: Pilot[int], *fields: str) -> None:
    """Fill in fields, Enter after each."""
    for text in fields:
        await pilot.press(*(TYPED.get(letter, letter) for letter in text), "enter")


async def ordered(app: ConsoleApp, pilot: Pilot[int]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.requirement(21)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_r_says_what_it_does_and_orders_what_was_typed(size: tuple[int, int]) -> None:
    backend = StageBackend(killed())
    app = app_on(backend)
    async with app.run_test(size=size) as pilot:
        await pilot.press("R")
        assert isinstance(app.screen, FormScreen)
        assert "Gives the AI path back to users in production; before the kill 25 %." in shown(app)
        assert "lower than 25 %:" in shown(app)
        await typed(pilot, "5%", "mended", "", FLAG)
        await ordered(app, pilot)
        assert backend.orders == [Order(False, "5%", Wish(FLAG, "mended", {}))]
        assert isinstance(app.screen, SignalsScreen)
        assert "restore restored: ON at 5 %" in shown(app)


@pytest.mark.requirement(21)
async def test_what_is_missing_stands_there_and_only_the_word_goes_past_it() -> None:
    backend = StageBackend(killed(minutes=2))
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("R")
        assert "killed less than 15 min ago: 13 min to go" in shown(app)
        assert "of the BREACH of error rate (errors): what it came from" in shown(app)
        await typed(pilot, "5%", "mended", "a new prompt", "", FLAG)
        assert backend.orders == []
        await typed(pilot, "override", "")
        await ordered(app, pilot)
        wish = Wish(FLAG, "mended", {"errors": "a new prompt"})
        assert backend.orders == [Order(False, "5%", wish, override=True)]


@pytest.mark.requirement(21)
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (("25%", "mended", "", FLAG), "25 % is not lower than the 25 % before"),
        (("5%", "", "", FLAG), "no reason is given"),
        (("5%", "mended", "", FLAG[:-1]), f"type the flag's key whole: {FLAG}"),
        (("5%", "mended", "maybe", FLAG), "type override whole, or leave it empty"),
    ],
)
async def test_a_field_that_will_not_do_says_so_and_orders_nothing(
    fields: tuple[str, ...], words: str
) -> None:
    backend = StageBackend(killed())
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("R")
        await typed(pilot, *fields)
        assert words in shown(app)
        assert backend.orders == []


async def test_an_order_that_was_refused_stays_in_the_form_with_its_reason() -> None:
    backend = StageBackend(killed(), way_back="REFUSED, nothing was sent: the traffic cannot be seen")
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("R")
        await typed(pilot, "5%", "mended", "", FLAG)
        await ordered(app, pilot)
        assert isinstance(app.screen, FormScreen)
        assert "REFUSED, nothing was sent: the traffic cannot be seen" in shown(app)


async def test_what_is_not_killed_has_nothing_to_restore_and_b_steps_down_by_the_key_alone() -> None:
    backend = StageBackend(way_back="step down restored: 5 %")
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("R")
        assert "it is not killed: there is nothing to restore" in shown(app)
        await pilot.press("escape", "B")
        assert "a step down is as free as the kill" in shown(app)
        await typed(pilot, "5%", FLAG)
        await ordered(app, pilot)
        assert backend.orders == [Order(True, "5%", Wish(FLAG, "", {}))]


async def test_a_console_that_only_looks_opens_neither() -> None:
    backend = StageBackend(killed(), read_only=True)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("R", "B"):
            await pilot.press(key)
            assert isinstance(app.screen, SignalsScreen)
            assert "--read-only: it changes nothing" in shown(app)


@pytest.mark.requirement(20)
async def test_a_killed_flag_that_is_turned_back_is_loud_until_somebody_has_seen_it() -> None:
    snapshot = replace(killed(), flag=flag())
    backend = StageBackend(snapshot)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "ON AGAIN" in shown(app)
        assert "outside a restore" in shown(app)
        await pilot.press("o")
        await ordered(app, pilot)
        assert AlarmSeen(LADDER.kill_id, ("latch",)) in backend.acts


async def test_c_shows_the_manual_card_and_f3_over_the_dialog() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        await ordered(app, pilot)
        assert "KILL: one lever that works is enough" in shown(app)
        await pilot.press("escape", "K", "f3")
        assert "KILL: one lever that works is enough" in shown(app)
