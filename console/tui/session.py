"""One kill as the screen sees it: the line to its executor, and what has come over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from console.killswitch.steps import Ladder
from console.tui.backend import KillClient
from console.tui.scene import Killing


class KillSession:
    """Reads what the executor says, and sends it the one message that matters.

    It outlives the dialog: leaving the screen never ends a confirmed kill.
    """

    def __init__(self, open_executor: Callable[[], KillClient], changed: Callable[[], None]) -> None:
        """Start the executor; `changed` is called whenever `killing` differs.

        Raises:
            OSError: it could not be started.
        """
        self._open = open_executor
        self._changed = changed
        self._killing = Killing()
        self._half = False
        self._sent_at: float | None = None
        self._descriptor: int | None = None
        self._client = self._connect()

    @property
    def killing(self) -> Killing:
        """Everything known, immutable."""
        if self._sent_at is None:
            return self._killing
        return replace(self._killing, seconds=monotonic() - self._sent_at)

    def go(self, reason: str, subject: str) -> None:
        """Confirm. The message has left when this returns.

        Args:
            subject: title of the signal in breach, or "".

        An executor that died while the dialog was open is replaced by a new one, once.

        Raises:
            OSError: no executor took the message; nothing was sent.
        """
        try:
            if self._client.closed:
                raise ConnectionResetError("the executor is gone")
            self._client.go(reason)
        except OSError:
            self._disconnect()
            self._client = self._connect()
            self._client.go(reason)
        self._sent_at = monotonic()
        self._killing = replace(self._killing, subject=subject, confirmed=True, lost=False)
        self._changed()

    def typing(self, half: bool) -> None:
        """Tell the executor whether the word stands half typed, for the journal of a line that drops."""
        if half != self._half:
            self._half = half
            self._client.typing(half)

    def leave(self) -> None:
        """Let go: before the confirming Enter the executor ends, after it, it goes on alone."""
        self._disconnect(abandoned=self._half and not self._killing.confirmed)

    def _connect(self) -> KillClient:
        client = self._open()
        descriptor = client.fileno()
        asyncio.get_running_loop().add_reader(descriptor, self._readable)
        self._descriptor = descriptor
        return client

    def _disconnect(self, *, abandoned: bool = False) -> None:
        self._stop_reading()
        self._client.leave(abandoned=abandoned)

    def _stop_reading(self) -> None:
        # Once only: the number may belong to another connection as soon as the client has closed its own.
        if self._descriptor is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._descriptor = None

    def _readable(self) -> None:
        killing = self._killing
        for message in self._client.receive():
            if isinstance(message, Ladder):
                killing = replace(killing, ladder=message)
            else:
                killing = replace(killing, prepared=message)
        if self._client.closed:
            self._stop_reading()
            finished = killing.ladder is not None and killing.ladder.finished
            killing = replace(killing, lost=killing.confirmed and not finished)
        if killing != self._killing:
            self._killing = killing
            self._changed()
