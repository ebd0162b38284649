"""The screen's end of an executor. Nothing here waits."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from console.identity import Operator
from console.killswitch.line import Line
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

EXECUTOR = "console.killswitch.executor"


class ExecutorClient:
    """One executor process: started with the kill dialog, and told to kill by one message.

    Args:
        line: to its process.
    """

    def __init__(self, line: Line) -> None:
        self._line = line

    @classmethod
    def start(cls, config_path: Path, feature_name: str, *, operator: Operator) -> ExecutorClient:
        """Start an executor and tell it what may have to be killed. Returns before it is ready.

        Args:
            config_path: of console.toml.
            feature_name: ``KEY@ENVIRONMENT``.

        Raises:
            OSError: it could not be started.
        """
        client = cls(Line(EXECUTOR))
        try:
            client._send(Prepare(str(config_path.expanduser().absolute()), feature_name, operator))
        except OSError:
            client.leave()
            raise
        return client

    @property
    def closed(self) -> bool:
        """The executor has gone away, or has ended."""
        return self._line.closed

    @property
    def pid(self) -> int:
        """Of the executor."""
        return self._line.pid

    def fileno(self) -> int:
        """The descriptor that becomes readable when `receive` has something."""
        return self._line.fileno()

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
        reports: list[Prepared | Ladder] = []
        for line in self._line.receive():
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
        self._line.leave()

    def _send(self, message: ToExecutor) -> None:
        try:
            line = encode(message)
        except UnicodeEncodeError as error:
            raise OSError("the configuration's path is not UTF-8: rename it") from error
        self._line.send(line)
