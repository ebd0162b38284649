"""The manual card: what it says works in a shell, without this program, and holds no secret."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest

from console.cli import main
from console.killswitch.card import Card, keep_card, lines, make_card, path_of
from console.killswitch.levers import open_levers
from tests.console.killswitch.house import House
from tests.servers.misbehaving import TOKEN, Misbehaving


async def shell(command: str) -> str:
    process = await asyncio.create_subprocess_shell(
        command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    return (await process.communicate())[0].decode()


async def sent(card: Card, part: str) -> list[str]:
    """Run the commands of one part of a card, in its order; what each printed."""
    blocks = {"kill": card.kill, "proof": card.proof, "undo": card.undo}[part]
    return [await shell(sketch.command) for block in blocks for sketch in block.sketches]


@pytest.mark.requirement(16)
async def test_its_commands_kill_prove_and_undo_in_a_shell(house: House, server: Misbehaving) -> None:
    house.write(below=True)
    card = await make_card(house.feature)
    before = server.flag.percent
    killed = await sent(card, "kill")
    assert not server.flag.on
    assert house.forced
    assert '"on":false' in killed[1].replace(" ", "")
    evaluated = await sent(card, "proof")
    assert '"value":false' in evaluated[0].replace(" ", "")
    assert "temporarily unavailable" in evaluated[-1]
    await sent(card, "undo")
    assert server.flag.on
    assert server.flag.percent == before
    assert not house.forced


@pytest.mark.requirement(16)
async def test_an_inverse_flag_is_killed_by_turning_it_on(house: House, server: Misbehaving) -> None:
    server.flag.on = False
    house.write(kill_state="on", second_lever=False)
    card = await make_card(house.feature)
    assert "(ON is the kill)" in lines(card)[0]
    await sent(card, "kill")
    assert server.flag.on
    await sent(card, "undo")
    assert not server.flag.on


@pytest.mark.requirement(28)
async def test_it_names_where_secrets_are_and_holds_none(house: House) -> None:
    house.config_path.write_text(
        house.config_path.read_text().replace(f"file:{house.directory / 'token'}", "env:FLAG_TOKEN")
    )
    card = await make_card(house.feature)
    assert card.variables == ("FLAG_TOKEN",)
    text = "\n".join(lines(card))
    assert "They need, set in that shell: $FLAG_TOKEN" in text
    assert TOKEN not in text


async def test_a_lever_that_cannot_be_used_or_undone_says_so_in_its_place(house: House) -> None:
    text = house.config_path.read_text().replace(house.forced_undo_line, "")
    house.config_path.write_text(text.replace(str(house.directory / "token"), "/nowhere/token"))
    said = "\n".join(lines(await make_card(house.feature)))
    assert "lever 2, command\n   no undo is configured: take back by hand what the lever did" in said


@pytest.mark.requirement(16)
async def test_it_is_kept_in_a_private_file_that_follows_the_configuration(house: House) -> None:
    first = await keep_card(house.config, house.feature)
    assert first == path_of(house.config, house.feature)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert "support-drafts-ai" in first.read_text()
    untouched = first.stat().st_mtime_ns
    await keep_card(house.config, house.feature)
    assert first.stat().st_mtime_ns == untouched
    house.config_path.write_text(house.config_path.read_text().replace("support-drafts-ai", "renamed-ai"))
    assert await keep_card(house.config, house.feature) == first
    assert "renamed-ai" in first.read_text()
    assert [each.name for each in first.parent.iterdir()] == [first.name]


async def test_the_command_prints_it_and_says_where_it_is_kept(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["card", "support-drafts", "--config", str(house.config_path)]
    assert await asyncio.to_thread(main, arguments) == 0
    said = capsys.readouterr()
    assert said.out.startswith("MANUAL CARD  support-drafts@production  flag support-drafts-ai")
    assert str(path_of(house.config, house.feature)) in said.err
    assert await asyncio.to_thread(main, [*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["version"], document["flag"]) == (1, "support-drafts-ai")
    sketches = open_levers(house.feature)[0].sketches()
    assert [one["command"] for one in document["kill"][0]["commands"]] == [one.command for one in sketches]


async def test_where_it_cannot_be_kept_it_is_printed_all_the_same(
    house: House, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = path_of(house.config, house.feature).parent
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    arguments = ["card", "support-drafts", "--config", str(house.config_path)]
    assert await asyncio.to_thread(main, arguments) == 0
    said = capsys.readouterr()
    assert "MANUAL CARD" in said.out
    assert "the card is not kept in a file" in said.err
