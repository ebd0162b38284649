"""Somebody who is drilled, at the near end of the process that holds the lease."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from console.drilling.client import DrillClient
from console.drilling.rows import KINDS, Drill, drills
from console.drilling.target import DrillOrder
from console.drilling.wire import Told
from console.killswitch.history import process_began
from console.killswitch.steps import Outcome
from tests.console.killswitch.house import MARA, House, until
from tests.servers.misbehaving import DRILL_KEY, KEY

NAME = "support-drafts@production"
DRILL_TABLE = f"""
[feature.drill]
flag = "{DRILL_KEY}"
evaluate = true
"""


class Person:
    """Begins a drill and goes through it.

    Attributes:
        opened: everybody who has begun one; `all_leave` lets go of them.
    """

    opened: ClassVar[list[Person]] = []

    def __init__(self, config_path: Path, kind: str, *, confirm: str = KEY, feature: str = NAME) -> None:
        self.told: Told | None = None
        self.left = False
        self.client = DrillClient.begin(
            config_path,
            feature,
            operator=MARA,
            order=DrillOrder(kind, "Priya", "schema-failures", confirm),
        )
        self.opened.append(self)

    @classmethod
    def all_leave(cls) -> None:
        """Close every line that is still open."""
        for person in cls.opened:
            if not person.left:
                person.vanishes()
        cls.opened.clear()

    async def sees(self, asked: Callable[[Told], bool], seconds: float = 30.0) -> Told:
        """Follow until something is so."""

        def seen() -> bool:
            for told in self.client.receive():
                self.told = told
            return self.told is not None and (asked(self.told) or self.client.closed)

        await until(seen, seconds)
        assert self.told is not None
        return self.told

    async def phase(self, name: str) -> Told:
        told = await self.sees(lambda told: told.phase == name)
        assert told.phase == name, (told.phase, told.text)
        return told

    async def kills(self) -> Told:
        """Through the drill up to *confirmed*, and until the holder has read its own kill back."""
        await self.phase("running")
        for mark in ("signals", "runbook", "dialog"):
            self.client.mark(mark)
        self.client.go("a made-up breach")
        return await self.sees(
            lambda told: (
                told.ladder is not None
                and told.ladder.outcome is Outcome.CONFIRMED
                and (told.kind == "tabletop" or (told.flag is not None and not told.flag.on))
            )
        )

    async def ends(self) -> Told:
        self.client.end("Priya ended it")
        return await self.phase("over")

    def vanishes(self) -> None:
        """The line drops."""
        self.left = True
        self.client.leave()

    async def holder_dies(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.client.pid, signal.SIGKILL)
        self.vanishes()
        await until(lambda: not process_began(self.client.pid))


def recorded(house: House) -> list[Drill]:
    """Every drill, as the journal has it."""
    return drills(house.journal.rows(kinds=KINDS))
