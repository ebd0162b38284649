"""Somebody else who turns the flag on again."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from console.demo.acme import ENVIRONMENT, FLAG_KEY
from console.demo.clock import EventClock
from console.demo.colleague import EARLIEST, LATEST, WHO, WHY, Colleague
from console.demo.flagstore import Flag, FlagStore

SPEED = 3_600.0


class Service:
    """A flag service that notes what it is asked; it may be silent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers = True
        self.asked: list[tuple[str, str, dict[str, object]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append((self.path, self.headers["Authorization"], body))
                if not service.answers:
                    self.close_connection = True
                    return
                service.set(on=body["on"], by=body["by"], reason=body["reason"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.store = FlagStore(path)
        self.store.add(Flag(FLAG_KEY, ENVIRONMENT, True, 25.0, (), 1, "", "", ""))

    def set(self, *, on: bool, by: str = "me", reason: str = "") -> None:
        store = FlagStore(self.path)
        store.change(ENVIRONMENT, FLAG_KEY, on=on, percent=None, users=None, by=by, reason=reason)
        store.close()

    @property
    def flag(self) -> Flag:
        found = self.store.get(ENVIRONMENT, FLAG_KEY)
        assert found is not None
        return found

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.store.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    found = Service(tmp_path / "flags.db")
    yield found
    found.close()


async def meddling(service: Service, seconds: float, *, active: bool = True, least: float = 0.0) -> float:
    """Real seconds until the flag was on again, or all of them."""
    url = f"http://127.0.0.1:{service.server.server_address[1]}/flags"
    one = Colleague(url, "secret", service.store, EventClock(SPEED), 1, real_least=least)
    task = asyncio.create_task(one.watch(lambda: active))
    begun = time.monotonic()
    while time.monotonic() - begun < seconds and not service.flag.on:  # noqa: ASYNC110 - a row of a file
        await asyncio.sleep(0.02)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return time.monotonic() - begun


async def test_a_flag_that_goes_off_is_on_again_after_some_minutes_by_name_and_with_a_reason(
    service: Service,
) -> None:
    for times in (1, 2):
        service.set(on=False)
        assert await meddling(service, 5.0) < 4.0
        assert (service.flag.changed_by, service.flag.reason) == (WHO, WHY)
        assert len(service.asked) == times
    path, token, body = service.asked[0]
    assert path == f"/flags/v1/environments/{ENVIRONMENT}/flags/{FLAG_KEY}"
    assert (token, body) == ("Bearer secret", {"on": True, "by": WHO, "reason": WHY})
    assert 5 * 60 <= EARLIEST < LATEST <= 10 * 60


async def test_who_has_killed_has_real_seconds_to_see_it_however_fast_the_clock_runs(
    service: Service,
) -> None:
    service.set(on=False)
    assert await meddling(service, 5.0, least=1.0) >= 1.0


async def test_it_leaves_a_flag_that_is_on_and_every_flag_in_other_scenarios(service: Service) -> None:
    assert await meddling(service, 0.6) < 0.1
    service.set(on=False)
    await meddling(service, 0.6, active=False)
    assert service.asked == []
    assert service.flag.changed_by == "me"


async def test_a_flag_service_that_breaks_off_is_asked_again(service: Service) -> None:
    service.set(on=False)
    service.answers = False
    await meddling(service, 1.5)
    assert service.asked
    service.answers = True
    assert await meddling(service, 5.0) < 4.0
