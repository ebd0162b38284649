"""A drill restores by itself what it has killed, exactly; and what others have killed it leaves killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from console.drilling.left import left_open, restore_left
from console.killswitch.history import latest_kill, open_intents, process_began
from console.store.history import History, history_path
from console.store.kept import Latch
from tests.console.drilling.person import DRILL_TABLE, NAME, Person, recorded
from tests.console.killswitch.house import MARA, House, until
from tests.integration.command import console
from tests.servers.misbehaving import DRILL_KEY, KEY, Fault, FlagNow, Misbehaving

REAL_KILL = ("kill", "support-drafts", "--confirm", KEY, "--reason", "for real")

RACES, DEATHS = 100, 60

pytestmark = pytest.mark.requirement(24)


def users(flag: FlagNow) -> tuple[object, ...]:
    """Who gets the feature, as the provider has it."""
    return flag.on, flag.percent, tuple(flag.users)


async def over(house: House) -> None:
    """Until the journal says that no lease is open."""
    await until(lambda: all(drill.ended is not None for drill in recorded(house)), 30)


@pytest.mark.parametrize("kind", ["rehearsal", "production"])
async def test_it_is_killed_for_the_drill_and_restored_exactly(
    house: House, server: Misbehaving, kind: str
) -> None:
    server.flag.users = server.drill_flag.users = ["agent-7"]
    flag = server.flag if kind == "production" else server.drill_flag
    before = users(flag)
    person = Person(house.config_path, kind)
    await person.kills()
    assert not flag.on
    told = await person.ends()
    assert (told.result, told.why) == ("restored", "Priya ended it")
    assert users(flag) == before
    assert not house.forced
    assert server.flag.on
    assert server.drill_flag.on


async def test_a_rehearsal_never_touches_the_real_flag_nor_its_levers(
    house: House, server: Misbehaving
) -> None:
    untouched = asdict(server.flag)
    person = Person(house.config_path, "rehearsal")
    await person.kills()
    await person.ends()
    assert asdict(server.flag) == untouched
    assert not house.forced


async def test_a_tabletop_sends_nothing(house: House, server: Misbehaving) -> None:
    person = Person(house.config_path, "tabletop")
    told = await person.kills()
    assert told.ladder is not None
    told = await person.ends()
    assert told.result == "nothing to restore"
    assert server.writes == []
    assert server.reads == 0


@pytest.mark.parametrize("kind", ["rehearsal", "production"])
async def test_it_restores_though_the_operator_vanishes(house: House, server: Misbehaving, kind: str) -> None:
    flag = server.flag if kind == "production" else server.drill_flag
    before = users(flag)
    person = Person(house.config_path, kind)
    await person.kills()
    person.vanishes()
    await over(house)
    assert users(flag) == before
    (drill,) = recorded(house)
    assert drill.ended is not None
    assert drill.ended.why == "whoever was drilled has gone"
    assert drill.ended.result == "restored"


async def test_a_hangup_ends_no_lease(house: House, server: Misbehaving) -> None:
    person = Person(house.config_path, "production")
    await person.kills()
    os.kill(person.client.pid, signal.SIGHUP)
    os.kill(person.client.pid, signal.SIGINT)
    told = await person.ends()
    assert told.result == "restored"
    assert server.flag.on


@pytest.mark.kill
async def test_the_lease_is_over_by_itself(house: House, server: Misbehaving) -> None:
    house.write(below=True, drill=f'{DRILL_TABLE}lease = "1m"\n')
    person = Person(house.config_path, "production")
    await person.kills()
    told = await person.sees(lambda told: told.phase == "over", 90)
    assert (told.result, told.why) == ("restored", "the lease was over")
    assert server.flag.on


@pytest.mark.kill
@pytest.mark.timeout(600)
async def test_a_real_kill_at_any_moment_of_a_drills_end_stays_killed(
    house: House, server: Misbehaving
) -> None:
    # The product's own paths, without a start of Python each time, so that both meet at the same moment.
    house.write(drill=DRILL_TABLE)
    chance = random.Random(24)
    results: Counter[str] = Counter()
    for _ in range(RACES):
        server.flag.on, server.slow = True, 0.0
        person = Person(house.config_path, "production")
        await person.kills()
        server.slow = 0.01
        person.client.end("Priya ended it")
        await asyncio.sleep(chance.uniform(0.0, 0.12))
        ladder = await house.kill()
        assert ladder.exit_status == 0
        told = await person.sees(lambda told: told.phase == "over")
        results[told.result] += 1
        assert not server.flag.on, told.text
        person.vanishes()
        await until(lambda pid=person.client.pid: not process_began(pid))  # type: ignore[misc]
    print(f"{RACES} races of a real kill with the end of a drill, all ended killed: {dict(results)}")
    assert len(results) > 1


@pytest.mark.kill
@pytest.mark.timeout(600)
async def test_a_process_that_dies_at_any_moment_leaves_nothing_unrestored(
    house: House, server: Misbehaving
) -> None:
    house.write(drill=DRILL_TABLE)
    chance = random.Random(9)
    results: Counter[str] = Counter()
    before = users(server.flag)
    for _ in range(DEATHS):
        person = Person(house.config_path, "production")
        await person.phase("running")
        person.client.go("a made-up breach")
        if chance.random() < 0.5:
            await person.sees(lambda told: told.ladder is not None and told.ladder.exit_status is not None)
            person.client.end("Priya ended it")
        await asyncio.sleep(chance.uniform(0.0, 0.1))
        await person.holder_dies()
        await restore_left(house.config, house.feature, house.journal, operator=MARA)
        await over(house)
        ended = recorded(house)[-1].ended
        assert ended is not None
        results[ended.result] += 1
        assert users(server.flag) == before, ended
    print(f"{DEATHS} deaths of the process that held the lease, all restored: {dict(results)}")
    assert results["restored"] > 0


@pytest.mark.parametrize("kind", ["rehearsal", "production"])
async def test_the_next_start_restores_what_a_dead_process_has_left(
    house: House, server: Misbehaving, kind: str
) -> None:
    flag = server.flag if kind == "production" else server.drill_flag
    before = users(flag)
    person = Person(house.config_path, kind)
    await person.kills()
    await person.holder_dies()
    assert not flag.on
    (left,) = await left_open(house.feature, house.journal)
    assert left.ladder is not None
    (text,) = await restore_left(house.config, house.feature, house.journal, operator=MARA)
    assert "is restored" in text
    await over(house)
    assert users(flag) == before
    assert await left_open(house.feature, house.journal) == ()


async def test_a_drill_that_dies_before_its_enter_has_nothing_to_restore(
    house: House, server: Misbehaving
) -> None:
    person = Person(house.config_path, "production")
    await person.phase("running")
    await person.holder_dies()
    await restore_left(house.config, house.feature, house.journal, operator=MARA)
    await over(house)
    (drill,) = recorded(house)
    assert drill.ended is not None
    assert drill.ended.result == "nothing to restore"
    assert server.writes == []


@pytest.mark.parametrize("kind", ["rehearsal", "production"])
async def test_a_real_kill_in_mid_drill_stays_killed(house: House, server: Misbehaving, kind: str) -> None:
    person = Person(house.config_path, kind)
    await person.kills()
    done = await asyncio.to_thread(partial(console, *REAL_KILL, config=house.config_path))
    assert done.status == 0
    told = await person.phase("over")
    assert told.result == "void"
    assert "a real kill by Mara Voss" in told.text
    assert not server.flag.on
    await asyncio.sleep(0)
    kill = latest_kill(house.journal, "support-drafts", "production")
    assert kill is not None
    assert kill.at > recorded(house)[0].at


async def test_a_real_kill_stays_killed_though_the_operator_and_the_process_are_gone(
    house: House, server: Misbehaving
) -> None:
    person = Person(house.config_path, "production")
    await person.kills()
    await person.holder_dies()
    done = await asyncio.to_thread(partial(console, *REAL_KILL, config=house.config_path))
    assert done.status == 0
    await restore_left(house.config, house.feature, house.journal, operator=MARA)
    await over(house)
    (drill,) = recorded(house)
    assert drill.ended is not None
    assert drill.ended.result == "void"
    assert not server.flag.on


async def test_a_flag_that_somebody_else_has_changed_is_left_as_it_is(
    house: House, server: Misbehaving
) -> None:
    person = Person(house.config_path, "production")
    await person.kills()
    server.switch(True, by="release-bot")
    server.switch(False, by="release-bot")
    told = await person.ends()
    assert told.result == "void"
    assert "changed after the drill's kill by release-bot" in told.text
    assert not server.flag.on


async def test_a_flag_that_is_on_again_already_is_left_alone(house: House, server: Misbehaving) -> None:
    person = Person(house.config_path, "production")
    await person.kills()
    server.switch(True, by="release-bot")
    writes = len(server.writes)
    told = await person.ends()
    assert told.result == "nothing to restore"
    assert len(server.writes) == writes


def latched(house: House, signal_key: str) -> Callable[[], None]:
    """A console has kept a BREACH."""
    history = History(
        history_path(house.config.store), retention=timedelta(days=9), prompts_retention=timedelta(days=9)
    )

    def keep() -> None:
        latch = Latch(signal_key, datetime.now(UTC), "error rate 36.8 %")
        history.latch("support-drafts", "production", latch)

    keep.history = history  # type: ignore[attr-defined]
    return keep


@pytest.mark.parametrize(
    ("kind", "result"), [("production", "void"), ("rehearsal", "restored")], ids=["production", "rehearsal"]
)
async def test_a_real_breach_keeps_a_real_flag_killed_and_gives_a_rehearsals_back(
    house: House, server: Misbehaving, kind: str, result: str
) -> None:
    person = Person(house.config_path, kind)
    await person.kills()
    person.client.end("a real BREACH", breach="error rate")
    told = await person.phase("over")
    assert told.result == result
    assert server.flag.on is (kind == "rehearsal")
    assert server.drill_flag.on


async def test_a_breach_that_only_the_history_knows_counts_as_well(house: House, server: Misbehaving) -> None:
    person = Person(house.config_path, "production")
    await person.kills()
    keep = latched(house, "errors")
    keep()
    await keep.history.flush()  # type: ignore[attr-defined]
    person.vanishes()
    await over(house)
    await keep.history.aclose()  # type: ignore[attr-defined]
    (drill,) = recorded(house)
    assert drill.ended is not None
    assert (drill.ended.result, "BREACH of errors" in drill.ended.text) == ("void", True)
    assert not server.flag.on


async def test_no_drill_begins_while_a_real_breach_stands(house: House) -> None:
    keep = latched(house, "errors")
    keep()
    await keep.history.flush()  # type: ignore[attr-defined]
    told = await Person(house.config_path, "tabletop").phase("refused")
    await keep.history.aclose()  # type: ignore[attr-defined]
    assert "this is no time for a drill" in told.text
    assert recorded(house) == []


async def test_a_flag_that_cannot_be_reached_at_the_end_is_said_and_not_called_restored(
    house: House, server: Misbehaving
) -> None:
    person = Person(house.config_path, "production")
    await person.kills()
    server.on_write = Fault.FORBIDDEN
    told = await person.ends()
    assert told.result == "not restored"
    assert "by hand" in told.text


async def test_the_second_lever_is_taken_back_as_well(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.SERVER_ERROR
    person = Person(house.config_path, "production")
    await person.phase("running")
    person.client.go("a made-up breach")
    await person.sees(lambda told: told.ladder is not None and told.ladder.killed_by == 2)
    assert house.forced
    server.on_write = Fault.NONE
    told = await person.ends()
    assert told.result in ("restored", "nothing to restore"), told.text
    assert not house.forced
    assert server.flag.on


async def test_a_lever_without_an_undo_is_not_pulled_by_a_drill(house: House, server: Misbehaving) -> None:
    text = house.config_path.read_text().replace(house.forced_undo_line, "")
    house.config_path.write_text(text)
    server.on_write = Fault.FORBIDDEN
    person = Person(house.config_path, "production")
    told = await person.phase("running")
    assert told.note == "lever 2 has no undo and is not pulled"
    person.client.go("a made-up breach")
    await person.sees(lambda told: told.ladder is not None and told.ladder.exit_status is not None)
    assert not house.forced
    await person.ends()


@pytest.mark.parametrize(
    ("kind", "confirm", "words"),
    [
        ("production", "support-drafts", "confirm with its key, support-drafts-ai"),
        ("production", "", "confirm with its key"),
        ("parade", "", "no such kind of drill"),
    ],
)
async def test_what_is_not_meant_whole_is_refused(house: House, kind: str, confirm: str, words: str) -> None:
    told = await Person(house.config_path, kind, confirm=confirm).phase("refused")
    assert words in told.text
    assert recorded(house) == []


async def test_a_rehearsal_wants_a_flag_of_its_own(house: House) -> None:
    house.write()
    told = await Person(house.config_path, "rehearsal").phase("refused")
    assert "[feature.drill]" in told.text


async def test_what_is_killed_already_is_no_drill(house: House, server: Misbehaving) -> None:
    server.switch(False, by="mara")
    told = await Person(house.config_path, "production").phase("refused")
    assert "killed already" in told.text


async def test_two_drills_of_one_feature_do_not_run_at_once(house: House) -> None:
    first = Person(house.config_path, "tabletop")
    await first.phase("running")
    told = await Person(house.config_path, "rehearsal").phase("refused")
    assert told.text == "a drill of Priya is running"
    await first.ends()


@pytest.mark.requirement(23)
@pytest.mark.parametrize("kind", ["tabletop", "rehearsal", "production"])
async def test_no_row_of_a_drill_can_be_read_as_a_real_one(house: House, kind: str) -> None:
    person = Person(house.config_path, kind)
    await person.kills()
    await person.ends()
    rows = house.journal.rows()
    assert rows
    assert {row.kind.split("-")[0] for row in rows} == {"drill"}
    assert latest_kill(house.journal, "support-drafts", "production") is None
    assert open_intents(house.journal) == ()
    assert NAME.startswith(rows[0].feature)
    assert DRILL_KEY != KEY


async def test_it_is_scored_and_filed_with_what_it_did_not_prove(house: House) -> None:
    person = Person(house.config_path, "rehearsal")
    await person.kills()
    person.client.mark("said")
    told = await person.ends()
    score = told.score
    assert score is not None
    assert score.passed
    assert {step.name: step.verdict for step in score.steps}["Enter to confirmed"] == "passed"
    assert any("rehearsal's flag" in line for line in score.not_proven)
    assert any(line.startswith("lever 2") for line in score.not_proven)
    (drill,) = recorded(house)
    assert drill.score == score
    assert told.row is not None
