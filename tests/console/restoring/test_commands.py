"""`console restore` and `console back`, on a flag service that answers, lies, or is gone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.exits import Exit
from console.identity import Operator
from console.incident.acts import Restore, Restored
from console.incident.acts import done as read_back
from console.killswitch.history import INTENT
from tests.console.killswitch.house import House
from tests.integration.command import Done, console
from tests.servers.misbehaving import KEY, Fault, Misbehaving

STAGES = """
[feature.restore]
hold_down = "0s"

[feature.rollout]
stages = [
  { name = "5%", percent = 5 },
  { name = "25%", percent = 25 },
]
"""


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving) -> Iterator[House]:
    built = House(tmp_path, server)
    write(built)
    yield built
    built.end_executors()


def write(house: House, stages: str = STAGES, **how: Any) -> None:
    house.write(**how)
    house.config_path.write_text(house.config_path.read_text() + stages)


async def command(house: House, name: str, *arguments: str) -> Done:
    return await asyncio.to_thread(console, name, "support-drafts", *arguments, config=house.config_path)


async def restore(
    house: House, *more: str, to: str = "5%", confirm: str = KEY, reason: str = "mended"
) -> Done:
    return await command(house, "restore", "--to", to, "--confirm", confirm, "--reason", reason, *more)


def acts(house: House) -> list[Restore | Restored]:
    found = [read_back(row) for row in house.journal.rows(kinds=("restore", "restored"))]
    return [each.act for each in found if each is not None and isinstance(each.act, Restore | Restored)]


@pytest.mark.requirement(21)
async def test_a_killed_feature_comes_back_at_a_lower_stage_and_the_journal_has_it(
    house: House, server: Misbehaving
) -> None:
    await house.kill()
    assert not server.flag.on
    done = await restore(house)
    assert done.status == Exit.OK, done
    assert (server.flag.on, server.flag.percent) == (True, 5.0)
    assert "restored: support-drafts-ai in production to 5 %" in done.out
    begun, ended = acts(house)
    assert isinstance(begun, Restore)
    assert (begun.down, begun.percent, begun.reason, begun.overridden) == (False, 5.0, "mended", [])
    assert isinstance(ended, Restored)
    assert ended.result == "restored"
    # The share is set while nobody gets it: the last change is the one that lets users in.
    assert [sorted(set(change) & {"on", "percent"}) for change in server.writes[-2:]] == [["percent"], ["on"]]


@pytest.mark.requirement(21)
async def test_an_inverse_flag_is_restored_by_turning_it_off(house: House, server: Misbehaving) -> None:
    server.flag.on = False
    write(house, kill_state="on", second_lever=False)
    await house.kill()
    assert server.flag.on
    done = await restore(house)
    assert done.status == Exit.OK, done
    assert (server.flag.on, server.flag.percent) == (False, 5.0)


@pytest.mark.requirement(21)
async def test_what_is_not_confirmed_is_said_with_the_line_that_would_do_it(
    house: House, server: Misbehaving
) -> None:
    await house.kill()
    done = await restore(house, confirm="support-drafts")
    assert done.status == Exit.USAGE, done
    said = done.talk
    assert "--confirm is not the flag's key; nothing was sent" in said
    assert f"--to 5% --confirm {KEY} --reason mended" in said
    assert not server.flag.on
    assert acts(house) == []


@pytest.mark.requirement(21)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": "25%"}, "25 % is not lower than the 25 % before"),
        ({"to": "six"}, "there is no stage 'six'"),
        ({"reason": " "}, "no reason is given"),
    ],
)
async def test_each_thing_that_is_missing_refuses_it_with_its_sentence(
    house: House,
    server: Misbehaving,
    changes: dict[str, str],
    words: str,
) -> None:
    await house.kill()
    done = await restore(house, **changes)
    assert done.status == Exit.OUR_RULES, done
    assert words in done.out
    assert not server.flag.on
    assert acts(house) == []


@pytest.mark.requirement(21)
async def test_right_after_the_kill_it_is_refused_and_an_override_is_loud_and_journaled(
    house: House, server: Misbehaving
) -> None:
    write(house, STAGES.replace('"0s"', '"15m"'))
    await house.kill()
    done = await restore(house)
    assert done.status == Exit.OUR_RULES, done
    assert "killed less than 15 min ago: 15 min to go" in done.out
    done = await restore(house, "--override", "--json")
    assert done.status == Exit.OK, done
    document = done.document()
    assert (document["version"], document["overridden"], document["result"]) == (1, True, "restored")
    begun = acts(house)[0]
    assert isinstance(begun, Restore)
    assert "killed less than 15 min ago" in begun.overridden[0]
    assert server.flag.on


async def test_the_doctor_takes_a_restored_flag_for_what_it_is(house: House, server: Misbehaving) -> None:
    await house.kill()
    server.switch(on=True, by="a scheduler")
    warned = await asyncio.to_thread(console, "doctor", "--json", config=house.config_path)
    assert "the flag is no longer as the kill of" in warned.out
    server.switch(on=False, by="Mara Voss")
    done = await restore(house)
    assert done.status == Exit.OK, done
    fine = await asyncio.to_thread(console, "doctor", "--json", config=house.config_path)
    assert "the flag is no longer as the kill of" not in fine.out


async def test_what_is_not_killed_cannot_be_restored(house: House, server: Misbehaving) -> None:
    done = await restore(house, "--override")
    assert done.status == Exit.OUR_RULES, done
    assert server.writes == []


@pytest.mark.requirement(21)
async def test_a_second_lever_that_was_pulled_is_taken_back_before_users_come_in(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.SERVER_ERROR
    await house.kill()
    assert (server.flag.on, house.forced) == (True, True)
    server.on_write = Fault.NONE
    done = await restore(house)
    assert done.status == Exit.OK, done
    assert (server.flag.on, server.flag.percent, house.forced) == (True, 5.0, False)


@pytest.mark.requirement(21)
async def test_a_lever_without_undo_refuses_and_says_how_by_hand(house: House, server: Misbehaving) -> None:
    house.config_path.write_text(house.config_path.read_text().replace(house.forced_undo_line, ""))
    server.on_write = Fault.SERVER_ERROR
    await house.kill()
    server.on_write = Fault.NONE
    done = await restore(house, "--override")
    assert done.status == Exit.OUR_RULES, done
    assert "lever 2, command, was pulled and has no undo: by hand, c shows it" in done.out
    assert house.forced


async def test_a_provider_that_answers_200_and_changes_nothing_is_not_believed(
    house: House, server: Misbehaving
) -> None:
    await house.kill()
    server.on_write = Fault.NO_CHANGE
    done = await restore(house)
    assert done.status == Exit.NO, done
    assert "NOT DONE" in done.out
    assert not server.flag.on
    ended = acts(house)[-1]
    assert isinstance(ended, Restored)
    assert ended.result == "failed"


async def test_a_provider_that_is_gone_leaves_it_killed(house: House, server: Misbehaving) -> None:
    await house.kill()
    await server.refuse()
    done = await restore(house)
    assert done.status in (Exit.OUR_RULES, Exit.NO)
    assert not server.flag.on


async def test_without_a_journal_nothing_is_sent(house: House, server: Misbehaving) -> None:
    await house.kill()
    sent = len(server.writes)
    config = house.config
    for place in (config.store, config.second_journal):
        for each in place.parent.glob(f"{place.name}*"):
            each.unlink()
        place.mkdir(parents=True)
    done = await restore(house, "--override")
    assert done.status in (Exit.NO_JOURNAL, Exit.OUR_RULES), done
    assert len(server.writes) == sent


async def test_a_step_down_asks_for_nothing_but_a_lower_stage_and_the_key(
    house: House, server: Misbehaving
) -> None:
    arguments = ("--to", "5%", "--confirm", KEY)
    done = await command(house, "back", *arguments)
    assert done.status == Exit.OK, done
    assert (server.flag.on, server.flag.percent) == (True, 5.0)
    assert "stepped down: support-drafts-ai in production to 5 %" in done.out
    done = await command(house, "back", *arguments)
    assert done.status == Exit.OK, done
    done = await command(house, "back", "--to", "25%", "--confirm", KEY)
    assert done.status == Exit.OUR_RULES, done
    await house.kill()
    done = await command(house, "back", *arguments)
    assert done.status == Exit.OUR_RULES, done
    assert "R restores" in done.out
    assert not server.flag.on


@pytest.mark.requirement(19)
async def test_a_kill_that_comes_while_it_restores_wins(house: House, server: Misbehaving) -> None:
    await house.kill()

    async def kill_meanwhile() -> None:
        while not any("percent" in change for change in server.writes):
            server.written.clear()
            await server.written.wait()
        house.journal.append(
            INTENT,
            feature="support-drafts",
            environment="production",
            kill_id="k-newer",
            body={
                "flag_key": KEY,
                "operator": Operator("Jonas Ek", 1001).as_dict(),
                "started": "2026-03-02T03:00:00.000+00:00",
                "before": None,
                "pid": os.getpid(),
            },
        )

    meanwhile = asyncio.create_task(kill_meanwhile())
    done = await restore(house)
    assert done.status == Exit.NO, done
    await meanwhile
    assert not server.flag.on
    ended = acts(house)[-1]
    assert isinstance(ended, Restored)
    assert ended.result == "killed again"
