"""What systemd hears, on a real datagram socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.watching.systemd import Systemd


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.settimeout(10)
        yield server


def test_it_hears_that_all_is_started_that_the_watch_lives_and_that_it_ends(
    heard: socket.socket, tmp_path: Path
) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    systemd.ready("2 features\nwatched")
    systemd.alive()
    systemd.stopping()
    messages = [heard.recv(4096).decode() for _ in range(3)]
    assert messages == ["READY=1\nSTATUS=2 features watched", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_address_is_understood() -> None:
    name = f"console-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(f"\0{name}")
        server.settimeout(10)
        Systemd({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert server.recv(100) == b"WATCHDOG=1"


def test_signs_of_life_come_twice_as_often_as_they_are_waited_for() -> None:
    assert Systemd({"WATCHDOG_USEC": "60000000"}).every == 30
    assert Systemd({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}).every == 30
    assert Systemd({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}).every is None
    assert Systemd({"WATCHDOG_USEC": "soon"}).every is None
    assert Systemd({}).every is None


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready("all")
    Systemd({}).alive()
