"""The thread that owns the history's file: nothing else touches it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from console.store.archive import Archive, writing
from console.store.faults import Unusable, broken, full, locked, sentence
from console.store.inbox import Ask, Chunk, Inbox, Small
from console.store.kept import Latch, Observed, Presence, Prompt
from console.store.retention import Retention, prune
from console.store.tables import UNREADABLE, Tables

RETRY_SECONDS = 0.5
"""Between two attempts while the disk is away."""
PRUNE_SECONDS = 3600.0
HANG_SECONDS = 3.0
"""A step that takes longer than this is a disk that does not answer."""


class Owner:
    """Writes what waits, answers questions, and prunes; says what is wrong, and tries again.

    It is a daemon thread, since one that hangs in a dead disk can neither be joined nor stopped.

    Args:
        gone: called on the thread when it ends.
    """

    def __init__(
        self,
        archive: Archive,
        inbox: Inbox,
        retention: Retention,
        *,
        now: Callable[[], datetime],
        gone: Callable[[], None],
    ) -> None:
        self._archive = archive
        self._inbox = inbox
        self._retention = retention
        self._now = now
        self._gone = gone
        self._problem = ""
        self._findings: deque[str] = deque(maxlen=20)
        self._step_began: float | None = None
        self._late = False
        self._tables_open: Tables | None = None
        self._untold = False
        self._clocks: dict[int, int] = {}
        self._chores: Iterator[None] | None = None
        self._chores_due = 0.0
        self._thread = threading.Thread(target=self._run, name=f"history {archive.path.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def problem(self) -> str:
        """Why nothing can be kept or read now, or ""."""
        began = self._step_began
        hangs = began is not None and time.monotonic() - began > HANG_SECONDS
        if not self._problem and (hangs or self._late):
            return f"{self._archive.path}: the disk does not answer in time; what is to be kept waits"
        return self._problem

    def unanswered(self) -> None:
        """Note that a question was given up; what comes next clears it."""
        self._late = True

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found odd and got over, oldest first."""
        return tuple(self._findings)

    def _run(self) -> None:
        try:
            while not self._inbox.stopped:
                self._step()
            self._turn_or_say()
            self._inbox.refuse(patient=False)
            self._archive.close()
        except Exception as error:  # noqa: BLE001 - it ends: there is nobody left to hear of it
            self._problem = sentence(self._archive.path, error)
        finally:
            self._inbox.refuse(patient=False)
            self._gone()

    def _step(self) -> None:
        """Wait for something to do, and do it."""
        now = time.monotonic()
        if self._problem:
            self._inbox.wait(now + RETRY_SECONDS, held=True)
        elif self._chores is None:
            self._inbox.wait(self._chores_due, held=False)
        self._turn_or_say()

    def _turn_or_say(self) -> None:
        self._step_began = time.monotonic()
        try:
            self._turn()
            self._chore()
            self._problem, self._late = "", False
            self._say_what_was_left_out()
        except Exception as error:  # noqa: BLE001 - whatever the disk does is a sentence, and tried again
            self._trouble(error)
        finally:
            self._step_began = None

    def _turn(self) -> None:
        """Write and answer what waits now.

        Raises:
            Exception: the file refused; what could not be written waits on.
        """
        while True:
            self._step_began = time.monotonic()
            asks = self._inbox.asks()
            if self._inbox.nothing_to_write and not self._archive.path.exists():
                # Asking makes no file: where none is, nothing is kept.
                self._inbox.answer(asks, lambda _: (True, None))
                return
            tables = self._open()
            if self._problem:
                self._answer_from_what_is_there(tables)
                asks = self._inbox.asks()
            try:
                if not self._write_small(tables):
                    continue
                self._inbox.answer(asks, partial(self._answer, tables))
                chunk = self._inbox.chunk(due_only=not self._problem)
                if chunk is None:
                    return
                self._write_readings(tables, chunk)
            except Exception:
                self._answer_from_what_is_there(tables)
                raise

    def _answer_from_what_is_there(self, tables: Tables) -> None:
        """Answer although something waits: a disk that cannot be written can still be read."""
        asks = [ask for ask in self._inbox.asks() if ask.work is not None]
        self._inbox.answer(asks, partial(self._answer, tables), early=True)

    def _open(self) -> Tables:
        database = self._archive.open()
        if self._tables_open is None or self._tables_open.database is not database:
            if self._archive.new:
                self._inbox.again()
            self._tables_open = Tables(database)
            self._clocks = {}
            self._chores, self._chores_due = None, 0.0
        return self._tables_open

    def _write_small(self, tables: Tables) -> bool:
        """Write what is small; False where the file went away meanwhile, and it must be written again."""
        waiting = self._inbox.smalls()
        if waiting:
            try:
                others_see = _write(tables, waiting, self._now())
            except UNREADABLE:
                # What can never be written must not stand in the way of what can.
                tables.skipped += len(waiting)
                others_see = True
            if not self._archive.stands():
                return False
            self._inbox.small_done(waiting)
            # Until it has been told: what is written already is no news the next time.
            self._untold = self._untold or others_see
        if self._untold:
            self._archive.tell()
            self._untold = False
        return True

    def _write_readings(self, tables: Tables, chunk: Chunk) -> None:
        age = self._retention.age
        try:
            self._clocks |= tables.put_readings(chunk.place, chunk.readings, kept=self._now(), age=age)
        except UNREADABLE:
            # What can never be written must not stand in the way of what can.
            tables.skipped += len(chunk.readings)
        if self._archive.stands():
            self._inbox.chunk_done(chunk)

    def _answer(self, tables: Tables, ask: Ask) -> tuple[bool, Any]:
        if ask.work is None:
            return True, True
        try:
            return True, ask.work(tables)
        except Exception as error:
            if locked(error) and time.monotonic() < ask.until:
                return False, None
            raise

    def _chore(self) -> None:
        """Do one slice of pruning, when nothing waits."""
        if time.monotonic() < self._chores_due or not self._inbox.idle or self._inbox.stopped:
            return
        if not self._archive.path.exists():
            self._chores, self._chores_due = None, time.monotonic() + PRUNE_SECONDS
            return
        tables = self._open()
        if self._chores is None:
            self._chores = prune(tables, self._retention, self._now(), self._clocks)
        try:
            next(self._chores)
        except StopIteration:
            self._chores, self._chores_due = None, time.monotonic() + PRUNE_SECONDS

    def _say_what_was_left_out(self) -> None:
        tables = self._tables_open
        if tables is not None and tables.skipped:
            self._find(f"{tables.skipped} values were left out: they are not what they should be")
            tables.skipped = 0
        if self._inbox.lost:
            self._find(
                f"{self._inbox.lost} readings and changes were given up while nothing could be written"
            )
            self._inbox.lost = 0

    def _find(self, text: str) -> None:
        where = str(self._archive.path)
        self._findings.append(text if text.startswith(where) else f"{where}: {text}")

    def _trouble(self, error: Exception) -> None:
        self._chores = None
        try:
            if broken(error):
                found = self._archive.set_aside(error)
                if found:
                    self._find(found)
                    self._problem = found
                else:
                    self._problem = sentence(self._archive.path, error)
                return
        except Exception as worse:  # noqa: BLE001 - as before
            error = worse
        self._problem = sentence(self._archive.path, error)
        usable = locked(error) or full(error)
        if not usable:
            # Opened anew each time: the disk that comes back may be another one.
            self._close()
        self._inbox.refuse(patient=usable or (isinstance(error, Unusable) and error.passing))

    def _close(self) -> None:
        self._tables_open = None
        try:
            self._archive.close()
        except Exception as error:  # noqa: BLE001 - said, and opened anew all the same
            self._problem = sentence(self._archive.path, error)


def _write(tables: Tables, waiting: dict[tuple[str, ...], Small], now: datetime) -> bool:
    """Write what is small in one transaction; say whether other consoles should look."""
    others_see = False
    with writing(tables.database):
        changes = [value for value in waiting.values() if isinstance(value, Observed)]
        if changes:
            others_see = tables.put_changes(changes)
        for key, value in waiting.items():
            match key[0], value:
                case "latch", (Latch() | None) as latch:
                    tables.put_latch((key[1], key[2]), key[3], latch)
                case "presence", (Presence() | None) as presence:
                    tables.put_presence(key[1], presence)
                    others_see = True
                case "prompt", Prompt() as prompt:
                    tables.put_prompt((key[1], key[2]), prompt, kept=now)
    return others_see
