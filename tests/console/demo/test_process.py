"""The world as a process: how it starts, what it writes, and that it ends however its parent ends."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from console.config import load
from console.demo.process import WorldFailed, WorldProcess, run_world
from tests.console.demo.conftest import FLAG, Running, frames

COMMAND = [sys.executable, "-m", "console", "world", "--with-parent"]


def gone(condition: Callable[[], bool], seconds: float = 8.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


def test_it_ends_and_cleans_up_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from console.demo.process import start_world; import sys\n"
            "w = start_world(scenario='healthy', speed=60.0, volume=1.0, seed=1)\n"
            "print(w.ready(30), w.pid, flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    config, pid = parent.stdout.readline().split()
    assert Path(config).exists()
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    assert gone(lambda: not Path(config).parent.exists())
    assert gone(lambda: not Path(f"/proc/{pid}").exists() or _zombie(pid))


def _zombie(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


def test_stopping_it_removes_everything_and_may_be_said_twice(start: Callable[..., Running]) -> None:
    world = start()
    directory = world.config.parent
    assert directory.is_dir()
    world.process.stop()
    world.process.stop()
    assert not directory.exists()


def test_ctrl_c_in_the_terminal_does_not_reach_it(world: Running) -> None:
    assert os.getsid(world.process.pid) != os.getsid(0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    config = tmp_path / "console.toml"
    world = subprocess.Popen(
        [*COMMAND, "--write-config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert world.stdout is not None
    ready = json.loads(world.stdout.readline())
    assert (ready["version"], ready["ready"], ready["config"]) == (1, True, str(config))
    with connect(ready["url"].replace("http", "ws") + "/events") as socket:
        socket.recv(timeout=5)
        world.send_signal(number)
        _, talk = world.communicate(timeout=10)
    assert (world.returncode, talk) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_it_writes_a_console_toml_that_the_console_takes_whole(world: Running) -> None:
    config = load(world.config)
    assert config.broken == ()
    (feature,) = config.features
    assert feature.findings == ()
    assert feature.name == "support-drafts@demo"
    assert set(feature.signals) == {"errors", "latency", "cost", "feedback", "evals", "tickets", "injection"}
    assert feature.runbook is not None
    assert feature.runbook.is_file()
    assert config.store.parent == world.config.parent
    assert [stage.percent for stage in feature.stages] == [0, 5, 25, 50, 100]
    assert "Bearer" not in world.config.read_text()


def test_its_tokens_and_prompt_logs_are_the_users_alone(world: Running) -> None:
    directory = world.config.parent
    for path in (directory, *directory.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_tables_hold_tickets_and_the_prompts_of_the_last_day(world: Running) -> None:
    database = world.config.parent / "app.db"

    def counts() -> tuple[int, int]:
        with sqlite3.connect(database) as connection:
            logs = connection.execute("SELECT count(*) FROM prompt_logs").fetchone()[0]
            return logs, connection.execute("SELECT count(*) FROM tickets").fetchone()[0]

    assert gone(lambda: counts()[0] > 2_500)
    assert counts()[1] > 800


def test_a_file_that_no_world_has_written_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "console.toml"
    config.write_text("mine")
    assert _run(write_config=config) == 2
    assert config.read_text() == "mine"
    assert "no world has written it" in capsys.readouterr().err
    config.unlink()
    (tmp_path / "flags.db").write_text("mine too")
    assert _run(write_config=config) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["flags.db"]


def test_what_a_killed_world_has_left_is_taken_over_and_a_living_one_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*COMMAND, "--write-config", str(tmp_path / "console.toml")]
    for _ in range(2):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as world:
            assert world.stdout is not None
            assert b"ready" in world.stdout.readline()
            assert _run(write_config=tmp_path / "console.toml") == 2
            assert "another world lives in this directory" in capsys.readouterr().err
            world.kill()
        assert (tmp_path / "flags.db").exists()


def test_a_taken_port_and_a_place_that_cannot_be_written_are_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], world: Running
) -> None:
    port = int(world.url.rsplit(":", 1)[1])
    assert _run(port=port) == 2
    assert "say --port 0" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert _run(write_config=tmp_path / "file" / "console.toml") == 2
    assert "say --write-config with another path" in capsys.readouterr().err


def test_a_world_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (tmp_path / "talk").open("w+b") as talk:
        child = subprocess.Popen(
            [*COMMAND, "--scenario", "nonsense"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=talk
        )
        world = WorldProcess(child, talk, tmp_path / "world")
        with pytest.raises(WorldFailed, match="nonsense"):
            world.ready(30)
        world.stop()


def _run(*, write_config: Path | None = None, port: int = 0) -> int:
    mask = os.umask(0o022)
    try:
        return run_world(
            scenario="healthy",
            speed=60.0,
            volume=1.0,
            port=port,
            seed=1,
            write_config=write_config,
            flag_from=None,
            with_parent=False,
        )
    finally:
        os.umask(mask)


def test_switching_the_flag_off_stops_the_ai_path_within_a_second(start: Callable[..., Running]) -> None:
    world = start(volume=20.0)
    with world.subscribe(events=True) as socket:
        assert _share(socket, 1.0)[0] > 20
        assert world.patch(on=False, reason="", by="the test").status_code == 200
        list(frames(socket, 1.0))
        ai, fallback = _share(socket, 1.0)
    assert ai == 0
    assert fallback > 100


def test_the_switch_kills_when_the_flag_service_hangs(start: Callable[..., Running]) -> None:
    world = start("flag-service-down", speed=600.0, volume=2.0)

    def hangs() -> bool:
        try:
            httpx.get(world.url + FLAG, headers=world.token(), timeout=0.3)
        except httpx.TimeoutException:
            return True
        return False

    assert gone(hangs)
    for path in ("/flags/ofrep/v1/evaluate/flags", FLAG):
        with pytest.raises(httpx.ReadTimeout):
            httpx.request("POST" if "ofrep" in path else "PATCH", world.url + path, json={}, timeout=0.3)
    with world.subscribe(events=True) as socket:
        assert _share(socket, 1.0)[0] > 20, "the app keeps the rules that it has"
        script = world.config.parent / "force-fallback"
        subprocess.run([script, "support-drafts"], check=True, stdout=subprocess.DEVNULL)
        list(frames(socket, 0.5))
        assert _share(socket, 1.0)[0] == 0
    assert world.evaluate("/app", "agent-9208").json() | {"metadata": 0} == {
        "key": "support-drafts-ai",
        "value": False,
        "reason": "DISABLED",
        "variant": "off",
        "metadata": 0,
    }
    assert "temporarily unavailable" in httpx.get(f"{world.url}/app/probe").text
    subprocess.run([script, "--release", "support-drafts"], check=True, stdout=subprocess.DEVNULL)
    assert "Draft" in httpx.get(f"{world.url}/app/probe").text
    world.process.stop()


def _share(socket: object, seconds: float) -> tuple[int, int]:
    """(AI, fallback) answers within so many seconds."""
    paths = [
        event["path"]
        for frame in frames(socket, seconds)  # type: ignore[arg-type]
        for event in frame.get("events", ())
    ]
    return paths.count("ai"), paths.count("fallback")


def test_a_world_that_starts_clears_up_after_those_that_were_killed(tmp_path: Path) -> None:
    left = tmp_path / "console-world-0123456789abcdef"
    left.mkdir()
    (left / "flags.db").touch()
    for path in (left / "flags.db", left):
        os.utime(path, (0, 0))
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as world:
        assert world.stdout is not None
        assert b"ready" in world.stdout.readline()
        assert gone(lambda: not left.exists())
        assert world.stdin is not None
        world.stdin.close()
    assert list(tmp_path.iterdir()) == []
