"""A misbehaving flag service with a flag for rehearsals, and a feature that hangs on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.console.drilling.person import DRILL_TABLE, Person
from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving) -> Iterator[House]:
    built = House(tmp_path, server)
    built.write(below=True, drill=DRILL_TABLE)
    yield built
    Person.all_leave()
    built.end_executors()
