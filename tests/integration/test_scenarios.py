"""Scenarios in `console demo`, on a real terminal: what each promises is what stands on the screen."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from console.demo.control import Control
from tests.integration.terminal import Terminal
from tests.integration.world import CONSOLE
from tests.servers.processes import wait_until

SPEED = "600"


@contextmanager
def demo(folder: Path, scenario: str, *, speed: str = SPEED) -> Iterator[Terminal]:
    """`console demo` on a terminal, whose world lives in a folder of the test."""
    environment = {"HOME": os.environ["HOME"], "TMPDIR": str(folder), "USER": "mara"}
    command = [*CONSOLE, "demo", "--scenario", scenario, "--speed", speed]
    with Terminal(command, environment=environment, folder=folder) as terminal:
        yield terminal
        terminal.type("q")
        assert terminal.exit_status(seconds=8) == 0
        assert wait_until(lambda: not list(folder.iterdir()), seconds=5), list(folder.rglob("*"))


def config(folder: Path) -> Path:
    """The console.toml of the one world that lives in a folder."""
    (found,) = folder.glob("*/console.toml")
    return found


def switch(folder: Path, scenario: str) -> None:
    """Play a scenario, by what the world has written for its consoles."""
    control = Control.beside(config(folder))
    assert control is not None
    assert asyncio.run(control.play(scenario)) == ""


@pytest.mark.walks
def test_a_scenario_played_from_the_palette_is_on_the_screen_soon_and_goes_again(tmp_path: Path) -> None:
    with demo(tmp_path, "healthy") as terminal:
        terminal.wait_for(r"^ . OK +error rate", seconds=30)
        terminal.type(":")
        terminal.wait_for("what do you want to do", seconds=5)
        terminal.type(*"stale-source")
        terminal.wait_for("stale-source", seconds=5)
        terminal.type("enter")
        terminal.wait_for(r"^ ◑ STALE +error rate", seconds=30)
        switch(tmp_path, "healthy")
        terminal.wait_for(r"^ . (OK|WATCH) +error rate", seconds=30)


@pytest.mark.walks
@pytest.mark.parametrize(
    ("scenario", "title"),
    [
        ("monday-cost-spike", "cost today"),
        ("runaway-loop", "cost today"),
        ("thumbs-down", "thumbs-down"),
        ("injection-campaign", "injection"),
        ("slow-model", "latency p95"),
    ],
)
def test_one_signal_goes_to_breach_and_only_that_one(tmp_path: Path, scenario: str, title: str) -> None:
    with demo(tmp_path, scenario) as terminal:
        shown = terminal.wait_for(rf"^ ■ BREACH +{title} +\S", seconds=40)
        assert len(re.findall(r"^ ■ BREACH", shown, re.MULTILINE)) == 2, "the line on top, and the panel"


@pytest.mark.walks
def test_the_night_s_eval_shows_the_model_that_changed_in_silence(tmp_path: Path) -> None:
    with demo(tmp_path, "silent-model-change") as terminal:
        terminal.wait_for(r"^ [■▲] (BREACH|WATCH) +eval score", seconds=30)


@pytest.mark.walks
def test_where_nobody_asks_nothing_is_green(tmp_path: Path) -> None:
    with demo(tmp_path, "low-traffic", speed="60") as terminal:
        shown = terminal.wait_for(r"^ ○ TOO FEW +error rate", seconds=30)
        assert "● OK" not in shown
        assert "■ BREACH" not in shown


@pytest.mark.walks
def test_a_flag_that_a_script_turns_on_again_alarms_again_until_the_fallback_is_forced(
    tmp_path: Path,
) -> None:
    with demo(tmp_path, "flag-flapping", speed="120") as terminal:
        terminal.wait_for(r"■ BREACH +error rate", seconds=30)
        terminal.type("K")
        terminal.wait_for("KILL  support-drafts")
        terminal.type(*"kill")
        terminal.wait_for("Enter kills")
        terminal.type("enter")
        terminal.wait_for("◇ KILLED", seconds=20)
        terminal.wait_for(r"■ ON AGAIN +flag ON since .* by release-bot, outside a restore", seconds=60)
        terminal.wait_for("one in BREACH", seconds=60)
        who = _flag(tmp_path, "enabled, changed_by, reason")
        assert who == (1, "release-bot", "release 2026.47: flags as in flags.yaml")

        script = config(tmp_path).parent / "force-fallback"
        subprocess.run([script, "support-drafts"], check=True, stdout=subprocess.DEVNULL)
        assert wait_until(lambda: "temporarily unavailable" in _probe(tmp_path), seconds=5)
        assert _flag(tmp_path, "enabled") == (1,), "what the flag says no longer counts"


@pytest.mark.walks
def test_quiet_is_not_proven_by_a_pipeline_that_stands_still(tmp_path: Path) -> None:
    with demo(tmp_path, "stale-source") as terminal:
        terminal.wait_for(r"^ ◑ STALE +error rate", seconds=30)
        terminal.type("K")
        terminal.wait_for("KILL  support-drafts")
        terminal.type(*"kill")
        terminal.wait_for("Enter kills")
        terminal.type("enter")
        terminal.wait_for(r"✓ fallback +\d", seconds=20)
        assert not terminal.wait(lambda: "✓ quiet" in terminal.look(), seconds=8), terminal.look()


def _probe(folder: Path) -> str:
    url = tomllib.loads(config(folder).read_text())["feature"][0]["fallback"]["url"]
    with urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def _flag(folder: Path, columns: str) -> tuple[object, ...]:
    """What the world's database says of the feature's flag."""
    database = config(folder).parent / "flags.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        query = f"SELECT {columns} FROM flags WHERE key = 'support-drafts-ai'"
        (row,) = connection.execute(query).fetchall()
    return tuple(row)
