"""What other consoles write into the journal is seen here within a second."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.following.journal import JournalFollower, last_proof
from console.identity import Operator
from console.incident.acts import Act, AlarmSeen, Attest, Note, body_of, kind_of
from console.incident.happening import Happening
from console.killswitch.history import DRILL_INTENT, DRILL_STEP, step_body
from console.killswitch.record import PRODUCTION, REHEARSAL, DrillRecord
from console.killswitch.steps import Outcome
from console.store.journal import Journal
from tests.console.tui.stage import RECORD

JONAS = Operator("Jonas Ek", 1000)
WHERE = ("support-drafts", "production")
OTHER_CONSOLE = """
import sys
from pathlib import Path
from console.identity import Operator
from console.incident.acts import Note, body_of, kind_of
from console.store.journal import Journal
note = Note("from another process")
journal = Journal(Path(sys.argv[1]), Path(sys.argv[2]))
written = journal.append(kind_of(note), feature="support-drafts", environment="production",
                         body=body_of(note, Operator("Jonas Ek", 1000)))
assert written.row is not None, written
"""


class Followed:
    """A follower, and what it has told."""

    def __init__(self, folder: Path) -> None:
        self.paths = folder / "console.db", folder / "second.db"
        self.journal = Journal(*self.paths)
        self.told: list[Happening] = []
        self.news = asyncio.Event()
        self.follower = JournalFollower(
            self.journal,
            *WHERE,
            "support-drafts-ai",
            changed=self.news.set,
            told=lambda happenings: self.told.extend(happenings),
        )

    async def until(self, holds: Callable[[], bool], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                self.news.clear()
                await self.news.wait()

    def write(self, act: Act, environment: str = "production") -> None:
        self.journal.append(
            kind_of(act), feature="support-drafts", environment=environment, body=body_of(act, JONAS)
        )


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[Followed]:
    made = Followed(tmp_path)
    task = asyncio.create_task(made.follower.follow())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_note_of_another_process_is_told_within_a_second(followed: Followed) -> None:
    await followed.follower.settled()
    command = [sys.executable, "-c", OTHER_CONSOLE, *map(str, followed.paths)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    written = time.monotonic()
    await followed.until(lambda: bool(followed.told))
    assert time.monotonic() - written < 1.0
    assert [(one.kind, one.text, one.who) for one in followed.told] == [
        ("note", "from another process", "Jonas Ek")
    ]


async def test_what_was_written_before_the_start_is_told_once(followed: Followed) -> None:
    followed.write(Note("one"))
    followed.write(Note("two"))
    await followed.until(lambda: len(followed.told) == 2)
    followed.write(Note("three"))
    await followed.until(lambda: len(followed.told) == 3)
    assert [one.text for one in followed.told] == ["one", "two", "three"]


async def test_acts_on_another_environment_are_not_told_here(followed: Followed) -> None:
    followed.write(Note("elsewhere"), environment="staging")
    followed.write(Note("here"))
    await followed.until(lambda: bool(followed.told))
    assert [one.text for one in followed.told] == ["here"]


async def test_an_attestation_speaks_at_once(followed: Followed) -> None:
    followed.write(Attest("internal-cohort", "8 agents, 7 days", datetime(2026, 12, 24, tzinfo=UTC)))
    await followed.until(lambda: "internal-cohort" in followed.follower.records.attested)
    assert followed.follower.records.attested["internal-cohort"].operator == JONAS


async def test_a_journal_that_cannot_be_read_is_said_until_it_is_whole_again(tmp_path: Path) -> None:
    (tmp_path / "console.db").write_bytes(b"this is no database, and long enough " * 100)
    made = Followed(tmp_path)
    task = asyncio.create_task(made.follower.follow())
    await made.until(lambda: bool(made.follower.view.problem))
    assert str(tmp_path / "console.db") in made.follower.view.problem
    assert made.follower.view.since is not None
    (tmp_path / "console.db").unlink()
    made.write(Note("a new beginning"))
    await made.until(lambda: not made.follower.view.problem and bool(made.told))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_only_a_kill_that_pulled_a_lever_of_this_very_flag_counts_as_its_proof() -> None:
    flag = RECORD.ladder.flag_key
    already = replace(RECORD, ladder=replace(RECORD.ladder, outcome=Outcome.ALREADY))
    for kill in (
        already,
        replace(RECORD, ladder=replace(RECORD.ladder, flag_key="support-drafts-old")),
        replace(RECORD, confirmed_at=None),
    ):
        assert last_proof([kill], [], flag, {}) is None
    assert last_proof([RECORD, already], [], flag, {}) == RECORD.confirmed_at


@pytest.mark.requirement(26)
def test_a_production_drill_counts_as_proof_and_a_rehearsal_does_not() -> None:
    flag, at = RECORD.ladder.flag_key, RECORD.confirmed_at
    drill = DrillRecord(RECORD.ladder, RECORD.at, at, None, {}, PRODUCTION)
    assert last_proof([], [drill], flag, {}) == at
    assert last_proof([], [replace(drill, kind=REHEARSAL)], flag, {}) is None
    assert last_proof([], [drill], f"{flag}-renamed", {}) is None


@pytest.mark.requirement(26)
def test_a_proof_is_void_once_its_lever_or_its_token_was_changed() -> None:
    flag, number = RECORD.ladder.flag_key, RECORD.ladder.killed_by
    assert number is not None
    kill = replace(RECORD, prints={1: "a1", number: "c0ffee"})
    drill = DrillRecord(RECORD.ladder, RECORD.at, RECORD.confirmed_at, None, kill.prints, PRODUCTION)
    for now in ({number: "c0ffee"}, {1: "another one", number: "c0ffee"}, {}):
        assert last_proof([kill], [], flag, now) == last_proof([], [drill], flag, now) == RECORD.confirmed_at
    assert last_proof([kill], [drill], flag, {number: "changed"}) is None


async def test_an_alarm_that_somebody_has_seen_on_another_console_is_known_here(followed: Followed) -> None:
    followed.write(AlarmSeen("k1", ("quiet",)))
    await followed.until(lambda: bool(followed.follower.records.alarms))
    assert followed.follower.records.alarms["k1", "quiet"].operator.name == "Jonas Ek"
    assert [one.text for one in followed.told] == ["has seen the alarm: quiet did not come true"]


@pytest.mark.requirement(23)
async def test_the_rows_of_a_drill_are_no_kill(followed: Followed) -> None:
    intent = {
        "drill": REHEARSAL,
        "flag_key": "support-drafts-ai",
        "operator": JONAS.as_dict(),
        "started": RECORD.ladder.started,
    }
    where = {"feature": "support-drafts", "environment": "production", "kill_id": "d1"}
    followed.journal.append(DRILL_INTENT, body=intent, **where)
    for number, step in enumerate(RECORD.ladder.steps):
        followed.journal.append(DRILL_STEP, body=step_body(number, step, RECORD.ladder), **where)
    await followed.until(lambda: bool(followed.follower.drills))
    await followed.follower.read()
    (drill,) = followed.follower.drills
    assert drill.ladder.outcome is Outcome.CONFIRMED
    assert drill.confirmed_at is not None
    assert (followed.follower.kill, followed.follower.kills) == (None, ())
    assert followed.follower.last_confirmed_kill is None
