"""`console demo`'s promise, on a real terminal: seven live signals, K kill Enter, and the AI path is off."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.command import console
from tests.integration.embedded import FLAG, flag_is_on, flag_service_is_silent, open_dialog, screen
from tests.integration.terminal import Terminal
from tests.servers.processes import wait_until

TITLES = ("error rate", "latency p95", "cost today", "thumbs-down", "eval score", "tickets", "injection")
WITH_DATA = "OK|WATCH|BREACH|TOO FEW|OFF"


def panels(shown: str) -> dict[str, str]:
    """The word of each signal that stands on the screen with data."""
    found = ((title, re.search(rf"^ . ({WITH_DATA}) +{title}", shown, re.MULTILINE)) for title in TITLES)
    return {title: match[1] for title, match in found if match}


@pytest.mark.parametrize(
    ("columns", "rows"), [pytest.param(120, 40, marks=pytest.mark.walks), pytest.param(80, 24)]
)
def test_k_kill_enter_takes_a_failing_feature_off(tmp_path: Path, columns: int, rows: int) -> None:
    with (
        world.running("--scenario=schema-failures", folder=tmp_path) as running,
        screen(running, columns=columns, rows=rows) as terminal,
    ):
        terminal.wait_for(r"■ BREACH  error rate \d+(\.\d)? %: \d+ of \d+ answers failed, since", seconds=30)
        assert set(panels(terminal.look())) == set(TITLES)
        assert flag_is_on(running)

        open_dialog(terminal)
        assert flag_is_on(running)
        terminal.type("enter")

        assert wait_until(lambda: not flag_is_on(running), seconds=5)
        for rung in ("journaled", "accepted", "confirmed", "evaluated", "quiet", "fallback"):
            terminal.wait_for(rf"✓ {rung} +\d+(\.\d+)? s", seconds=20)
        terminal.type("esc")
        terminal.wait_for(r"◇ KILLED")
        terminal.wait_for(r"◇ OFF +error rate")

        done = console("status", "--json", config=running.config)
        feature = done.document()["features"][0]
        assert done.status == 0, done.out
        assert feature["flag"]["on"] is False
        assert feature["kill"]["outcome"] == "confirmed"
        assert {signal["signal"]: signal["state"] for signal in feature["signals"]}["errors"] == "OFF"

        terminal.type("q")
        assert terminal.exit_status(seconds=5) == 0
        assert terminal.wait(terminal.restored, seconds=1)


@pytest.mark.walks
def test_lever_2_kills_while_the_flag_service_is_down(tmp_path: Path) -> None:
    with world.running("--scenario=flag-service-down", folder=tmp_path) as running:
        assert wait_until(lambda: flag_service_is_silent(running), seconds=30)
        done = console(
            *("kill", "support-drafts", "--confirm", FLAG, "--wait", "fallback", "--json"),
            config=running.config,
        )
        assert done.status == 0, done.talk
        assert done.document()["killed_by_lever"] == 2
        assert flag_is_on(running)


def test_make_demo_shows_seven_live_panels_and_takes_its_world_away(tmp_path: Path) -> None:
    environment = {"HOME": os.environ["HOME"], "TMPDIR": str(tmp_path)}
    with Terminal([*world.CONSOLE, "demo"], environment=environment, folder=tmp_path) as terminal:
        terminal.wait_for("DEMO", seconds=10)
        assert terminal.wait(lambda: set(panels(terminal.look())) == set(TITLES), seconds=20), terminal.look()
        terminal.type("q")
        assert terminal.exit_status(seconds=5) == 0
        assert wait_until(lambda: not list(tmp_path.iterdir()), seconds=5), list(tmp_path.rglob("*"))
