"""The ways to reach the kill state, made from the configuration alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from adapters import registry
from adapters.errors import AdapterError, BadOptions
from adapters.flags.port import ArmingCheck, FlagState, Receipt, RequestSketch

if TYPE_CHECKING:
    from adapters.flags.port import FlagProvider
    from adapters.levers.port import KillLever
    from console.config import FeatureConfig, ProviderTable

LEVER_SECONDS = 5.0
"""Most that one attempt at a lever may take."""
ALL_LEVERS_SECONDS = 15.0
"""Most that the first attempts at all levers may take, shared so that each is sent."""


class Proof(Enum):
    """What shows that a lever worked."""

    READ_BACK = "read-back"
    CHECK = "check"
    EVALUATION = "evaluation"
    TRAFFIC = "traffic"
    NONE = "none"

    @property
    def asks_lever(self) -> bool:
        """The lever itself can be asked whether the kill state holds."""
        return self in (Proof.READ_BACK, Proof.CHECK)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a lever answered when it was asked whether the kill state holds.

    Attributes:
        killed: None where it has no way to tell.
        state: of the flag, where the lever is one.
        words: what was seen, as a person says it ("flag still ON in unleash").
    """

    killed: bool | None
    state: FlagState | None
    words: str


class Lever(Protocol):
    """One way to reach the kill state.

    `send`, `holds` and `arm` raise `adapters.errors.AdapterError`.

    Attributes:
        number: from 1, in the order of the configuration.
        label: "unleash", "command".
        does: what pulling it does, in a few words ("switch off in production").
        proof: what confirms it.
        seconds_limit: the most that one attempt may take.
        problem: why it cannot work as configured, or "".
        undoable: `undo` can be asked for.
    """

    number: int
    label: str
    does: str
    proof: Proof
    seconds_limit: float
    problem: str
    undoable: bool

    async def send(self, *, reason: str, operator: str) -> Receipt:
        """Ask for the kill state. Idempotent."""
        ...

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """Take the kill state back. Idempotent; only where it is `undoable`."""
        ...

    async def holds(self, *, brief: bool = False) -> Holding:
        """Ask whether the kill state holds now.

        Args:
            brief: as in `adapters.flags.port.FlagProvider.read`.
        """
        ...

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove, without an effect on users, that `send` would work."""
        ...

    def sketches(self) -> tuple[RequestSketch, ...]:
        """Say exactly what `send` does."""
        ...

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """Say exactly how it is taken back; () where nothing is known to."""
        ...

    def still_on(self, known: bool) -> str:
        """Say that it does not hold the kill state, or that this is not known."""
        ...

    async def aclose(self) -> None:
        """Let go of what it holds."""
        ...


class FlagLever:
    """A feature flag, set to the value that means *killed*. See `Lever`.

    Args:
        kill_on: the flag is inverse: on means killed.
    """

    def __init__(
        self, number: int, provider: FlagProvider, *, kill_on: bool, environment: str, seconds_limit: float
    ) -> None:
        self.number = number
        self.label = provider.label
        self.proof = Proof.READ_BACK
        self.seconds_limit = seconds_limit
        self.problem = ""
        self.undoable = True
        self.does = f"switch {'on' if kill_on else 'off'} in {environment}"
        self._provider = provider
        self._kill_on = kill_on

    async def send(self, *, reason: str, operator: str) -> Receipt:
        """See `Lever`."""
        return await self._provider.switch(self._kill_on, reason=reason, operator=operator)

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """See `Lever`."""
        return await self._provider.switch(not self._kill_on, reason=reason, operator=operator)

    async def holds(self, *, brief: bool = False) -> Holding:
        """See `Lever`."""
        state = await self._provider.read(brief=brief)
        if state.on is self._kill_on:
            return Holding(True, state, f"flag {_on(state.on)} in {self.label}")
        return Holding(False, state, self.still_on(True))

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """See `Lever`."""
        return await self._provider.arm()

    def sketches(self) -> tuple[RequestSketch, ...]:
        """See `Lever`."""
        return self._provider.sketches(self._kill_on)

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """See `Lever`."""
        return self._provider.sketches(not self._kill_on, careful=True)

    def still_on(self, known: bool) -> str:
        """See `Lever`."""
        return f"flag {'still' if known else 'may still be'} {_on(not self._kill_on)} in {self.label}"

    async def aclose(self) -> None:
        """See `Lever`."""
        await self._provider.aclose()


class PulledLever:
    """A lever that is no flag: a command. See `Lever`."""

    def __init__(self, number: int, lever: KillLever, *, proof: Proof, seconds_limit: float) -> None:
        self.number = number
        self.label = lever.label
        self.does = lever.does
        self.proof = proof
        self.seconds_limit = seconds_limit
        self.problem = ""
        self.undoable = lever.undoable
        self._lever = lever

    async def send(self, *, reason: str, operator: str) -> Receipt:
        """See `Lever`."""
        return await self._lever.pull(reason=reason, operator=operator)

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """See `Lever`."""
        return await self._lever.undo(reason=reason, operator=operator)

    async def holds(self, *, brief: bool = False) -> Holding:
        """See `Lever`."""
        killed = await self._lever.holds()
        words = {True: f"{self.label} is in force", False: self.still_on(True), None: self.still_on(False)}
        return Holding(killed, None, words[killed])

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """See `Lever`."""
        return await self._lever.arm()

    def sketches(self) -> tuple[RequestSketch, ...]:
        """See `Lever`."""
        return self._lever.sketches()

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """See `Lever`."""
        return self._lever.undo_sketches()

    def still_on(self, known: bool) -> str:
        """See `Lever`."""
        return f"{self.label} {'is not' if known else 'may not be'} in force"

    async def aclose(self) -> None:
        """See `Lever`."""
        await self._lever.aclose()


class BrokenLever:
    """A lever that cannot be made as configured; every use of it says why. See `Lever`."""

    def __init__(self, number: int, table: ProviderTable, error: AdapterError) -> None:
        self.number = number
        self.label = table.provider
        self.does = "cannot be used"
        self.proof = Proof.NONE
        self.seconds_limit = 0.0
        self.problem = str(error)
        self.undoable = False
        self._error = error

    async def send(self, *, reason: str, operator: str) -> Receipt:
        """Raise what is wrong."""
        raise self._error

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """Raise what is wrong."""
        raise self._error

    async def holds(self, *, brief: bool = False) -> Holding:
        """Raise what is wrong."""
        raise self._error

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Say what is wrong."""
        return (ArmingCheck("configured", False, self._error.what, self._error.todo),)

    def sketches(self) -> tuple[RequestSketch, ...]:
        """Nothing is sent."""
        return ()

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """Nothing was sent."""
        return ()

    def still_on(self, known: bool) -> str:
        """See `Lever`."""
        return f"{self.label} cannot be used"

    async def aclose(self) -> None:
        """Nothing is held."""


def open_levers(feature: FeatureConfig) -> tuple[Lever, ...]:
    """Make every lever of a feature.

    Never raises: in place of one that cannot be made stands a `BrokenLever`.
    """
    tables = (feature.flag, *feature.levers)
    limit = min(feature.lever_seconds, LEVER_SECONDS, ALL_LEVERS_SECONDS / len(tables))
    return tuple(_open(number, table, feature, limit) for number, table in enumerate(tables, start=1))


async def close_levers(levers: Sequence[Lever]) -> None:
    """Let go of all of them, whatever one of them thinks of it."""
    for lever in levers:
        # The connection is gone either way, and a third party's adapter may raise anything.
        with suppress(Exception):
            await lever.aclose()


def _open(number: int, table: ProviderTable, feature: FeatureConfig, limit: float) -> Lever:
    try:
        if number == 1 or registry.is_flag(table.provider):
            provider = registry.open_flag(table.provider, table.options, table.where, trust=table.trust)
            return FlagLever(
                number,
                provider,
                kill_on=table.kill_state == "on",
                environment=feature.environment,
                seconds_limit=limit,
            )
        lever = registry.open_lever(table.provider, table.options, table.where, trust=table.trust)
        return PulledLever(number, lever, proof=_proof(table), seconds_limit=limit)
    except AdapterError as error:
        return BrokenLever(number, table, error)
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything, and stops no other lever
        todo = "Correct its table, or reinstall the package that brings it."
        what = f"cannot be used ({type(error).__name__})"
        return BrokenLever(number, table, BadOptions(what, where=table.where, todo=todo))


def _proof(table: ProviderTable) -> Proof:
    """The declared proof; without one, the lever's own check if it has one."""
    declared = table.options.get("proof")
    if declared is None:
        return Proof.CHECK if table.options.get("check") else Proof.NONE
    return Proof(declared)


def _on(value: bool) -> str:
    return "ON" if value else "OFF"
