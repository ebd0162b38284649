"""What systemd is told, in its datagrams: sd_notify(3), sd_watchdog_enabled(3). No library is needed."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Systemd:
    """Tells the service manager how this service stands; does nothing where there is none.

    Args:
        environ: with NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, as systemd sets them.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = f"\0{self._address[1:]}"  # abstract, as Linux has it
        self.every = _watchdog(environ)

    def ready(self, status: str) -> None:
        """Say that everything has been started."""
        self._tell(f"READY=1\nSTATUS={_one_line(status)}")

    def alive(self) -> None:
        """Say that the watch still turns; to be called every `every` seconds, if that is not None."""
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in a line how things stand, for `systemctl status`."""
        self._tell(f"STATUS={_one_line(text)}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        # A manager that does not listen is no reason to stop watching.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.setblocking(False)
            connection.connect(self._address)
            connection.send(message.encode())


def _watchdog(environ: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life: half of what systemd waits; None where it does not."""
    try:
        seconds = int(environ.get("WATCHDOG_USEC", "0")) / 1e6
        pid = int(environ.get("WATCHDOG_PID", os.getpid()))
    except ValueError:
        return None
    return seconds / 2 if seconds > 0 and pid == os.getpid() else None


def _one_line(text: str) -> str:
    return text.replace("\n", " ")[:200]
