"""`console watch` as somebody's service: its lines as they come, and its end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.integration.world import CONSOLE


class Watching:
    """A running `console watch --plain`; ended, at the latest, when the `with` block ends.

    Attributes:
        lines: everything it has printed.
    """

    def __init__(self, config: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            [*CONSOLE, "watch", "--plain", "--config", str(config), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()

    def wait_for(self, pattern: str, *, since: int = 0, seconds: float = 40) -> str:
        """Wait for a line that a pattern is found in, and return it.

        Args:
            pattern: ``\\t`` stands between columns.
            since: number of lines that are passed over.

        Raises:
            AssertionError: none came in time.
        """
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for line in self.lines[since:]:
                    if re.search(pattern, line):
                        return line
                left = deadline - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    shown = "\n".join(self.lines)
                    raise AssertionError(
                        f"no line like {pattern!r} within {seconds:g} s; there are:\n{shown}"
                    )

    def end(self, number: int = signal.SIGTERM, *, seconds: float = 20) -> int:
        """Tell it to end; return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(seconds)
