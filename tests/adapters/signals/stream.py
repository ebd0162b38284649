"""A real WebSocket server that plays a script of the event stream, and the frames to script it with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BOUNDS = (0.5, 1.0, 2.0, 4.0)

Script = Callable[["Peer"], Awaitable[None]]


def at(seconds: float) -> str:
    """An instant so many seconds after noon, as the wire writes it."""
    return (NOON + timedelta(seconds=seconds)).isoformat()


def hello(seconds: float = 0, **fields: Any) -> dict[str, Any]:
    return {
        "type": "hello",
        "version": 1,
        "feature": "support-drafts",
        "at": at(seconds),
        "speed": 60,
        "bucket_seconds": 60,
        "latency_bounds": BOUNDS,
        **fields,
    }


def history(rollups: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    return {"type": "history", "rollups": rollups or [], "evals": [], "done": True, **fields}


def rollup(seconds: float, **fields: Any) -> dict[str, Any]:
    return {"start": at(seconds), "seconds": 60, "ai": 0, "fallback": 0, **fields}


def event(number: int, seconds: float, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}",
        "time": at(seconds),
        "user": f"user-{number % 3}",
        "path": "ai",
        "latency": 0.8,
        "outcome": "ok",
        "model": "model-1",
        "tokens_in": 100,
        "tokens_out": 20,
        "usd": 0.25,
        "rating": None,
        "regenerate": False,
        "injection": None,
        "passed": False,
        "source": None,
        **fields,
    }


def live(
    seconds: float, events: list[Any] | None = None, *, complete: float | None = None, **fields: Any
) -> dict[str, Any]:
    until = seconds if complete is None else complete
    return {"type": "events", "at": at(seconds), "complete_to": at(until), "events": events or [], **fields}


class Peer:
    """One client, as the server sees it."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.subscription: dict[str, Any] = {}

    async def send(self, *frames: Any) -> None:
        """Send frames: values as JSON, text and bytes as they are."""
        for frame in frames:
            await self.connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def greet(self, greeting: dict[str, Any] | None = None) -> None:
        """Say hello and wait for the subscription."""
        await self.send(greeting or hello())
        self.subscription = json.loads(await self.connection.recv())

    async def hold(self) -> None:
        """Keep the connection until the client leaves."""
        await self.connection.wait_closed()


@asynccontextmanager
async def playing(script: Script, **options: Any) -> AsyncIterator[str]:
    """Serve a script to every client; yields the address."""

    async def handle(connection: ServerConnection) -> None:
        await script(Peer(connection))

    async with serve(handle, "127.0.0.1", 0, compression=None, **options) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/events"
