"""The executor's end of the socket to the screen: it neither waits for the screen nor minds its death."""

from __future__ import annotations

import asyncio
import socket

from console.killswitch.wire import FromExecutor, encode

LARGEST_LINE = 1 << 20


class Peer:
    """Whoever watches this executor.

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

    def send(self, message: FromExecutor) -> None:
        """Send as much as fits now; the rest when the peer reads."""
        self._newest = encode(message)
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
