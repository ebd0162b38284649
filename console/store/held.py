"""Rows that no place took, and that are tried again until one does."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from console.store.place import Job
from console.store.rows import Entry

RETRY_SECONDS = 1.0
MOST = 200
"""Rows that wait; then the oldest are given up."""


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    entry: Entry
    jobs: tuple[Job, ...]


class Held:
    """Holds rows back while the disk is away. Safe from any thread.

    Args:
        append: adds a row now, within a bounded time; gives the jobs that were to do it.
    """

    def __init__(self, append: Callable[[Entry], tuple[Job, ...]]) -> None:
        self._append = append
        self._changed = threading.Condition()
        self._waiting: deque[_Held] = deque(maxlen=MOST)
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def hold(self, entry: Entry, jobs: tuple[Job, ...]) -> None:
        """Try a row again until it is taken.

        Args:
            jobs: the attempts so far, given up; one that has begun may yet write the row.
        """
        with self._changed:
            self._waiting.append(_Held(entry, jobs))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal, held rows", daemon=True)
                self._thread.start()

    def settle(self, seconds: float) -> int:
        """Wait until every row is written, but no longer than this; give how many are not."""
        limit = time.monotonic() + seconds
        with self._changed:
            while self._waiting and (left := limit - time.monotonic()) > 0:
                self._changed.wait(left)
            return len(self._waiting)

    def _run(self) -> None:
        while True:
            time.sleep(RETRY_SECONDS)
            while self._try_oldest():
                continue
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    return

    def _try_oldest(self) -> bool:
        """Say whether the oldest row stands now, and another is worth an attempt."""
        with self._changed:
            oldest = self._waiting[0] if self._waiting else None
        if oldest is None or not all(job.done.is_set() for job in oldest.jobs):
            return False
        jobs = oldest.jobs
        if all(job.number is None for job in jobs):
            jobs = self._append(oldest.entry)
        taken = any(job.number is not None for job in jobs)
        with self._changed:
            if self._waiting and self._waiting[0] is oldest:
                self._waiting.popleft()
                if not taken:
                    self._waiting.appendleft(_Held(oldest.entry, jobs))
            self._changed.notify_all()
        return taken
