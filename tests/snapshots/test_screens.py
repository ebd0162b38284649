"""The screens as pictures, held against the mock-ups once and kept from changing unseen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import pytest
from textual.pilot import Pilot

from adapters.flags.port import ArmingCheck
from console.signals.verdict import Clock, State
from console.tui.app import ConsoleApp
from tests.console.tui.stage import (
    ASKING,
    DRILLS,
    KILLED,
    KILLS,
    NOW,
    PREPARED,
    RECORD,
    SNAPSHOT,
    StageBackend,
    flag,
)
from tests.console.tui.test_detail import Charts, settled
from tests.console.tui.test_drill import HEALTHY, ORDER, over, says
from tests.console.tui.test_features_table import BROKEN, Many, feature
from widgets.look import ASCII, UNICODE, Look

Keys = Callable[[Pilot[int]], Awaitable[None]]


class Compare(Protocol):
    """What the plugin's fixture does."""

    def __call__(
        self, app: ConsoleApp, *, terminal_size: tuple[int, int], run_before: Keys | None = None
    ) -> bool: ...


SMALL, LARGE = (80, 24), (120, 40)
DRILLED = replace(SNAPSHOT, kills=KILLS, drills=DRILLS)


def app_of(backend: StageBackend, look: Look = UNICODE) -> ConsoleApp:
    return ConsoleApp(backend, look=look, now=lambda: NOW)  # type: ignore[arg-type]


def press(*keys: str) -> Keys:
    async def run(pilot: Pilot[int]) -> None:
        await pilot.app.workers.wait_for_complete()  # the runbook has been read
        await pilot.press(*keys)
        await pilot.pause()

    return run


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_signals_in_breach(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(StageBackend()), terminal_size=size, run_before=press())


def test_signals_in_ascii(snap_compare: Compare) -> None:
    assert snap_compare(app_of(StageBackend(), ASCII), terminal_size=SMALL, run_before=press())


def test_signals_of_the_embedded_world(snap_compare: Compare) -> None:
    fast = replace(SNAPSHOT, board=replace(SNAPSHOT.board, clock=Clock(NOW, NOW, 60.0)))
    assert snap_compare(app_of(StageBackend(fast, demo=True)), terminal_size=SMALL, run_before=press())


def test_before_the_configuration_is_read(snap_compare: Compare) -> None:
    assert snap_compare(app_of(StageBackend(None)), terminal_size=SMALL, run_before=press())


@pytest.mark.requirement(18)
def test_the_kill_dialog_with_a_letter_to_go(snap_compare: Compare) -> None:
    keys = press("K", "k", "i", "l")
    assert snap_compare(app_of(StageBackend(DRILLED)), terminal_size=SMALL, run_before=keys)


@pytest.mark.requirement(18)
def test_the_kill_dialog_of_an_inverse_flag_with_the_word_complete(snap_compare: Compare) -> None:
    config = replace(SNAPSHOT.config, flag=replace(SNAPSHOT.config.flag, kill_state="on"))
    assert SNAPSHOT.arming is not None
    levers = (replace(SNAPSHOT.arming.levers[0], does="switch on in production"), SNAPSHOT.arming.levers[1])
    arming = replace(SNAPSHOT.arming, levers=levers)
    inverse = replace(SNAPSHOT, config=config, flag=flag(on=False), arming=arming)
    first = replace(PREPARED.levers[0], does="switch on in production")
    prepared = replace(PREPARED, levers=(first, PREPARED.levers[1]))
    keys = press("K", *"kill")
    assert snap_compare(
        app_of(StageBackend(inverse, prepared=prepared)), terminal_size=SMALL, run_before=keys
    )


@pytest.mark.parametrize("ladder", [ASKING, KILLED], ids=["asking", "killed"])
def test_the_ladder(snap_compare: Compare, ladder: object) -> None:
    backend = StageBackend(DRILLED)

    async def kill(pilot: Pilot[int]) -> None:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("K", *"kill", "enter")
        backend.executors[0].say(ladder)
        await pilot.pause(0.4)
        await pilot.pause()

    assert snap_compare(app_of(backend), terminal_size=SMALL, run_before=kill)


def test_can_i_kill_with_lever_1_not_armed(snap_compare: Compare) -> None:
    assert SNAPSHOT.arming is not None
    first, second = SNAPSHOT.arming.levers
    checks = (
        first.checks[0],
        ArmingCheck("token valid", False, "token expired 02:00", "put a new token in $FLAG_TOKEN"),
        ArmingCheck("may write", None, "cannot be asked without a valid token"),
    )
    arming = replace(SNAPSHOT.arming, levers=(replace(first, checks=checks), second))
    backend = StageBackend(replace(SNAPSHOT, arming=arming))
    assert snap_compare(app_of(backend), terminal_size=SMALL, run_before=press("exclamation_mark"))


def test_the_runbook_at_the_signal_in_breach(snap_compare: Compare) -> None:
    assert snap_compare(app_of(StageBackend()), terminal_size=SMALL, run_before=press("4"))


def test_read_only_explains_k(snap_compare: Compare) -> None:
    assert snap_compare(app_of(StageBackend(read_only=True)), terminal_size=SMALL, run_before=press("K"))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_why_a_signal_is_in_breach(snap_compare: Compare, size: tuple[int, int]) -> None:
    backend = Charts()

    async def look(pilot: Pilot[int]) -> None:
        await pilot.press("enter")
        await settled(pilot.app, pilot)  # type: ignore[arg-type]

    assert snap_compare(app_of(backend), terminal_size=size, run_before=look)


def test_many_features_the_worst_first(snap_compare: Compare) -> None:
    killed = replace(feature("invoice-extract"), kill=RECORD)
    stale = feature("call-summaries", worst=State.STALE)
    calm = (
        feature(name, where) for name in ("auto-tags", "tone-check") for where in ("production", "staging")
    )
    backend = Many(SNAPSHOT, killed, stale, *calm, broken=(BROKEN,))
    keys = press("f", "j")
    assert snap_compare(app_of(backend), terminal_size=LARGE, run_before=keys)


def test_the_checklist_unmet_first(snap_compare: Compare) -> None:
    assert snap_compare(app_of(StageBackend()), terminal_size=SMALL, run_before=press("2"))


def test_the_walk_through_of_a_gate(snap_compare: Compare) -> None:
    assert snap_compare(
        app_of(StageBackend()), terminal_size=SMALL, run_before=press("2", "j", "j", "j", "enter")
    )


def test_the_timeline_with_the_cursor_on_a_line(snap_compare: Compare) -> None:
    assert snap_compare(app_of(StageBackend()), terminal_size=SMALL, run_before=press("5", "k", "k"))


def test_a_form_with_a_date_that_cannot_be_read(snap_compare: Compare) -> None:
    keys = press("2", "a", *"drill", "enter", *"soon", "enter")
    assert snap_compare(app_of(StageBackend()), terminal_size=SMALL, run_before=keys)


def test_the_score_of_a_rehearsal(snap_compare: Compare) -> None:
    backend = StageBackend(HEALTHY)
    app = ConsoleApp(backend, look=UNICODE, now=lambda: NOW, drill=ORDER)  # type: ignore[arg-type]

    async def drill(pilot: Pilot[int]) -> None:
        await pilot.app.workers.wait_for_complete()
        while not backend.begun:
            await pilot.pause(0.02)
        await says(pilot, backend.begun[0], over())

    assert snap_compare(app, terminal_size=SMALL, run_before=drill)
