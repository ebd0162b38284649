"""A proof counts for the lever that it has proven: its mark changes with its table and its token."""

from __future__ import annotations

import asyncio
import re
from functools import partial

import pytest

from console.killswitch.fingerprint import LENGTH, fingerprints, same_lever
from tests.console.killswitch.house import House
from tests.integration.command import console
from tests.servers.misbehaving import KEY, TOKEN

pytestmark = pytest.mark.requirement(26)


def changed(house: House, before: str, after: str) -> None:
    text = house.config_path.read_text()
    assert before in text
    house.config_path.write_text(text.replace(before, after))


async def test_the_same_lever_has_the_same_mark_and_the_token_cannot_be_read_from_it(house: House) -> None:
    first = await fingerprints(house.feature)
    assert first == await fingerprints(house.feature)
    assert sorted(first) == [1, 2]
    assert all(re.fullmatch(f"[0-9a-f]{{{LENGTH}}}", mark) for mark in first.values())
    assert TOKEN not in str(first)


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        (f'key = "{KEY}"', 'key = "renamed"', 1),
        ('kill_state = "off"', 'kill_state = "on"', 1),
        ('"--is-forced"', '"--is-off"', 2),
    ],
    ids=["a renamed flag", "another polarity", "another check"],
)
async def test_a_changed_table_changes_the_mark_of_its_lever_alone(
    house: House, before: str, after: str, number: int
) -> None:
    first = await fingerprints(house.feature)
    changed(house, before, after)
    second = await fingerprints(house.feature)
    assert {lever for lever in first if first[lever] != second[lever]} == {number}


async def test_a_changed_token_changes_the_mark(house: House) -> None:
    first = await fingerprints(house.feature)
    (house.directory / "token").write_text("a new token")
    second = await fingerprints(house.feature)
    assert first[1] != second[1]
    assert first[2] == second[2]
    assert not same_lever(first, second, 1)
    assert same_lever(first, second, 2)


async def test_a_token_that_cannot_be_read_leaves_its_lever_without_a_mark(house: House) -> None:
    (house.directory / "token").unlink()
    assert sorted(await fingerprints(house.feature)) == [2]


async def test_a_real_kill_journals_the_marks_of_its_levers_and_no_secret(house: House) -> None:
    kill = partial(console, "kill", "support-drafts", f"--confirm={KEY}", config=house.config_path)
    done = await asyncio.to_thread(kill)
    assert done.status == 0
    (intent,) = house.journal.rows(kinds=("intent",))
    assert sorted(intent.body["prints"]) == ["1", "2"]
    assert TOKEN not in str(intent.body)
