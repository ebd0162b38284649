"""Several consoles on one store, and one that is started again in the middle of it all."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.command import console
from tests.integration.embedded import screen
from tests.integration.terminal import Terminal
from tests.integration.world import CONSOLE, World

BREACH = r"■ BREACH  error rate \d+(\.\d)? %: \d+ of (last )?\d+ answers failed, since (\d\d:\d\d)"


def sits_down(running: World, name: str) -> Terminal:
    """Another console on the same store, with somebody else at it."""
    return Terminal(
        [*CONSOLE, "--config", str(running.config)],
        environment={"HOME": os.environ["HOME"], "USER": name},
        folder=running.folder,
        columns=120,
        rows=40,
    )


@pytest.mark.walks
def test_two_consoles_and_a_command_see_each_others_acts_within_a_second(tmp_path: Path) -> None:
    with (
        world.running(folder=tmp_path) as running,
        sits_down(running, "mara") as mara,
        sits_down(running, "jonas") as jonas,
    ):
        mara.wait_for("also jonas", seconds=30)
        jonas.wait_for("also mara", seconds=30)

        done = console(
            *("attest", "support-drafts", "internal-cohort", "--evidence", "8 agents and 7 days"),
            config=running.config,
            environment={"USER": "ana"},
        )
        assert done.status == 0, done.talk
        written = time.monotonic()
        for terminal in (mara, jonas):
            terminal.wait_for(r"8 agents and 7 days", seconds=1.0)
        assert time.monotonic() - written < 2.0

        mara.type("n")
        mara.wait_for("nothing is written")
        mara.type(*"told the channel", "enter")
        jonas.wait_for(r"told the channel +.*mara", seconds=3.0)
        mara.wait_for(r"told the channel +.*mara", seconds=3.0)


@pytest.mark.walks
def test_a_restart_in_the_middle_of_a_breach_still_shows_it_with_its_since_when(tmp_path: Path) -> None:
    with world.running("--scenario=schema-failures", folder=tmp_path) as running:
        with screen(running) as terminal:
            terminal.wait_for(BREACH, seconds=30)
            since = re.search(BREACH, terminal.look(), re.MULTILINE)
            assert since is not None
            terminal.type("q")
            assert terminal.exit_status(seconds=5) == 0
        with screen(running) as terminal:
            again = terminal.wait_for(BREACH, seconds=10)
            assert f"since {since[3]}" in again

        # Not even the source is needed for it.
        os.kill(running.pid, signal.SIGKILL)
        with screen(running) as terminal:
            terminal.wait_for(r"was BREACH, now ERROR  error rate", seconds=10)
            terminal.wait_for(rf"✗ ERROR +error rate +since (\w+ )?{since[3]}", seconds=10)
