"""What a console says when things break under it, and how it comes back by itself."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.embedded import screen
from tests.servers.processes import free_port, wait_until

TITLES = ("error rate", "latency p95", "cost today", "thumbs-down", "injection")


@pytest.mark.walks
def test_a_world_that_dies_is_said_and_seen_again_when_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    with world.running(f"--port={port}", folder=tmp_path) as running, screen(running) as terminal:
        terminal.wait_for(r"(OK|TOO FEW|WATCH) +error rate", seconds=30)
        os.kill(running.pid, signal.SIGKILL)
        for title in TITLES:
            terminal.wait_for(rf"✗ ERROR +{title}", seconds=15)
        shown = terminal.wait_for(r"ON.*25 %, read \d\d:\d\d|cannot be read", seconds=15)
        assert "Traceback" not in shown
        terminal.wait_for("NOT ARMED", seconds=20)

        with world.running(f"--port={port}", folder=tmp_path):
            for title in TITLES:
                terminal.wait_for(rf"(OK|TOO FEW|WATCH) +{title}", seconds=40)
            terminal.wait_for("ARMED", seconds=20)


@pytest.mark.walks
def test_a_disk_that_takes_nothing_any_more_is_said_and_the_console_goes_on(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, screen(running) as terminal:
        terminal.wait_for(r"(OK|TOO FEW|WATCH) +error rate", seconds=30)
        history = running.folder / "console-history.db"
        assert wait_until(lambda: history.exists(), seconds=10)
        pid = terminal.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, most))
        said = terminal.wait_for(r"✗ history: .*console-history\.db", seconds=20)
        assert "Traceback" not in said
        terminal.wait_for(r"(OK|TOO FEW|WATCH) +error rate", seconds=5)

        terminal.type("n")
        terminal.wait_for("nothing is written")
        terminal.type(*"kept for later", "enter")
        terminal.wait_for("NOT WRITTEN", seconds=5)

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        terminal.type("enter")
        terminal.wait_for(r"kept for later", seconds=5)
