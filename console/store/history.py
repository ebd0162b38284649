"""The history: what every console sees, and may forget.

Readings, changes, latches, who is there, and for a short time texts of production. It is a file of its own
beside the journal, so that neither pruning, a full history nor a damaged one can touch what people did.
Nothing waits for it: what is handed over is written by a thread of its own (`console.store.owner`), and a
disk that fails is a sentence in `problem`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from adapters.signals.port import Reading
from adapters.untrusted import Untrusted
from console.store.archive import Archive, moved_aside
from console.store.inbox import EVERYWHERE, Ask, Inbox, closed
from console.store.kept import Latch, Observed, Presence, Prompt
from console.store.owner import Owner
from console.store.retention import MOST_BYTES, Retention
from console.store.tables import Place, Tables

READ_SECONDS = 3.0
"""What a question waits for its answer; what `flush` and `aclose` wait."""
LONGEST_PROMPT = 64_000
"""Characters of a text that are kept."""

__all__ = ["History", "history_path", "moved_aside"]

Answer = TypeVar("Answer")


def history_path(journal: Path) -> Path:
    """Where the history of a journal's file stands: `console.db` -> `console-history.db` beside it."""
    return journal.with_name(f"{journal.stem}-history{journal.suffix}")


class History:
    """What every console sees, kept. Several consoles of one user share it. Opens nothing until it is used.

    Call it from the event loop or from any thread; the questions are asked from an event loop. None of it
    raises for what the disk does.

    Args:
        path: the SQLite file (mode 0600).
        retention: how long readings and changes are kept.
        prompts_retention: how long texts of production are kept.
        now: the real time, UTC.
        most_bytes: what the file may hold; beyond it the oldest readings go, whatever their age.
    """

    def __init__(
        self,
        path: Path,
        *,
        retention: timedelta,
        prompts_retention: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._now = now
        self._archive = Archive(path, now=now)
        self._inbox = Inbox()
        self._ended = threading.Event()
        self._owner = Owner(
            self._archive,
            self._inbox,
            Retention(retention, prompts_retention, most_bytes),
            now=now,
            gone=self._ended.set,
        )
        self._starting = threading.Lock()
        self._started = False

    @property
    def path(self) -> Path:
        """The file."""
        return self._archive.path

    @property
    def problem(self) -> str:
        """Why nothing can be kept or read now, what, and what to do; "" once it works again."""
        return self._owner.problem

    @property
    def findings(self) -> tuple[str, ...]:
        """What was odd and is over: a broken file that was moved aside, things that were given up."""
        return self._owner.findings

    def revision(self) -> tuple[int, ...]:
        """Something that changes whenever any console writes a change or a presence. Costs microseconds."""
        return self._archive.revision()

    def keep(self, feature: str, environment: str, readings: Iterable[Reading]) -> None:
        """Keep readings, those whose interval is closed. A later one of the same interval replaces."""
        self._inbox.readings((feature, environment), closed(readings))
        self._start()

    def observe(self, seen: Observed) -> None:
        """Keep something that was seen; of those with the same key, the first."""
        key = ("change", seen.feature, seen.environment, seen.kind, seen.key)
        self._inbox.small(key, seen, first=True)
        self._start()

    def latch(self, feature: str, environment: str, latch: Latch) -> None:
        """Keep a BREACH that stands, in place of an earlier one of its signal."""
        self._inbox.small(("latch", feature, environment, latch.signal), latch)
        self._start()

    def unlatch(self, feature: str, environment: str, signal: str) -> None:
        """Forget a BREACH that is over."""
        self._inbox.small(("latch", feature, environment, signal), None)
        self._start()

    def present(self, presence: Presence) -> None:
        """Say that a console is open."""
        self._inbox.small(("presence", presence.console), presence)
        self._start()

    def absent(self, console: str) -> None:
        """Say that a console has been closed."""
        self._inbox.small(("presence", console), None)
        self._start()

    def keep_prompt(
        self, feature: str, environment: str, *, at: datetime, source: str, text: Untrusted
    ) -> None:
        """Keep a production prompt or answer for people to look at, for the time that is set for them.

        Args:
            at: event time, UTC.
            text: its first `LONGEST_PROMPT` characters are kept.
        """
        prompt = Prompt(at, source, Untrusted(text.raw[:LONGEST_PROMPT]))
        self._inbox.small(("prompt", feature, environment, at.isoformat(), source, prompt.text.raw), prompt)
        self._start()

    async def changes(
        self, feature: str, environment: str, *, since: datetime, limit: int = 500
    ) -> list[Observed]:
        """Give what was seen since, oldest first; of more than `limit`, the newest.

        This, and every other question, gives nothing when the file cannot be read within `READ_SECONDS`;
        `problem` then says why, and it can be asked again once that is "".
        """
        place = (feature, environment)
        return await self._ask(lambda tables: tables.get_changes(place, since=since, limit=limit)) or []

    async def readings(self, feature: str, environment: str, *, since: datetime) -> list[Reading]:
        """Give readings that begin at `since` (event time) or later, by their end. All of them are closed.

        Old minutes come back as hours. What was handed over before is among them.
        """
        place = (feature, environment)
        found = await self._ask(lambda tables: tables.get_readings(place, since=since), readings_of=place)
        return found or []

    async def latches(self, feature: str, environment: str) -> dict[str, Latch]:
        """Give the BREACHes that stand, by signal."""
        found = await self._ask(lambda tables: tables.get_latches((feature, environment))) or {}
        for signal, latch in found.items():
            self._inbox.remember(("latch", feature, environment, signal), latch)
        return found

    async def presences(self, *, within: timedelta) -> list[Presence]:
        """Give the consoles that gave a sign of life not longer ago than this, one's own too."""
        since = self._now() - within
        return await self._ask(lambda tables: tables.get_presences(since=since)) or []

    async def prompts(
        self, feature: str, environment: str, *, since: datetime, limit: int = 100
    ) -> list[Prompt]:
        """Give texts of production since (event time), oldest first; of more than `limit`, the newest."""
        place = (feature, environment)
        return await self._ask(lambda tables: tables.get_prompts(place, since=since, limit=limit)) or []

    async def flush(self) -> None:
        """Wait until what was handed over is written, `READ_SECONDS` at most."""
        if self._started:
            await self._ask(None, readings_of=EVERYWHERE)

    async def aclose(self) -> None:
        """Write what waits and let go of the file, within `READ_SECONDS`. Nothing more is taken."""
        self._inbox.stop()
        if self._started:
            await asyncio.to_thread(self._ended.wait, READ_SECONDS)

    def _start(self) -> None:
        if self._started:
            return
        with self._starting:
            if not self._started and not self._inbox.stopped:
                self._started = True
                self._owner.start()

    async def _ask(
        self, work: Callable[[Tables], Answer] | None, *, readings_of: Place | None = None
    ) -> Answer | None:
        """Have the owning thread answer; None where it cannot in time."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()

        def settle(found: Any) -> None:
            if not future.done():
                future.set_result(found)

        def answer(found: Any) -> None:
            # The loop may have stopped waiting, and be closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, found)

        self._inbox.ask(Ask(work, answer, 0, time.monotonic() + READ_SECONDS), readings_of=readings_of)
        self._start()
        try:
            async with asyncio.timeout(READ_SECONDS + 0.5):
                found: Answer | None = await future
        except TimeoutError:
            self._owner.unanswered()
            return None
        return found
