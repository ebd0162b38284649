"""What the screens need from the services behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from console.feature import Snapshot
    from console.killswitch.client import Prepared
    from console.killswitch.steps import Ladder


class RunbookText(Protocol):
    """The runbook that the configuration binds to a feature, as it was read just now."""

    @property
    def text(self) -> str:
        """Raw Markdown; "" when it could not be read."""
        ...

    @property
    def path(self) -> str:
        """Where it is; "" when none is bound."""
        ...

    @property
    def problem(self) -> str:
        """Why it could not be read and what to do, or ""."""
        ...


class KillClient(Protocol):
    """The screen's end of one kill, which lives in a process of its own."""

    def fileno(self) -> int:
        """The descriptor that becomes readable when `receive` has something."""
        ...

    def typing(self, half: bool) -> None:
        """Say whether the word stands half typed, so that a line that drops now is journaled as abandoned."""
        ...

    def go(self, reason: str) -> None:
        """Confirm the kill: one message, sent before this returns.

        Raises:
            OSError: the executor is gone; nothing was sent.
        """
        ...

    def receive(self) -> list[Prepared | Ladder]:
        """Take what has arrived, without waiting."""
        ...

    @property
    def closed(self) -> bool:
        """The executor has gone away, or has ended."""
        ...

    def leave(self, *, abandoned: bool = False) -> None:
        """Let go. Before `go` the executor ends and does nothing; after it, it goes on alone.

        Args:
            abandoned: the word was begun; the journal is to say so.
        """
        ...


class Backend(Protocol):
    """One feature, live. Every attribute may be read at any time and none of them waits."""

    @property
    def snapshot(self) -> Snapshot | None:
        """Everything known about the feature; None until the configuration has been read."""
        ...

    @property
    def message(self) -> str:
        """While there is no snapshot: what is being done, or what is wrong and what to do."""
        ...

    @property
    def last_confirmed_kill(self) -> datetime | None:
        """Instant (UTC) of the newest confirmed kill of this flag in the journal; None when there is none."""
        ...

    @property
    def read_only(self) -> bool:
        """Started with ``--read-only``."""
        ...

    @property
    def demo(self) -> bool:
        """The feature is the embedded world's."""
        ...

    @property
    def operator(self) -> str:
        """Who is at the keyboard."""
        ...

    @property
    def tz(self) -> tzinfo:
        """The time zone in which instants are shown."""
        ...

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback`, on the event loop, whenever the snapshot or the message has changed."""
        ...

    async def start(self) -> None:
        """Read the configuration and begin to watch. Called once the first frame is painted."""
        ...

    async def stop(self) -> None:
        """End every task and let go of connections."""
        ...

    async def prove(self) -> None:
        """Prove arming now; the next snapshot carries what came out."""
        ...

    def open_executor(self) -> KillClient:
        """Start the process that a kill lives in; returns at once.

        Raises:
            OSError: it could not be started.
        """
        ...

    def runbook(self) -> RunbookText:
        """Read the runbook."""
        ...
