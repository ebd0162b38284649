"""A kill does not live in the screen: whatever becomes of screen or line after Enter, the flag goes off."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.embedded import flag_is_on, open_dialog, screen
from tests.integration.terminal import Terminal
from tests.servers.processes import wait_until

pytestmark = [pytest.mark.kill, pytest.mark.requirement(25)]


def after_it_was_read(terminal: Terminal, drop: Callable[[], None]) -> None:
    """Press Enter and let the line drop at the first sign that the screen has read it.

    Not at the first thing that is written: the clock of the banner ticks on its own.
    """
    terminal.type("enter")
    asked = terminal.wait_for("journaled|once more", seconds=10)
    if "journaled" not in asked:
        # The machine was slow to paint what Enter does.
        terminal.type("enter")
        terminal.wait_for("journaled", seconds=10)
    drop()


def stopped(terminal: Terminal) -> None:
    after_it_was_read(terminal, lambda: terminal.signal(signal.SIGSTOP))


def killed(terminal: Terminal) -> None:
    after_it_was_read(terminal, lambda: terminal.signal(signal.SIGKILL))


def hung_up(terminal: Terminal) -> None:
    after_it_was_read(terminal, terminal.hang_up)


def unread_from_then_on(terminal: Terminal) -> None:
    after_it_was_read(terminal, terminal.stop_reading)


def unread_from_before(terminal: Terminal) -> None:
    terminal.stop_reading()
    terminal.type("enter")


@pytest.mark.parametrize("what", [stopped, killed, hung_up, unread_from_then_on, unread_from_before])
def test_the_flag_is_off_though_the_screen_is(what: Callable[[Terminal], None], tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        open_dialog(terminal)
        what(terminal)
        assert wait_until(lambda: not flag_is_on(running), seconds=5)


@pytest.mark.parametrize("what", ["SIGSTOP", "SIGKILL", "hang-up"])
def test_a_line_that_drops_before_enter_kills_nothing(what: str, tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        open_dialog(terminal)
        if what == "hang-up":
            terminal.hang_up()
            assert terminal.exit_status(seconds=5) is not None
        else:
            terminal.signal(signal.Signals[what])
        assert not wait_until(lambda: not flag_is_on(running), seconds=3)


LONG = 30.0
"""Seconds: a lid that was closed, a half-dead connection."""


def unread_for_long(terminal: Terminal) -> None:
    """Nobody reads the terminal for half a minute; then somebody does."""
    terminal.stop_reading()
    passed = time.monotonic() + LONG
    assert wait_until(lambda: time.monotonic() >= passed, seconds=LONG + 5, every=0.5)


def test_after_half_a_minute_unread_the_result_is_there(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        open_dialog(terminal)
        terminal.type("enter")
        unread_for_long(terminal)
        assert not flag_is_on(running)
        terminal.read_on()
        terminal.wait_for(r"✓ confirmed", seconds=20)
        terminal.type("esc")
        terminal.wait_for("KILLED", seconds=20)


def test_half_a_minute_unread_before_enter_sends_nothing_and_the_dialog_stands(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        open_dialog(terminal)
        unread_for_long(terminal)
        assert flag_is_on(running)
        terminal.read_on()
        terminal.wait_for("Enter kills", seconds=20)
        terminal.type("enter")
        if not wait_until(lambda: not flag_is_on(running), seconds=5):
            # It was asked for once more: what it does had not been painted.
            terminal.type("enter")
        assert wait_until(lambda: not flag_is_on(running), seconds=10)


@pytest.mark.parametrize("what", ["SIGKILL", "hang-up"])
def test_who_comes_back_after_the_line_dropped_sees_how_the_kill_went(what: str, tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running:
        with screen(running) as terminal:
            open_dialog(terminal)
            (killed if what == "SIGKILL" else hung_up)(terminal)
            assert wait_until(lambda: not flag_is_on(running), seconds=5)
        with screen(running) as back:
            back.wait_for(r"KILLED", seconds=30)
            back.wait_for(r"OFF", seconds=30)


def test_a_screen_whose_terminal_hung_up_leaves_at_once(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        terminal.wait_for(r"ON +25 %", seconds=30)
        terminal.hang_up()
        assert terminal.exit_status(seconds=3) is not None
