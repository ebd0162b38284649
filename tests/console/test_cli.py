import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.cli import main
from console.exits import Exit

CONFIG = """
[store]
path = "console.db"
second = "second.db"

[[feature]]
key = "drafts"
environment = "production"

[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:9"
token = "env:NO_SUCH_TOKEN_IS_SET"
key = "drafts-ai"

[feature.fallback]
describe = "agents write by hand"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "console.toml"
    path.write_text(CONFIG)
    return path


def imported(*arguments: str) -> set[str]:
    """Names of the modules that a command has imported when it ends."""
    code = (
        "import sys; from console.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.__stderr__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_a_kill_without_the_flags_key_sends_nothing_and_prints_the_line_to_use(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kill", "drafts", "--config", str(config)]) == Exit.USAGE
    talk = capsys.readouterr().err
    assert "would turn drafts-ai OFF for every user in production" in talk
    assert "agents write by hand" in talk
    assert f"console kill drafts --confirm drafts-ai --config {config}" in talk
    assert not (config.parent / "console.db").exists()


def test_a_kill_with_a_wrong_key_says_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kill", "drafts", "--confirm", "drafts", "--config", str(config)]) == Exit.USAGE
    assert "not the flag's key; nothing was sent" in capsys.readouterr().err


def test_a_kill_by_no_lever_is_3_and_says_not_killed(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kill", "drafts", "--confirm", "drafts-ai", "--config", str(config)]) == Exit.UNKNOWN
    said = capsys.readouterr()
    assert "NOT KILLED" in said.out
    assert "NO_SUCH_TOKEN_IS_SET" in said.err


def test_one_look_at_a_flag_that_cannot_be_read_is_3_with_the_reason(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--json", "--config", str(config)]) == Exit.UNKNOWN
    (feature,) = json.loads(capsys.readouterr().out)["features"]
    assert feature["flag"]["on"] is None
    assert "NO_SUCH_TOKEN_IS_SET" in feature["flag"]["problem"]


def test_an_unset_token_of_a_signal_is_that_signals_problem_and_takes_no_kill_away(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signal = "\n[feature.signals.errors]\nprovider = 'prometheus'\nurl = 'http://127.0.0.1:9'\n"
    signal += "token = 'env:NO_SUCH_SIGNAL_TOKEN'\nbad = 'sum(bad)'\nall = 'sum(all)'\n"
    config.write_text(CONFIG + signal)
    assert main(["status", "--json", "--config", str(config)]) == Exit.UNKNOWN
    (feature,) = json.loads(capsys.readouterr().out)["features"]
    assert feature["signals"][0]["state"] == "ERROR"
    assert "NO_SUCH_SIGNAL_TOKEN" in feature["signals"][0]["problem"]
    assert main(["kill", "drafts", "--confirm", "drafts-ai", "--config", str(config)]) == Exit.UNKNOWN
    assert "left out" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[feature", "not valid TOML"),
        (CONFIG.replace("[feature.flag]", "[feature.flg]"), "[feature.flg of drafts]"),
        (CONFIG + CONFIG.partition('second.db"')[2], "stands 2 times"),
    ],
)
@pytest.mark.parametrize("command", [["status"], ["open"], []])
def test_a_configuration_that_cannot_be_used_is_2_and_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], text: str, words: str, command: list[str]
) -> None:
    config.write_text(text)
    assert main([*command, "--config", str(config)]) == Exit.USAGE
    talk = capsys.readouterr().err
    assert words in talk
    assert "Traceback" not in talk


def test_a_spelling_mistake_in_a_signal_does_not_take_the_kill_away(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIG + "\n[feature.signals.errors]\nprovider = 'evnts'\n")
    assert main(["kill", "drafts", "--config", str(config)]) == Exit.USAGE
    talk = capsys.readouterr().err
    assert "left out" in talk
    assert "would turn drafts-ai OFF" in talk


def test_the_screen_needs_a_terminal_and_says_what_does_not(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drafts", "--config", str(config)]) == Exit.USAGE
    assert "console status" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["dumb", "", "unknown"])
def test_a_terminal_that_cannot_be_drawn_on_is_refused_by_name(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["drafts", "--config", str(config)]) == Exit.USAGE
    assert "console status" in capsys.readouterr().err


def test_a_configuration_that_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main(["status", "--config", str(tmp_path / "pipe")]) == Exit.USAGE
    assert "no regular file" in capsys.readouterr().err


def test_a_name_that_would_act_on_the_terminal_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIG.replace('"production"', '"\\u001b[31mprod"'))
    assert main(["status", "--config", str(config)]) == Exit.USAGE
    talk = capsys.readouterr().err
    assert "`environment` cannot be shown" in talk
    assert "\x1b" not in talk


def test_an_unknown_scenario_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", "--scenario", "sunny"]) == Exit.USAGE
    assert "schema-failures" in capsys.readouterr().err
    assert main(["demo", "--list"]) == Exit.OK
    assert "flag-service-down" in capsys.readouterr().out


def test_a_kill_never_imports_the_screen_or_the_signals(config: Path) -> None:
    modules = imported("kill", "drafts", "--confirm", "drafts-ai", "--config", str(config))
    assert "console.killswitch.command" in modules
    assert not {"textual", "widgets", "console.tui", "console.signals.monitor", "starlette"} & modules


def test_asking_for_help_imports_next_to_nothing() -> None:
    modules = imported("--help")
    assert not {"textual", "httpx", "sqlite3", "asyncio", "websockets"} & modules
