"""The console's own log: a file beside the store, for what would spoil a screen.

Several processes of one user write to it at once, so a line is one write at its end, and whoever finds it too
large turns it over under a lock. Secrets that were used are taken out of every line. A line that cannot be
written is dropped: a full disk has sentences of its own on the screen, and must not stop anything here.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.redaction import hide, used

if TYPE_CHECKING:
    from types import TracebackType

NAME = "console.log"
LARGEST = 1 << 20
"""Bytes of one file."""
KEPT = 3
"""Older files: console.log.1 is the newest of them."""
LONGEST = 16_384
"""Bytes of one entry, its traceback included; the middle of a longer one is left out."""

_OWN = ("console", "adapters", "widgets")


def start(directory: Path) -> str:
    """Log to `directory`/console.log from now on, and nowhere else: never onto the screen.

    What libraries warn of goes there as well, and what breaks in a thread or a finalizer. May be called
    again, with another directory.

    Returns:
        Why nothing can be logged, in a sentence; "" when it can.
    """
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, LogFile)]:
        root.removeHandler(handler)
        handler.close()
    file = LogFile(directory / NAME)
    root.addHandler(file)
    root.setLevel(logging.WARNING)
    for name in _OWN:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
    threading.excepthook = _thread_broke
    sys.unraisablehook = _finalizer_broke
    return file.problem()


class LogFile(logging.Handler):
    """A file that several processes write to, private to the user, turned over when it is full.

    Args:
        path: made with mode 0600, and its directory with 0700, when the first line is written.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        super().__init__()
        self.path = path
        self._largest = largest
        self._kept = kept
        self._open: int | None = None
        self.setFormatter(_Formatter())

    def problem(self) -> str:
        """Why it cannot be written, or ""."""
        try:
            with self._guard():
                self._file()
        except OSError as error:
            return f"nothing can be logged: {self.path}: {error.strerror}"
        return ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one entry."""
        try:
            entry = _cut(hide(self.format(record).encode("utf-8", "backslashreplace"), used()))
            file = self._file()
            os.write(file, entry + b"\n")
            if os.fstat(file).st_size > self._largest:
                self._turn_over()
        except Exception:  # noqa: BLE001, S110 - nothing is left that could be told of it
            pass

    def close(self) -> None:
        """Let go of the file."""
        self._let_go()
        super().close()

    def _guard(self) -> Any:
        assert self.lock is not None, "made by Handler.__init__"  # noqa: S101
        return self.lock

    def _file(self) -> int:
        """The open file; opened anew where another process has turned it over, or somebody deleted it."""
        if self._open is not None:
            with suppress(OSError):
                here, there = os.fstat(self._open), self.path.stat()
                if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                    return self._open
            self._let_go()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open = os.open(
            self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        return self._open

    def _turn_over(self) -> None:
        file = self._file()
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            # Somebody else may have done it while this process waited.
            if os.fstat(file).st_ino == self.path.stat().st_ino:
                for number in range(self._kept, 0, -1):
                    newer = self.path if number == 1 else self._older(number - 1)
                    if newer.exists():
                        newer.replace(self._older(number))
        finally:
            self._let_go()

    def _older(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _let_go(self) -> None:
        if self._open is not None:
            os.close(self._open)
            self._open = None


class _Formatter(logging.Formatter):
    """One line an entry; the lines of a traceback follow it, indented. Nothing in it acts on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        first, *rest = super().format(record).splitlines() or [""]
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
        lines = [f"{at} {record.levelname} {record.process} {record.name}: {first}", *rest]
        return "\n    ".join(_inert(line) for line in lines)


def _inert(line: str) -> str:
    """Log files are read with tail and less: control characters are written out."""
    return "".join(
        c if c == "\t" or not (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0) else f"\\x{ord(c):02x}" for c in line
    )


def _cut(entry: bytes) -> bytes:
    if len(entry) <= LONGEST:
        return entry
    half = LONGEST // 2
    return entry[:half] + b"\n    ... left out ...\n    " + entry[-half:]


def _thread_broke(broken: threading.ExceptHookArgs) -> None:
    name = broken.thread.name if broken.thread else "a thread"
    _tell(f"{name} broke", broken.exc_type, broken.exc_value, broken.exc_traceback)


def _finalizer_broke(broken: sys.UnraisableHookArgs) -> None:
    _tell(broken.err_msg or "a finalizer broke", broken.exc_type, broken.exc_value, broken.exc_traceback)


def _tell(
    what: str,
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    logging.getLogger("console").error(what, exc_info=(kind, error, trace) if error is not None else None)
