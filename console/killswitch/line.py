"""A process of ours in a session of its own, and the socket to it. Nothing here waits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

_LEFT: list[subprocess.Popen[bytes]] = []
"""Processes that were let go of and may still run; they are children until they end."""

ROOT = Path(__file__).resolve().parents[2]
"""Where this program's packages are imported from."""


class Line:
    """The near end of one process: lines out, lines in.

    Attributes:
        closed: the process has gone away, or has ended.
        pid: of the process.

    Args:
        module: is run with ``--fd N``, the far end of the socket, and when it was started.

    Raises:
        OSError: it could not be started.
    """

    def __init__(self, module: str) -> None:
        reap()
        self.closed = False
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            try:
                self._process = _spawn(module, theirs.fileno())
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self.pid = self._process.pid
        self._socket = ours
        self._received = b""

    def fileno(self) -> int:
        """The descriptor that becomes readable when `receive` has something."""
        return self._socket.fileno()

    def send(self, line: bytes) -> None:
        """Send one short line. The socket's buffer holds far more than all of them, so this cannot wait.

        Raises:
            OSError: the process is gone, or does not read; nothing was sent.
        """
        if self._socket.send(line) != len(line):
            raise BrokenPipeError("the process does not read")

    def receive(self) -> list[bytes]:
        """Take the lines that have arrived; `closed` says whether more may come."""
        while not self.closed:
            try:
                chunk = self._socket.recv(65536)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                chunk = b""
            self._received += chunk
            self.closed = not chunk
        *lines, self._received = self._received.split(b"\n")
        if self.closed:
            self._process.poll()
        return lines

    def leave(self) -> None:
        """Close this end; the process goes on as it sees fit."""
        self.closed = True
        self._socket.close()
        _LEFT.append(self._process)
        reap()


def reap() -> None:
    """Let the system forget processes that have ended."""
    _LEFT[:] = [process for process in _LEFT if process.poll() is None]


def _spawn(module: str, descriptor: int) -> subprocess.Popen[bytes]:
    # The package is found where it was found for this process, and never in the current directory.
    paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, "--fd", str(descriptor), "--began", f"{time.monotonic():.3f}"],
        pass_fds=(descriptor,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
