"""What becomes of kills whose process has ended before they were over, at the next start of anything.

A kill that had left is read back and gone on with; of one that never left nothing is sent, and it is closed
and said, so that a person decides. In between is nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from console.exits import Exit
from console.killswitch.client import ExecutorClient
from console.killswitch.history import (
    INTENT,
    RESUMED,
    STEP,
    carrier,
    find_kill,
    open_intents,
    step_body,
    still_runs,
)
from console.killswitch.levers import close_levers, open_levers
from console.killswitch.steps import Mark, Outcome, Rung
from console.patience import within
from console.text import plain

if TYPE_CHECKING:
    from console.config import Config, FeatureConfig
    from console.identity import Operator
    from console.killswitch.levers import Holding
    from console.killswitch.record import KillRecord
    from console.store.journal import Journal

FRESH = timedelta(minutes=15)
"""So long after its Enter a kill that does not hold is sent again by itself; later a person decides."""
DISK_SECONDS = 5.0
LOOK_SECONDS = 5.0
SETTLE_SECONDS = 10.0
"""After its Enter: a request that a dead process has sent is taken or lost by then."""


class Fate(Enum):
    """What was done with it."""

    GOES_ON = "goes on"
    NEVER_SENT = "never sent"
    TOO_OLD = "too old"
    OVERTAKEN = "overtaken"
    """A newer kill, a restore, or whoever turned it back has decided since."""
    NOT_KNOWN = "not known"
    """The flag cannot be read; it is left open, for the next start or a person."""


@dataclass(frozen=True, slots=True)
class Found:
    """An open kill that was found.

    Attributes:
        text: what it was, and what was done, for a person.
    """

    kill: KillRecord
    fate: Fate
    text: str


async def take_over(
    config: Config,
    feature: FeatureConfig,
    journal: Journal,
    *,
    operator: Operator,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    settle: float = SETTLE_SECONDS,
) -> tuple[Found, ...]:
    """Look for open kills of a feature, and bring each to an end or on its way. Never raises for a disk.

    Args:
        operator: who has started this process; the kill stays that of the person who confirmed it.
        settle: as `SETTLE_SECONDS`.
    """
    try:
        opened = await within(DISK_SECONDS, partial(open_intents, journal))
    except Exception:  # noqa: BLE001 - a journal that cannot be read is said by whoever follows it
        return ()
    mine = [
        kill
        for kill in opened
        if (kill.ladder.feature, kill.ladder.environment) == (feature.key, feature.environment)
    ]
    found = []
    for kill in mine:
        await asyncio.sleep(max(0.0, settle - (now() - kill.at).total_seconds()))
        found.append(await _one(config, feature, journal, kill, operator, now()))
    return tuple(found)


async def _one(
    config: Config,
    feature: FeatureConfig,
    journal: Journal,
    kill: KillRecord,
    operator: Operator,
    now: datetime,
) -> Found:
    who = f"the kill of {kill.at.astimezone():%H:%M:%S} by {plain(kill.ladder.operator)}"
    if await asyncio.to_thread(_overtaken, journal, kill):
        await _close(journal, kill, _ended(kill), "a newer kill or a restore has decided since")
        return Found(
            kill, Fate.OVERTAKEN, f"{who} was left open; a newer kill or a restore has decided since"
        )
    holding = await _look(feature)
    holds = holding is not None and bool(holding.killed)
    left = any(step.rung is Rung.LEVER for step in kill.ladder.steps)
    if not holds and not left:
        if holding is None:
            text = f"{who} was begun, and its process ended; the flag cannot be read: K kills again"
            return Found(kill, Fate.NOT_KNOWN, text)
        await _close(journal, kill, Outcome.NOT_SENT, "its process ended before anything was sent")
        return Found(kill, Fate.NEVER_SENT, f"{who} never left: nothing was sent. K opens the dialog")
    if not holds and kill.confirmed_at is not None:
        # Somebody has turned it back since. That is an alarm, and no reason to kill by itself.
        await _close(journal, kill, _ended(kill), "its process ended, and it holds no more")
        return Found(kill, Fate.OVERTAKEN, f"{who} was confirmed, and holds no more: K kills again")
    if not holds and now - kill.at > FRESH:
        await _close(journal, kill, _ended(kill), "its process ended, and it is too old to be sent again")
        return Found(kill, Fate.TOO_OLD, f"{who} was sent and does not hold: K kills again")
    if not await asyncio.to_thread(_claim, journal, kill):
        return Found(kill, Fate.GOES_ON, f"{who} goes on in another process")
    try:
        client = ExecutorClient.start(config.path, feature.name, operator=operator)
    except OSError as error:
        return Found(kill, Fate.NOT_KNOWN, f"{who} cannot be gone on with ({error}): K kills again")
    try:
        client.resume(kill.ladder.kill_id)
    except OSError as error:
        return Found(kill, Fate.NOT_KNOWN, f"{who} cannot be gone on with ({error}): K kills again")
    finally:
        client.leave()
    seen = "it holds" if holds else "it is sent again until it holds"
    return Found(kill, Fate.GOES_ON, f"{who} lost its process and goes on: {seen}")


def _ended(kill: KillRecord) -> Outcome:
    """As which a kill ends that nobody goes on with."""
    asking = kill.ladder.outcome is Outcome.ASKING
    return Outcome.UNCONFIRMED if asking else kill.ladder.outcome


def _overtaken(journal: Journal, kill: KillRecord) -> bool:
    """Whether a newer kill, or a restore, of the same feature is journaled."""
    rows = journal.rows(
        feature=kill.ladder.feature, environment=kill.ladder.environment, kinds=(INTENT, "restore")
    )
    return any(row.at > kill.at and row.kill_id != kill.ladder.kill_id for row in rows)


async def _look(feature: FeatureConfig) -> Holding | None:
    """Whether some lever holds the kill state; None where lever 1 cannot be asked and no other holds."""
    levers = open_levers(feature)
    found: Holding | None = None
    try:
        for lever in levers:
            if not lever.proof.asks_lever:
                continue
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    holding = await lever.holds()
            except Exception:  # noqa: BLE001, S112 - whatever an adapter raises, the next lever is asked
                continue
            if holding.killed:
                return holding
            if lever.number == 1:
                found = holding
        return found
    finally:
        await close_levers(levers)


def _claim(journal: Journal, kill: KillRecord) -> bool:
    """Journal that this process goes on with it; False when another one was first."""
    ladder = kill.ladder
    written = journal.append(
        RESUMED,
        feature=ladder.feature,
        environment=ladder.environment,
        kill_id=ladder.kill_id,
        body=carrier(),
    )
    mine = carrier()
    for row in journal.rows(kill_id=ladder.kill_id, kinds=(RESUMED,)):
        if row.body == mine:
            return written.row is not None
        if still_runs(row.body):
            return False
    return written.row is not None


async def _close(journal: Journal, kill: KillRecord, outcome: Outcome, why: str) -> None:
    """Journal that nothing more is tried."""
    await asyncio.to_thread(_write_end, journal, kill, outcome, why)


def _write_end(journal: Journal, kill: KillRecord, outcome: Outcome, why: str) -> None:
    found = find_kill(journal, kill.ladder.kill_id)
    newest = found[1] if found is not None else 0
    first = kill.ladder.steps[0]
    status = Exit.OK if outcome in (Outcome.CONFIRMED, Outcome.ALREADY) else Exit.NO
    ladder = replace(kill.ladder, outcome=outcome, finished=True, exit_status=int(status))
    step = replace(first, mark=Mark.TRUE, text=f"{first.text}; {why}")
    journal.append(
        STEP,
        feature=ladder.feature,
        environment=ladder.environment,
        kill_id=ladder.kill_id,
        body=step_body(newest + 1, step, ladder),
    )
