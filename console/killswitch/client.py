"""The screen's end of an executor. Nothing here waits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from console.identity import Operator
from console.killswitch.steps import Ladder
from console.killswitch.wire import (
    Abandon,
    Go,
    Prepare,
    Prepared,
    Resume,
    ToExecutor,
    Typing,
    decode_report,
    encode,
)
from console.text import plain

__all__ = ["ExecutorClient", "Prepared"]

_LEFT: list[subprocess.Popen[bytes]] = []
"""Executors that were let go of and may still run; they are children until they end."""

ROOT = Path(__file__).resolve().parents[2]
"""Where this program's packages are imported from."""


class ExecutorClient:
    """One executor process: started with the kill dialog, and told to kill by one message.

    Attributes:
        closed: the executor has gone away, or has ended.
        pid: of the executor.
    """

    def __init__(self, connection: socket.socket, process: subprocess.Popen[bytes]) -> None:
        self.closed = False
        self.pid = process.pid
        self._socket = connection
        self._process = process
        self._received = b""

    @classmethod
    def start(cls, config_path: Path, feature_name: str, *, operator: Operator) -> ExecutorClient:
        """Start an executor and tell it what may have to be killed. Returns before it is ready.

        Args:
            config_path: of console.toml.
            feature_name: ``KEY@ENVIRONMENT``.

        Raises:
            OSError: it could not be started.
        """
        _reap()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            try:
                process = _spawn(theirs.fileno())
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        client = cls(ours, process)
        try:
            client._send(Prepare(str(config_path.expanduser().absolute()), feature_name, operator))
        except OSError:
            client.leave()
            raise
        return client

    def fileno(self) -> int:
        """The descriptor that becomes readable when `receive` has something."""
        return self._socket.fileno()

    def typing(self, half: bool) -> None:
        """Say whether the word stands half typed, so that a line that drops now is journaled as abandoned."""
        with suppress(OSError):
            # An executor that is gone is told by `closed`, and learns nothing more.
            self._send(Typing(half))

    def go(self, reason: str) -> None:
        """Confirm the kill: one message, sent before this returns.

        Raises:
            OSError: the executor is gone; nothing was sent.
        """
        self._send(Go(plain(reason)))

    def resume(self, kill_id: str) -> None:
        """Go on with a kill whose own process has ended.

        Raises:
            OSError: the executor is gone; nothing was sent.
        """
        self._send(Resume(kill_id))

    def receive(self) -> list[Prepared | Ladder]:
        """Take what has arrived, without waiting; `closed` says whether more may come."""
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
        reports: list[Prepared | Ladder] = []
        for line in lines:
            with suppress(msgspec.DecodeError):
                # Half a line of an executor that died while it wrote.
                report = decode_report(line)
                if report is not None:
                    reports.append(report)
        return reports

    def leave(self, *, abandoned: bool = False) -> None:
        """Let go. Before `go` the executor ends and does nothing; after it, it goes on alone.

        Args:
            abandoned: the word was begun; the journal is to say so.
        """
        if abandoned:
            with suppress(OSError):
                self._send(Abandon())
        self.closed = True
        self._socket.close()
        _LEFT.append(self._process)
        _reap()

    def _send(self, message: ToExecutor) -> None:
        """Send one short line. The socket's buffer holds far more than all of them, so this cannot wait."""
        try:
            line = encode(message)
        except UnicodeEncodeError as error:
            raise OSError("the configuration's path is not UTF-8: rename it") from error
        if self._socket.send(line) != len(line):
            raise BrokenPipeError("the executor does not read")


def _reap() -> None:
    """Let the system forget executors that have ended."""
    _LEFT[:] = [process for process in _LEFT if process.poll() is None]


def _spawn(descriptor: int) -> subprocess.Popen[bytes]:
    # The package is found where it was found for this process, and never in the current directory.
    paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "console.killswitch.executor",
            "--fd",
            str(descriptor),
            "--began",
            f"{time.monotonic():.3f}",
        ],
        pass_fds=(descriptor,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
