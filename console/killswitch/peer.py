"""The far end of a `console.killswitch.line.Line`: it neither waits for the screen nor minds its death."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from console.dumps import no_core_dumps

LARGEST_LINE = 1 << 20


class Peer:
    """Whoever watches this process.

    Only the newest message is kept for a peer that does not read: a ladder says all that those before said.

    Args:
        connection: a stream socket; it is made non-blocking.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._begun = b""
        """The rest of a line of which a part has left; it must be ended before another begins."""
        self._newest = b""
        self._received = b""
        self._gone = False

    async def line(self) -> bytes | None:
        """Wait for the next line; None when the peer has gone."""
        while True:
            line, newline, rest = self._received.partition(b"\n")
            if newline:
                self._received = rest
                return line
            if len(self._received) > LARGEST_LINE:
                return None
            try:
                chunk = await self._loop.sock_recv(self._socket, 65536)
            except OSError:
                return None
            if not chunk:
                return None
            self._received += chunk

    def send(self, line: bytes) -> None:
        """Send as much of one line as fits now; the rest when the peer reads."""
        self._newest = line
        self._flush()

    def _flush(self) -> None:
        while not self._gone and (self._begun or self._newest):
            if not self._begun:
                self._begun, self._newest = self._newest, b""
            try:
                sent = self._socket.send(self._begun)
            except (BlockingIOError, InterruptedError):
                self._loop.add_writer(self._socket, self._flush)
                return
            except OSError:
                self._gone = True
                break
            self._begun = self._begun[sent:]
        self._loop.remove_writer(self._socket)


def serve(work: Callable[[Peer, float], Awaitable[None]]) -> None:
    """Serve the one screen at the other end of the socket, then end the process. ``--fd N``, and ``--began``.

    Args:
        work: gets the peer, and when this process was started on the monotonic clock.
    """
    # argparse costs 15 ms, and nobody types this.
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    no_core_dumps()
    _leave_the_terminal()
    connection = socket.socket(fileno=int(given["--fd"]))
    connection.set_inheritable(False)
    asyncio.run(_work(connection, work, float(given.get("--began", time.monotonic()))))
    # Threads of a dead disk or a dead resolver must not hold the exit.
    os._exit(0)


async def _work(
    connection: socket.socket, work: Callable[[Peer, float], Awaitable[None]], began: float
) -> None:
    await work(Peer(connection), began)


def _leave_the_terminal() -> None:
    for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
        signal.signal(ignored, signal.SIG_IGN)
    with suppress(PermissionError):
        # Already the leader of its own session when it was started by a `Line`.
        os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.chdir("/")
