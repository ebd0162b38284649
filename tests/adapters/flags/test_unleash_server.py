"""The Unleash adapters against a real Unleash (``make test-servers``)."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters import errors, registry
from adapters.flags.port import FlagProvider, Rollout
from tests.console.drilling.person import Person
from tests.integration.command import console

pytestmark = pytest.mark.servers

WHERE = "feature.flag of the server tests"


@dataclass(frozen=True)
class Server:
    """A real Unleash, and one flag of its own for this test, at 25 % in production."""

    url: str
    admin: httpx.AsyncClient
    key: str

    @property
    def path(self) -> str:
        return f"/api/admin/projects/default/features/{self.key}"

    async def enabled(self) -> bool:
        """What Unleash's own API says of production, asked without the adapter."""
        return bool((await self.admin.get(f"{self.path}/environments/production")).json()["enabled"])

    async def add_strategy(self, strategy: dict[str, Any]) -> None:
        answer = await self.admin.post(f"{self.path}/environments/production/strategies", json=strategy)
        answer.raise_for_status()

    def provider(self, token: str = "UNLEASH_ADMIN_TOKEN", **options: str) -> FlagProvider:
        table = {"url": self.url, "token": f"env:{token}", "key": self.key, "environment": "production"}
        return registry.open_flag("unleash", {**table, **options}, WHERE)


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run these tests by `make test-servers`, which starts an Unleash")
    return value


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    url = required("UNLEASH_URL")
    headers = {"Authorization": required("UNLEASH_ADMIN_TOKEN")}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=20) as admin:
        server = Server(url, admin, f"test-{uuid.uuid4().hex[:12]}")
        features = "/api/admin/projects/default/features"
        (await admin.post(features, json={"name": server.key, "type": "kill-switch"})).raise_for_status()
        rollout = {"rollout": "25", "stickiness": "default", "groupId": server.key}
        await server.add_strategy({"name": "flexibleRollout", "parameters": rollout})
        (await admin.post(f"{server.path}/environments/production/on")).raise_for_status()
        yield server
        await admin.delete(server.path)
        await admin.delete(f"/api/admin/archive/{server.key}")


async def person(server: Server, role: int, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Put the token of a new user with this root role (2 editor, 3 viewer) into a variable."""
    user, password = f"u{uuid.uuid4().hex[:10]}", f"Pw-{uuid.uuid4()}"
    account = {"username": user, "email": f"{user}@example.com", "rootRole": role, "password": password}
    (
        await server.admin.post("/api/admin/user-admin", json={**account, "sendEmail": False})
    ).raise_for_status()
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=20) as session:
        login = {"username": user, "password": password}
        (await session.post("/auth/simple/login", json=login)).raise_for_status()
        token = {"description": user, "expiresAt": "2099-01-01T00:00:00Z"}
        made = await session.post("/api/admin/user/tokens", json=token)
        made.raise_for_status()
        monkeypatch.setenv(name, made.json()["secret"])


async def test_a_kill_holds_on_unleashs_own_api_and_a_restore_too(server: Server) -> None:
    flag = server.provider()
    before = await flag.read()
    assert (before.on, before.percent) == (True, 25.0)
    receipt = await flag.switch(False, reason="test", operator="test")
    assert receipt.said.raw == "HTTP 200"
    assert not await server.enabled()
    after = await flag.read()
    assert (after.on, after.percent) == (False, 25.0)
    assert int(after.version or 0) > int(before.version or 0)
    await flag.switch(False, reason="again", operator="test")
    assert (await flag.read()).version == after.version
    await flag.switch(True, reason="back", operator="test")
    assert await server.enabled()
    await flag.aclose()


async def test_a_strategy_behind_a_segment_is_not_taken_for_everybody(server: Server) -> None:
    constraint = {"contextName": "userId", "operator": "IN", "values": ["agent-1"]}
    name = f"s-{server.key}"
    made = await server.admin.post("/api/admin/segments", json={"name": name, "constraints": [constraint]})
    made.raise_for_status()
    parameters = {"rollout": "100", "stickiness": "default", "groupId": server.key}
    segment = made.json()["id"]
    await server.add_strategy({"name": "flexibleRollout", "parameters": parameters, "segments": [segment]})
    flag = server.provider()
    state = await flag.read()
    assert state.percent is None
    assert f"100 % of those in segment {segment}" in [rule.raw for rule in state.rules]
    await flag.aclose()


async def test_the_frontend_sees_the_kill_within_a_few_seconds(server: Server) -> None:
    required("UNLEASH_FRONTEND_TOKEN")
    everybody = {"rollout": "100", "stickiness": "default", "groupId": server.key}
    await server.add_strategy({"name": "flexibleRollout", "parameters": everybody})
    table = {"url": f"{server.url}/api/frontend", "token": "env:UNLEASH_FRONTEND_TOKEN", "key": server.key}
    witness = registry.open_evaluator("unleash", {**table, "environment": "production"}, WHERE)
    flag = server.provider()
    for on in (True, False):
        await flag.switch(on, reason="test", operator="test")
        async with asyncio.timeout(10):
            while (await witness.evaluate({"userId": "agent-1"})).value is not on:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    await witness.aclose()
    await flag.aclose()


async def test_an_admin_token_is_no_witness(server: Server) -> None:
    seen = await server.admin.get("/api/frontend", params={"userId": "agent-1"})
    assert seen.json() == {"toggles": []}, "Unleash tells an admin token that every flag is off"
    table = {"url": f"{server.url}/api/frontend", "token": "env:UNLEASH_ADMIN_TOKEN", "key": server.key}
    with pytest.raises(errors.Forbidden, match="admin API"):
        await registry.open_evaluator("unleash", table, WHERE).evaluate({"userId": "agent-1"})


async def test_arming_tells_tokens_apart_and_the_server_agrees(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await person(server, 2, monkeypatch, "EDITOR_TOKEN")
    await person(server, 3, monkeypatch, "VIEWER_TOKEN")
    required("UNLEASH_BACKEND_TOKEN")
    for token, valid, write in (
        ("UNLEASH_ADMIN_TOKEN", True, True),
        ("EDITOR_TOKEN", True, True),
        ("VIEWER_TOKEN", True, False),
        ("UNLEASH_BACKEND_TOKEN", False, None),
    ):
        flag = server.provider(token)
        checks = {check.name: check.holds for check in await flag.arm()}
        assert (checks["token valid"], checks["may write"]) == (valid, write), token
        if write:
            assert all(checks.values()), checks
            await flag.switch(False, reason="test", operator="test")
            assert not await server.enabled()
        else:
            with pytest.raises(errors.Forbidden):
                await flag.switch(True, reason="test", operator="test")
        await flag.aclose()


async def test_wrong_names_do_not_resolve(server: Server) -> None:
    for options in ({"key": "renamed"}, {"project": "nowhere"}, {"environment": "nowhere"}):
        flag = server.provider(**options)
        assert {check.name: check.holds for check in await flag.arm()}["key resolves"] is False
        with pytest.raises(errors.NotFound):
            await flag.read()
        with pytest.raises(errors.Refused):
            await flag.switch(False, reason="test", operator="test")
        await flag.aclose()
    assert await server.enabled()


async def test_the_cards_commands_work_when_pasted_into_a_shell(server: Server) -> None:
    said = [await shell(sketch.command) for sketch in server.provider().sketches(False)]
    assert "200 OK" in said[0]
    assert json.loads(said[1])["enabled"] is False


@pytest.mark.requirement(16)
async def test_the_cards_undo_turns_it_on_as_it_was_and_never_where_that_lets_everybody_in(
    server: Server,
) -> None:
    path = f"{server.path}/environments/production"
    before = (await server.admin.get(f"{path}/strategies")).json()
    await server.admin.post(f"{path}/off")
    send, _ = server.provider().sketches(True, careful=True)
    assert "200 OK" in await shell(send.command)
    assert await server.enabled()
    assert (await server.admin.get(f"{path}/strategies")).json() == before
    await server.admin.post(f"{path}/off")
    for strategy in before:
        await server.admin.delete(f"{path}/strategies/{strategy['id']}")
    assert "NOT SENT" in await shell(send.command)
    assert not await server.enabled()


async def shell(command: str) -> str:
    process = await asyncio.create_subprocess_shell(command, stdout=asyncio.subprocess.PIPE)
    return (await process.communicate())[0].decode()


async def test_a_change_by_somebody_else_is_noticed(server: Server) -> None:
    flag = server.provider()
    changes = flag.changes()
    async with asyncio.timeout(15):
        await anext(changes)
        await server.admin.post(f"{server.path}/environments/production/off")
        await anext(changes)
    await flag.aclose()


async def strategies(server: Server) -> list[dict[str, Any]]:
    path = f"{server.path}/environments/production/strategies"
    found: list[dict[str, Any]] = (await server.admin.get(path)).json()
    return found


@pytest.mark.requirement(21)
async def test_the_share_of_users_is_set_and_nothing_else_of_the_strategy(server: Server) -> None:
    (before,) = await strategies(server)
    flag = server.provider()
    await flag.switch(False, reason="test", operator="test")
    await flag.set_rollout(Rollout(5.0), reason="test", operator="test")
    (after,) = await strategies(server)
    assert after["parameters"].pop("rollout") == "5"
    assert before["parameters"].pop("rollout") == "25"
    assert after == before
    assert not await server.enabled()
    assert (await flag.read()).percent == 5.0
    await flag.switch(True, reason="test", operator="test")
    assert (await flag.read()).percent == 5.0
    await flag.aclose()


@pytest.mark.requirement(21)
async def test_a_flag_that_would_let_everybody_in_gets_no_share_and_says_why(server: Server) -> None:
    flag = server.provider()
    for strategy in await strategies(server):
        await server.admin.delete(f"{server.path}/environments/production/strategies/{strategy['id']}")
    with pytest.raises(errors.Refused, match="no strategy is enabled there") as refused:
        await flag.set_rollout(Rollout(5.0), reason="test", operator="test")
    assert refused.value.effect is errors.Effect.NONE
    await server.add_strategy({"name": "default"})
    with pytest.raises(errors.Refused, match="lets users in that no percentage bounds"):
        await flag.set_rollout(Rollout(5.0), reason="test", operator="test")
    await flag.aclose()


@pytest.mark.requirement(21)
async def test_a_restore_brings_back_the_lower_stage_and_nobody_else(server: Server, tmp_path: Path) -> None:
    config = tmp_path / "console.toml"
    config.touch(mode=0o600)
    config.write_text(f"""
[store]
path = "{tmp_path / "store" / "console.db"}"
second = "{tmp_path / "second" / "journal.db"}"

[[feature]]
key = "drafts"
environment = "production"

[feature.flag]
provider = "unleash"
url = "{server.url}"
token = "env:UNLEASH_ADMIN_TOKEN"
key = "{server.key}"

[feature.restore]
hold_down = "0s"

[feature.rollout]
stages = [{{ name = "5%", percent = 5 }}, {{ name = "25%", percent = 25 }}]
""")
    confirm = f"--confirm={server.key}"
    done = await asyncio.to_thread(console, "kill", "drafts", confirm, config=config)
    assert done.status == 0, done
    assert not await server.enabled()
    arguments = ("restore", "drafts", confirm, "--to=5%", "--reason=mended")
    done = await asyncio.to_thread(console, *arguments, config=config)
    assert done.status == 0, done
    assert await server.enabled()
    (strategy,) = await strategies(server)
    assert (strategy["name"], strategy["parameters"]["rollout"]) == ("flexibleRollout", "5")


def drilled(server: Server, folder: Path, drill_key: str) -> Path:
    """A feature on this server, with a flag for rehearsals."""
    config = folder / "console.toml"
    config.touch(mode=0o600)
    config.write_text(f"""
[store]
path = "{folder / "store" / "console.db"}"
second = "{folder / "second" / "journal.db"}"

[[feature]]
key = "drafts"
environment = "production"

[feature.flag]
provider = "unleash"
url = "{server.url}"
token = "env:UNLEASH_ADMIN_TOKEN"
key = "{server.key}"

[feature.drill]
flag = "{drill_key}"
""")
    return config


async def until_restored(server: Server) -> None:
    async with asyncio.timeout(60):
        while not await server.enabled():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.1)


@pytest.mark.requirement(24)
async def test_a_drill_whose_operator_vanishes_is_restored_exactly(server: Server, tmp_path: Path) -> None:
    config = drilled(server, tmp_path, "not-used")
    before = await strategies(server)
    person = Person(config, "production", confirm=server.key, feature="drafts@production")
    await person.kills()
    assert not await server.enabled()
    person.vanishes()
    await until_restored(server)
    assert await strategies(server) == before


@pytest.mark.requirement(24)
async def test_a_drill_in_which_a_real_kill_happens_stays_killed(server: Server, tmp_path: Path) -> None:
    config = drilled(server, tmp_path, "not-used")
    person = Person(config, "production", confirm=server.key, feature="drafts@production")
    await person.kills()
    done = await asyncio.to_thread(console, "kill", "drafts", f"--confirm={server.key}", config=config)
    assert done.status == 0, done
    told = await person.sees(lambda told: told.phase == "over")
    person.vanishes()
    assert told.result == "void"
    assert not await server.enabled()


@pytest.mark.requirement(24)
async def test_a_flag_that_somebody_changes_in_mid_drill_is_left_as_it_is(
    server: Server, tmp_path: Path
) -> None:
    config = drilled(server, tmp_path, "not-used")
    person = Person(config, "production", confirm=server.key, feature="drafts@production")
    await person.kills()
    place = f"{server.path}/environments/production"
    for way in ("on", "off"):
        (await server.admin.post(f"{place}/{way}")).raise_for_status()
    person.client.end("Priya ended it")
    told = await person.sees(lambda told: told.phase == "over")
    person.vanishes()
    assert told.result == "void", told.text
    assert not await server.enabled()
