"""What a console saw is given back to the next one, and a disk that fails takes nothing else along."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.errors import ServerFault
from adapters.signals.port import Batch, Ratio, Reading
from console.following.intake import Intake
from console.following.keeper import Keeper
from console.incident.happening import Happening
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.verdict import State
from console.store.history import History
from tests.console.signals.made import configs

PLACE = ("support-drafts", "production")
START = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
MINUTE = timedelta(minutes=1)
DEAD = ServerFault("answered 503", where="prometheus at 127.0.0.1:9090", todo="See its log.")


class Watched:
    """One console's share of a history: monitor, keeper and intake, and what was told."""

    def __init__(self, history: History) -> None:
        self.now = START
        self.told: list[Happening] = []
        self.monitor = Monitor(build_judges(configs(("errors",))), clock=lambda: self.now)
        self.keeper = Keeper(history, self.monitor, *PLACE, told=self.told.extend, changed=lambda: None)
        self.intake = Intake(self.monitor, self.keeper)

    async def begin(self) -> None:
        await self.keeper.restore()
        self.intake.open()

    def minutes(self, count: int, *, bad: float) -> None:
        """So many minutes of 20 answers each."""
        for _ in range(count):
            end = self.now + MINUTE
            reading = Reading("errors", self.now, end, Ratio(bad, 20.0), end)
            self.now = end
            self.intake.take(("errors",), Batch(end, {"errors": end}, (reading,)))
            self.keeper.board(self.monitor.board(self.now))

    def fail(self) -> None:
        self.intake.failed(("errors",), DEAD)
        self.keeper.board(self.monitor.board(self.now))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console-history.db"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[History]:
    history = History(path, retention=timedelta(days=90), prompts_retention=timedelta(days=14))
    try:
        yield history
    finally:
        await history.aclose()


def hide(path: Path, hidden: Path) -> None:
    """Put a directory where the history was: nobody can open it."""
    path.rename(hidden)
    path.mkdir()


def give_back(path: Path, hidden: Path) -> None:
    path.rmdir()
    hidden.rename(path)


async def breached(path: Path) -> Watched:
    """A console that saw a BREACH, and is gone."""
    async with opened(path) as history:
        console = Watched(history)
        await console.begin()
        console.minutes(30, bad=0.0)
        console.minutes(10, bad=8.0)
        assert console.monitor.board(console.now).verdicts["errors"].state is State.BREACH
    return console


async def test_a_breach_stands_after_a_restart_with_its_since_when_though_the_source_is_dead(
    path: Path,
) -> None:
    before = await breached(path)
    since = before.monitor.board(before.now).verdicts["errors"].since
    async with opened(path) as history:
        again = Watched(history)
        again.now = before.now + 5 * MINUTE
        await again.begin()
        again.fail()
        verdict = again.monitor.board(again.now).verdicts["errors"]
        assert (verdict.state, verdict.was) == (State.ERROR, State.BREACH)
        assert verdict.since == since


async def test_readings_that_a_source_does_not_send_again_are_given_back(path: Path) -> None:
    before = await breached(path)
    async with opened(path) as history:
        again = Watched(history)
        again.now = before.now
        await again.begin()
        again.minutes(1, bad=8.0)
        verdict = again.monitor.board(again.now).verdicts["errors"]
        assert verdict.state is State.BREACH
        assert verdict.since == before.monitor.board(before.now).verdicts["errors"].since


async def test_a_changed_verdict_is_told_once_however_many_consoles_see_it(path: Path) -> None:
    async with opened(path) as one, opened(path) as other:
        consoles = Watched(one), Watched(other)
        for console in consoles:
            await console.begin()
            console.minutes(30, bad=0.0)
            console.minutes(10, bad=8.0)
        await one.flush()
        await other.flush()
        seen = await one.changes(*PLACE, since=START - timedelta(days=1))
        keys = [(change.kind, change.key) for change in seen]
        assert len(set(keys)) == len(keys)
        assert any("BREACH" in key for _, key in keys)


async def test_batches_that_come_before_the_past_is_given_back_are_held_and_not_lost(path: Path) -> None:
    async with opened(path) as history:
        console = Watched(history)
        console.minutes(5, bad=0.0)
        assert console.monitor.board(console.now).clock is None
        await console.begin()
        assert console.monitor.board(console.now).verdicts["errors"].newest == console.now


async def test_a_history_that_cannot_be_read_holds_nothing_up_and_is_given_back_when_it_can(
    path: Path, tmp_path: Path
) -> None:
    before = await breached(path)
    hidden = tmp_path / "hidden"
    hide(path, hidden)
    async with opened(path) as history:
        again = Watched(history)
        again.now = before.now + 5 * MINUTE
        await again.begin()
        again.fail()
        assert again.keeper.view.problem
        following = asyncio.create_task(again.keeper.follow())
        give_back(path, hidden)
        async with asyncio.timeout(15):
            while again.monitor.board(again.now).verdicts["errors"].was is not State.BREACH:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        assert not again.keeper.view.problem
