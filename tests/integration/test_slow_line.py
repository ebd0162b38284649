"""The kill at the far end of a slow line: 300 ms there and back, 80x24, few colours or none, no mouse."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.embedded import flag_is_on
from tests.integration.terminal import Terminal
from tests.servers.processes import wait_until

pytestmark = [pytest.mark.walks, pytest.mark.requirement(29)]

ONE_WAY = 0.15
XTERM = {"TERM": "xterm", "COLORTERM": "", "HOME": os.environ["HOME"], "USER": "mara"}
LINES: Mapping[str, Mapping[str, str]] = {
    "16 colours": {},
    "no colour": {"NO_COLOR": "1"},
    "ASCII": {"LC_ALL": "C", "LANG": "C"},
}
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
_MOUSE = re.compile(rb"\x1b\[\?(1000|1002|1003|1006)h")


def far(running: world.World, environment: Mapping[str, str]) -> Terminal:
    """The console at the far end of the line."""
    console = [*world.CONSOLE, "--config", str(running.config)]
    return Terminal(
        [sys.executable, "-m", "tests.integration.lagging", str(ONE_WAY), *console],
        environment={**XTERM, "PYTHONPATH": str(Path.cwd()), **environment},
        folder=running.folder,
        columns=80,
        rows=24,
    )


def styles(terminal: Terminal) -> set[int]:
    """Every number in a style that was sent."""
    sent = b"".join(chunk.data for chunk in terminal.chunks)
    numbers = (part for style in _COLOUR.findall(sent) for part in style[2:-1].split(b";"))
    return {int(number or 0) for number in numbers}


@pytest.mark.parametrize("line", LINES)
def test_k_and_the_word_typed_blind_then_enter_kill_at_300_ms_there_and_back(
    line: str, tmp_path: Path
) -> None:
    with (
        world.running("--scenario=schema-failures", folder=tmp_path) as running,
        far(running, LINES[line]) as terminal,
    ):
        terminal.wait_for(r"BREACH  error rate", seconds=60)
        terminal.wait_for(r"ON +25 %", seconds=30)

        # All in one go, by a person who knows the way and sees nothing yet: Enter is asked for once more,
        # the word is not.
        typed_at = terminal.type("Kkill\r")
        terminal.wait_for(r"Enter kills support-drafts-ai in demo: once more")
        assert time.monotonic() - typed_at >= 2 * ONE_WAY, "the line is slow"
        assert flag_is_on(running)

        terminal.type("enter")
        assert wait_until(lambda: not flag_is_on(running), seconds=5)
        terminal.wait_for(r"[✓+] confirmed +\d+(\.\d+)? s", seconds=20)
        terminal.wait_for(r"[✓+] quiet +\d+(\.\d+)? s", seconds=30)
        shown = terminal.look()
        assert re.search("KILLED .*mara", shown)
        assert "demo" in shown.lower()

        terminal.type("q")
        assert terminal.exit_status(seconds=10) == 0
        assert not _MOUSE.search(b"".join(chunk.data for chunk in terminal.chunks)), "the mouse was taken"
        numbers = styles(terminal)
        assert not numbers & {38, 48}, "more colours than sixteen"
        if line == "no colour":
            assert not numbers & {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}, numbers
        if line == "ASCII":
            assert shown.isascii()


def test_the_screen_never_says_killed_before_the_flag_is_off(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, far(running, {}) as terminal:
        terminal.wait_for(r"ON +25 %", seconds=60)
        terminal.type("K", *"kill")
        terminal.wait_for(r"Enter kills support-drafts-ai in demo")
        terminal.type("enter")

        def says_killed() -> bool:
            said = "KILLED" in terminal.look()
            assert not (said and flag_is_on(running)), terminal.look()
            return said

        assert terminal.wait(says_killed, seconds=20)


def test_one_who_waits_for_each_line_is_not_asked_again(
    tmp_path: Path,
) -> None:
    with world.running(folder=tmp_path) as running, far(running, {}) as terminal:
        terminal.wait_for(r"ON +25 %", seconds=60)
        terminal.type("K")
        terminal.wait_for("KILL  support-drafts")
        terminal.type(*"kill")
        terminal.wait_for(r"Enter kills support-drafts-ai in demo")
        terminal.type("enter")
        assert wait_until(lambda: not flag_is_on(running), seconds=5)
        terminal.wait_for(r"✓ confirmed")
