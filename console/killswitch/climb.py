"""A ladder while it is climbed: every step is shown at once, and journaled without being waited for."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from console.killswitch.history import step_body
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step, in_climbing_order
from console.text import plain

if TYPE_CHECKING:
    from console.killswitch.clock import Clock
    from console.store.journal import Journal

LONGEST_TEXT = 160


class StepWriter:
    """Journals steps in their order on a thread of its own, so that no disk holds up a kill.

    Args:
        journal: where to.
        kind: of its rows.
        after: number of the newest step that is journaled already.
    """

    def __init__(self, journal: Journal, kind: str, *, after: int = 0) -> None:
        self._journal = journal
        self._kind = kind
        self._waiting: queue.SimpleQueue[tuple[Step, Ladder] | Callable[[], None]] = queue.SimpleQueue()
        self._number = after
        threading.Thread(target=self._run, name="kill steps", daemon=True).start()

    def write(self, step: Step, ladder: Ladder) -> None:
        """Journal one step, soon."""
        self._waiting.put((step, ladder))

    async def drain(self, seconds: float) -> None:
        """Wait until everything is written, but no longer than this."""
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def written() -> None:
            # A row that no disk has taken is held, and tried again.
            self._journal.settle(seconds)
            # The loop may have stopped waiting, and be closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(done.set)

        self._waiting.put(written)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await done.wait()

    def _run(self) -> None:
        while True:
            waiting = self._waiting.get()
            if not isinstance(waiting, tuple):
                waiting()
                continue
            step, ladder = waiting
            self._number += 1
            self._journal.append(
                self._kind,
                feature=ladder.feature,
                environment=ladder.environment,
                kill_id=ladder.kill_id,
                body=step_body(self._number, step, ladder),
                hold=True,
            )


class Climb:
    """One ladder, and those who are told of its changes.

    Args:
        ladder: as it stands at the beginning.
        started: the confirming key on the monotonic clock.
        publish: gets every change.
        writer: journals the steps; None where there is no journal.
    """

    def __init__(
        self,
        ladder: Ladder,
        *,
        started: float,
        clock: Clock,
        publish: Callable[[Ladder], None],
        writer: StepWriter | None,
    ) -> None:
        self.ladder = ladder
        self._started = started
        self._clock = clock
        self._publish = publish
        self._writer = writer

    @property
    def elapsed(self) -> float:
        """Seconds since the confirming key, rounded to milliseconds."""
        return round(self._clock.monotonic() - self._started, 3)

    def step(self, rung: Rung, lever: int, mark: Mark, text: str, *, again: bool = False) -> None:
        """Say how a rung stands now.

        Args:
            text: may hold foreign parts; made plain and cut here.
            again: the rung keeps its time; where its mark stays as well, the journal is spared.
        """
        old = self.find(rung, lever)
        seconds = old.seconds if again and old is not None and old.seconds is not None else self.elapsed
        shown = plain(text)
        shown = shown if len(shown) <= LONGEST_TEXT else f"{shown[: LONGEST_TEXT - 1]}…"
        new = Step(rung, lever, mark, None if mark in (Mark.TO_COME, Mark.NOT_CONFIGURED) else seconds, shown)
        if new == old:
            return
        kept = [step for step in self.ladder.steps if (step.rung, step.lever) != (rung, lever)]
        spared = mark is Mark.TO_COME or (again and old is not None and old.mark is mark)
        self._change(replace(self.ladder, steps=in_climbing_order([*kept, new])), None if spared else new)

    def drop(self, rung: Rung, lever: int) -> None:
        """Take away a rung that will not be climbed after all."""
        old = self.find(rung, lever)
        if old is not None:
            kept = tuple(step for step in self.ladder.steps if step is not old)
            # The journal knows no rung that is to come: writing it as one takes it away there.
            gone = None if old.mark is Mark.TO_COME else replace(old, mark=Mark.TO_COME, seconds=None)
            self._change(replace(self.ladder, steps=kept), gone)

    def stand(
        self,
        *,
        outcome: Outcome | None = None,
        killed_by: int | None = None,
        exit_status: int | None = None,
        still_on: tuple[str, ...] | None = None,
        finished: bool = False,
    ) -> None:
        """Say how the kill stands as a whole; what is not given stays."""
        old = self.ladder
        new = replace(
            old,
            outcome=old.outcome if outcome is None else outcome,
            killed_by=old.killed_by if killed_by is None else killed_by,
            exit_status=old.exit_status if exit_status is None else exit_status,
            still_on=old.still_on if still_on is None else still_on,
            finished=old.finished or finished,
        )
        if new != old:
            # The journal keeps the whole with each step; the first rung carries what is no step of its own.
            self._change(new, new.steps[0])

    def find(self, rung: Rung, lever: int) -> Step | None:
        """The rung's newest step."""
        return next((step for step in self.ladder.steps if (step.rung, step.lever) == (rung, lever)), None)

    def _change(self, ladder: Ladder, journaled: Step | None) -> None:
        self.ladder = ladder
        if self._writer is not None and journaled is not None:
            self._writer.write(journaled, ladder)
        self._publish(ladder)
