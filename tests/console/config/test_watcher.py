"""A changed file is noticed once it has come to rest, however it was written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.config.watcher import LOOKS_UNTIL_GONE, Watcher


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "console.toml"
    path.write_text("one")
    return path


def looks(watcher: Watcher, number: int = 6) -> list[bool]:
    return [watcher.changed() for _ in range(number)]


def test_a_file_that_stays_as_it_is_has_not_changed(file: Path) -> None:
    assert not any(looks(Watcher(file)))


def test_a_change_is_told_once_when_two_looks_saw_the_same(file: Path) -> None:
    watcher = Watcher(file)
    looks(watcher)
    file.write_text("two")
    assert looks(watcher) == [False, True, False, False, False, False]


def test_a_file_that_is_still_being_written_is_waited_for(file: Path) -> None:
    watcher = Watcher(file)
    told = []
    for text in ("t", "tw", "two", "two!"):
        file.write_text(text)
        told.append(watcher.changed())
    assert not any(told)
    assert looks(watcher, 2) == [True, False]


def test_an_editor_that_writes_a_new_file_and_renames_it_is_seen(file: Path) -> None:
    watcher = Watcher(file)
    new = file.with_suffix(".new")
    new.write_text("one two")
    os.utime(new, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    new.replace(file)
    assert looks(watcher, 3) == [False, True, False]


def test_a_moment_without_the_file_is_no_change(file: Path) -> None:
    watcher = Watcher(file)
    file.unlink()
    assert looks(watcher, LOOKS_UNTIL_GONE - 1) == [False] * (LOOKS_UNTIL_GONE - 1)
    file.write_text("one")
    assert not any(looks(watcher))


def test_a_file_that_is_gone_for_good_is_told_and_so_is_its_return(file: Path) -> None:
    watcher = Watcher(file)
    file.unlink()
    assert looks(watcher, 4) == [False, False, True, False]
    file.write_text("one")
    assert looks(watcher, 3) == [False, True, False]


def test_a_file_that_was_not_there_yet_is_told_when_it_comes(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path / "console.toml")
    assert not any(looks(watcher))
    (tmp_path / "console.toml").write_text("one")
    assert looks(watcher, 3) == [False, True, False]


def test_touching_or_saving_without_a_change_is_none(file: Path) -> None:
    watcher = Watcher(file)
    os.utime(file, (1, 1))
    assert not any(looks(watcher))
    file.write_text("one")
    assert not any(looks(watcher))


def test_a_change_that_is_taken_back_in_time_is_none(file: Path) -> None:
    watcher = Watcher(file)
    file.write_text("two")
    assert not watcher.changed()
    file.write_text("one")
    assert not any(looks(watcher))


def test_a_mode_that_takes_trust_away_is_a_change(file: Path) -> None:
    file.chmod(0o600)
    watcher = Watcher(file)
    file.chmod(0o666)
    assert looks(watcher, 3) == [False, True, False]


def test_a_second_change_within_one_tick_of_a_coarse_clock_is_seen(file: Path) -> None:
    watcher = Watcher(file)
    looks(watcher)
    file.write_text("two")
    assert looks(watcher, 2) == [False, True]
    before = file.stat()
    file.write_text("TWO")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert any(looks(watcher, 3))


def test_a_mounted_configuration_is_exchanged_by_its_link(tmp_path: Path) -> None:
    # As Kubernetes does it: console.toml -> ..data/console.toml, ..data -> ..first, and a new ..data renamed.
    for name, text in (("..first", "one"), ("..second", "two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "console.toml").write_text(text)
    (tmp_path / "..data").symlink_to("..first")
    (tmp_path / "console.toml").symlink_to("..data/console.toml")
    watcher = Watcher(tmp_path / "console.toml")
    assert not any(looks(watcher))
    (tmp_path / "..data_tmp").symlink_to("..second")
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")
    assert looks(watcher, 3) == [False, True, False]


def test_a_pipe_in_its_place_holds_nothing_up(file: Path) -> None:
    watcher = Watcher(file)
    file.unlink()
    os.mkfifo(file)
    assert looks(watcher, 3) == [False, True, False]
