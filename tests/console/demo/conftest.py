"""A running world, and ways to talk to it as its users would."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from console.demo.process import WorldProcess, start_world

ENVIRONMENT = "/flags/v1/environments/demo"
FLAG = f"{ENVIRONMENT}/flags/support-drafts-ai"


@dataclass(frozen=True)
class Running:
    """A world, by what its console.toml says."""

    process: WorldProcess
    config: Path
    url: str

    @property
    def feature(self) -> dict[str, Any]:
        """`[[feature]]` of the console.toml that it has written."""
        return dict(tomllib.loads(self.config.read_text())["feature"][0])

    def token(self, name: str = "admin") -> dict[str, str]:
        """The header of a token."""
        return {"Authorization": f"Bearer {(self.config.parent / f'{name}.token').read_text().strip()}"}

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(self.url + path, headers=self.token(), **more)

    def patch(self, **change: Any) -> httpx.Response:
        return httpx.patch(self.url + FLAG, headers=self.token(), json=change)

    def evaluate(self, base: str, user: str, key: str = "support-drafts-ai") -> httpx.Response:
        """Ask by OFREP at /flags or /app."""
        return httpx.post(
            f"{self.url}{base}/ofrep/v1/evaluate/flags/{key}",
            headers=self.token(),
            json={"context": {"targetingKey": user}},
        )

    @contextmanager
    def subscribe(self, **wanted: Any) -> Iterator[ClientConnection]:
        """A connection to the event stream that has said what it wants."""
        with connect(self.url.replace("http", "ws", 1) + "/events", max_size=None) as socket:
            socket.send(json.dumps({"type": "subscribe", **wanted}))
            yield socket


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Starts worlds that end with the test."""
    worlds: list[WorldProcess] = []

    def begin(
        scenario: str = "healthy", *, speed: float = 60.0, volume: float = 1.0, seed: int = 1
    ) -> Running:
        begun = time.perf_counter()
        process = start_world(scenario=scenario, speed=speed, volume=volume, seed=seed)
        worlds.append(process)
        config = process.ready(30)
        print(f"world ready after {time.perf_counter() - begun:.2f} s")
        feature = tomllib.loads(config.read_text())["feature"][0]
        return Running(process, config, feature["fallback"]["url"].removesuffix("/app/probe"))

    yield begin
    for world in worlds:
        world.stop()


@pytest.fixture(scope="module")
def world() -> Iterator[Running]:
    """One healthy world for the tests of a module that leave it as it was."""
    process = start_world(scenario="healthy", speed=60.0, volume=10.0, seed=1)
    try:
        config = process.ready(30)
        feature = tomllib.loads(config.read_text())["feature"][0]
        yield Running(process, config, feature["fallback"]["url"].removesuffix("/app/probe"))
    finally:
        process.stop()


def frames(socket: ClientConnection, seconds: float) -> Iterator[dict[str, Any]]:
    """What comes within so many seconds."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            yield json.loads(socket.recv(timeout=left))
        except TimeoutError:
            return
