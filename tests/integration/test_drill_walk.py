"""A drill on a real terminal, over the embedded world: killed, restored, scored; and restored though the line
drops."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.command import console
from tests.integration.embedded import FLAG, flag_is_on
from tests.integration.terminal import Terminal
from tests.servers.processes import wait_until

pytestmark = [pytest.mark.walks, pytest.mark.requirement(24)]


def drill(running: world.World, *arguments: str, columns: int = 80, rows: int = 24) -> Terminal:
    """Somebody begins a drill."""
    command = [*world.CONSOLE, "drill", "support-drafts", "--config", str(running.config), *arguments]
    return Terminal(
        command,
        environment={"HOME": os.environ["HOME"], "USER": "mara"},
        folder=running.folder,
        columns=columns,
        rows=rows,
    )


def row(running: world.World, key: str) -> tuple[object, ...]:
    """Who gets a flag, by the row that the flag service keeps."""
    with closing(sqlite3.connect(f"file:{running.folder / 'flags.db'}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT enabled, percent FROM flags WHERE key = ?", (key,)).fetchone()
        users = database.execute("SELECT user FROM flag_users WHERE key = ? ORDER BY user", (key,)).fetchall()
    return (*found, *users)


def through(terminal: Terminal) -> None:
    """Find it, decide, kill."""
    terminal.wait_for(r"restores itself|over at", seconds=60)
    terminal.type("1")
    terminal.wait_for("made up for the drill")
    terminal.type("4")
    terminal.type("K")
    terminal.wait_for("DRILL  KILL  support-drafts")
    terminal.type(*"kill")
    terminal.wait_for("Enter kills, for the drill,")
    terminal.type("\r")
    terminal.wait_for("DRILL  KILLED", seconds=30)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_production_drill_kills_the_real_flag_is_quiet_restores_exactly_and_is_evidence(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with world.running("--speed=60", folder=tmp_path) as running:
        before = row(running, FLAG)
        with drill(
            running,
            "--kind=production",
            f"--confirm={FLAG}",
            "--trainee=Priya",
            columns=size[0],
            rows=size[1],
        ) as terminal:
            through(terminal)
            assert not flag_is_on(running)
            terminal.wait_for(r"✓ quiet", seconds=90)
            terminal.type("n")
            terminal.wait_for("note")
            terminal.type(*"told", "\r")
            terminal.wait_for("written")
            terminal.type("D")
            terminal.wait_for("✓ note written")
            terminal.type("E")
            terminal.wait_for("PASSED", seconds=30)
            assert row(running, FLAG)[0] == 1
            terminal.type("q")
            assert terminal.exit_status(seconds=15) == 0
        assert row(running, FLAG) == before
        done = console("gates", "support-drafts", "--json", config=running.config)
        gates = {gate["gate"]: gate for gate in json.loads(done.out)["gates"]}
        assert gates["kill-switch"]["state"] == "PASS"
        assert "in a drill" in gates["kill-switch"]["evidence"]
        timeline = console("timeline", "support-drafts", config=running.config).out
        assert "DRILL production of Priya" in timeline
        assert "DRILL score: passed" in timeline


def test_a_rehearsal_leaves_the_real_flag_alone_and_the_gate_unmet(tmp_path: Path) -> None:
    with world.running("--speed=60", folder=tmp_path) as running:
        before = row(running, FLAG)
        with drill(running, "--kind=rehearsal") as terminal:
            through(terminal)
            assert row(running, f"{FLAG}-drill")[0] == 0
            assert row(running, FLAG) == before
            terminal.type("D")
            terminal.wait_for("E end drill")
            terminal.type("E")
            terminal.wait_for("PASSED", seconds=30)
            terminal.type("q")
            assert terminal.exit_status(seconds=15) == 0
        assert row(running, f"{FLAG}-drill")[0] == 1
        done = console("gates", "support-drafts", "--json", config=running.config)
        gates = {gate["gate"]: gate for gate in json.loads(done.out)["gates"]}
        assert gates["kill-switch"]["state"] == "UNKNOWN"


@pytest.mark.parametrize("how", ["hang up", "kill -9"])
def test_the_line_drops_in_mid_drill_and_the_flag_is_restored(tmp_path: Path, how: str) -> None:
    with world.running("--speed=60", folder=tmp_path) as running:
        before = row(running, FLAG)
        with drill(running, "--kind=production", f"--confirm={FLAG}") as terminal:
            through(terminal)
            assert not flag_is_on(running)
            if how == "hang up":
                terminal.hang_up()
            else:
                terminal.signal(signal.SIGKILL)
            assert wait_until(lambda: row(running, FLAG) == before, seconds=120)


def test_a_tabletop_sends_nothing(tmp_path: Path) -> None:
    with world.running("--speed=60", folder=tmp_path) as running:
        before = row(running, FLAG)
        with drill(running) as terminal:
            through(terminal)
            assert row(running, FLAG) == before
            terminal.type("D")
            terminal.wait_for("E end drill")
            terminal.type("E")
            terminal.wait_for("DRILL  score", seconds=30)
            terminal.type("q")
            terminal.exit_status(seconds=15)
        assert row(running, FLAG) == before


def test_a_real_kill_from_another_console_ends_the_drill_and_stays(tmp_path: Path) -> None:
    with world.running("--speed=60", folder=tmp_path) as running:
        with drill(running, "--kind=production", f"--confirm={FLAG}") as terminal:
            through(terminal)
            done = console("kill", "support-drafts", f"--confirm={FLAG}", config=running.config)
            assert done.status == 0
            terminal.wait_for("THIS IS REAL", seconds=20)
            assert not terminal.look().startswith("▌DRILL▐")
            terminal.type("q")
            terminal.exit_status(seconds=15)
        assert not flag_is_on(running)
        status = console("status", "support-drafts", config=running.config)
        assert "KILLED" in status.out


def test_without_the_flags_key_a_production_drill_says_the_exact_line(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running:
        done = console("drill", "support-drafts", "--kind=production", config=running.config)
        assert done.status == 2
        assert f"--kind production --confirm {FLAG}" in done.talk
        assert console("drill", "support-drafts", "--story=none", config=running.config).status == 2
