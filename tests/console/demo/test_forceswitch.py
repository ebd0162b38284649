"""The force-fallback script, as a person or the second lever runs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from console.demo.forceswitch import ForceSwitch


def run(switch: ForceSwitch, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [switch.script, *arguments], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def switch(tmp_path: Path) -> ForceSwitch:
    directory = tmp_path / "a place with 'quotes'"
    directory.mkdir()
    return ForceSwitch(directory, os.getpid())


def test_forcing_asking_and_releasing(switch: ForceSwitch) -> None:
    assert run(switch, "--is-forced", "support-drafts")[0] == 1
    assert not switch.forced()
    status, said = run(switch, "support-drafts")
    assert status == 0
    assert "fallback forced" in said
    assert switch.forced()
    assert run(switch, "--is-forced", "support-drafts")[0] == 0
    assert run(switch, "support-drafts") == (0, said), "a second time changes nothing"
    assert run(switch, "--release", "support-drafts")[0] == 0
    assert not switch.forced()


def test_a_dry_run_proves_and_changes_nothing(switch: ForceSwitch, tmp_path: Path) -> None:
    status, said = run(switch, "--dry-run", "support-drafts")
    assert (status, "would force" in said) == (0, True)
    assert not switch.forced()
    dead = tmp_path / "dead"
    dead.mkdir()
    process = subprocess.Popen(["true"])
    process.wait()
    status, said = run(ForceSwitch(dead, process.pid), "--dry-run", "support-drafts")
    assert (status, "does not run" in said) == (1, True)


@pytest.mark.parametrize(
    "arguments", [(), ("--force", "support-drafts"), ("other",), ("support-drafts", "x")]
)
def test_a_wrong_call_forces_nothing_and_says_how(switch: ForceSwitch, arguments: tuple[str, ...]) -> None:
    assert run(switch, *arguments)[0] == 2
    assert not switch.forced()
