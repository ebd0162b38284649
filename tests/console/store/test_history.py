"""The history: what every console sees, kept over a restart, shared, and never waited for."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.signals.port import Ratio
from adapters.untrusted import Untrusted
from console.store.history import History, history_path
from console.store.kept import Latch, Observed, Presence
from console.store.schema import NAMES
from tests.console.store.conftest import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Clock,
    Open,
    begin,
    first_batch,
    ratio,
    reading,
    until,
)

PLACE = ("replies", "production")


def observed(
    key: str = "errors:BREACH", *, at: datetime = NOW, text: str = "error rate WATCH → BREACH"
) -> Observed:
    return Observed(*PLACE, "verdict", key, at, at - MINUTE, {"text": text, "numbers": [1, 2.5, None]})


def present(console: str = "a", screen: str = "signals", *, seen: datetime = NOW) -> Presence:
    return Presence(console, "Ada", *PLACE, screen, seen)


def stamp(path: Path) -> int:
    return path.stat().st_mtime_ns


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(path)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def test_the_history_stands_beside_the_journal() -> None:
    assert history_path(Path("/var/lib/c/console.db")) == Path("/var/lib/c/console-history.db")


def test_it_opens_nothing_until_it_is_used(opened: Open, path: Path) -> None:
    history = opened()
    assert history.problem == ""
    assert history.revision() == (0, 0)
    assert not path.parent.exists()


def test_a_history_that_was_never_used_closes(opened: Open, path: Path) -> None:
    history = opened()
    asyncio.run(history.flush())
    asyncio.run(history.aclose())
    assert not path.exists()


async def test_the_files_are_private_to_the_user(history: History, path: Path) -> None:
    history.keep(*PLACE, [reading()])
    history.observe(observed())
    await history.flush()
    assert mode(path.parent) == 0o700
    assert {each.name: mode(each) for each in path.parent.iterdir()} == {
        path.name + end: 0o600 for end in ("", "-wal", "-shm", ".news")
    }


def test_a_file_that_others_may_read_is_made_private(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    path.touch(0o644)
    asyncio.run(begin(opened()))
    assert mode(path) == 0o600


async def test_the_schema_is_recorded_by_name(history: History, path: Path) -> None:
    await begin(history)
    names = {name for (name,) in query(path, "SELECT name FROM _sqlite_migrations")}
    assert names == NAMES
    (journal,) = query(path, "PRAGMA journal_mode")
    assert journal == ("wal",)


def test_asking_makes_no_file(opened: Open, path: Path) -> None:
    async def ask(history: History) -> None:
        assert await history.latches(*PLACE) == {}
        assert await history.readings(*PLACE, since=NOW) == []
        await history.flush()
        await history.aclose()

    history = opened()
    asyncio.run(ask(history))
    assert history.problem == ""
    assert not path.parent.exists()


async def test_a_restart_keeps_readings_changes_and_latches(opened: Open) -> None:
    latch = Latch("errors", NOW - HOUR, "error rate 36.8 %: 14 of 38 answers failed", (("bad", "14"),))
    before = opened()
    before.keep(*PLACE, [reading()])
    before.observe(observed())
    before.latch(*PLACE, latch)
    await before.aclose()
    after = opened()
    assert await after.readings(*PLACE, since=NOW - DAY) == [reading()]
    assert await after.changes(*PLACE, since=NOW - DAY) == [observed()]
    assert await after.latches(*PLACE) == {"errors": latch}


async def test_only_closed_readings_are_kept(history: History) -> None:
    history.keep(*PLACE, [reading(NOW - 2 * MINUTE), reading(closed=False)])
    assert await history.readings(*PLACE, since=NOW - DAY) == [reading(NOW - 2 * MINUTE)]


async def test_a_later_reading_of_the_same_interval_replaces(history: History) -> None:
    history.keep(*PLACE, [reading(seen=ratio(1))])
    await history.flush()
    history.keep(*PLACE, [reading(seen=ratio(2)), reading(seen=ratio(3))])
    (found,) = await history.readings(*PLACE, since=NOW - DAY)
    assert found.observation == ratio(3)


async def test_readings_are_told_by_feature_and_environment_oldest_first(history: History) -> None:
    mine = [reading(NOW - number * MINUTE, signal=s) for number in (3, 2, 1) for s in ("errors", "cost")]
    history.keep(*PLACE, mine[::-1])
    history.keep("replies", "staging", [reading(NOW - 9 * MINUTE)])
    history.keep("search", "production", [reading(NOW - 9 * MINUTE)])
    found = await history.readings(*PLACE, since=NOW - 2 * MINUTE)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert len(found) == 4
    assert all(one in mine[2:] for one in found)


async def test_the_same_readings_at_every_start_are_not_written_again(opened: Open, path: Path) -> None:
    batch = first_batch()[::10]
    for _ in range(2):
        history = opened()
        history.keep(*PLACE, batch)
        await history.flush()
        await history.aclose()
        written = stamp(path)
        kept = query(path, "SELECT count(*), sum(kept) FROM readings")
    history = opened()
    await begin(history)
    await until(lambda: not history.problem)
    history.keep(*PLACE, batch)
    await history.flush()
    await history.aclose()
    assert query(path, "SELECT count(*), sum(kept) FROM readings") == kept
    assert stamp(path) == written


async def test_a_first_batch_costs_the_caller_next_to_nothing(history: History) -> None:
    batch = first_batch()
    assert len(batch) > 15_000
    await begin(history)
    began = time.perf_counter()
    history.keep(*PLACE, batch)
    spent = time.perf_counter() - began
    # A first measure on a loaded machine; without load it is 1 ms.
    assert spent < 0.005 * len(batch) / 500
    await history.flush()
    assert len(await history.readings(*PLACE, since=NOW - 30 * DAY)) == len(batch)


async def test_a_question_comes_between_the_slices_of_a_first_batch(history: History) -> None:
    await begin(history)
    for number in range(2):
        history.keep(f"feature {number}", "production", first_batch())
    order: list[str] = []

    async def ask(name: str, question: object) -> None:
        await question  # type: ignore[misc]
        order.append(name)

    await asyncio.gather(ask("flush", history.flush()), ask("latches", history.latches(*PLACE)))
    assert order == ["latches", "flush"]


async def test_of_what_several_consoles_see_the_first_is_kept(opened: Open) -> None:
    one, other = opened(), opened()
    one.observe(observed(text="first"))
    one.observe(observed(text="again"))
    await one.flush()
    other.observe(observed(text="second", at=NOW - MINUTE))
    other.observe(observed("cost:WATCH"))
    await other.flush()
    found = await one.changes(*PLACE, since=NOW - DAY)
    assert [(seen.key, seen.body["text"]) for seen in found] == [
        ("errors:BREACH", "first"),
        ("cost:WATCH", "error rate WATCH → BREACH"),
    ]


async def test_of_many_changes_the_newest_are_told_oldest_first(history: History) -> None:
    for number in range(20):
        history.observe(observed(str(number), at=NOW + number * MINUTE))
    found = await history.changes(*PLACE, since=NOW, limit=5)
    assert [seen.key for seen in found] == ["15", "16", "17", "18", "19"]
    assert await history.changes(*PLACE, since=NOW + 19.5 * MINUTE) == []


async def test_hostile_text_comes_back_as_it_was(history: History) -> None:
    text = "\x1b]52;c;aGk=\x07[red]\ud800\u202e\x00'; DROP TABLE changes; --"
    history.observe(observed(text, text=text))
    history.latch(*PLACE, Latch(text, NOW, text, ((text, text),)))
    history.keep(*PLACE, [reading(signal=text, seen=Ratio(1, 2, {text: 1}))])
    history.keep_prompt(*PLACE, at=NOW, source=text, text=Untrusted(text))
    history.present(Presence(text, text, text, text, text, NOW))
    (seen,) = await history.changes(*PLACE, since=NOW)
    assert (seen.key, seen.body["text"]) == (text, text)
    assert await history.latches(*PLACE) == {text: Latch(text, NOW, text, ((text, text),))}
    (found,) = await history.readings(*PLACE, since=NOW - DAY)
    assert (found.signal, found.observation) == (text, Ratio(1, 2, {text: 1}))
    (prompt,) = await history.prompts(*PLACE, since=NOW)
    assert (prompt.source, prompt.text.raw) == (text, text)
    assert await history.presences(within=DAY) == [Presence(text, text, text, text, text, NOW)]
    assert history.findings == ()


async def test_a_latch_goes_when_the_breach_is_over(opened: Open) -> None:
    history = opened()
    history.latch(*PLACE, Latch("errors", NOW, "14 of 38"))
    history.latch(*PLACE, Latch("cost", NOW, "twice"))
    history.latch(*PLACE, Latch("cost", NOW, "three times"))
    await history.flush()
    history.unlatch(*PLACE, "errors")
    assert {key: one.headline for key, one in (await history.latches(*PLACE)).items()} == {
        "cost": "three times"
    }
    history.latch(*PLACE, Latch("errors", NOW, "again"))
    history.unlatch(*PLACE, "cost")
    await history.aclose()
    assert set(await opened().latches(*PLACE)) == {"errors"}


async def test_consoles_see_who_else_is_there(opened: Open, clock: Clock) -> None:
    one, other = opened(), opened()
    one.present(present("a"))
    other.present(present("b", "checklist"))
    await asyncio.gather(one.flush(), other.flush())
    assert [found.console for found in await one.presences(within=MINUTE)] == ["a", "b"]
    clock.now = NOW + 2 * MINUTE
    one.present(present("a", seen=clock.now))
    assert [found.console for found in await one.presences(within=MINUTE)] == ["a"]
    one.absent("a")
    assert await one.presences(within=MINUTE) == []


async def test_the_revision_moves_with_every_change_of_any_console(opened: Open) -> None:
    one, other = opened(), opened()
    seen = [one.revision()]
    for number in range(4):
        other.observe(observed(str(number)))
        await other.flush()
        seen.append(one.revision())
    other.present(present())
    await other.flush()
    seen.append(one.revision())
    other.absent("a")
    await other.flush()
    seen.append(one.revision())
    assert len(set(seen)) == 7


async def test_the_revision_stays_when_nothing_is_new_to_others(history: History) -> None:
    history.observe(observed())
    await history.flush()
    before = history.revision()
    history.observe(observed())
    history.keep(*PLACE, [reading()])
    history.latch(*PLACE, Latch("errors", NOW, "14 of 38"))
    await history.flush()
    assert history.revision() == before


async def test_a_change_is_written_at_once_and_readings_within_two_seconds(opened: Open) -> None:
    history, other = opened(), opened()
    await begin(history)
    before = other.revision()
    history.observe(observed())
    assert await until(lambda: other.revision() != before) < 1.0
    history.keep(*PLACE, [reading()])
    began = time.monotonic()
    while not await other.readings(*PLACE, since=NOW - DAY):
        assert time.monotonic() - began < 3.0


async def test_prompts_are_kept_once_and_cut_at_their_length(history: History) -> None:
    for _ in range(2):
        history.keep_prompt(*PLACE, at=NOW, source="langfuse", text=Untrusted("how do I\x1b[2J"))
        await history.flush()
    history.keep_prompt(*PLACE, at=NOW + MINUTE, source="langfuse", text=Untrusted("x" * 100_000))
    short, long = await history.prompts(*PLACE, since=NOW)
    assert (short.source, short.text) == ("langfuse", Untrusted("how do I\x1b[2J"))
    assert len(long.text.raw) == 64_000


async def test_what_is_not_what_it_should_be_is_left_out_and_said(history: History) -> None:
    naive = reading(datetime(2026, 3, 2))
    history.keep(*PLACE, [naive, reading(seen="nonsense"), reading()])  # type: ignore[arg-type]
    history.latch(*PLACE, Latch("errors", datetime(2026, 3, 2), "no zone"))
    history.observe(observed("good"))
    assert await history.readings(*PLACE, since=NOW - DAY) == [reading()]
    assert len(await history.changes(*PLACE, since=NOW)) == 1
    await until(lambda: history.findings)
    assert history.problem == ""
    assert "left out" in " ".join(history.findings)


async def test_a_damaged_row_hides_no_other(opened: Open, path: Path) -> None:
    first = opened()
    first.keep(*PLACE, [reading(), reading(NOW - 2 * MINUTE)])
    await first.aclose()
    database = sqlite3.connect(path)
    database.execute(
        "UPDATE readings SET body = '[\"of a newer version\",1]' "
        "WHERE start = (SELECT min(start) FROM readings)"
    )
    database.commit()
    database.close()
    assert await opened().readings(*PLACE, since=NOW - DAY) == [reading()]


async def test_nothing_is_taken_after_it_was_closed(opened: Open) -> None:
    history = opened()
    history.observe(observed())
    await history.aclose()
    history.observe(observed("late"))
    history.keep(*PLACE, [reading()])
    assert await history.changes(*PLACE, since=NOW) == []
    await history.flush()
    assert [seen.key for seen in await opened().changes(*PLACE, since=NOW)] == ["errors:BREACH"]


def test_a_loop_that_ends_early_leaves_nothing_behind(opened: Open) -> None:
    async def ask_and_go(history: History) -> None:
        asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)  # type: ignore[union-attr]
        await history.readings(*PLACE, since=NOW)

    history = opened()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ask_and_go(history))
    assert asyncio.run(history.changes(*PLACE, since=NOW - timedelta(days=1))) == []


async def test_a_feature_is_given_back_before_what_another_has_to_say_is_written(opened: Open) -> None:
    history = await begin(opened())
    history.keep("search", "production", [reading()])
    await history.flush()
    history.keep(*PLACE, first_batch())
    order: list[str] = []

    async def note(name: str, question: object) -> None:
        await question  # type: ignore[misc]
        order.append(name)

    mine, other = (
        history.readings(*PLACE, since=NOW),
        history.readings("search", "production", since=NOW - DAY),
    )
    await asyncio.gather(note("mine", mine), note("other", other))
    assert order == ["other", "mine"]
