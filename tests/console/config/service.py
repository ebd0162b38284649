"""A flag service that runs beside tests which start event loops of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.misbehaving import Misbehaving


@contextmanager
def flag_service() -> Iterator[Misbehaving]:
    """Run it on a thread while the block runs."""
    ready, done = threading.Event(), asyncio.Event()
    started: list[Misbehaving] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with Misbehaving() as server:
            started.append(server)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield started[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()
