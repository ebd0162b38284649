"""Where the lines go: written by a thread, because a terminal or a pipe may stop reading at any time."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque

MOST = 2000
"""Lines that wait while nobody reads; then the oldest are left out, and it is said how many."""

_log = logging.getLogger(__name__)


class Output:
    """Writes lines to a file descriptor and never makes anybody wait.

    When its reader has gone for good, lines go to the console's log instead: whoever watches goes on.

    Attributes:
        broken: the reader has gone.
    """

    def __init__(self, descriptor: int) -> None:
        self.broken = False
        self._descriptor = descriptor
        self._lines: deque[str] = deque()
        self._left_out = 0
        self._writing = False
        self._news = threading.Condition()
        # A daemon: one that waits for a stopped terminal can be neither joined nor ended.
        threading.Thread(target=self._run, name="watch output", daemon=True).start()

    def say(self, line: str) -> None:
        """Have a line written."""
        with self._news:
            if len(self._lines) >= MOST:
                self._lines.popleft()
                self._left_out += 1
            self._lines.append(line)
            self._news.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until all lines are out, `seconds` at most. Says whether they are."""
        with self._news:
            return self._news.wait_for(lambda: not self._lines and not self._writing, seconds)

    def _run(self) -> None:
        while True:
            with self._news:
                self._writing = False
                self._news.notify_all()
                self._news.wait_for(lambda: bool(self._lines))
                lines = list(self._lines)
                if self._left_out:
                    lines.insert(0, f"# {self._left_out} lines were left out: nobody read them in time")
                self._lines.clear()
                self._left_out, self._writing = 0, True
            self._write(lines)

    def _write(self, lines: list[str]) -> None:
        if not self.broken:
            data = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError as error:
                self.broken = True
                _log.warning("nobody reads the watch any more (%s); its lines follow here", error.strerror)
            else:
                return
        for line in lines:
            _log.warning("%s", line)
