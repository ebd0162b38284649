"""A screen on a real terminal, to be stopped, killed, closed or left unread."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Terminal:
    """A pseudo-terminal with `tests.console.killswitch.screen` on it."""

    def __init__(self, config: Path, feature: str) -> None:
        self._shown = b""
        self.executor = 0
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execv(
                sys.executable,
                [sys.executable, "-m", "tests.console.killswitch.screen", str(config), feature],
            )

    async def ready(self) -> None:
        """Wait until Enter would kill."""
        await self.shows(rb"ready (\d+)")
        found = re.search(rb"ready (\d+)", self._shown)
        assert found is not None
        self.executor = int(found[1])

    async def shows(self, pattern: bytes, seconds: float = 15.0) -> None:
        """Read the terminal until something stands on it."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._master, readable.set)
        try:
            async with asyncio.timeout(seconds):
                while not re.search(pattern, self._shown):
                    await readable.wait()
                    self._shown += os.read(self._master, 65536)
                    readable.clear()
        finally:
            loop.remove_reader(self._master)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def signal(self, number: int) -> None:
        """Send a signal to the screen."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def end(self) -> None:
        """Take the screen away, whatever state it is in."""
        self.hang_up()
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
