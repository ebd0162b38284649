"""What is old goes, minutes become hours, the file gives its room back, and the journal is never touched."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.signals.port import Latency, Ratio, Reading, Score, Stratum
from adapters.untrusted import Untrusted
from console.store import retention
from console.store.archive import Archive
from console.store.history import history_path
from console.store.journal import Journal
from console.store.kept import Latch, Observed, Presence, Prompt
from console.store.retention import Retention, prune, used
from console.store.tables import Tables
from tests.console.store.conftest import DAY, HOUR, MINUTE, NOW, Clock, Open, ratio, reading, until

PLACE = ("replies", "production")
KEPT = Retention(age=30 * DAY, prompts=14 * DAY)


@pytest.fixture
def tables(path: Path, clock: Clock) -> Tables:
    return Tables(Archive(path, now=clock).open())


def keep(tables: Tables, *readings: Reading, at: datetime = NOW) -> dict[int, int]:
    return tables.put_readings(PLACE, readings, kept=at, age=KEPT.age)


def found(tables: Tables) -> list[Reading]:
    return tables.get_readings(PLACE, since=NOW - 4000 * DAY)


def run(
    tables: Tables, *, at: datetime = NOW, clocks: dict[int, int] | None = None, kept: Retention = KEPT
) -> None:
    for _ in prune(tables, kept, at, clocks or {}):
        pass


def test_readings_and_changes_go_by_their_age(tables: Tables) -> None:
    keep(tables, *(reading(NOW - number * DAY, HOUR) for number in range(1, 60)))
    tables.put_changes(
        Observed(*PLACE, "verdict", str(number), NOW - number * DAY, None, {}) for number in range(60)
    )
    tables.put_latch(PLACE, "errors", Latch("errors", NOW - 400 * DAY, "stands for long"))
    run(tables)
    assert {(NOW - one.start).days for one in found(tables)} == set(range(1, 31))
    assert len(tables.get_changes(PLACE, since=NOW - 99 * DAY, limit=99)) == 31
    # A BREACH that stands is not over because it is old.
    assert set(tables.get_latches(PLACE)) == {"errors"}


def test_texts_of_production_go_sooner(tables: Tables) -> None:
    for age in (1, 13, 15):
        prompt = Prompt(NOW - age * DAY, "langfuse", Untrusted(f"{age} days old"))
        tables.put_prompt(PLACE, prompt, kept=NOW - age * DAY)
    ahead = Prompt(NOW + 900 * DAY, "a world that ran ahead", Untrusted("kept long ago"))
    tables.put_prompt(PLACE, ahead, kept=NOW - 20 * DAY)
    run(tables)
    left = tables.get_prompts(PLACE, since=NOW - 99 * DAY, limit=99)
    assert [one.text.raw for one in left] == ["13 days old", "1 days old"]


def test_a_text_that_went_is_not_in_the_file_any_more(tables: Tables, path: Path) -> None:
    prompt = Prompt(NOW - 15 * DAY, "langfuse", Untrusted("my card is 4929 1234"))
    tables.put_prompt(PLACE, prompt, kept=NOW - 15 * DAY)
    tables.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"4929 1234" in path.read_bytes()
    run(tables)
    for each in path.parent.iterdir():
        assert b"4929 1234" not in each.read_bytes(), each


def test_consoles_that_left_without_a_word_go(tables: Tables) -> None:
    tables.put_presence("a", Presence("a", "Ada", *PLACE, "signals", NOW - 2 * HOUR))
    tables.put_presence("b", Presence("b", "Bob", *PLACE, "signals", NOW - 2 * MINUTE))
    run(tables)
    assert [one.console for one in tables.get_presences(since=NOW - DAY)] == ["b"]


def test_minutes_become_hours_that_say_the_same(tables: Tables) -> None:
    begin = (NOW - 4 * DAY).replace(minute=0)
    keep(tables, *(reading(begin + number * MINUTE) for number in range(120)))
    run(tables)
    first, second = found(tables)
    assert (first.start, first.end, second.end) == (begin, begin + HOUR, begin + 2 * HOUR)
    assert first.observation == Ratio(60, 2400, {"schema": 60})
    assert first.newest == begin + 59.5 * MINUTE
    run(tables)
    assert found(tables) == [first, second]


def test_young_minutes_stay(tables: Tables) -> None:
    young = [reading(NOW - number * MINUTE) for number in range(1, 100)]
    keep(tables, *young)
    run(tables)
    assert found(tables) == young[::-1]


def test_an_hour_that_the_source_told_of_stays_as_it_is(tables: Tables) -> None:
    begin = (NOW - 4 * DAY).replace(minute=0)
    told = reading(begin, HOUR, ratio(7, 9000))
    keep(tables, told, *(reading(begin + number * MINUTE) for number in range(60)))
    run(tables)
    assert found(tables) == [told]


def test_time_outs_add_up_and_eval_runs_do_not(tables: Tables) -> None:
    begin = (NOW - 4 * DAY).replace(minute=0)
    slow = Latency(((0.5, 3), (float("inf"), 1)))
    nights = [
        reading(
            begin + night * MINUTE,
            10 * MINUTE,
            Score((Stratum(Untrusted("es"), 5, 0.8, 0.1),)),
            signal="evals",
        )
        for night in range(3)
    ]
    keep(tables, reading(begin, seen=slow), reading(begin + MINUTE, seen=slow), *nights)
    run(tables)
    left = found(tables)
    assert [one for one in left if one.signal == "evals"] == nights
    (hour,) = [one for one in left if one.signal == "errors"]
    assert hour.observation == Latency(((0.5, 6), (float("inf"), 2)))


def test_what_was_missing_in_a_minute_is_said_of_its_hour(tables: Tables) -> None:
    begin = (NOW - 4 * DAY).replace(minute=0)
    lacking = Reading("errors", begin, begin + MINUTE, ratio(), None, partial="3 events dropped")
    keep(tables, lacking, reading(begin + MINUTE))
    run(tables)
    (hour,) = found(tables)
    assert hour.partial == "3 events dropped"


def test_age_is_told_by_the_clock_of_the_source(tables: Tables) -> None:
    # An embedded world that is 100 days ahead, and has run through 50 of them.
    ahead = NOW + 100 * DAY
    for number in range(50):
        clocks = keep(tables, reading(ahead - (50 - number) * DAY, HOUR))
    run(tables, clocks=clocks)
    assert {(ahead - one.start).days for one in found(tables)} == set(range(1, 32))


def test_what_a_world_that_is_gone_left_in_the_future_goes_too(tables: Tables) -> None:
    keep(tables, reading(NOW + 100 * DAY, HOUR), at=NOW - 31 * DAY)
    keep(tables, reading(NOW + 101 * DAY, HOUR), at=NOW - 2 * DAY)
    clocks = keep(tables, reading())
    run(tables, clocks=clocks)
    assert [one.start for one in found(tables)] == [NOW - MINUTE, NOW + 101 * DAY]


def test_one_odd_reading_of_the_far_future_makes_the_others_no_older(tables: Tables) -> None:
    odd = reading(NOW.replace(year=9999))
    clocks = keep(tables, reading(NOW - 2 * MINUTE), reading(), odd)
    run(tables, clocks=clocks)
    assert {one.start for one in found(tables)} >= {NOW - 2 * MINUTE, NOW - MINUTE}


def test_readings_that_are_too_old_are_not_taken_at_all(tables: Tables) -> None:
    keep(tables, *(reading(NOW - number * DAY, HOUR) for number in range(40, 0, -1)), *[reading()] * 60)
    assert min(one.start for one in found(tables)) == NOW - 30 * DAY


def test_beyond_its_size_the_oldest_readings_go_and_nothing_else(tables: Tables) -> None:
    keep(
        tables,
        *(reading(NOW - number * MINUTE, signal=s) for number in range(2800) for s in ("errors", "cost")),
    )
    tables.put_changes([Observed(*PLACE, "verdict", "k", NOW, None, {})])
    full = used(tables.database)
    run(tables, kept=Retention(30 * DAY, 14 * DAY, most_bytes=full // 2))
    assert used(tables.database) <= full // 2
    left = found(tables)
    assert 1000 < len(left) < 4000
    oldest = {signal: min(one.start for one in left if one.signal == signal) for signal in ("errors", "cost")}
    assert abs(oldest["errors"] - oldest["cost"]) < timedelta(hours=10)
    assert max(one.end for one in left) == NOW + MINUTE
    assert len(tables.get_changes(PLACE, since=NOW, limit=9)) == 1


def test_the_file_shrinks(tables: Tables, path: Path) -> None:
    keep(
        tables,
        *(reading(NOW - number * MINUTE, signal=s) for number in range(2800) for s in ("errors", "cost")),
    )
    tables.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = path.stat().st_size
    run(tables, at=NOW + 60 * DAY)
    assert found(tables) == []
    assert path.stat().st_size < before / 4
    assert path.with_name(path.name + "-wal").stat().st_size == 0


def test_pruning_works_in_slices_between_which_others_write(tables: Tables, path: Path, clock: Clock) -> None:
    keep(tables, *(reading(NOW - number * MINUTE) for number in range(2800)))
    other = Tables(Archive(path, now=clock).open())
    slices = 0
    for slices, _ in enumerate(prune(tables, KEPT, NOW + 60 * DAY, {})):
        other.put_latch(PLACE, str(slices), Latch(str(slices), NOW, ""))
    assert slices > 5
    assert len(other.get_latches(PLACE)) == slices + 1


async def test_a_history_prunes_at_its_start_and_every_hour(
    opened: Open, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.store.owner.PRUNE_SECONDS", 0.05)
    history = opened(retention=30 * DAY)
    history.observe(Observed(*PLACE, "verdict", "k", NOW, None, {}))
    await history.flush()
    assert len(await history.changes(*PLACE, since=NOW - DAY)) == 1
    clock.now = NOW + 31 * DAY
    before = history.revision()
    history.observe(Observed(*PLACE, "verdict", "new", clock.now, None, {}))
    await until(lambda: history.revision() != before)
    while len(await history.changes(*PLACE, since=NOW - DAY)) > 1:
        assert history.problem == ""


async def test_the_journal_is_never_touched(opened: Open, path: Path, clock: Clock, tmp_path: Path) -> None:
    place = path.with_name("console.db")
    assert history_path(place) == path
    journal = Journal(place, tmp_path / "second.db", clock=lambda: NOW - 400 * DAY)
    journal.append("note", feature="replies", environment="production", body={"text": "old"})
    history = opened(most_bytes=1)
    history.keep(*PLACE, [reading()])
    await history.flush()
    await history.aclose()
    (row,) = journal.rows()
    assert row.body == {"text": "old"}
    assert journal.verify() == ()
    database = sqlite3.connect(place)
    assert {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} == {
        "journal"
    }
    database.close()


def test_the_hours_are_those_of_the_monitor() -> None:
    # What the monitor keeps by the minute must be here by the minute after a restart.
    from console.signals.evidence import KEEP_MINUTES

    assert retention.KEEP_FINE >= KEEP_MINUTES * MINUTE + HOUR
