"""An HTTP endpoint as a lever, against a real server."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.errors import AdapterError, BadOptions, Effect, Refused
from adapters.levers.http import HttpLever
from adapters.trust import NO_TRUST
from console.text import plain

WHERE = "feature.levers of drafts, lever 2"
TOKEN = "token-of-the-admin-route"


class AdminRoute:
    """A product's own switch: POST /off and /on, GET /state and /whoami, behind a token."""

    def __init__(self) -> None:
        self.forced = False
        self.seen: list[str] = []
        self.bodies: list[bytes] = []
        self.status = 200
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> AdminRoute:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.split("\r\n")
            headers = dict(each.lower().split(": ", 1) for each in rest if ": " in each)
            self.bodies.append(await reader.readexactly(int(headers.get("content-length", "0"))))
            method, path, _ = line.split()
            self.seen.append(f"{method} {path}")
            status, text = self._answer(f"{method} {path}", headers.get("authorization", ""))
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            writer.write((head + text).encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def _answer(self, asked: str, token: str) -> tuple[int, str]:
        if asked == "POST /hook/s3cret-trigger":
            self.forced = True
            return 200, "triggered"
        if token != f"bearer {TOKEN}":
            return 401, "who are you"
        if asked == "POST /off":
            self.forced = self.status == 200
            return self.status, "fallback forced, epoch 118"
        if asked == "POST /on":
            self.forced = False
            return 200, "released"
        if asked == "GET /state":
            return 200, "off" if self.forced else "on"
        return (200, "may-switch-ai") if asked == "GET /whoami" else (404, "no such route")


@pytest.fixture
async def route(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AdminRoute]:
    monkeypatch.setenv("ADMIN_TOKEN", TOKEN)
    async with AdminRoute() as started:
        yield started


def lever(route: AdminRoute, **changes: Any) -> HttpLever:
    table: dict[str, Any] = {
        "url": f"{route.url}/off",
        "token": "env:ADMIN_TOKEN",
        "check": {"url": f"{route.url}/state", "expect_body": "off"},
        "arm": {"url": f"{route.url}/whoami", "expect_body": "may-switch-ai"},
        "undo": {"url": f"{route.url}/on"},
        **changes,
    }
    return HttpLever({key: value for key, value in table.items() if value is not None}, WHERE, trust=NO_TRUST)


async def pull(one: HttpLever) -> str:
    return plain((await one.pull(reason="14 of 38 failed", operator="Mara Voss")).said.raw)


async def test_pulling_kills_the_check_proves_it_and_the_undo_takes_it_back(route: AdminRoute) -> None:
    one = lever(route, body={"fallback": True})
    assert await one.holds() is False
    assert await pull(one) == "fallback forced, epoch 118"
    assert route.bodies[-1] == b'{"fallback":true}'
    assert await one.holds() is True
    assert one.undoable
    await one.undo(reason="mended", operator="Mara Voss")
    assert await one.holds() is False
    await one.aclose()


@pytest.mark.requirement(14)
async def test_arming_asks_the_harmless_request_and_never_the_kill(route: AdminRoute) -> None:
    one = lever(route)
    assert all(check.holds for check in await one.arm())
    assert route.seen == ["GET /whoami"]
    unproven = {check.name: check for check in await lever(route, arm=None).arm()}
    assert unproven["would work"].holds is None
    assert "no `arm` request proves it" in unproven["would work"].text
    assert not any("/off" in each for each in route.seen)
    await one.aclose()


@pytest.mark.requirement(13)
async def test_a_wrong_token_is_not_armed_and_an_unset_one_is_named(
    route: AdminRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_TOKEN", "another")
    one = lever(route)
    checks = {check.name: check for check in await one.arm()}
    assert checks["would work"].holds is False
    with pytest.raises(AdapterError) as refused:
        await pull(one)
    assert refused.value.effect is Effect.NONE
    monkeypatch.delenv("ADMIN_TOKEN")
    checks = {check.name: check for check in await one.arm()}
    assert "env:ADMIN_TOKEN is not set" in checks["configured"].text
    await one.aclose()


async def test_another_answer_than_the_expected_one_is_no_success_and_may_have_worked(
    route: AdminRoute,
) -> None:
    route.status = 202
    one = lever(route)
    with pytest.raises(Refused) as refused:
        await pull(one)
    assert refused.value.effect is Effect.UNKNOWN
    assert "answered 202, and not as expected (status 200)" in refused.value.what
    route.status = 200
    with pytest.raises(Refused):
        await pull(lever(route, expect_body="epoch 119"))
    await one.aclose()


@pytest.mark.requirement(28)
async def test_an_address_that_is_a_secret_is_shown_by_its_name_alone(
    route: AdminRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIGGER_URL", f"{route.url}/hook/s3cret-trigger")
    one = lever(route, url="env:TRIGGER_URL", token=None, check=None, arm=None, undo=None)
    said = [one.does, *(sketch.command for sketch in one.sketches())]
    assert await pull(one) == "triggered"
    assert route.forced
    monkeypatch.setenv("TRIGGER_URL", "ftp://elsewhere/s3cret-trigger")
    with pytest.raises(BadOptions) as wrong:
        await pull(one)
    said.append(str(wrong.value))
    assert "$TRIGGER_URL" in said[0]
    assert "s3cret" not in "\n".join(said)


@pytest.mark.requirement(16)
async def test_its_commands_work_when_pasted_into_a_shell(route: AdminRoute) -> None:
    one = lever(route)
    send, look = one.sketches()
    (undo,) = one.undo_sketches()

    async def shell(command: str) -> str:
        done = await asyncio.to_thread(
            subprocess.run, ["sh", "-c", command], capture_output=True, text=True, check=True
        )
        return done.stdout

    assert "fallback forced" in await shell(send.command)
    assert route.forced
    assert (await shell(look.command)).endswith("off")
    await shell(undo.command)
    assert not route.forced
    assert TOKEN not in f"{send.command} {look.command} {undo.command}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "support.example.com/off"}, "`url` does not start with http"),
        ({"method": "KILL"}, "`method`"),
        ({"expect_status": 20}, "`expect_status` is no HTTP status"),
        ({"check": {"expect_body": "off"}}, "missing key `url`"),
        ({"check": {"url": "https://example.com", "status": 3}}, "unknown key `status`"),
        ({"check": None, "proof": "check"}, "there is no `check`"),
        ({"header": "X Y"}, "`header` is no header's name"),
    ],
)
async def test_a_table_that_cannot_be_used_says_why(
    route: AdminRoute, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadOptions) as wrong:
        lever(route, **changes)
    assert words in str(wrong.value)


async def test_an_arm_request_that_would_kill_is_refused(route: AdminRoute) -> None:
    with pytest.raises(BadOptions, match="`arm` is the request that kills"):
        lever(route, arm={"url": f"{route.url}/off", "method": "POST"})
