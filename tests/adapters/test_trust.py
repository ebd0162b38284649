"""What a configuration file may do depends on who else can touch it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.trust import Trust, weak_spot


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


def test_a_folder_that_others_can_write_takes_the_trust_away_and_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    file = folder / "deep" / "console.toml"
    file.parent.mkdir(parents=True)
    file.touch(mode=0o600)
    assert Trust.of(file).commands
    folder.chmod(0o775)
    assert not Trust.of(file).commands
    assert Trust.of(file).why == f"{folder}: its group can write it"
    folder.chmod(0o777)
    assert Trust.of(file).why == f"{folder}: everybody can write it"


def test_a_shared_folder_in_which_nobody_can_take_anothers_file_is_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "console.toml").touch(mode=0o600)
    assert Trust.of(folder / "console.toml").commands


def test_a_link_is_followed_through_every_folder_on_its_way(tmp_path: Path) -> None:
    real = tmp_path / "open" / "real.toml"
    real.parent.mkdir()
    real.touch(mode=0o600)
    link = tmp_path / "console.toml"
    link.symlink_to("safe/../open/real.toml")
    (tmp_path / "safe").mkdir()
    assert Trust.of(link).commands
    real.parent.chmod(0o777)
    assert Trust.of(link).why == f"{real.parent}: everybody can write it"
    real.parent.chmod(0o755)
    holder = tmp_path / "holder"
    holder.mkdir()
    (holder / "console.toml").symlink_to(real)
    assert Trust.of(holder / "console.toml").commands
    holder.chmod(0o777)
    assert not Trust.of(holder / "console.toml").commands


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_what_belongs_to_somebody_else_is_not_trusted(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "console.toml"
    (folder / "real").touch(mode=0o600)
    file.symlink_to("real")
    assert Trust.of(file).commands
    place = {"file": folder / "real", "folder": folder, "link": file}[what]
    os.chown(place, 12_345, 12_345, follow_symlinks=False)
    assert not Trust.of(file).commands
    assert "belongs to uid 12345" in Trust.of(file).why


def test_links_that_lead_in_a_circle_are_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert not Trust.of(tmp_path / "a").commands
    assert "too many links" in weak_spot(tmp_path / "a")


def test_this_projects_own_way_from_the_root_can_be_judged() -> None:
    assert weak_spot(Path("/")) == ""
    assert "no such file" in weak_spot(Path("/no/such/place"))
