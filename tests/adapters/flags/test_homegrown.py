"""The flag service's adapter against the real flag service, over real HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from adapters import errors
from adapters.flags.homegrown import Homegrown
from adapters.flags.ofrep import Ofrep
from console.demo.flagservice import FlagService
from console.demo.flagstore import Flag, FlagStore

ADMIN, READER = "admin-canary-7f3e9a1c", "reader-canary-7f3e9a1c"
KEY = "support-drafts-ai"
WHERE = "feature.flag of support-drafts"


@dataclass(frozen=True)
class Service:
    url: str
    store: FlagStore


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAGS_ADMIN", ADMIN)
    monkeypatch.setenv("FLAGS_READER", READER)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    store = FlagStore(tmp_path / "flags.db")
    changed = "2026-11-22T02:58:00.000Z"
    for key in (KEY, "other"):
        store.add(Flag(key, "production", True, 25.0, ("agent-1", "agent-2"), 4, changed, "jonas", "ramp"))
    routes = FlagService(store, admin_token=ADMIN, read_token=READER, environment="production").routes()
    app = Starlette(routes=[Mount("/flags", routes=routes)])
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=0)
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Service(f"http://127.0.0.1:{port}/flags", store)
    server.should_exit = server.force_exit = True
    await serving
    store.close()


def flag(service: Service, token: str = "FLAGS_ADMIN", **options: Any) -> Homegrown:
    table = {"url": service.url, "token": f"env:{token}", "key": KEY, "environment": "production", **options}
    return Homegrown(table, WHERE)


async def test_reading_tells_state_share_users_and_last_change(service: Service) -> None:
    provider = flag(service)
    state = await provider.read()
    assert (state.on, state.percent, state.version) == (True, 25.0, "4")
    assert [rule.raw for rule in state.rules] == ["user agent-1", "user agent-2"]
    assert state.changed_at == datetime(2026, 11, 22, 2, 58, tzinfo=UTC)
    assert state.changed_by is not None
    assert state.changed_by.raw == "jonas"
    assert datetime.now(UTC) - state.read_at < timedelta(seconds=10)
    await provider.aclose()


async def test_a_kill_is_in_the_services_own_table_with_reason_and_operator(service: Service) -> None:
    provider = flag(service)
    receipt = await provider.switch(False, reason="r" * 5000, operator="mara " + "x" * 500)
    row = service.store.get("production", KEY)
    assert row is not None
    assert (row.on, row.percent, row.users) == (False, 25.0, ("agent-1", "agent-2"))
    assert (row.reason, row.changed_by[:4]) == ("r" * 2000, "mara")
    assert receipt.version == "5"
    again = await provider.switch(False, reason="again", operator="jonas")
    assert again.version == "5"
    assert not (await provider.read()).on
    await provider.aclose()


@pytest.mark.requirement(14)
async def test_arming_proves_everything_and_writes_nothing(service: Service) -> None:
    provider = flag(service)
    checks = {check.name: check.holds for check in await provider.arm()}
    names = ("reachable", "token valid", "may write", "key resolves", "no approval gate", "clock")
    assert checks == dict.fromkeys(names, True)
    row = service.store.get("production", KEY)
    assert row is not None
    assert row.version == 4
    await provider.aclose()


@pytest.mark.requirement(13)
async def test_a_token_that_may_only_read_is_told_beforehand_and_refused(service: Service) -> None:
    provider = flag(service, "FLAGS_READER")
    checks = {check.name: check for check in await provider.arm()}
    assert checks["may write"].holds is False
    assert checks["may write"].todo
    with pytest.raises(errors.Forbidden) as caught:
        await provider.switch(False, reason="", operator="")
    assert caught.value.effect is errors.Effect.NONE
    assert READER not in f"{caught.value}{caught.value.detail!r}"
    await provider.aclose()


async def test_a_wrong_token_and_a_wrong_key_are_told_apart(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = flag(service, key="renamed")
    checks = {check.name: check.holds for check in await unknown.arm()}
    assert (checks["reachable"], checks["token valid"], checks["key resolves"]) == (True, True, False)
    monkeypatch.setenv("FLAGS_ADMIN", "revoked")
    revoked = flag(service)
    checks = {check.name: check.holds for check in await revoked.arm()}
    assert (checks["reachable"], checks["token valid"], checks["key resolves"]) == (True, False, None)
    await unknown.aclose()
    await revoked.aclose()


async def test_a_change_by_anybody_arrives_at_once_and_others_flags_are_no_news(service: Service) -> None:
    watcher, other, hand = flag(service), flag(service, key="other"), flag(service)
    changes = watcher.changes()
    async with asyncio.timeout(5):
        await anext(changes)
        await other.switch(False, reason="", operator="")
        arriving = asyncio.ensure_future(anext(changes))
        done, _ = await asyncio.wait({arriving}, timeout=0.2)
        assert not done
        await hand.switch(False, reason="", operator="")
        await arriving
    await changes.aclose()
    for provider in (watcher, other, hand):
        await provider.aclose()


async def test_the_stream_of_a_wrong_token_fails_and_is_not_silence(service: Service) -> None:
    provider = flag(service, "FLAGS_NOBODY")
    with pytest.raises(errors.AdapterError, match="FLAGS_NOBODY is not set"):
        await anext(provider.changes())
    await provider.aclose()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here, which the commands are made of")
async def test_the_cards_commands_work_when_pasted_into_a_shell(service: Service) -> None:
    send, read = flag(service).sketches(False)
    said = [await shell(sketch.command) for sketch in (send, read)]
    assert "200 OK" in said[0]
    assert '"on":false' in said[1]
    assert read.what.endswith('"on":false')
    row = service.store.get("production", KEY)
    assert row is not None
    assert not row.on


async def test_ofrep_sees_what_the_service_decides(service: Service) -> None:
    options = {"url": service.url, "token": "env:FLAGS_READER", "key": KEY}
    witness, provider = Ofrep(options, WHERE), flag(service)
    assert (await witness.evaluate({"targetingKey": "agent-1"})).value is True
    await provider.switch(False, reason="", operator="")
    assert (await witness.evaluate({"userId": "agent-1"})).value is False
    renamed = Ofrep({**options, "key": "renamed"}, WHERE)
    with pytest.raises(errors.NotFound):
        await renamed.evaluate({"userId": "agent-1"})
    for opened in (witness, renamed, provider):
        await opened.aclose()


@pytest.mark.requirement(12)
async def test_a_service_that_wants_an_approval_is_said_to(service: Service) -> None:
    def wants(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            409, json={"error": "approval_required", "message": "Approval by Priya is required"}
        )

    table = {"url": service.url, "token": "env:FLAGS_ADMIN", "key": KEY, "environment": "production"}
    provider = Homegrown(table, WHERE, transport=httpx.MockTransport(wants))
    with pytest.raises(errors.NeedsApproval) as caught:
        await provider.switch(False, reason="", operator="")
    assert caught.value.effect is errors.Effect.NONE


async def shell(command: str) -> str:
    """Run a line as a person would paste it."""
    process = await asyncio.create_subprocess_shell(command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()
