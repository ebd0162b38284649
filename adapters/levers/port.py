"""The interface to a way of killing a feature that is not a flag provider."""

from __future__ import annotations

from typing import Protocol

from adapters.flags.port import ArmingCheck, Receipt, RequestSketch


class KillLever(Protocol):
    """Something that can be pulled to stop the AI path: a command, or an endpoint.

    Every method raises `adapters.errors.AdapterError`.
    """

    @property
    def label(self) -> str:
        """How a person names it ("command")."""
        ...

    @property
    def does(self) -> str:
        """What pulling it does, in a few words ("/usr/local/bin/force-fallback")."""
        ...

    async def pull(self, *, reason: str, operator: str) -> Receipt:
        """Put the feature into its killed state. Idempotent."""
        ...

    @property
    def undoable(self) -> bool:
        """Whether `undo` can be asked for."""
        ...

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """Take the killed state back. Idempotent; only where it is `undoable`."""
        ...

    async def holds(self) -> bool | None:
        """Whether the killed state holds now; None where this lever has no way to ask."""
        ...

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove, without an effect on users, that `pull` would work."""
        ...

    def sketches(self) -> tuple[RequestSketch, ...]:
        """Say exactly what `pull` does, and how to see whether it holds."""
        ...

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """Say exactly how it is taken back; () where nothing is known to."""
        ...

    async def aclose(self) -> None:
        """Let go of what it holds."""
        ...
