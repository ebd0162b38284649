"""docs/running.md and its unit speak of the program as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from console.arguments import COMMANDS
from console.watching import lines, standing

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "running.md").read_text()
UNIT = (DOCS / "console-watch.service").read_text()


def test_every_command_that_it_names_is_one() -> None:
    named = set(re.findall(r"^console ([a-z]+)", GUIDE, re.MULTILINE)) | set(
        re.findall(r"`console ([a-z]+)", GUIDE)
    )
    assert named
    assert named <= {command.name for command in COMMANDS}


def test_it_explains_every_word_that_a_watch_can_say() -> None:
    source = Path(standing.__file__).read_text()
    said = {
        word for word in re.findall(r'"([A-Z][A-Z ]+)"', source) if word not in ("UNKNOWN", "STAND", "KILLED")
    }
    assert said >= lines._BAD - {"BREACH", "BROKEN"}
    missing = {word for word in said | lines._BAD if f"`{word}`" not in GUIDE}
    assert missing == set()


def test_the_unit_lets_kills_live_and_keeps_both_places_of_the_journal() -> None:
    assert "KillMode=process" in UNIT
    assert "PrivateTmp=" not in UNIT
    assert "ReadWritePaths=/var/tmp" in UNIT
    assert "RestartPreventExitStatus=2" in UNIT


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "console-watch.service"
    path.write_text(UNIT.replace("/usr/local/bin/console", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "console-watch" not in done.stdout + done.stderr
