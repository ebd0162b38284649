"""A command that kills: it runs as written, within bounds, and keeps its secrets."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import AdapterError, BadOptions, Effect, Refused, TimedOut, Unreachable
from adapters.levers.command import Command
from adapters.trust import Trust
from tests.adapters.test_secrets import running

WHERE = "feature.levers 2 of support-drafts"
OURS = Trust(commands=True)
CANARY = "canary-7f3e9a1c"


@pytest.fixture
def switch(tmp_path: Path) -> Path:
    """A force-fallback switch of files, like those that people write."""
    script = tmp_path / "force-fallback"
    script.write_text(
        f"""#!/bin/sh
case "$1" in
--is-forced) test -e {tmp_path}/forced ;;
--dry-run) test -w {tmp_path} && echo could ;;
--release) rm -f {tmp_path}/forced ;;
*) touch {tmp_path}/forced && echo "fallback forced for $1" ;;
esac
"""
    )
    script.chmod(0o755)
    return script


def lever(switch: Path, **options: Any) -> Command:
    program = str(switch)
    return Command(
        {
            "run": [program, "support-drafts"],
            "check": [program, "--is-forced", "support-drafts"],
            "arm": [program, "--dry-run", "support-drafts"],
            "undo": [program, "--release", "support-drafts"],
            **options,
        },
        WHERE,
        trust=OURS,
        seconds=1.0,
    )


def set_mode(file: Path, mode: int) -> None:
    file.chmod(mode)


def remove(file: Path) -> None:
    file.unlink()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something in another process, which can send no event; 5 s at most."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def pull(command: Command) -> str:
    return (await command.pull(reason="schema failures", operator="mara")).said.raw


async def test_pulling_kills_and_the_check_proves_it(switch: Path) -> None:
    command = lever(switch)
    assert await command.holds() is False
    assert await pull(command) == "fallback forced for support-drafts"
    assert await command.holds() is True
    assert await pull(command) == "fallback forced for support-drafts"
    assert (command.label, command.does, command.proof) == ("command", str(switch), "check")


@pytest.mark.requirement(14)
async def test_arming_proves_each_part_and_changes_nothing(switch: Path, tmp_path: Path) -> None:
    checks = await lever(switch).arm()
    assert [(check.name, check.holds) for check in checks] == [
        ("force-fallback present", True),
        ("would work", True),
    ]
    assert not (tmp_path / "forced").exists()


@pytest.mark.parametrize(
    ("mode", "words"),
    [(0o777, "everybody can write it"), (0o775, "its group can write it"), (0o644, "may not be executed")],
)
@pytest.mark.requirement(28)
async def test_a_program_that_others_could_change_is_not_armed(switch: Path, mode: int, words: str) -> None:
    set_mode(switch, mode)
    present, would_work = await lever(switch).arm()
    assert present.holds is False
    assert words in present.text
    assert present.todo
    assert would_work.holds is None


async def test_a_program_that_is_not_there_is_not_armed_and_cannot_be_pulled(switch: Path) -> None:
    remove(switch)
    command = lever(switch)
    present, _ = await command.arm()
    assert present.holds is False
    assert "no such file" in present.text
    with pytest.raises(Unreachable, match="cannot be run: no such file") as caught:
        await pull(command)
    assert caught.value.effect is Effect.NONE


async def test_an_arm_command_that_fails_is_not_armed(switch: Path) -> None:
    checks = await lever(switch, arm=["/bin/sh", "-c", "exit 4"]).arm()
    assert checks[-1].holds is False
    assert checks[-1].text == "the `arm` command ended with status 4"
    checks = await lever(switch, arm=["/bin/sh", "-c", "sleep 30"]).arm()
    assert "was not done within 1 s" in checks[-1].text


async def test_without_an_arm_command_it_is_said_to_be_unproven(switch: Path) -> None:
    checks = await lever(switch, arm=[]).arm()
    assert checks[-1].holds is None


async def test_without_a_check_nobody_can_say_whether_it_holds(switch: Path) -> None:
    command = lever(switch, check=[], proof="evaluation")
    assert await command.holds() is None
    assert command.proof == "evaluation"
    assert lever(switch, check=[]).proof is None


async def test_a_check_that_breaks_is_neither_yes_nor_no(switch: Path) -> None:
    with pytest.raises(Refused, match="status 2"):
        await lever(switch, check=["/bin/sh", "-c", "exit 2"]).holds()


async def test_a_failing_command_may_have_done_a_part_and_says_what_it_said(switch: Path) -> None:
    command = lever(switch, run=["/bin/sh", "-c", "printf '\\033]0;pwned\\007no right'; exit 3"])
    with pytest.raises(Refused, match="ended with status 3") as caught:
        await pull(command)
    assert caught.value.effect is Effect.UNKNOWN
    assert caught.value.detail is not None
    assert caught.value.detail.raw == "\x1b]0;pwned\x07no right"
    with pytest.raises(Refused, match="ended with signal 11"):
        await pull(lever(switch, run=["/bin/sh", "-c", "kill -11 $$"]))


@pytest.mark.requirement(28)
async def test_a_command_that_hangs_is_killed_with_all_that_it_started(switch: Path, tmp_path: Path) -> None:
    child = tmp_path / "child"
    started = time.monotonic()
    with pytest.raises(TimedOut) as caught:
        await pull(lever(switch, run=["/bin/sh", "-c", f"echo hi; sleep 30 & echo $! > {child}; wait"]))
    assert time.monotonic() - started < 3
    assert caught.value.effect is Effect.UNKNOWN
    pid = int(child.read_text())
    await until(lambda: not running(pid))


async def test_a_command_may_leave_a_daemon_behind(switch: Path, tmp_path: Path) -> None:
    child = tmp_path / "child"
    said = await pull(lever(switch, run=["/bin/sh", "-c", f"echo done; sleep 3 & echo $! > {child}"]))
    assert said == "done"
    assert running(int(child.read_text()))


async def test_a_kill_that_is_given_up_leaves_nothing_running(switch: Path, tmp_path: Path) -> None:
    child = tmp_path / "child"
    pulling = asyncio.create_task(pull(lever(switch, run=["/bin/sh", "-c", f"echo $$ > {child}; sleep 30"])))
    await until(lambda: child.exists() and bool(child.read_text().strip()))
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    pid = int(child.read_text())
    await until(lambda: not running(pid))


@pytest.mark.requirement(28)
async def test_it_gets_path_home_lang_its_secrets_and_nothing_else(
    switch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSOLE_TEST_SOURCE", CANARY)
    monkeypatch.setenv("UNLEASH_TOKEN", "another secret")
    command = lever(switch, run=["/usr/bin/env"], env={"SWITCH_TOKEN": "env:CONSOLE_TEST_SOURCE"})
    said = await pull(command)
    names = {line.partition("=")[0] for line in said.splitlines()}
    assert names <= {"PATH", "HOME", "LANG", "SWITCH_TOKEN"}
    assert "SWITCH_TOKEN=[secret]" in said
    assert CANARY not in said


@pytest.mark.requirement(28)
async def test_its_arguments_are_no_shells(switch: Path) -> None:
    assert await pull(lever(switch, run=["/bin/echo", "$HOME; rm -rf /*", "`id`"])) == "$HOME; rm -rf /* `id`"


async def test_a_talkative_command_ends_and_is_cut(switch: Path) -> None:
    said = await pull(lever(switch, run=["/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"]))
    assert len(said) == 16_384


async def test_an_unset_secret_fails_this_lever_by_name(switch: Path) -> None:
    command = lever(switch, env={"SWITCH_TOKEN": "env:CONSOLE_TEST_UNSET"})
    with pytest.raises(AdapterError, match="env:CONSOLE_TEST_UNSET is not set"):
        await pull(command)
    checks = {check.name: check for check in await command.arm()}
    assert checks["secrets"].holds is False


def test_the_card_shows_the_commands_as_typed_with_secrets_by_name(switch: Path) -> None:
    command = lever(switch, run=["/bin/echo", "it's"], env={"TOKEN": "env:SWITCH_TOKEN"})
    lines = [sketch.command for sketch in (*command.sketches(), *command.undo_sketches())]
    assert lines == [
        "TOKEN=\"$SWITCH_TOKEN\" /bin/echo 'it'\"'\"'s'",
        f'TOKEN="$SWITCH_TOKEN" {switch} --is-forced support-drafts',
        f'TOKEN="$SWITCH_TOKEN" {switch} --release support-drafts',
    ]
    shown = subprocess.run(
        ["sh", "-c", lines[0]], capture_output=True, text=True, check=True, env={"SWITCH_TOKEN": "x"}
    )
    assert shown.stdout == "it's\n"


@pytest.mark.parametrize(
    ("options", "trust", "words"),
    [
        ({"run": ["/bin/true"]}, Trust(), "others than you and root can write"),
        ({"run": []}, OURS, "`run` is empty"),
        ({}, OURS, "missing key `run`"),
        ({"run": "/bin/true"}, OURS, "`run` must be a list, not text"),
        ({"run": ["force-fallback"]}, OURS, "`run` does not start with an absolute path"),
        ({"run": ["~/bin/x"]}, OURS, "does not start with an absolute path"),
        ({"run": ["/bin/true"], "undo": ["rm"]}, OURS, "`undo` does not start with"),
        ({"run": ["/bin/true", "a\0b"]}, OURS, "NUL"),
        ({"run": ["/bin/true"], "proof": "check"}, OURS, "there is no `check`"),
        ({"run": ["/bin/true"], "proof": "hope"}, OURS, "`proof` is not accepted"),
        ({"run": ["/bin/true"], "env": {"T": CANARY}}, OURS, "`env.T` holds the secret itself"),
        ({"run": ["/bin/true"], "shell": True}, OURS, "unknown key `shell`"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(options: dict[str, Any], trust: Trust, words: str) -> None:
    with pytest.raises(BadOptions) as caught:
        Command(options, WHERE, trust=trust)
    assert words in caught.value.what
    assert caught.value.where == WHERE
    assert CANARY not in str(caught.value)
