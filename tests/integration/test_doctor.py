"""`console doctor` on the embedded world, whole and broken in many ways, and with nothing there at all."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.console.killswitch.house import House
from tests.integration import world
from tests.integration.command import Done, console
from tests.servers.misbehaving import Fault, Misbehaving

AREAS = {"configuration", "credentials", "arming", "proof", "sources", "runbook", "journal", "history"}


@pytest.fixture(autouse=True)
def own_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Last good copies of these configurations are nobody else's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def found(done: Done, severity: str) -> dict[tuple[str, str], str]:
    """What it says of one severity, by area and subject."""
    every: list[dict[str, Any]] = done.document()["findings"]
    return {(one["area"], one["subject"]): one["what"] for one in every if one["severity"] == severity}


@pytest.mark.walks
def test_a_whole_world_is_fine_and_a_broken_one_is_found_broken_piece_by_piece(tmp_path: Path) -> None:
    with world.running(folder=tmp_path) as running:
        whole = console("doctor", "--json", config=running.config)
        assert whole.status in (0, 5), whole.out
        assert found(whole, "broken") == {}
        assert {area for area, _ in found(whole, "fine")} >= AREAS - {"runbook"}
        assert {subject for area, subject in found(whole, "fine") if area == "sources"} == {
            *("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")
        }

        assert console("note", "support-drafts", "one row", config=running.config).status == 0
        store = running.folder / "console.db"
        with closing(sqlite3.connect(store)) as database:
            database.execute("DROP TRIGGER journal_rows_stay")
            database.execute("UPDATE journal SET body = replace(body, 'one row', 'another row')")
            database.commit()
        (running.folder / "admin.token").chmod(0o644)
        running.config.write_text(running.config.read_text().replace("p95 = 4.4", "p95 = 4400"))
        broken = console("doctor", "--json", config=running.config)
        assert broken.status == 1
        assert any("was changed after it was written" in what for what in found(broken, "broken").values())
        warned = found(broken, "warning")
        assert "mode 644" in warned["credentials", f"file:{running.folder / 'admin.token'}"]
        assert "a thousandth of it" in warned["sources", "latency"]

        os.kill(running.pid, signal.SIGKILL)
        began = time.monotonic()
        dead = console("doctor", "support-drafts", "--json", config=running.config)
        assert time.monotonic() - began < 15
        assert dead.status == 1
        assert "connection refused" in found(dead, "broken")["arming", "lever 1, flag service"]
        assert "a kill still works by lever 2" in found(dead, "broken")["arming", "lever 1, flag service"]
        assert "not seen: errors, latency" in next(
            what for (area, _), what in found(dead, "broken").items() if area == "sources"
        )
        shown = console("doctor", config=running.config)
        assert "Traceback" not in shown.out + shown.talk
        assert (running.folder / "admin.token").read_text().strip() not in shown.out + whole.out + dead.out


@pytest.mark.walks
async def test_a_provider_that_never_answers_is_said_within_its_time(tmp_path: Path) -> None:
    import asyncio

    async with Misbehaving() as server:
        server.on_read = server.on_evaluate = Fault.NEVER_ANSWERS
        house = House(tmp_path, server)
        house.write(below=True)
        began = time.monotonic()
        done = await asyncio.to_thread(console, "doctor", "--json", config=house.config_path)
        assert time.monotonic() - began < 20
        assert done.status == 1
        assert "did not answer" in found(done, "broken")["arming", "lever 1, flag service"]
        assert "could not be shown to be evaluated" in found(done, "warning")["proof", "evaluated"]
        assert ("arming", "lever 2, command") in found(done, "fine")


@pytest.mark.walks
def test_without_a_configuration_it_looks_at_what_is_left_and_is_2(tmp_path: Path) -> None:
    done = console("doctor", "--json", config=tmp_path / "none.toml")
    assert done.status == 2
    assert "no such file" in found(done, "broken")["configuration", "console.toml"]
    assert {area for area, _ in found(done, "fine")} >= {"terminal", "installation"}


@pytest.mark.walks
def test_a_feature_that_is_not_there_is_2_with_those_there_are(tmp_path: Path) -> None:
    config = tmp_path / "console.toml"
    shutil.copy(Path(__file__).parent.parent.parent / "console.toml", config)
    done = console("doctor", "nobody", config=config)
    assert done.status == 2
    assert "known: support-drafts@demo" in done.talk
