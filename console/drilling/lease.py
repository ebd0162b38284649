"""The end of a drill: the flag stands again exactly as before, or it stays killed because the lease is void.

It is restored only where the newest kill in the journal is the drill's own, and nobody has changed the flag
since. After the write the journal is read again: a real kill that came meanwhile wins, and is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from adapters import registry
from adapters.errors import AdapterError, Effect
from console.drilling.rows import Drill, Flag, flag_of
from console.killswitch.history import DRILL_INTENT, INTENT
from console.killswitch.levers import LEVER_SECONDS
from console.killswitch.record import PRODUCTION, TABLETOP
from console.killswitch.steps import pulled
from console.patience import within
from console.text import plain

if TYPE_CHECKING:
    from adapters.flags.port import FlagProvider
    from console.config import Config, FeatureConfig
    from console.killswitch.levers import Lever
    from console.store.journal import Journal

T = TypeVar("T")
READS, READ_GAP = 8, 0.25
DISK_SECONDS = 5.0
HISTORY_SECONDS = 3.0
REASON = "the end of a drill: as before"


class Result(Enum):
    """How a lease ended."""

    RESTORED = "restored"
    NOTHING = "nothing to restore"
    """Nothing was sent, or it stands as before already."""
    VOID = "void"
    """Somebody else has killed or changed it, or a real BREACH stands: it stays as it is."""
    FAILED = "not restored"
    """It could not be restored, or not be seen to be: by hand."""

    @property
    def alarm(self) -> bool:
        """Somebody has to look at the flag."""
        return self in (Result.VOID, Result.FAILED)


@dataclass(frozen=True, slots=True)
class LeaseEnd:
    """How, in words."""

    result: Result
    text: str


async def end_lease(
    drill: Drill,
    feature: FeatureConfig,
    levers: Sequence[Lever],
    journal: Journal,
    *,
    breach: str,
    operator: str,
) -> LeaseEnd:
    """Restore what a drill has killed, if that may be done. Never raises for what a provider or a disk does.

    Args:
        drill: as far as it has come.
        feature: with the flag that was drilled as its first lever.
        levers: those that the drill could pull; of a tabletop none is asked.
        breach: which real signal is in BREACH, or "".
    """
    before, sent = drill.begun.before, _sent(drill, levers)
    if drill.begun.kind == TABLETOP:
        return LeaseEnd(Result.NOTHING, "nothing was sent in this tabletop")
    if before is None or not sent:
        return LeaseEnd(Result.NOTHING, "nothing was sent: the flag stands as before")
    other = await other_kill(journal, drill)
    if other:
        return LeaseEnd(Result.VOID, f"{other}: it stays as it is")
    if breach and drill.begun.kind == PRODUCTION:
        return LeaseEnd(Result.VOID, f"a real BREACH of {plain(breach)} stands: it stays killed")
    table = feature.flag
    try:
        provider = registry.open_flag(table.provider, table.options, table.where, trust=table.trust)
    except AdapterError as error:
        return LeaseEnd(Result.FAILED, f"the flag cannot be reached: {plain(error.what)}; by hand")
    restoring = _Restoring(drill, before, feature, provider, levers, journal, operator, sent)
    try:
        return await restoring.run()
    except AdapterError as error:
        return LeaseEnd(Result.FAILED, f"{plain(error.what)}; look at the flag, and restore it by hand")
    finally:
        await provider.aclose()


def _sent(drill: Drill, levers: Sequence[Lever]) -> frozenset[int]:
    """Numbers of the levers that may have been sent.

    A process that died had perhaps sent one and not yet journaled that; its intent stands before everything.
    """
    if drill.ladder is None:
        return frozenset()
    return frozenset(lever.number for lever in levers) if drill.orphaned else pulled(drill.ladder)


@dataclass(frozen=True, slots=True)
class _Restoring:
    drill: Drill
    before: Flag
    feature: FeatureConfig
    provider: FlagProvider
    levers: Sequence[Lever]
    journal: Journal
    operator: str
    sent: frozenset[int]

    async def run(self) -> LeaseEnd:
        now = flag_of(await _bounded(self.provider.read()))
        others = [lever for lever in self.levers if lever.number in self.sent and lever.number > 1]
        if 1 in self.sent and now.on is not self.before.on:
            touched = self._touched(now)
            if touched:
                return LeaseEnd(Result.VOID, f"{touched}: it stays as it is")
            taken_back = await self._take_back(others)
            await self._turn_back()
        else:
            taken_back = await self._take_back(others)
        after = await self._read_back()
        other = await other_kill(self.journal, self.drill)
        if other:
            return await self._kill_again(other)
        if not after.same_users(self.before):
            words = f"it reads {_words(after)}, and before the drill {_words(self.before)}"
            return LeaseEnd(Result.FAILED, f"{words}: put it right by hand")
        if not taken_back and now.on is self.before.on:
            return LeaseEnd(Result.NOTHING, f"it stands as before already: {_words(after)}")
        return LeaseEnd(Result.RESTORED, f"reads {_words(after)}, as before")

    def _touched(self, now: Flag) -> str:
        """Who has changed the flag after the drill's kill, in words, or ""."""
        ours = self.drill.ours
        if ours is None:
            # The process died before it had read its own kill back: nothing else may have moved.
            untouched = (now.percent, now.rules) == (self.before.percent, self.before.rules)
        else:
            untouched = now.untouched(ours)
        if untouched:
            return ""
        by = f" by {plain(now.changed_by)}" if now.changed_by else ""
        return f"the flag was changed after the drill's kill{by}"

    async def _take_back(self, levers: Sequence[Lever]) -> bool:
        """Undo levers beside the flag; whether there was anything to undo."""
        taken_back = False
        for lever in levers:
            if lever.proof.asks_lever and not (await _bounded(lever.holds())).killed:
                continue
            await _bounded(lever.undo(reason=REASON, operator=self.operator))
            taken_back = True
        return taken_back

    async def _turn_back(self) -> None:
        try:
            await _bounded(self.provider.switch(self.before.on, reason=REASON, operator=self.operator))
        except AdapterError as error:
            # What may have worked is read back below.
            if error.effect is Effect.NONE:
                raise

    async def _read_back(self) -> Flag:
        for number in range(READS):
            if number:
                await asyncio.sleep(READ_GAP)
            after = flag_of(await _bounded(self.provider.read()))
            if after.same_users(self.before):
                break
        return after

    async def _kill_again(self, other: str) -> LeaseEnd:
        """A real kill came while this wrote: what it found killed is killed again."""
        said = []
        for lever in self.levers:
            if lever.number not in (self.sent | {1}):
                continue
            try:
                await _bounded(lever.send(reason="a real kill came in a drill", operator=self.operator))
                holding = await _bounded(lever.holds())
                said.append(holding.words)
            except AdapterError as error:
                said.append(f"{lever.label}: {error.what}")
        return LeaseEnd(Result.VOID, f"{other}, and wins: killed again, {plain('; '.join(said))}")


async def other_kill(journal: Journal, drill: Drill) -> str:
    """A kill that is newer than this drill's own, in words; "" where there is none."""
    read = partial(
        journal.rows, feature=drill.feature, environment=drill.environment, kinds=(INTENT, DRILL_INTENT)
    )
    try:
        rows = await within(DISK_SECONDS, read)
    except Exception:  # noqa: BLE001 - TimeoutError or JournalError: what cannot be read may hold a real kill
        return "the journal cannot be read, and may hold a real kill"
    own = next((row for row in rows if row.kill_id == drill.id), None)
    for row in reversed(rows):
        if row.kill_id == drill.id:
            continue
        newer = row.at >= drill.at if row.kind == INTENT else own is not None and row.at > own.at
        if newer:
            who = plain(str(row.body.get("operator", {}).get("name", "")))
            what = "a real kill" if row.kind == INTENT else "another drill's kill"
            return f"{what} by {who} came at {row.at.astimezone():%H:%M:%S}"
    return ""


async def real_breach(config: Config, feature: FeatureConfig) -> str:
    """Key of a signal whose BREACH stands, as the consoles have kept it; "" where none is known."""
    from console.store.history import History, history_path

    history = History(
        history_path(config.store),
        retention=timedelta(days=36_500),
        prompts_retention=timedelta(days=36_500),
    )
    try:
        async with asyncio.timeout(HISTORY_SECONDS):
            latches = await history.latches(feature.key, feature.environment)
    except Exception:  # noqa: BLE001 - no history, no answer: what the screen sees is told besides
        return ""
    finally:
        with suppress(Exception):
            async with asyncio.timeout(HISTORY_SECONDS):
                await history.aclose()
    return next(iter(sorted(latches)), "")


def _words(flag: Flag) -> str:
    percent = "" if flag.percent is None else f" at {flag.percent:g} %"
    return f"{'ON' if flag.on else 'OFF'}{percent}"


async def _bounded(work: Awaitable[T]) -> T:
    """Await within a lever's time; whatever goes wrong is an AdapterError."""
    try:
        async with asyncio.timeout(LEVER_SECONDS):
            return await work
    except AdapterError:
        raise
    except TimeoutError:
        what = f"no answer within {LEVER_SECONDS:g} s"
        raise AdapterError(what, where="", todo="", effect=Effect.UNKNOWN) from None
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything
        raise AdapterError(
            f"failed ({type(error).__name__})", where="", todo="", effect=Effect.UNKNOWN
        ) from None
