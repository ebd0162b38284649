"""`console note` and `console timeline`: journal and history alone, with every source down."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.cli import main
from console.commands.timeline import since_when
from console.config import keep, load
from console.exits import ConfigError, Exit
from console.store.history import History, history_path
from console.store.kept import Observed
from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving

CONFIG = """
[operator]
name = "Mara Voss"

[store]
path = "store/console.db"
second = "second/journal.db"

[[feature]]
key = "drafts"
environment = "production"

[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:9"
token = "env:NO_SUCH_TOKEN_IS_SET"
key = "drafts-ai"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "console.toml"
    path.write_text(CONFIG)
    return path


def note(config: Path, *words: str) -> int:
    return main(["note", "drafts", *words, "--config", str(config)])


def timeline(config: Path, *arguments: str) -> int:
    return main(["timeline", "drafts", *arguments, "--config", str(config)])


def test_a_note_stands_in_the_timeline_with_who_and_when(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert note(config, "told", "Priya:", "drafts are off") == Exit.OK
    assert "drafts@production  row 1 of " in capsys.readouterr().out
    assert timeline(config) == Exit.OK
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("told Priya: drafts are off")
    assert "Mara Voss" in line
    assert timeline(config, "--json") == Exit.OK
    shown = json.loads(capsys.readouterr().out)
    assert shown["version"] == 1
    assert [(one["kind"], one["text"]) for one in shown["happenings"]] == [
        ("note", "told Priya: drafts are off")
    ]


def test_a_note_that_no_journal_takes_is_4_and_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("store", "second"):
        (config.parent / place).write_text("a file where the directory should be")
    assert note(config, "anything") == Exit.NO_JOURNAL
    said = capsys.readouterr()
    assert "NOT WRITTEN" in said.err
    assert said.out == ""
    assert main(["note", "drafts", "x", "--json", "--config", str(config)]) == Exit.NO_JOURNAL
    assert json.loads(capsys.readouterr().out)["written"] is False


def test_a_note_that_only_the_second_place_takes_is_told_and_read_back(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "store").mkdir()
    (config.parent / "store" / "console.db").write_bytes(b"this is no database" * 300)
    assert note(config, "from the second place") == Exit.OK
    assert "second place" in capsys.readouterr().err
    assert timeline(config) == Exit.UNKNOWN
    said = capsys.readouterr()
    assert "from the second place" in said.out
    assert "not all of it: the journal" in said.err


@pytest.mark.parametrize("words", [[""], ["  ", "\t"], ["x" * 2001]])
def test_a_note_of_no_words_or_too_many_is_2_and_writes_nothing(config: Path, words: list[str]) -> None:
    assert note(config, *words) == Exit.USAGE
    assert not (config.parent / "store").exists()


def test_a_note_is_taken_while_the_configuration_is_broken(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(load(config))
    config.write_text(CONFIG + "\n[[[\n")
    assert note(config, "the file is broken") == Exit.OK
    assert "last good copy" in capsys.readouterr().err
    assert timeline(config) == Exit.OK
    assert "the file is broken" in capsys.readouterr().out


def test_nothing_in_a_note_acts_on_the_terminal_of_who_reads_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert note(config, "red \x1b[31m and \x1b]52;c;aGk=\x07") == Exit.OK
    assert timeline(config) == Exit.OK
    assert "\x1b" not in capsys.readouterr().out


def test_nothing_has_happened_yet_is_a_sentence(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert timeline(config) == Exit.OK
    assert "nothing happened" in capsys.readouterr().out
    assert not (config.parent / "store").exists()


async def test_what_consoles_have_seen_stands_between_what_people_did(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    body = {"title": "error rate", "before": "OK", "after": "BREACH"}
    history = History(
        history_path(config.parent / "store" / "console.db"),
        retention=timedelta(days=90),
        prompts_retention=timedelta(days=14),
    )
    for minutes in (1, 60 * 30):
        at = now - timedelta(minutes=minutes)
        history.observe(Observed("drafts", "production", "verdict", f"{minutes}", at, at, body))
    await history.aclose()

    assert await asyncio.to_thread(note, config, "killed") == Exit.OK
    capsys.readouterr()
    assert await asyncio.to_thread(timeline, config) == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.rsplit("  ", 1)[1] for line in lines] == ["error rate OK → BREACH", "killed"]
    assert await asyncio.to_thread(timeline, config, "--since", "2d") == Exit.OK
    assert len(capsys.readouterr().out.splitlines()) == 3


async def test_a_kill_is_told_rung_by_rung(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Misbehaving() as server:
        house = House(tmp_path, server)
        house.write()
        await house.kill()
        arguments = ["timeline", "support-drafts", "--config", str(house.config_path)]
        assert await asyncio.to_thread(main, arguments) == Exit.OK
    told = capsys.readouterr().out
    assert "pressed Enter: kill" in told
    assert "confirmed by lever 1" in told
    assert "Mara Voss" in told


NOW = datetime(2026, 11, 24, 3, 11, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        ("7d", NOW - timedelta(days=7)),
        ("03:00", datetime(2026, 11, 24, 3, 0, tzinfo=UTC)),
        ("23:30", datetime(2026, 11, 23, 23, 30, tzinfo=UTC)),
        ("2026-11-22T03:00+01:00", datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        ("2026-11-22T03:00Z", datetime(2026, 11, 22, 3, 0, tzinfo=UTC)),
    ],
)
def test_since_is_an_age_a_time_or_a_date(text: str, since: datetime) -> None:
    assert since_when(text, NOW) == since


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2x", "-2h", "25:00", "2030-01-01", "999999w", "0000-00-00"]
)
def test_a_since_that_says_nothing_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(ConfigError, match="--since"):
        since_when(text, NOW)
