"""What is measured: the floor of the stack, the console over its world, and whatever peers are installed."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import NotReady, Subject
from tests.integration.world import CONSOLE, World, WorldFailed, running

SIGNALS = ("error rate", "latency p95", "cost today", "eval score", "thumbs-down", "tickets", "injection")

CONSOLE_KEYS = ("4", "down", "up", "1")
"""To the runbook, a line down, a line up, and back to the signals: what one presses most."""


@contextmanager
def world(*arguments: str) -> Iterator[World]:
    """Run `console world` while the block runs."""
    with TemporaryDirectory(prefix="incident-console-bench-") as folder:
        try:
            with running(*arguments, folder=Path(folder)) as started:
                yield started
        except WorldFailed as error:
            raise NotReady(f"the world did not start: {error}") from error


def minimal() -> Subject:
    """The application that every figure is held against."""
    return Subject(
        "minimal Textual app",
        [sys.executable, "-m", "benchmarks.minimal_app"],
        lambda screen: "pressed 0" in screen,
    )


def console(attached_to: World) -> Subject:
    """The console on its signals screen; ready is when all seven panels have data."""
    return Subject(
        "console",
        [*CONSOLE, "--config", str(attached_to.config)],
        seven_panels_with_data,
        keys=CONSOLE_KEYS,
        environment={"USER": os.environ.get("USER", "bench")},
    )


def seven_panels_with_data(screen: str) -> bool:
    """Whether each signal stands in a panel of its own with a verdict that needs data."""
    return all(
        re.search(rf"^ ?. (?:OK|WATCH|BREACH|TOO FEW|OFF) +{name}", screen, re.MULTILINE) for name in SIGNALS
    )


def peers() -> tuple[list[Subject], list[str]]:
    """Return the other consoles that can be measured here, and a sentence for each that cannot."""
    found, missing = [], []
    for subject, how in (
        (Subject("btop", ["btop"], lambda s: "cpu" in s and "mem" in s), "apt-get install btop"),
        (Subject("htop", ["htop"], lambda s: "F10" in s), "apt-get install htop"),
    ):
        if shutil.which(subject.command[0]):
            found.append(subject)
        else:
            missing.append(f"{subject.name} is not installed: {how}")
    server = os.environ.get("DOLPHIE_URI")
    if shutil.which("dolphie") and server:
        found.append(Subject("dolphie", ["dolphie", server], lambda s: "QPS" in s, keys=("1", "1")))
    else:
        missing.append(
            "dolphie is not measured: uv tool install dolphie, and set DOLPHIE_URI to a MySQL or MariaDB "
            "server (mysql://user:password@127.0.0.1:3306)"
        )
    return found, missing
