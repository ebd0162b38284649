"""A misbehaving flag service, and a feature that hangs on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving) -> Iterator[House]:
    built = House(tmp_path, server)
    built.write()
    yield built
    built.end_executors()
