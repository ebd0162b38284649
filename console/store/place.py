"""One place of the journal: a chain, and the thread that waits for its disk."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from pathlib import Path

from console.store.chain import Chain
from console.store.rows import Entry


@dataclass(slots=True)
class Job:
    """Something that a place is to do."""

    entry: Entry | None
    """None only opens the file, so that the first row finds it open."""
    done: threading.Event = field(default_factory=threading.Event)
    number: int | None = None
    problem: str = ""
    given_up: bool = False
    """Not to be begun any more; it may have been."""


class Place:
    """One chain and the thread that writes to it.

    The thread is a daemon, since one that hangs in a dead disk can neither be joined nor stopped.
    """

    def __init__(self, path: Path, *, busy: float) -> None:
        self.path = path
        self._chain = Chain(path, busy=busy)
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, entry: Entry | None) -> Job:
        """Have a row added, or with None the file opened, soon."""
        job = Job(entry)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"journal {self.path.name}", daemon=True
                )
                self._thread.start()
        self._jobs.put(job)
        return job

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if not job.given_up:
                try:
                    if job.entry is None:
                        self._chain.open()
                    else:
                        job.number = self._chain.append(job.entry)
                except Exception as error:  # noqa: BLE001 - any failure of a disk means: the other place
                    job.problem = f"{self.path}: {error}"
            job.done.set()
