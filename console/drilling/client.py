"""The screen's end of a drill. Nothing here waits."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from console.drilling.target import DrillOrder
from console.drilling.wire import Begin, End, Go, Mark, Take, ToHolder, Told, decode_told, encode
from console.identity import Operator
from console.killswitch.line import Line
from console.text import plain

HOLDER = "console.drilling.holder"


class DrillClient:
    """One drill, whose lease is held by a process of its own.

    Args:
        line: to that process.
    """

    def __init__(self, line: Line) -> None:
        self._line = line

    @classmethod
    def begin(
        cls,
        config_path: Path,
        feature_name: str,
        *,
        operator: Operator,
        order: DrillOrder,
    ) -> DrillClient:
        """Begin a drill; returns before it is known whether it may be.

        Args:
            config_path: of console.toml.
            feature_name: ``KEY@ENVIRONMENT``.

        Raises:
            OSError: the process could not be started.
        """
        path = str(config_path.expanduser().absolute())
        return _started(
            Begin(path, feature_name, operator, order.kind, order.trainee, order.story, order.confirm)
        )

    @classmethod
    def take(cls, config_path: Path, feature_name: str, *, operator: Operator, drill: str) -> DrillClient:
        """Have the lease of a drill ended whose own process is gone.

        Raises:
            OSError: the process could not be started.
        """
        return _started(Take(str(config_path.expanduser().absolute()), feature_name, operator, drill))

    @property
    def closed(self) -> bool:
        """The process has gone away, or has ended."""
        return self._line.closed

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._line.pid

    def fileno(self) -> int:
        """The descriptor that becomes readable when `receive` has something."""
        return self._line.fileno()

    def receive(self) -> list[Told]:
        """Take what has arrived, without waiting."""
        told = []
        for line in self._line.receive():
            with suppress(msgspec.DecodeError):
                told.append(decode_told(line))
        return told

    def mark(self, name: str, text: str = "") -> None:
        """The person got somewhere; of a process that has gone nothing more is told.

        Args:
            text: what was written there.
        """
        with suppress(OSError):
            self._send(Mark(name, text))

    def go(self, reason: str) -> None:
        """Kill, for the drill.

        Raises:
            OSError: the process is gone; nothing was sent.
        """
        self._send(Go(plain(reason)))

    def end(self, why: str, breach: str = "") -> None:
        """End the drill: it is restored, or stays killed where that is right."""
        with suppress(OSError):
            self._send(End(why, breach))

    def leave(self) -> None:
        """Let go: a drill that goes on ends by itself and restores."""
        self._line.leave()

    def _send(self, message: ToHolder) -> None:
        self._line.send(encode(message))


def _started(first: ToHolder) -> DrillClient:
    client = DrillClient(Line(HOLDER))
    try:
        client._send(first)
    except OSError:
        client.leave()
        raise
    return client
