"""What is measured: the floor of the stack, the console over its world, and whatever peers are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from benchmarks.measure import NotReady, Subject

SIGNALS = ("error rate", "latency", "cost", "eval score", "thumbs-down", "tickets", "injection")
_ANSWER = re.compile(r"^drafts_requests_total\{[^}]*\} ([0-9.e+]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class World:
    """A running embedded world.

    Attributes:
        config: the console.toml that attaches to it.
    """

    url: str
    config: Path

    def answered(self) -> float:
        """Return how many requests the world has answered since it started, by its own metrics."""
        with urlopen(f"{self.url}/metrics", timeout=5) as answer:
            return sum(float(value) for value in _ANSWER.findall(answer.read().decode()))


@contextmanager
def world(*arguments: str) -> Iterator[World]:
    """Run `console world` while the block runs; it ends with its standard input, so also with us."""
    with TemporaryDirectory(prefix="incident-console-bench-") as folder:
        config = Path(folder) / "console.toml"
        command = [
            sys.executable,
            "-m",
            "console",
            "world",
            "--with-parent",
            f"--write-config={config}",
            *arguments,
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                line = process.stdout.readline()
                if not line:
                    raise NotReady(f"the world did not start: {' '.join(command)}")
                yield World(url=str(json.loads(line)["url"]), config=config)
            finally:
                process.stdin.close()
                process.wait(10)


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
        [sys.executable, "-m", "console", "--config", str(attached_to.config)],
        seven_panels_with_data,
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
