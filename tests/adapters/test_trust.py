"""What a configuration file may do depends on who else can touch it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.trust import Trust


@pytest.mark.parametrize(
    ("mode", "commands", "inline"),
    [
        (0o600, True, True),
        (0o400, True, True),
        (0o644, True, False),
        (0o640, True, False),
        (0o620, False, False),
        (0o664, False, False),
        (0o666, False, False),
        (0o602, False, False),
    ],
)
def test_a_file_may_do_what_its_mode_allows(tmp_path: Path, mode: int, commands: bool, inline: bool) -> None:
    file = tmp_path / "console.toml"
    file.touch()
    file.chmod(mode)
    assert Trust.of(file) == Trust(commands=commands, inline=inline)


def test_a_file_that_is_not_there_may_do_nothing(tmp_path: Path) -> None:
    assert Trust.of(tmp_path / "none") == Trust(commands=False, inline=False)
