"""The process that holds a drill's lease: ``python -m console.drilling.holder --fd N``.

It is of the same kind as a kill's executor (own session, no terminal, deaf to hangups), carries out the
drill's kill, and restores by itself: when the person ends the drill, when the person has gone, or when the
lease is over. A real kill or a real BREACH ends the drill at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from console.drilling import score as scoring
from console.drilling.lease import LeaseEnd, Result, end_lease, other_kill, real_breach
from console.drilling.rows import (
    BEGUN,
    ENDED,
    KILLED,
    KINDS,
    MARKED,
    SCORED,
    Begun,
    Drill,
    Ended,
    Flag,
    drills,
    flag_of,
)
from console.drilling.taking import take
from console.drilling.target import drill_levers, drilled, left_out, refusal
from console.drilling.wire import Begin, End, Go, Mark, Take, Told, decode_order, encode
from console.killswitch.execution import Before, Execution, new_kill_id
from console.killswitch.executor import prepared_of
from console.killswitch.fingerprint import fingerprints
from console.killswitch.history import DRILLED, carrier
from console.killswitch.levers import close_levers
from console.killswitch.peer import Peer, serve
from console.killswitch.record import TABLETOP
from console.killswitch.steps import Ladder, Outcome
from console.text import plain

if TYPE_CHECKING:
    from console.config import Config, FeatureConfig
    from console.killswitch.levers import Lever
    from console.store.journal import Journal

LOOK_SECONDS = 1.0
"""Between two looks into the journal for a real kill."""
READ_SECONDS = 5.0


class Holder:
    """One drill, or the lease of one that was left.

    Args:
        peer: the screen or command that started this process.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def run(self) -> None:
        """Take the first order, and carry it to its end."""
        from console.config import ConfigError, open_config

        line = await self._peer.line()
        order = decode_order(line) if line is not None else None
        if not isinstance(order, Begin | Take):
            return
        try:
            config, _ = open_config(Path(order.config))
            feature = config.feature(order.feature)
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must be told
            words = str(error) if isinstance(error, ConfigError) else type(error).__name__
            if isinstance(order, Begin):
                self._peer.send(encode(Told("refused", order.kind, order.trainee, order.story, text=words)))
            return
        if isinstance(order, Take):
            await take(order, config, feature)
        else:
            await Holding(self._peer, order, config, feature).run()


class Holding:
    """One drill, from its beginning to its score."""

    def __init__(self, peer: Peer, order: Begin, config: Config, feature: FeatureConfig) -> None:
        from console.store.journal import Journal

        self._peer = peer
        self._order = order
        self._config = config
        self._feature = feature
        self._target = drilled(feature, order.kind)
        self._journal: Journal = Journal(config.store, config.second_journal)
        self._levers: tuple[Lever, ...] = ()
        self._started = time.monotonic()
        self._marks: dict[str, float] = {}
        self._hints = 0
        self._told = Told("preparing", order.kind, order.trainee, order.story, flag_key=self._target.flag_key)
        self._drill: Drill | None = None
        self._ending: asyncio.Future[End] = asyncio.get_running_loop().create_future()
        self._gone = False
        self._kill: asyncio.Task[Ladder] | None = None
        self._ours: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Prepare, hold, end, score."""
        problem, drill = await self._begin()
        if drill is None:
            self._say(phase="refused", text=problem)
            await close_levers(self._levers)
            return
        self._drill = drill
        beside = [
            asyncio.create_task(work)
            for work in (self._listen(), self._watch_journal(), self._watch_clock(drill))
        ]
        try:
            end = await self._ending
            await self._finish(drill, end)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await close_levers(self._levers)

    async def _begin(self) -> tuple[str, Drill | None]:
        """Why there can be no drill, or the drill, journaled."""
        order, feature = self._order, self._feature
        problem = refusal(feature, order.kind, order.confirm)
        if problem:
            return problem, None
        try:
            known = await asyncio.to_thread(
                self._journal.rows, feature=feature.key, environment=feature.environment, kinds=KINDS
            )
        except Exception as error:  # noqa: BLE001 - a drill is no emergency: without a journal there is none
            return f"the journal cannot be read: {plain(str(error))}", None
        past = drills(known)
        running = [one for one in past if one.ended is None]
        if running:
            state = "was left, and is about to be restored" if running[-1].orphaned else "is running"
            return f"a drill of {plain(running[-1].begun.trainee)} {state}", None
        breach = await real_breach(self._config, feature)
        if breach:
            return f"a real BREACH of {plain(breach)} stands: this is no time for a drill", None
        self._levers = drill_levers(self._target, order.kind)
        before = None
        if order.kind != TABLETOP:
            problem, before = await self._look()
            if before is None:
                return problem, None
        return await self._journaled(before, past)

    async def _look(self) -> tuple[str, Flag | None]:
        """The flag as it stands: it must be one that a drill can kill and give back."""
        key, provider = plain(self._target.flag_key), plain(self._target.flag.provider)
        first = next((lever for lever in self._levers if lever.number == 1), None)
        if first is None:
            return f"the flag {key} cannot be used as a lever: doctor says why", None
        try:
            async with asyncio.timeout(READ_SECONDS):
                holding = await first.holds()
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises
            what = getattr(error, "what", "") or type(error).__name__
            return f"the flag {key} cannot be read at {provider}: {plain(str(what))}", None
        if holding.state is None or holding.killed:
            return f"the flag {key} is killed already: turn it on first", None
        return "", flag_of(holding.state)

    async def _journaled(self, before: Flag | None, past: list[Drill]) -> tuple[str, Drill | None]:
        order, feature = self._order, self._feature
        seconds = feature.drill_lease.total_seconds()
        begun = Begun(
            order.operator.as_dict(),
            order.kind,
            order.story,
            plain(order.trainee),
            self._target.flag_key,
            seconds,
            before,
        )
        drill_id = new_kill_id(datetime.now(UTC))
        self._drill = Drill(drill_id, feature.key, feature.environment, datetime.now(UTC), begun)
        problem = await self._write(BEGUN, {**msgspec.to_builtins(begun), **carrier()})
        if problem:
            return f"the drill cannot be journaled, so there is none: {problem}", None
        self._started = time.monotonic()
        drill = self._drill
        scores = [one.score for one in past if one.score is not None]
        trainees = [one.begun.trainee for one in past if one.score is not None]
        self._say(
            phase="running",
            drill=drill_id,
            began=drill.at.isoformat(),
            over_at=drill.over_at.isoformat(),
            flag=before,
            note=left_out(self._target, self._levers) if order.kind != TABLETOP else "",
            prepared=prepared_of(self._levers, "", 0.0),
            earlier=dict(scoring.earlier(scores)),
            never=scoring.never_drilled(self._config.people.rotation, [*trainees, order.trainee]),
        )
        return "", drill

    async def _listen(self) -> None:
        while (line := await self._peer.line()) is not None:
            try:
                message = decode_order(line)
            except msgspec.DecodeError:
                continue
            match message:
                case Mark(name=name, text=text):
                    await self._mark(name, text)
                case Go(reason=reason):
                    await self._go(reason)
                case End():
                    self._end(message)
        self._gone = True
        # Whoever began it has gone. A kill under way is seen through first.
        if self._kill is not None:
            await asyncio.wait({self._kill})
        self._end(End("whoever was drilled has gone"))

    async def _watch_journal(self) -> None:
        """A real kill ends the drill, wherever it comes from."""
        revision: tuple[int, ...] | None = None
        while not self._ending.done():
            now = self._journal.revision()
            if now != revision and self._drill is not None:
                revision = now
                other = await other_kill(self._journal, self._drill)
                if other and not other.startswith("the journal"):
                    self._end(End(other))
            await asyncio.sleep(LOOK_SECONDS)

    async def _watch_clock(self, drill: Drill) -> None:
        await asyncio.sleep(max(0.0, drill.begun.lease_seconds - (time.monotonic() - self._started)))
        self._end(End("the lease was over"))

    def _end(self, end: End) -> None:
        if not self._ending.done():
            self._ending.set_result(end)

    async def _mark(self, name: str, text: str = "") -> None:
        if name == scoring.HINT:
            self._hints += 1
        elif name in self._marks or self._ending.done():
            return
        self._marks.setdefault(name, self._elapsed)
        self._say(marks=dict(self._marks))
        await self._write(
            MARKED, {"mark": name, "seconds": self._elapsed, **({"text": text} if text else {})}
        )

    async def _go(self, reason: str) -> None:
        if self._kill is not None or self._ending.done() or self._drill is None:
            return
        from console.killswitch.clock import SystemClock

        await self._mark(scoring.ENTER)
        known = Before()
        if self._order.kind != TABLETOP:
            with suppress(Exception):
                async with asyncio.timeout(READ_SECONDS):
                    known = Before(await self._levers[0].holds())
        facts: dict[str, Any] = {"drill": self._order.kind, "trainee": plain(self._order.trainee)}
        if self._order.kind != TABLETOP:
            marks = await fingerprints(self._target)
            facts["prints"] = {str(number): mark for number, mark in marks.items()}
        execution = Execution(
            self._target,
            self._levers,
            operator=self._order.operator,
            reason=reason,
            journal=self._journal,
            clock=SystemClock(),
            publish=self._climbed,
            before=known,
            rows=DRILLED,
            kill_id=self._drill.id,
            facts=facts,
        )
        self._kill = asyncio.create_task(execution.run())

    def _climbed(self, ladder: Ladder) -> None:
        self._say(ladder=ladder)
        if ladder.outcome is Outcome.CONFIRMED and self._ours is None and self._order.kind != TABLETOP:
            self._ours = asyncio.create_task(self._read_ours())

    async def _read_ours(self) -> None:
        """The flag as the drill's kill has left it."""
        flag = None
        with suppress(Exception):
            async with asyncio.timeout(READ_SECONDS):
                holding = await self._levers[0].holds()
                flag = flag_of(holding.state) if holding.state is not None else None
        if flag is not None and self._drill is not None:
            self._drill = replace(self._drill, ours=flag)
            self._say(flag=flag)
            seconds = self._elapsed
            await self._write(MARKED, {"mark": KILLED, "seconds": seconds, "flag": msgspec.to_builtins(flag)})

    async def _finish(self, drill: Drill, end: End) -> None:
        self._marks.setdefault(scoring.ENDS, self._elapsed)
        self._say(phase="restoring", why=end.why, marks=dict(self._marks))
        if self._kill is not None and not self._kill.done():
            self._kill.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._kill
        if self._ours is not None:
            await asyncio.wait({self._ours})
        drill = replace(self._drill or drill, ladder=self._told.ladder)
        breach = end.breach or await real_breach(self._config, self._feature)
        ended = await end_lease(
            drill,
            self._target,
            self._levers,
            self._journal,
            breach=breach,
            operator=self._order.operator.name,
        )
        self._marks.setdefault(scoring.RESTORED, self._elapsed)
        body = Ended(ended.result.value, ended.text, end.why)
        problem = await self._write(ENDED, msgspec.to_builtins(body))
        await self._score(ended, end.why, problem)

    async def _score(self, ended: LeaseEnd, why: str, problem: str) -> None:
        names = {lever.number: lever.label for lever in self._levers}
        real = (self._feature.flag, *self._feature.levers)
        told = scoring.score(
            kind=self._order.kind,
            trainee=plain(self._order.trainee),
            flag_key=self._target.flag_key,
            story=self._order.story,
            marks=self._marks,
            ladder=self._told.ladder,
            levers=[plain(names.get(number, table.provider)) for number, table in enumerate(real, start=1)],
            restored=ended.result is Result.RESTORED,
            hints=self._hints,
        )
        row, also = await self._append(SCORED, msgspec.to_builtins(told))
        flag = self._told.flag
        with suppress(Exception):
            if self._order.kind != TABLETOP:
                async with asyncio.timeout(READ_SECONDS):
                    holding = await self._levers[0].holds()
                    flag = flag_of(holding.state) if holding.state is not None else flag
        text = ended.text + (f"; NOT JOURNALED: {problem or also}" if problem or also else "")
        self._say(
            phase="over",
            text=text,
            why=why,
            result=ended.result.value,
            score=told,
            marks=dict(self._marks),
            flag=flag,
            row=row,
        )

    @property
    def _elapsed(self) -> float:
        return round(time.monotonic() - self._started, 3)

    async def _write(self, kind: str, body: Mapping[str, Any]) -> str:
        return (await self._append(kind, body))[1]

    async def _append(self, kind: str, body: Mapping[str, Any]) -> tuple[int | None, str]:
        assert self._drill is not None  # noqa: S101 - it has an id before its first row
        work = partial(
            self._journal.append,
            kind,
            feature=self._feature.key,
            environment=self._feature.environment,
            kill_id=self._drill.id,
            body=body,
        )
        written = await asyncio.to_thread(work)
        return written.row, "" if written.row is not None else written.problem

    def _say(self, **changes: Any) -> None:
        self._told = msgspec.structs.replace(self._told, **changes)
        self._peer.send(encode(self._told))


def main() -> None:
    """Hold one drill, then end."""
    serve(lambda peer, _: Holder(peer).run())


if __name__ == "__main__":
    main()
