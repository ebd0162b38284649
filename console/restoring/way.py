"""Giving a feature back to users, step by step, so that each state in between is a safe one.

share of users set, while nobody gets it -> other levers taken back -> flag turned back -> read back ->
journal read again: where somebody has killed it meanwhile, it is killed again, and the kill has won.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from adapters import registry
from adapters.errors import AdapterError, Effect
from console.killswitch.levers import LEVER_SECONDS
from console.killswitch.steps import Mark
from console.text import plain

if TYPE_CHECKING:
    from adapters.flags.port import FlagProvider, FlagState
    from console.config import FeatureConfig
    from console.killswitch.levers import Lever
    from console.restoring.stages import Target

T = TypeVar("T")
READS = 8
READ_GAP = 0.25
"""Seconds between two read-backs of a change that does not show yet."""


class Result(Enum):
    """How it ended."""

    RESTORED = "restored"
    FAILED = "failed"
    """Not done: it stands as it stood, or nobody could be asked; what was reached is in the steps."""
    UNKNOWN = "not known"
    """Sent, and no read-back shows how it stands."""
    KILLED_AGAIN = "killed again"
    """A newer kill came, and has won."""


@dataclass(frozen=True, slots=True)
class Move:
    """One step of the way.

    Attributes:
        name: "share of users", "lever 2", "flag", "read back", "newer kill".
        mark: TRUE, FALSE or UNKNOWN.
    """

    name: str
    mark: Mark
    text: str


class WayBack:
    """One restore, or one step back.

    Args:
        levers: all of the feature's, in order.
        undo: numbers of those, above 1, that are taken back.
        turn_on: end the kill state too; a step back leaves it as it is.
        newer_kill: says whether a kill is journaled that is newer than the one that is restored from. Waits
            for the disk, so it is called on a thread.
        kill_again: kills, and stays until that is decided.
        publish: gets each step.
    """

    def __init__(
        self,
        feature: FeatureConfig,
        levers: Sequence[Lever],
        target: Target,
        *,
        undo: frozenset[int],
        turn_on: bool,
        operator: str,
        reason: str,
        newer_kill: Callable[[], bool],
        kill_again: Callable[[], Awaitable[str]],
        publish: Callable[[Move], None],
    ) -> None:
        self._feature = feature
        self._levers = levers
        self._target = target
        self._undo = undo
        self._turn_on = turn_on
        self._operator = operator
        self._reason = reason
        self._newer_kill = newer_kill
        self._kill_again = kill_again
        self._publish = publish
        self._kill_on = feature.flag.kill_state == "on"

    async def run(self) -> Result:
        """Go it. Never raises for what a provider does."""
        table = self._feature.flag
        try:
            provider = registry.open_flag(table.provider, table.options, table.where, trust=table.trust)
        except AdapterError as error:
            return self._failed("flag", error)
        try:
            return await self._go(provider)
        finally:
            await provider.aclose()

    async def _go(self, provider: FlagProvider) -> Result:
        result = await self._share(provider)
        if result is not None or not self._turn_on:
            return result or Result.RESTORED
        # Whichever step lets users in comes last.
        flag_last = await self._holds(provider)
        steps: list[Callable[[], Awaitable[Result | None]]] = [
            self._others,
            partial(self._flag, provider),
        ]
        for step in steps if flag_last else reversed(steps):
            if await asyncio.to_thread(self._newer_kill):
                return await self._lost()
            if (result := await step()) is not None:
                break
        # A kill that was journaled while this wrote may have been sent before it.
        if await asyncio.to_thread(self._newer_kill):
            return await self._lost()
        return result or Result.RESTORED

    async def _share(self, provider: FlagProvider) -> Result | None:
        wanted = self._target.rollout
        name = "share of users"
        try:
            await _bounded(provider.set_rollout(wanted, reason=self._reason, operator=self._operator))
        except AdapterError as error:
            return self._failed(name, error)
        state = await self._read(provider, lambda state: state.percent == wanted.percent)
        if state is None:
            self._say(name, Mark.UNKNOWN, "set, and cannot be read back")
            return Result.UNKNOWN
        if state.percent != wanted.percent:
            shown = "no one number" if state.percent is None else f"{state.percent:g} %"
            self._say(name, Mark.FALSE, f"set to {wanted.percent:g} %, and read back it is {shown}")
            return Result.FAILED
        self._say(name, Mark.TRUE, f"{wanted.percent:g} %, read back from {plain(provider.label)}")
        return None

    async def _holds(self, provider: FlagProvider) -> bool:
        state = await self._read(provider, lambda _: True)
        return state is None or state.on is self._kill_on

    async def _others(self) -> Result | None:
        for lever in self._levers:
            if lever.number not in self._undo:
                continue
            name = f"lever {lever.number}"
            try:
                await _bounded(lever.undo(reason=self._reason, operator=self._operator))
                holding = await _bounded(lever.holds()) if lever.proof.asks_lever else None
            except AdapterError as error:
                return self._failed(name, error)
            if holding is not None and holding.killed:
                self._say(name, Mark.FALSE, f"{plain(lever.label)}: undone, and it still holds")
                return Result.FAILED
            self._say(name, Mark.TRUE, f"{plain(lever.label)}: taken back")
        return None

    async def _flag(self, provider: FlagProvider) -> Result | None:
        wanted = not self._kill_on
        try:
            await _bounded(provider.switch(wanted, reason=self._reason, operator=self._operator))
        except AdapterError as error:
            result = self._failed("flag", error)
            if result is Result.FAILED:
                return result
        state = await self._read(provider, lambda state: state.on is wanted)
        if state is None:
            self._say("read back", Mark.UNKNOWN, "the flag cannot be read: look at it")
            return Result.UNKNOWN
        if state.on is not wanted:
            self._say("read back", Mark.FALSE, "the flag was switched, and still holds the kill state")
            return Result.FAILED
        share = "" if state.percent is None else f" at {state.percent:g} %"
        word = "ON" if wanted else "OFF"
        self._say("flag", Mark.TRUE, f"{word}{share}, read back from {plain(provider.label)}")
        return None

    async def _lost(self) -> Result:
        words = await self._kill_again()
        self._say(
            "newer kill", Mark.FALSE, f"somebody has killed it meanwhile; the kill wins: {plain(words)}"
        )
        return Result.KILLED_AGAIN

    async def _read(self, provider: FlagProvider, shows: Callable[[FlagState], bool]) -> FlagState | None:
        """Read until it shows what is wanted, some times at most; the newest state, None for none."""
        state: FlagState | None = None
        for number in range(READS):
            if number:
                await asyncio.sleep(READ_GAP)
            try:
                state = await _bounded(provider.read())
            except AdapterError:
                state = None
                continue
            if shows(state):
                return state
        return state

    def _failed(self, name: str, error: AdapterError) -> Result:
        certain = error.effect is Effect.NONE
        more = "" if certain else "; it may have worked"
        todo = f" {plain(error.todo)}" if error.todo else ""
        self._say(name, Mark.FALSE if certain else Mark.UNKNOWN, f"{plain(error.what)}{more}.{todo}")
        return Result.FAILED if certain else Result.UNKNOWN

    def _say(self, name: str, mark: Mark, text: str) -> None:
        self._publish(Move(name, mark, text))


async def _bounded(work: Awaitable[T]) -> T:
    """Await within a lever's time; whatever goes wrong is an AdapterError."""
    try:
        async with asyncio.timeout(LEVER_SECONDS):
            return await work
    except AdapterError:
        raise
    except TimeoutError:
        what, todo = f"did not answer within {LEVER_SECONDS:g} s", "Look at the flag."
        raise AdapterError(what, where="", todo=todo, effect=Effect.UNKNOWN) from None
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything
        what, todo = f"failed ({type(error).__name__})", "Report it, and look at the flag."
        raise AdapterError(what, where="", todo=todo, effect=Effect.UNKNOWN) from None
