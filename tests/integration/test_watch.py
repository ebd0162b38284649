"""`console watch` on the embedded world: what changes is a line, and nothing that breaks ends it."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.command import console
from tests.integration.embedded import FLAG
from tests.integration.watching import Watching
from tests.servers.processes import free_port

SIGNALS = ("error rate", "latency p95", "cost today", "thumbs-down", "eval score", "tickets", "injection")


@pytest.fixture(autouse=True)
def own_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Last good copies of these configurations are nobody else's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.walks
def test_it_says_how_all_stands_then_each_change_and_goes_on_when_its_reader_is_gone(tmp_path: Path) -> None:
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notified.bind(str(tmp_path / "notify"))
    notified.settimeout(60)
    systemd = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
    with (
        notified,
        world.running(folder=tmp_path) as running,
        Watching(running.config, environment=systemd) as watch,
    ):
        while not (message := notified.recv(4096)).startswith(b"READY=1"):
            assert message == b"WATCHDOG=1"
        watch.wait_for("\tarming\tARMED\t2 of 2 levers")
        watch.wait_for("\tflag\tON\t25 %")
        for title in SIGNALS:
            watch.wait_for(f"\tverdict\t(OK|WATCH|TOO FEW)\t{title}")
        assert all(line.count("\t") == 4 for line in watch.lines)
        assert notified.recv(4096) == b"WATCHDOG=1"

        assert console("note", "support-drafts", "looking at it", config=running.config).status == 0
        watch.wait_for("\tnote\tNOTE\tlooking at it")

        config = running.config.read_text()
        running.config.write_text(config + "\n[[[\n")
        watch.wait_for("\tconfig\tPROBLEM\t.*not valid TOML")
        assert console("note", "support-drafts", "broken file", config=running.config).status == 0
        watch.wait_for("\tnote\tNOTE\tbroken file")
        running.config.write_text(config)
        watch.wait_for("\tconfig\tWORKS\t")
        watch.wait_for("\tconfig\tRELOADED\t1 feature watched")

        done = console("kill", "support-drafts", "--confirm", FLAG, config=running.config)
        assert done.status == 0, done.talk
        watch.wait_for("\tkill\tKILL\tconfirmed by lever 1")

        # Whoever read it has gone; what it says goes to the log, and it goes on.
        assert watch.process.stdout is not None
        os.dup2(os.open(os.devnull, os.O_RDONLY), watch.process.stdout.fileno())
        assert watch.end(signal.SIGHUP) == 0


@pytest.mark.walks
def test_a_killed_world_is_a_few_lines_and_so_is_its_return(tmp_path: Path) -> None:
    port = f"--port={free_port()}"
    with world.running(port, folder=tmp_path) as first, Watching(first.config) as watch:
        watch.wait_for("\tarming\tARMED\t2 of 2 levers")
        os.kill(first.pid, signal.SIGKILL)
        watch.wait_for("\tsource\tERROR\t.*connection refused")
        watch.wait_for("\tarming\tNOT ARMED\t1 of 2 levers: lever 1")
        watch.wait_for("\tflag\tPROBLEM\t.*connection refused")
        before = len(watch.lines)
        with world.running(port, folder=tmp_path):
            watch.wait_for("\tsource\tANSWERS\t", since=before, seconds=90)
            watch.wait_for("\tflag\tWORKS\t", since=before)
            watch.wait_for("\tarming\tARMED\t2 of 2 levers", since=before)
            watch.wait_for("\tverdict\tOK\t", since=before)
            assert watch.end() == 0


@pytest.mark.walks
def test_a_flag_that_somebody_turns_on_again_is_said_at_once(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running, Watching(running.config) as watch:
        watch.wait_for("\tarming\tARMED\t")
        assert console("kill", "support-drafts", "--confirm", FLAG, config=running.config).status == 0
        watch.wait_for("\tkill\tKILL\tconfirmed")
        _turn_on(running)
        watch.wait_for("\tkill\tBACK ON\t.*changed by", seconds=15)
        assert watch.end(signal.SIGINT) == 0


@pytest.mark.walks
def test_one_broken_feature_is_a_line_and_stops_no_other(tmp_path: Path) -> None:
    config = tmp_path / "console.toml"
    feature = """
[[feature]]
key = "{key}"
environment = "production"
[feature.flag]
provider = "{provider}"
url = "http://127.0.0.1:9"
token = "env:NO_SUCH_TOKEN_IS_SET"
key = "{key}-ai"
"""
    config.write_text(
        '[store]\npath = "store/console.db"\nsecond = "second/journal.db"\n'
        + feature.format(key="drafts", provider="unleash")
        + feature.format(key="replies", provider="unlaesh")
    )
    with Watching(config) as watch:
        watch.wait_for("replies@production\tconfig\tBROKEN\t.*unlaesh")
        watch.wait_for("drafts@production\tarming\tNOT ARMED\t.*NO_SUCH_TOKEN_IS_SET")
        assert watch.end() == 0


@pytest.mark.walks
def test_with_nothing_that_could_be_watched_it_does_not_begin(tmp_path: Path) -> None:
    assert console("watch", "--plain", config=tmp_path / "none.toml").status == 2
    (tmp_path / "empty.toml").write_text("[store]\n")
    assert console("watch", "--plain", config=tmp_path / "empty.toml").status == 2


def _turn_on(running: world.World) -> None:
    """Do what a colleague would do in the flag service's own pages."""
    from urllib.request import Request, urlopen

    token = (running.folder / "admin.token").read_text().strip()
    request = Request(
        f"{running.url}/flags/v1/environments/demo/flags/{FLAG}",
        data=b'{"on": true, "reason": "it was quiet", "by": "priya"}',
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="PATCH",
    )
    urlopen(request, timeout=5).close()
