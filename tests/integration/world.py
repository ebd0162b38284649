"""`console world`, started and ended as somebody else's program would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

CONSOLE = (sys.executable, "-m", "console")
START_SECONDS = 60

_ANSWERED = re.compile(r"^drafts_requests_total\{[^}]*\} ([0-9.e+]+)", re.MULTILINE)


def home(folder: Path) -> Path:
    """Return where the world keeps everything when it is started in ``folder``."""
    return folder / "world"


class WorldFailed(Exception):
    """The world did not start; the message has what it said."""


@dataclass(frozen=True, slots=True)
class World:
    """A running embedded world.

    Attributes:
        config: the console.toml that attaches to it.
        folder: where its databases and scripts are.
    """

    url: str
    config: Path
    folder: Path
    pid: int

    def answered(self) -> float:
        """Return how many requests the feature has answered since it started, by its own metrics."""
        with urlopen(f"{self.url}/metrics", timeout=5) as answer:
            return sum(float(value) for value in _ANSWERED.findall(answer.read().decode()))


@contextmanager
def running(*arguments: str, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[World]:
    """Run `console world` while the block runs. It ends with its standard input, so it ends with us too.

    Args:
        arguments: options of `console world`, more than those that say where things are.
        folder: an existing one; the world makes its own, `home(folder)`, in it, and removes that at its end.
        environment: added to ours.

    Raises:
        WorldFailed: it ended before it was ready.
    """
    config = home(folder) / "console.toml"
    command = [*CONSOLE, "world", "--with-parent", f"--write-config={config}", *arguments]
    with (folder / "world.log").open("w+") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise WorldFailed((folder / "world.log").read_text())
            told = json.loads(line)
            yield World(str(told["url"]), config, Path(str(told["config"])).parent, process.pid)
        finally:
            process.stdin.close()
            process.stdout.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
