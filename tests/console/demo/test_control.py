"""Switching scenarios while the world runs, as the palette does it."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from console.demo.control import Control
from console.demo.scenarios import SCENARIOS
from tests.console.demo.conftest import FLAG, Running, frames
from tests.console.demo.test_process import gone


def control(world: Running) -> Control:
    found = Control.beside(world.config)
    assert found is not None
    return found


def play(world: Running, name: str) -> str:
    return asyncio.run(control(world).play(name))


def playing(world: Running) -> str:
    return asyncio.run(control(world).playing())


def test_every_scenario_can_be_played_and_the_world_says_which_one_plays(
    start: Callable[..., Running],
) -> None:
    world = start()
    assert playing(world) == "healthy"
    assert [name for name, _ in control(world).scenarios] == list(SCENARIOS)
    for name in SCENARIOS:
        assert play(world, name) == ""
        assert playing(world) == name


def test_trouble_begins_within_a_minute_of_event_time_and_ends_with_the_next_switch(
    start: Callable[..., Running],
) -> None:
    world = start(volume=10.0, speed=300.0)
    with world.subscribe(events=True) as socket:
        assert play(world, "schema-failures") == ""
        said = _asked(world)
        since, trouble = (datetime.fromisoformat(said[key]) for key in ("since", "trouble"))
        assert 30 <= (trouble - since).total_seconds() <= 60
        assert _failing(socket, 1.5) > 0.2
        assert play(world, "healthy") == ""
        assert _asked(world)["trouble"] is None
        list(frames(socket, 0.5))
        assert _failing(socket, 1.0) < 0.05


def test_the_flag_service_answers_again_after_a_switch_and_the_app_hears_of_a_change_at_once(
    start: Callable[..., Running],
) -> None:
    world = start("flag-service-down", speed=600.0, volume=2.0)

    def hangs() -> bool:
        try:
            httpx.get(world.url + FLAG, headers=world.token(), timeout=0.3)
        except httpx.TimeoutException:
            return True
        return False

    assert gone(hangs)
    assert play(world, "healthy") == ""
    assert gone(lambda: not hangs())
    assert world.patch(on=False, reason="", by="the test").status_code == 200
    assert gone(lambda: world.evaluate("/app", "agent-9208").json()["value"] is False, 3.0)


def test_only_the_control_token_switches_and_a_wrong_name_is_said_with_the_right_ones(world: Running) -> None:
    url = f"{world.url}/world/scenario"
    for headers in ({}, world.token("admin"), world.token("read"), {"Authorization": "Basic eDp5"}):
        assert httpx.get(url, headers=headers).status_code == 401
        assert httpx.post(url, headers=headers, json={"name": "slow-model"}).status_code == 401
    ours = world.token("control")
    for body in (b"", b"[]", b"{}", b'{"name": 1}', b'{"name": "healthy", "x": 1}', b"\xff", b"[" * 70_000):
        assert httpx.post(url, headers=ours, content=body).status_code == 400
    assert httpx.put(url, headers=ours).status_code == 405
    said = play(world, "nonsense")
    assert said.startswith("not switched: there is no such scenario")
    assert "healthy, schema-failures" in said
    assert playing(world) == "healthy"


def test_what_the_world_writes_for_consoles_is_the_users_alone_and_holds_no_token(world: Running) -> None:
    folder = world.config.parent
    for name in ("control.json", "control.token"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    token = (folder / "control.token").read_text().strip()
    assert token not in (folder / "control.json").read_text() + world.config.read_text()
    assert token not in repr(Control.beside(world.config))


def test_a_world_that_has_gone_is_said_in_words(start: Callable[..., Running], tmp_path: Path) -> None:
    world = start()
    found = control(world)
    token = tmp_path / "control.token"
    token.write_text(found.token.read_text())
    world.process.stop()
    assert "has gone" in asyncio.run(found.play("healthy"))
    assert "does not answer any more" in asyncio.run(Control(found.url, token).play("healthy"))


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", "7", "{}", '{"url": 7, "token": "control.token"}',
        '{"url": "http://example.com/world", "token": "control.token"}',
        '{"url": "http://127.0.0.1:1/world/scenario", "token": "/etc/passwd"}',
    ],
)  # fmt: skip
def test_a_file_that_no_world_has_written_is_no_control(tmp_path: Path, text: str) -> None:
    (tmp_path / "control.json").write_text(text)
    assert Control.beside(tmp_path / "console.toml") is None


def test_an_answer_that_is_no_worlds_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "control.token").write_text("x")

    async def answered(body: bytes) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            return await Control(f"http://127.0.0.1:{port}/w", tmp_path / "control.token").play("healthy")

    for body in (b"<html>", b"[1]", b"\xff\xff"):
        assert "start the demo again" in asyncio.run(answered(body))


def _asked(world: Running) -> dict[str, str]:
    answer = httpx.get(f"{world.url}/world/scenario", headers=world.token("control"))
    said: dict[str, str] = answer.json()
    return said


def _failing(socket: object, seconds: float) -> float:
    """Share of AI answers that failed in the second half of so many seconds."""
    begun = time.monotonic()
    outcomes = [
        event["outcome"]
        for frame in frames(socket, seconds)  # type: ignore[arg-type]
        if time.monotonic() - begun > seconds / 2
        for event in frame.get("events", ())
        if event["path"] == "ai"
    ]
    failed = [outcome for outcome in outcomes if outcome != "ok"]
    return len(failed) / max(1, len(outcomes))


def test_the_ready_line_names_the_file(world: Running) -> None:
    said = json.loads((world.config.parent / "control.json").read_text())
    assert said == {"url": f"{world.url}/world/scenario", "token": "control.token"}
