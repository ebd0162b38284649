"""What waits for the history's owning thread. Handing something in takes microseconds and never waits."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.signals.port import Reading
from console.store.kept import Latch, Observed, Presence, Prompt
from console.store.tables import Place, Tables

SLICE = 500
"""Readings that are encoded and written in one go: some milliseconds."""
MOST_READINGS = 1_000_000
"""Readings that wait while the disk is away; then the oldest are given up.

What the sources of fifty features have to say at their start fits in. Fifty features reach it when the disk
is away for two days (some 500 MB), one feature after three months.
"""
MOST_CHANGES = 5_000
MOST_PROMPTS = 500
BATCH_SECONDS = 1.0
"""How long readings are gathered; everything else is written at once."""

EVERYWHERE: Place = ("", "")

Small: TypeAlias = Observed | Latch | Presence | Prompt | None
"""None takes away what stands under the key."""
Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some readings of one feature, and their place in the row."""

    number: int
    place: Place
    readings: list[Reading]


@dataclass(slots=True, eq=False)
class Ask:
    """A question to the tables.

    Attributes:
        work: answers it; None only waits for what was handed in before.
        answer: gets the answer, or None where there can be none now. Called on the owning thread.
        after: number of the last chunk that must have been written before.
        until: monotonic instant up to which it may wait for a lock to be let go.
    """

    work: Callable[[Tables], Any] | None
    answer: Callable[[Any], None]
    after: int
    until: float


class Inbox:
    """Safe from any thread. What is taken out of it stays in it until it has been `done`.

    Attributes:
        lost: readings and changes that were given up for want of room.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._chunks: deque[Chunk] = deque()
        self._since = 0.0
        self._waiting = 0
        self._number = 0
        self._small: dict[Key, Small] = {}
        self._standing: dict[Key, Latch] = {}
        self._asks: list[Ask] = []
        self._stopped = False
        self.lost = 0

    def readings(self, place: Place, readings: list[Reading]) -> None:
        """Hand in readings."""
        if not readings:
            return
        with self._changed:
            if self._stopped:
                return
            if not self._chunks:
                self._since = time.monotonic()
                self._changed.notify()
            for first in range(0, len(readings), SLICE):
                self._number += 1
                self._chunks.append(Chunk(self._number, place, readings[first : first + SLICE]))
            self._waiting += len(readings)
            while self._waiting > MOST_READINGS and len(self._chunks) > 1:
                self._give_up(len(self._chunks.popleft().readings))

    def _give_up(self, readings: int) -> None:
        self._waiting -= readings
        self.lost += readings

    def small(self, key: Key, value: Small, *, first: bool = False) -> None:
        """Hand in a change, latch, presence or prompt.

        Args:
            key: begins with what it is. A later one under the same key replaces one that still waits.
            first: unless one waits under this key, which then stays.
        """
        with self._changed:
            if self._stopped or (first and key in self._small):
                return
            if key[0] == "latch":
                self._standing.pop(key, None)
                if isinstance(value, Latch):
                    self._standing[key] = value
            # What comes later is written later.
            self._small.pop(key, None)
            self._small[key] = value
            self._bound(key[0])
            self._changed.notify()

    def _bound(self, kind: str) -> None:
        """Latches and consoles are few by their nature; of the others the oldest are given up."""
        most = {"change": MOST_CHANGES, "prompt": MOST_PROMPTS}.get(kind)
        if most is None or len(self._small) <= most:
            return
        mine = [key for key in self._small if key[0] == kind]
        for key in mine[: max(0, len(mine) - most)]:
            del self._small[key]
            self.lost += 1

    def ask(self, ask: Ask, *, readings_of: Place | None = None) -> None:
        """Hand in a question.

        Args:
            readings_of: readings of this feature that were handed in before go first; `EVERYWHERE` means all.
        """
        with self._changed:
            if readings_of is not None:
                mine = (c.number for c in reversed(self._chunks) if readings_of in (c.place, EVERYWHERE))
                ask.after = next(mine, 0)
            self._asks.append(ask)
            stopped = self._stopped
            self._changed.notify()
        if stopped:
            self.refuse(patient=False)

    def remember(self, key: Key, latch: Latch) -> None:
        """Note a latch that another time has set and that stands."""
        with self._changed:
            self._standing.setdefault(key, latch)

    def again(self) -> None:
        """Write the latches that stand once more: the file that had them is gone."""
        with self._changed:
            for key, latch in self._standing.items():
                self._small.setdefault(key, latch)

    def stop(self) -> None:
        """Take in nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def nothing_to_write(self) -> bool:
        """Whether only questions wait, if anything does."""
        return not (self._chunks or self._small)

    @property
    def idle(self) -> bool:
        """Whether nothing waits at all."""
        return not (self._chunks or self._small or self._asks)

    def wait(self, until: float, *, held: bool) -> None:
        """Wait until there is something to do, until a monotonic instant at the latest.

        Args:
            held: the disk is away: what comes in waits for the next attempt.
        """
        with self._changed:
            while not self._stopped:
                due = until
                if held:
                    due = min([due, *(ask.until for ask in self._asks)])
                elif self._asks or self._small:
                    return
                elif self._chunks:
                    due = min(due, self._since + BATCH_SECONDS)
                left = due - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)

    def smalls(self) -> dict[Key, Small]:
        """Everything small that waits, in the order in which it came."""
        with self._changed:
            return dict(self._small)

    def small_done(self, written: dict[Key, Small]) -> None:
        """Forget what has been written, unless something newer came."""
        with self._changed:
            for key, value in written.items():
                if key in self._small and self._small[key] is value:
                    del self._small[key]

    def chunk(self, *, due_only: bool) -> Chunk | None:
        """Readings that are to be written now, if any."""
        with self._changed:
            if not self._chunks:
                return None
            asked = any(ask.after >= self._chunks[0].number for ask in self._asks)
            if (
                due_only
                and not asked
                and not self._stopped
                and time.monotonic() < self._since + BATCH_SECONDS
            ):
                return None
            return self._chunks[0]

    def chunk_done(self, chunk: Chunk) -> None:
        """Forget readings that have been written."""
        with self._changed:
            if self._chunks and self._chunks[0] is chunk:
                self._chunks.popleft()
                self._waiting -= len(chunk.readings)

    def asks(self) -> list[Ask]:
        """Questions that wait now."""
        with self._changed:
            return list(self._asks)

    def answer(
        self, asks: list[Ask], work: Callable[[Ask], tuple[bool, Any]], *, early: bool = False
    ) -> None:
        """Answer questions whose turn it is.

        Args:
            asks: those that were there before what is small was written, so that they see it.
            early: also those that want readings to be written first.
            work: gives (whether it is answered, the answer); one that is not stays.
        """
        with self._changed:
            first = self._chunks[0].number if self._chunks else self._number + 1
        for ask in asks:
            if ask.after >= first and not (early or self._stopped):
                ready, found = False, None
            else:
                ready, found = work(ask)
            if ready:
                with self._changed:
                    waited = ask in self._asks
                    if waited:
                        self._asks.remove(ask)
                if waited:
                    ask.answer(found)

    def refuse(self, *, patient: bool) -> None:
        """Answer questions with None.

        Args:
            patient: only those that may wait no longer.
        """
        with self._changed:
            now = time.monotonic()
            gone = [ask for ask in self._asks if not patient or ask.until <= now]
            self._asks = [ask for ask in self._asks if ask not in gone]
        for ask in gone:
            ask.answer(None)


def closed(readings: Iterable[Reading]) -> list[Reading]:
    """Those whose interval is complete."""
    return [reading for reading in readings if reading.closed]
