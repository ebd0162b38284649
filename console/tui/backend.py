"""What the screens need from the services behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from console.config import BrokenFeature
    from console.drilling.client import DrillClient
    from console.drilling.target import DrillOrder
    from console.feature import Snapshot
    from console.incident.acts import Act
    from console.killswitch.client import Prepared
    from console.killswitch.steps import Ladder
    from console.restoring.carry import Order
    from console.signals.series import Series


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
    """The configured features, live, one of them chosen. Every attribute may be read without a wait."""

    @property
    def snapshot(self) -> Snapshot | None:
        """Everything known about the chosen feature; None until the configuration has been read."""
        ...

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every feature that can be watched, in the configuration's order; () until it has been read."""
        ...

    @property
    def broken(self) -> tuple[BrokenFeature, ...]:
        """Those that the configuration names and that cannot be watched."""
        ...

    @property
    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """(name, what happens) of what the embedded world can play; () where nothing can be switched."""
        ...

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """`Config.keys`: Textual's names of keys by the id of an action; empty until it has been read."""
        ...

    def choose(self, name: str) -> None:
        """Make another feature the chosen one.

        Args:
            name: ``key@environment`` of one of `snapshots`.
        """
        ...

    def showing(self, screen: str) -> None:
        """Tell the other consoles which screen the person is on ("signals")."""
        ...

    async def record(self, act: Act) -> str:
        """Put an act of the person at the keyboard into the journal of the chosen feature.

        Returns:
            Why it could not be written, in words, or "".
        """
        ...

    def begin_drill(self, order: DrillOrder) -> DrillClient:
        """Start the process that holds the lease of a drill of the chosen feature; returns at once.

        Raises:
            OSError: it could not be started.
        """
        ...

    async def go_back(self, order: Order) -> str:
        """Restore, or step down, in a process of its own that outlives the screen.

        Returns:
            How it went, in words.
        """
        ...

    async def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        """One signal of the chosen feature over a span of event time that ends now; None for no such."""
        ...

    async def refresh(self) -> None:
        """Read flag, journal and runbook of the chosen feature now, and prove arming."""
        ...

    async def play(self, scenario: str) -> str:
        """Switch the embedded world to a scenario.

        Returns:
            Why it could not be switched, in words, or "".
        """
        ...

    async def export(self, name: str, text: str) -> str:
        """Write a document of the chosen feature where the person finds it.

        Args:
            name: what it is ("launch-review"); a date and the extension are added.

        Returns:
            The file's path.

        Raises:
            OSError: it could not be written.
        """
        ...

    @property
    def message(self) -> str:
        """While there is no snapshot: what is being done, or what is wrong and what to do."""
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

    async def card(self) -> tuple[str, ...]:
        """The manual card of the chosen feature, a line each; () while nothing is watched."""
        ...
