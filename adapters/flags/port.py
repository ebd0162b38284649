"""The interface to whatever holds a feature flag."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.untrusted import Untrusted


@dataclass(frozen=True, slots=True)
class FlagState:
    """A flag in one environment, as its provider reports it.

    Attributes:
        on: whether the flag is switched on there; off, everyone gets the off value.
        percent: share of users who get the feature while it is on, 0 to 100; None where the provider's
            rules cannot be put as one number (then `rules` says them).
        rules: further rules in the provider's words (cohorts, constraints).
        version: grows or changes with every change of this flag; None where the provider has none.
        changed_at: when it was last changed, UTC; None where unknown.
        changed_by: who changed it, as the provider names them.
        read_at: when this was read, UTC, on this machine's clock.
    """

    key: str
    environment: str
    on: bool
    percent: float | None
    rules: tuple[Untrusted, ...]
    version: str | None
    changed_at: datetime | None
    changed_by: Untrusted | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Rollout:
    """Who gets a feature while its flag is on.

    Attributes:
        percent: share of users, 0 to 100.
        users: ids of those who have it besides, whatever the share; None leaves them as they are.
    """

    percent: float
    users: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider answered when it accepted a change; no proof that the change holds."""

    said: Untrusted
    version: str | None = None


@dataclass(frozen=True, slots=True)
class ArmingCheck:
    """One thing that must hold for a lever to work.

    Attributes:
        name: "reachable", "token valid", "may write", "key resolves", "no approval gate", "clock".
        holds: True proven, False disproven, None could not be asked.
        text: the proof, or what is wrong.
        todo: what to do when it does not hold, else "".
    """

    name: str
    holds: bool | None
    text: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class RequestSketch:
    """One request as a person would send it by hand, with secrets as ``$NAME``.

    Attributes:
        what: "switch the flag off", "read it back".
        command: a shell command line that does it.
    """

    what: str
    command: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one user gets.

    Attributes:
        context: what identifies the user in this evaluation ("agent-1").
        value: the flag's value for that user; None when the code's own default applies.
        reason: the provider's word for why.
    """

    context: str
    value: bool | None
    reason: Untrusted | None


class FlagProvider(Protocol):
    """One flag in one environment at one provider.

    Every method raises `adapters.errors.AdapterError`. `switch` sets an absolute state, never toggles.
    """

    @property
    def label(self) -> str:
        """How a person names this provider ("unleash", "flag service")."""
        ...

    async def read(self, *, brief: bool = False) -> FlagState:
        """Read the flag now, passing by every cache.

        Args:
            brief: only whether it is on and its version are asked for, as cheaply as that can be had: right
                after a change of it was accepted, so that the flag is known to be there.
        """
        ...

    async def switch(self, on: bool, *, reason: str, operator: str) -> Receipt:
        """Turn the flag on or off in its environment, leaving its rules as they are. Idempotent."""
        ...

    async def set_rollout(self, rollout: Rollout, *, reason: str, operator: str) -> Receipt:
        """Say who gets the feature while the flag is on; whether it is on stays as it is. Idempotent.

        What the provider's own rules say beside it is left alone; where they would let in more users than
        that, nothing is changed and `Refused` says which.
        """
        ...

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove, without an effect on users, that `switch` would work."""
        ...

    def sketches(self, on: bool, *, careful: bool = False) -> tuple[RequestSketch, ...]:
        """Say the exact requests of `switch(on)` and its read-back.

        Args:
            careful: nothing is sent where it would let in more users than had the flag before: for the way
                back. A kill is never held up by this.
        """
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yield whenever the flag may have changed. Ends or raises when the provider cannot say."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


class Evaluator(Protocol):
    """The route by which the product itself learns a flag's value."""

    async def evaluate(self, context: Mapping[str, str]) -> Evaluation:
        """Evaluate the flag for one user, passing by caches on our side."""
        ...

    def sketch(self, context: Mapping[str, str]) -> RequestSketch:
        """Say the exact request of `evaluate`, and what to look for in its answer."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
