"""The process in which a kill lives: ``python -m console.killswitch.executor --fd N``.

A kill must not hang on a screen whose terminal has stopped reading. So the screen starts this process when
the kill dialog opens, and Enter sends it one message. It has a session of its own and no terminal, ignores
hangups and interrupts, and ends by itself when nothing is left to try or to watch.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from console.killswitch.peer import Peer, serve
from console.killswitch.wire import (
    Abandon,
    FromExecutor,
    Go,
    Prepare,
    Prepared,
    PreparedLever,
    Resume,
    Typing,
    decode_order,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.flags.port import RequestSketch
    from console.config import Config, FeatureConfig
    from console.killswitch.levers import Lever
    from console.killswitch.lookout import Lookout
    from console.store.journal import Journal

LOOK_SECONDS = 1.0
"""What the first look at the flag may take before the dialog is told that all is ready."""
WITNESS_SECONDS = 2.0
HELD_SECONDS = 600.0
"""So long a process whose kill is over stays for rows that no disk has taken."""
LOOK_BESIDE_GO_SECONDS = 0.25
"""The same once the order to kill is there."""


class Executor:
    """One feature, ready to be killed.

    Args:
        peer: the screen or command that started this process.
        began: when it was started, on the monotonic clock.
    """

    def __init__(self, peer: Peer, *, began: float) -> None:
        self._peer = peer
        self._began = began
        self._half_typed = False
        self._ordered = asyncio.Event()
        self._order: Go | Resume | Abandon | None = None

    async def run(self) -> None:
        """Prepare, wait for the order, and carry it out; without one, end."""
        line = await self._peer.line()
        first = decode_order(line) if line is not None else None
        if not isinstance(first, Prepare):
            return
        listening = asyncio.create_task(self._listen())
        try:
            await self._serve(first)
        finally:
            listening.cancel()

    async def _serve(self, first: Prepare) -> None:
        from console.config import ConfigError, open_config

        try:
            # A file that was broken a moment ago takes no kill away. The screen says what is in use.
            config, _ = open_config(Path(first.config))
            feature = config.feature(first.feature)
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must be told before Enter
            told = isinstance(error, ConfigError)
            problem = str(error) if told else f"{first.config}: cannot be used ({type(error).__name__})"
            self._say((), problem)
            await self._ordered.wait()
            return
        await self._stand_ready(first, config, feature)

    async def _stand_ready(self, first: Prepare, config: Config, feature: FeatureConfig) -> None:
        # Imported once the configuration is known to be of use.
        from adapters.http import load_httpx
        from console.killswitch.clock import SystemClock
        from console.killswitch.execution import Execution
        from console.killswitch.fingerprint import fingerprints
        from console.killswitch.history import find_kill
        from console.killswitch.levers import close_levers, open_levers
        from console.killswitch.lookout import Lookout
        from console.store.journal import Journal

        journal = Journal(config.store, config.second_journal)
        journal.warm()
        # Nearly every lever needs it, and what is waited for below is an answer, not an import.
        load_httpx()

        levers = open_levers(feature)
        lookout = Lookout(levers[0], feature, journal)
        looking = asyncio.create_task(lookout.run())
        marking = asyncio.create_task(fingerprints(feature))
        await self._first_look(lookout)
        usable = any(not lever.problem for lever in levers)
        self._say(levers, "" if usable else "; ".join(lever.problem for lever in levers))
        await self._ordered.wait()
        looking.cancel()
        marking.cancel()
        earlier = None
        if isinstance(self._order, Resume):
            earlier = await asyncio.to_thread(find_kill, journal, self._order.kill_id)
        if isinstance(self._order, Go) or earlier is not None:
            execution = Execution(
                feature,
                levers,
                operator=first.operator,
                reason=self._order.reason if isinstance(self._order, Go) else "",
                earlier=earlier,
                journal=journal,
                clock=SystemClock(),
                publish=lambda ladder: self._peer.send(encode(FromExecutor(ladder=ladder))),
                before=lookout.before,
                facts=marks_of(marking),
            )
            await execution.run()
            # Rows that no disk has taken live in this process alone.
            await _settle(journal)
            await _witness(config)
        elif isinstance(self._order, Abandon) or self._half_typed:
            self._abandoned(first, feature, journal)
        await close_levers(levers)

    async def _first_look(self, lookout: Lookout) -> None:
        """Give the first look its time, and less of it when the order to kill is waiting."""
        look = asyncio.create_task(lookout.first_look(LOOK_SECONDS))
        order = asyncio.create_task(self._ordered.wait())
        await asyncio.wait({look, order}, return_when=asyncio.FIRST_COMPLETED)
        if not look.done():
            await asyncio.wait({look}, timeout=LOOK_BESIDE_GO_SECONDS)
        look.cancel()
        order.cancel()

    async def _listen(self) -> None:
        """Take messages until there is an order; the peer's end is one as well."""
        while self._order is None and (line := await self._peer.line()) is not None:
            try:
                order = decode_order(line)
            except msgspec.DecodeError:
                # Not of our screen's making. It orders nothing.
                continue
            if isinstance(order, Typing):
                self._half_typed = order.half
            elif isinstance(order, Go | Resume | Abandon):
                self._order = order
        self._ordered.set()

    def _say(self, levers: Sequence[Lever], problem: str) -> None:
        prepared = prepared_of(levers, problem, time.monotonic() - self._began)
        self._peer.send(encode(FromExecutor(prepared=prepared)))

    def _abandoned(self, first: Prepare, feature: FeatureConfig, journal: Journal) -> None:
        from console.killswitch.history import ABANDONED

        journal.append(
            ABANDONED,
            feature=feature.key,
            environment=feature.environment,
            body={"operator": first.operator.as_dict(), "flag_key": feature.flag_key},
        )


async def _settle(journal: Journal) -> None:
    from console.patience import within

    with suppress(TimeoutError):
        await within(HELD_SECONDS + 1.0, partial(journal.settle, HELD_SECONDS))


async def _witness(config: Config) -> None:
    """Publish the journal's head at the end of a kill: perhaps no console is there to do it."""
    from console.patience import within
    from console.store.audit import Audit

    audit = Audit(config.store, config.second_journal, config.published_head)
    # Nothing waits for it, and the next console does it as well.
    with suppress(Exception):
        await within(WITNESS_SECONDS, audit.witness)


def marks_of(marking: asyncio.Task[Mapping[int, str]]) -> dict[str, object]:
    """What an intent says of its levers, as far as it is known by now; a kill waits for none of it."""
    if not marking.done() or marking.cancelled():
        return {}
    return {"prints": {str(number): mark for number, mark in marking.result().items()}}


def prepared_of(levers: Sequence[Lever], problem: str, seconds: float) -> Prepared:
    """What the screen is told of levers that are ready to be pulled."""
    return Prepared(
        levers=tuple(
            PreparedLever(
                lever.number,
                lever.label,
                lever.does,
                lever.proof.value,
                lever.seconds_limit,
                _sketches(lever),
                lever.problem,
            )
            for lever in levers
        ),
        problem=problem,
        seconds=round(seconds, 3),
    )


def _sketches(lever: Lever) -> tuple[RequestSketch, ...]:
    try:
        return lever.sketches()
    except Exception:  # noqa: BLE001 - words only; what is wrong with this lever stops no other
        return ()


def main() -> None:
    """Serve one screen, then end."""
    serve(lambda peer, began: Executor(peer, began=began).run())


if __name__ == "__main__":
    main()
