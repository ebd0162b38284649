"""Secrets are found by reference, late, and are named but never shown."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from adapters.errors import BadOptions
from adapters.secrets import Secret, SecretMissing
from adapters.trust import Trust

WHERE = "feature.flag of support-drafts"
CANARY = "canary-7f3e9a1c"
OURS = Trust(commands=True)
PRIVATE = Trust(commands=True, inline=True)


async def test_a_variable_is_read_at_each_use(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret("env:CONSOLE_TEST_TOKEN", where=WHERE)
    with pytest.raises(SecretMissing, match="env:CONSOLE_TEST_TOKEN is not set"):
        await secret.reveal()
    monkeypatch.setenv("CONSOLE_TEST_TOKEN", CANARY)
    assert await secret.reveal() == CANARY
    monkeypatch.setenv("CONSOLE_TEST_TOKEN", "rotated")
    assert await secret.reveal() == "rotated"


async def test_a_file_is_read_without_the_line_break_at_its_end(tmp_path: Path) -> None:
    file = tmp_path / "a token"
    file.write_text(f"{CANARY}\r\n")
    secret = Secret(f"file:{file}", where=WHERE)
    assert await secret.reveal() == CANARY
    assert echo(secret.shell) == CANARY


async def test_a_command_is_run_once_without_a_shell_until_it_is_forgotten(tmp_path: Path) -> None:
    log = tmp_path / "log"
    helper = tmp_path / "helper"
    helper.write_text(f'#!/bin/sh\necho "$@" >> {log}\necho {CANARY}\n')
    helper.chmod(0o700)
    secret = Secret(f"cmd:{helper} 'a  b' $HOME;x", where=WHERE, trust=OURS)
    assert [await secret.reveal(), await secret.reveal()] == [CANARY, CANARY]
    assert log.read_text() == "a  b $HOME;x\n"
    secret.forget()
    await secret.reveal()
    assert log.read_text().count("\n") == 2


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 3", "failed with status 3"),
        ("echo canary-7f3e9a1c >&2; exit 1", "failed with status 1"),
        ("true", "is empty"),
        ("printf 'canary-7f3e9a1c\\nsecond line'", "is no secret"),
        ("head -c 20000 /dev/zero | tr '\\0' x", "is no secret"),
    ],
)
async def test_a_command_that_gives_nothing_usable_is_named_without_its_output(
    script: str, words: str
) -> None:
    secret = Secret(f'cmd:/bin/sh -c "{script}"', where=WHERE, trust=OURS)
    with pytest.raises(SecretMissing) as caught:
        await secret.reveal()
    assert words in caught.value.what
    assert "cmd:/bin/sh" in caught.value.what
    assert CANARY not in f"{caught.value}{caught.value!r}{secret!r}"


async def test_a_command_that_hangs_is_killed_with_its_children_after_two_seconds(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f"sleep 30 & echo $! > {child}; wait"
    started = time.monotonic()
    with pytest.raises(SecretMissing, match="printed nothing within 2 s"):
        await Secret(f"cmd:/bin/sh -c '{script}'", where=WHERE, trust=OURS).reveal()
    assert time.monotonic() - started < 4
    assert not running(int(child.read_text()))


async def test_a_pipe_that_nobody_writes_does_not_hold_anybody(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SecretMissing, match="could not be read within 2 s"):
        await Secret(f"file:{pipe}", where=WHERE).reveal()
    os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))  # lets the reader go


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("file:/no/such/file", "No such file"),
        ("file:/", "directory"),
        ("file:~nobody-by-this-name/x", "cannot be read"),
        ("cmd:/no/such/program", "cannot be run: No such file"),
    ],
)
async def test_a_reference_that_leads_nowhere_says_so(reference: str, words: str) -> None:
    with pytest.raises(SecretMissing, match=words):
        await Secret(reference, where=WHERE, trust=OURS).reveal()


@pytest.mark.parametrize(
    ("reference", "trust", "words"),
    [
        (CANARY, OURS, "holds the secret itself"),
        ("*:*.canary-7f3e9a1c", Trust(), "holds the secret itself"),
        ("", PRIVATE, "is empty"),
        ("env:", PRIVATE, "nothing after it"),
        ("env:canary-7f3e9a1c", PRIVATE, "not the name of a variable"),
        ("cmd:pass show x", Trust(), "runs a command"),
        ("cmd:echo 'canary-7f3e9a1c", PRIVATE, "unclosed quote"),
    ],
)
def test_a_reference_that_may_not_be_used_is_refused_at_once(
    reference: str, trust: Trust, words: str
) -> None:
    with pytest.raises(BadOptions) as caught:
        Secret(reference, where=WHERE, key="token", trust=trust)
    assert words in caught.value.what
    assert "`token`" in caught.value.what
    assert CANARY not in str(caught.value)


async def test_a_private_file_may_hold_the_secret_itself() -> None:
    secret = Secret("*:*.abc", where=WHERE, trust=PRIVATE)
    assert await secret.reveal() == "*:*.abc"
    secret.forget()
    assert await secret.reveal() == "*:*.abc"
    assert "abc" not in f"{secret!r}{secret.reference}{secret.shell}"


def echo(words: str) -> str:
    """What a shell makes of these words within double quotes."""
    shown = subprocess.run(["sh", "-c", f'echo "{words}"'], capture_output=True, text=True, check=True)
    return shown.stdout.strip()


def running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    if Path("/proc/self/stat").exists():
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.returncode == 0 and not found.stdout.startswith("Z")
