"""The console on a real terminal: bundled keys, hang-ups, and the terminal given back."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.terminal import Terminal

ROOT = Path(__file__).parents[3]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with Terminal(
        [sys.executable, "-m", "tests.console.tui.play", "breach"],
        environment={},
        folder=ROOT,
        columns=80,
        rows=24,
    ) as opened:
        opened.wait_for("error rate 36.8 %: 14 of 38")
        opened.wait_for("lever")
        yield opened


@pytest.mark.requirement(17)
def test_key_word_and_enter_in_one_write_open_the_dialog_and_ask_for_enter_once_more(
    terminal: Terminal,
) -> None:
    terminal.type("Kkill\r")
    assert "KILLING" not in terminal.wait_for("once more")
    terminal.type("\r")
    terminal.wait_for("KILLING")
    terminal.wait_for("KILLED by lever 2")


@pytest.mark.requirement(29)
def test_at_300_ms_there_and_back_without_colour_or_unicode_it_kills_and_asks_for_enter_once_more() -> None:
    far = [sys.executable, "-m", "tests.integration.lagging", "0.15"]
    with Terminal(
        [*far, sys.executable, "-m", "tests.console.tui.play", "breach"],
        environment={"TERM": "xterm", "COLORTERM": "", "NO_COLOR": "1", "LC_ALL": "C", "LANG": "C"},
        folder=ROOT,
        columns=80,
        rows=24,
    ) as terminal:
        terminal.wait_for("# BREACH  error rate 36.8 %")
        terminal.type("Kkill\r")
        shown = terminal.wait_for("Enter kills support-drafts-ai in production: once more")
        assert "KILLING" not in shown
        assert shown.isascii()
        terminal.type("enter")
        terminal.wait_for("KILLED by lever 2")
        written = b"".join(chunk.data for chunk in terminal.chunks)
        assert not re.search(rb"\x1b\[[0-9;]*(3|4|9|10)[0-7][;m]", written), "a colour was sent"


@pytest.mark.requirement(17)
@pytest.mark.requirement(25)
def test_pastes_kill_nothing_and_a_person_who_types_key_by_key_does(terminal: Terminal) -> None:
    terminal.type("K")
    terminal.wait_for("4 letters to go")
    terminal.type("\x1b[200~kill\r\x1b[201~")
    assert "KILLING" not in terminal.wait_for("a paste was discarded")
    terminal.type("kill\rkill\r\r")
    assert "KILLING" not in terminal.wait_for("once more")
    terminal.type("esc")
    terminal.wait_for("nothing was sent")
    terminal.type("K")
    for key, shown in (("k", "3 letters"), ("i", "2 letters"), ("l", "1 letter"), ("L", "Enter kills")):
        terminal.type(key)
        terminal.wait_for(shown)
    terminal.type("enter")
    terminal.wait_for("KILLING")
    terminal.type("q")
    assert terminal.exit_status(seconds=5) == 0
    assert "the kill goes on without this screen" in terminal.look()


@pytest.mark.requirement(25)
@pytest.mark.parametrize("keys", [[], ["K", "kill"]], ids=["signals", "word typed"])
def test_when_the_line_drops_the_process_is_gone_within_a_second(terminal: Terminal, keys: list[str]) -> None:
    terminal.type(*keys)
    terminal.hang_up()
    assert terminal.exit_status(seconds=1.0) == 128 + signal.SIGHUP


@pytest.mark.requirement(25)
def test_a_line_that_drops_after_the_terminal_stopped_reading_ends_it_too(terminal: Terminal) -> None:
    terminal.stop_reading()
    # Far more than the terminal and the writer's queue hold: the event loop stands still.
    terminal.type(*(["?", "1"] * 60))
    terminal.hang_up()
    assert terminal.exit_status(seconds=1.0) == 128 + signal.SIGHUP


def test_a_dead_terminal_ends_the_process_also_where_sighup_is_ignored() -> None:
    with Terminal(
        [
            sys.executable,
            "-c",
            # Ignores SIGHUP for good, as nohup and some shells do, and so sees only end of file.
            "import signal, sys\n"
            "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
            "keep = signal.signal\n"
            "signal.signal = lambda number, act: None if number == signal.SIGHUP else keep(number, act)\n"
            "sys.argv = ['play', 'breach']\n"
            "from tests.console.tui.play import main\n"
            "sys.exit(main())\n",
        ],
        environment={"PYTHONPATH": str(ROOT)},
        folder=ROOT,
        columns=80,
        rows=24,
    ) as terminal:
        terminal.wait_for("error rate 36.8 %")
        before = os.times()
        terminal.hang_up()
        assert terminal.exit_status(seconds=1.0) == 128 + signal.SIGHUP
        spent = os.times().children_user + os.times().children_system
        assert spent - before.children_user - before.children_system < 3.0


def test_leaving_gives_the_terminal_back_and_never_took_the_mouse(terminal: Terminal) -> None:
    terminal.type("q")
    assert terminal.exit_status(seconds=5) == 0
    assert terminal.restored()
    assert b"\x1b[?1000h" not in b"".join(chunk.data for chunk in terminal.chunks)


def test_a_termination_signal_gives_the_terminal_back_too(terminal: Terminal) -> None:
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_status(seconds=5) == 0
    assert terminal.restored()


def test_a_fault_of_our_own_leaves_the_terminal_as_it_was_and_says_one_sentence_without_a_traceback() -> None:
    with Terminal(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from console.tui.screens.signals import SignalsScreen\n"
            "def broken(screen, scene):\n"
            "    secret = 'hunter2'\n"
            "    raise KeyError(secret)\n"
            "SignalsScreen.draw_body = broken\n"
            "sys.argv = ['play', 'breach']\n"
            "from tests.console.tui.play import main\n"
            "sys.exit(main())\n",
        ],
        environment={"PYTHONPATH": str(ROOT)},
        folder=ROOT,
    ) as terminal:
        assert terminal.exit_status(seconds=10) == 1
        written = b"".join(chunk.data for chunk in terminal.chunks)
        assert b"unexpected KeyError" in written
        assert b"Traceback" not in written
        assert b"hunter2" not in written
        assert terminal.restored()
