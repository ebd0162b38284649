"""A program on a terminal of its own, seen from outside: what it wrote and when, and the screen that makes.

A thread stamps what the program writes and does nothing else; it becomes a screen only when somebody looks,
so that looking does not enter the times. The terminal can also stop reading, and hang up, as terminals do.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyte

KEYS = {
    "enter": b"\r",
    "esc": b"\x1b",
    "tab": b"\t",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "ctrl+c": b"\x03",
    "ctrl+q": b"\x11",
}
"""Named keys as xterm sends them; any other key is its own character."""

# The shell opens the terminal by its name, which makes it the controlling terminal of the new session:
# without one no hang-up would reach the program.
_ON_TERMINAL = 'exec <"$0" >"$0" 2>&1; exec "$@"'
_SYNC_QUERY, _SYNC_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Programs ask for synchronized output; xterm's relatives have it, and so do we."""
_FOREIGN = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b[PX^_][^\x1b]*\x1b\\")
"""What pyte would print as if it were text."""
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[PX^_][^\x1b]*\x1b?)?\Z")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_ALTERNATE_SCREEN, _MOUSE = {b"47", b"1047", b"1049"}, {b"1000", b"1002", b"1003", b"1006"}


class Chunk(NamedTuple):
    """What one read returned.

    Attributes:
        at: when, on the monotonic clock, in seconds.
    """

    at: float
    data: bytes


class Terminal:
    """A program running on a pseudo-terminal; ended, at the latest, when the `with` block ends.

    Args:
        command: the program and its arguments.
        environment: added to a minimal one; nothing else of ours reaches the program.
        folder: its working directory.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        self.chunks: list[Chunk] = []
        self.changes: list[bool] = []
        """For each chunk looked at so far, whether it changed a cell or the cursor."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._rows: dict[int, str] = {}
        self._cursor = (0, 0, False)
        self._unfinished = b""
        self._news = threading.Condition()
        self._paused = threading.Event()
        self._wake_end, self._wake = os.pipe()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._modes = termios.tcgetattr(slave)
        own = {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", _ON_TERMINAL, os.ttyname(slave), *command],
            stdin=slave,
            cwd=folder,
            env={"PATH": os.environ["PATH"], **own, **environment},
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        while True:
            wanted = [self._wake_end] if self._paused.is_set() else [self._wake_end, self._master]
            ready = select.select(wanted, [], [])[0]
            if self._wake_end in ready and os.read(self._wake_end, 1) == b"":
                return
            if self._master not in ready:
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:  # EIO: nobody has the other end open any more
                return
            now = time.monotonic()
            with self._news:
                self.chunks.append(Chunk(now, data))
                self._news.notify_all()
            if _SYNC_QUERY in data:
                os.write(self._master, _SYNC_ANSWER)

    def type(self, *keys: str) -> float:
        """Type keys, one write each; return the monotonic time just before the last."""
        at = time.monotonic()
        for key in keys:
            at = time.monotonic()
            os.write(self._master, KEYS.get(key, key.encode()))
        return at

    def look(self) -> str:
        """Return the screen as it is now, as lines of text."""
        while len(self.changes) < len(self.chunks):
            self.changes.append(self._feed(self.chunks[len(self.changes)].data))
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _feed(self, data: bytes) -> bool:
        data = self._unfinished + data
        if cut := _UNFINISHED.search(data):
            data, self._unfinished = data[: cut.start()], data[cut.start() :]
        else:
            self._unfinished = b""
        self._stream.feed(_FOREIGN.sub(b"", data))
        screen = self._screen
        cursor = (screen.cursor.x, screen.cursor.y, screen.cursor.hidden)
        changed = cursor != self._cursor
        self._cursor = cursor
        for y in screen.dirty:
            row = repr(dict(screen.buffer[y]))
            changed = changed or self._rows.get(y) != row
            self._rows[y] = row
        screen.dirty.clear()
        return changed

    def wait(self, true: Callable[[], bool], *, seconds: float) -> bool:
        """Wait until ``true()``, asked again at each output; return whether it came true in time."""
        until = time.monotonic() + seconds
        while not true():
            left = until - time.monotonic()
            if left <= 0:
                return False
            with self._news:
                self._news.wait(min(left, 0.05))
        return True

    def wait_for(self, pattern: str, *, seconds: float = 10) -> str:
        """Wait until the screen shows a regular expression; return the screen.

        Raises:
            AssertionError: it did not, in time; the message has the screen.
        """
        shown = re.compile(pattern, re.MULTILINE)
        if not self.wait(lambda: bool(shown.search(self.look())), seconds=seconds):
            state = (
                f"it left with {self.process.returncode}" if self.process.poll() is not None else "it runs"
            )
            raise AssertionError(f"{pattern!r} did not show within {seconds:g} s; {state}:\n{self.look()}")
        return self.look()

    def stop_reading(self) -> None:
        """Read nothing more, as a terminal behind a dead line: soon the program's writes block."""
        self._paused.set()
        os.write(self._wake, b".")

    def read_on(self) -> None:
        """Read again after `stop_reading`."""
        self._paused.clear()
        os.write(self._wake, b".")

    def hang_up(self) -> None:
        """Close the terminal, as a dropped line does: the program gets SIGHUP."""
        if self._wake >= 0:
            os.close(self._wake)
            self._wake = -1
            self._reader.join()
            os.close(self._wake_end)
            os.close(self._master)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def exit_status(self, *, seconds: float) -> int | None:
        """Wait for the program to end; None when it does not."""
        if hasattr(os, "pidfd_open") and self.process.returncode is None:
            # Popen.wait looks every 50 ms, which is too coarse for a time that is measured.
            descriptor = os.pidfd_open(self.process.pid)
            select.select([descriptor], [], [], seconds)
            os.close(descriptor)
            seconds = 0
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def restored(self) -> bool:
        """Whether the terminal is as the program found it: screen, cursor, mouse and line modes."""
        modes = {b"25": b"h"}
        for chunk in _MODE.finditer(b"".join(data for _, data in self.chunks)):
            modes.update(dict.fromkeys(chunk[1].split(b";"), chunk[2]))
        left_on = {mode for mode, state in modes.items() if state == b"h"}
        same = termios.tcgetattr(self._master)[:4] == self._modes[:4]
        return same and b"25" in left_on and not left_on & (_ALTERNATE_SCREEN | _MOUSE)

    def close(self) -> None:
        """End the program and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()
