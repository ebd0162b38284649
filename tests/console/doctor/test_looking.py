"""What is read from this machine: files, secrets, locales, terminals. Real files, nothing changed."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.signals.port import Amount, Latency, Ratio, Reading, Score, Stratum
from adapters.trust import Trust
from adapters.untrusted import Untrusted
from console.config import ProviderTable
from console.doctor.ask import sample
from console.doctor.credentials import expiry, references, resolve
from console.doctor.keeping import look_at
from console.doctor.machine import charset, look_at_installation, look_at_terminal
from console.patience import within
from tests.console.doctor.samples import CONFIG, NOW


def test_a_file_that_is_not_there_yet_is_fine_and_is_not_made(tmp_path: Path) -> None:
    place = look_at(tmp_path / "not" / "yet" / "console.db")
    assert (place.exists, place.problem) == (False, "")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_changed_by_being_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "console.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE journal (x)")
    before = path.read_bytes()
    path.chmod(0o600)
    place = look_at(path)
    assert (place.exists, place.problem, place.exposed) == (True, "", "")
    assert path.read_bytes() == before
    path.chmod(0o644)
    assert "mode 644" in look_at(path).exposed


def test_a_file_that_is_locked_damaged_or_no_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "console.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE journal (x)")
        database.execute("BEGIN IMMEDIATE")
        assert "locked" in look_at(path).problem
    path.write_bytes(b"this is no database" * 300)
    assert "not a database" in look_at(path).problem
    path.unlink()
    path.mkdir()
    assert "no regular file" in look_at(path).problem
    assert "not a directory" in look_at(Path("/dev/null/console.db")).problem
    assert "cannot be made" in look_at(Path("/proc/nowhere/console.db")).problem


async def test_each_secret_is_looked_at_once_with_all_that_use_it_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOD_TOKEN", "canary-1f2e3d")
    file = tmp_path / "token"
    file.write_text("canary-in-a-file\n")
    file.chmod(0o640)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 30\n")
    slow.chmod(0o700)
    trust = Trust(commands=True, inline=True)
    table = ProviderTable("feature.flag of drafts", "unleash", {"token": "env:GOOD_TOKEN"}, trust)
    lever = ProviderTable(
        "lever 2",
        "command",
        {"env": {"A": f"file:{file}", "B": "env:NOT_SET_ANYWHERE"}, "run": ["/bin/true"]},
        trust,
    )
    traffic = ProviderTable(
        "feature.traffic",
        "prometheus",
        {
            "token": "env:GOOD_TOKEN",
            "headers": {"X-Scope-OrgID": "acme", "X-Key": f"cmd:{slow}"},
            "ai": "sum(x)",
        },
        trust,
    )
    config = replace(CONFIG, flag=table, levers=(lever,), traffic=traffic, signals={})
    began = time.monotonic()
    facts = {secret.reference: await resolve(secret, by) for secret, by in references(config).values()}
    assert time.monotonic() - began < 4
    assert facts["env:GOOD_TOKEN"].used_by == ("feature.flag of drafts", "feature.traffic")
    assert facts["env:GOOD_TOKEN"].problem == ""
    assert facts["env:NOT_SET_ANYWHERE"].problem.endswith("is not set")
    assert "mode 640" in facts[f"file:{file}"].exposed
    assert "within 2 s" in facts[f"cmd:{slow}"].problem
    assert len(facts) == 4
    assert "canary" not in repr(facts)


def test_a_secret_that_says_when_it_expires_is_believed_and_any_other_is_not_asked() -> None:
    def token(claims: object) -> str:
        parts = ({"alg": "none"}, claims)
        return (
            ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts)
            + ".x"
        )

    assert expiry(token({"exp": 1_795_000_000})) == datetime.fromtimestamp(1_795_000_000, UTC)
    shapes: tuple[object, ...] = ({}, {"exp": "soon"}, {"exp": 1e300}, [], 7)
    for odd in shapes:
        assert expiry(token(odd)) is None
    for secret in ("*:production.1f2e", "a.b.c", "...", "", "é.é.é", "user:98d.76.54"):
        assert expiry(secret) is None


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "utf-8"),
        ({"LANG": "de_DE.UTF-8"}, "utf-8"),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "C"),
        ({"LC_ALL": "", "LC_CTYPE": "C.utf8"}, "utf-8"),
        ({"LANG": "de_DE.ISO-8859-1"}, "de_DE.ISO-8859-1"),
    ],
)
def test_the_charset_is_what_the_screen_takes_it_for(environ: dict[str, str], expected: str) -> None:
    assert charset(environ) == expected


def test_this_program_knows_where_it_is() -> None:
    installation = look_at_installation()
    assert Path(installation.folder, "console", "doctor").is_dir()
    assert installation.apart == ()
    assert not look_at_terminal({"TERM": "\x1b[31m"}).kind.startswith("\x1b")


async def test_a_disk_that_hangs_is_waited_for_only_so_long() -> None:
    reader, writer = os.pipe()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await within(0.1, lambda: os.read(reader, 1))
    assert time.monotonic() - began < 5
    os.write(writer, b"x")
    with pytest.raises(ZeroDivisionError):
        await within(5, lambda: 1 / 0)
    os.close(writer)


def reading(minutes: int, observation: Ratio | Latency | Amount | Score, *, long: int = 1) -> Reading:
    start = NOW - timedelta(minutes=minutes)
    return Reading("x", start, start + timedelta(minutes=long), observation, None)


def test_readings_are_added_up_over_the_last_day() -> None:
    counted = sample(
        "errors", [reading(5, Ratio(1, 10)), reading(4, Ratio(2, 20.5)), reading(3000, Ratio(9, 9))], NOW
    )
    assert counted is not None
    assert (counted.n, counted.bad, counted.largest_n, counted.whole) == (30.5, 3, 20.5, False)

    spent = sample("cost", [reading(m, Amount(0.01, 2, 300)) for m in range(120)], NOW)
    assert spent is not None
    assert spent.usd_a_day == pytest.approx(14.4)
    assert spent.tokens_a_day == pytest.approx(432_000)

    timed = sample("latency", [reading(5, Latency(((1, 90), (5, 9), (float("inf"), 1))))], NOW)
    assert timed is not None
    assert (timed.p95, timed.finest) == (5, 1)

    strata = (Stratum(Untrusted("billing"), 30, 0.8, 0.1), Stratum(Untrusted("login"), 10, 0.4, 0.1))
    scored = sample("evals", [reading(600, Score(strata, cold=0.86), long=300)], NOW)
    assert scored is not None
    assert scored.score == pytest.approx(0.7)
    assert scored.cold == 0.86
    assert sample("errors", [], NOW) is None
