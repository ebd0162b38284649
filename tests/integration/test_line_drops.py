"""A kill does not live in the screen: whatever becomes of screen or line after Enter, the flag goes off."""

from __future__ import annotations

import signal
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
    assert terminal.wait(lambda: "journaled" in terminal.look(), seconds=5)
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


def test_a_screen_whose_terminal_hung_up_leaves_at_once(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        terminal.wait_for(r"ON +25 %", seconds=30)
        terminal.hang_up()
        assert terminal.exit_status(seconds=3) is not None
