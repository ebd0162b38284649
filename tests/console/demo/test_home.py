"""What a world leaves on the disk, and what it finds there."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from console.demo.abandoned import UNTOUCHED, clear_abandoned
from console.demo.home import PREFIX, Home, new_name


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for temporary files of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(folder: Path, name: str = f"{PREFIX}0123456789abcdef", *, seconds: float = UNTOUCHED + 60) -> Path:
    """What a world that was killed so many seconds ago has left."""
    directory = folder / name
    (directory / "forced").mkdir(parents=True)
    (directory / "flags.db").write_text("x")
    touch(directory, seconds)
    return directory


def touch(directory: Path, seconds: float) -> None:
    then = time.time() - seconds
    for path in (*directory.iterdir(), directory):
        os.utime(path, (then, then))


def test_directories_of_killed_worlds_are_removed(scratch: Path) -> None:
    one, other = left(scratch), left(scratch, f"{PREFIX}b")
    assert sorted(clear_abandoned()) == [one, other]
    assert list(scratch.iterdir()) == []


def test_a_living_world_and_one_whose_console_still_writes_keep_theirs(scratch: Path) -> None:
    living, written = left(scratch), left(scratch, f"{PREFIX}b")
    (written / "console-history.db-wal").write_text("x")
    os.utime(written, (0, 0))
    lock = os.open(living, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert clear_abandoned() == []
    os.close(lock)
    assert clear_abandoned() == [living]


def test_nothing_else_is_touched(scratch: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    touch(elsewhere, UNTOUCHED + 60)
    (scratch / f"{PREFIX}link").symlink_to(elsewhere)
    (scratch / f"{PREFIX}file").write_text("mine")
    os.utime(scratch / f"{PREFIX}file", (0, 0))
    left(scratch, "console-other")
    left(scratch, f"{PREFIX}young", seconds=5)
    assert clear_abandoned() == []
    assert (elsewhere / "precious").exists()
    assert len(list(scratch.iterdir())) == 4


def test_a_directory_of_somebody_else_is_left(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(scratch)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    assert clear_abandoned() == []


def test_a_made_directory_goes_with_the_journal_of_its_consoles(scratch: Path) -> None:
    home = Home(new_name() / "console.toml")
    for path in (*home.stores(), home.directory / "console-history.db-wal"):
        path.write_text("x")
    home.remove()
    assert list(scratch.iterdir()) == []


def test_a_file_that_is_written_while_the_directory_goes_does_not_keep_it(scratch: Path) -> None:
    home = Home(new_name() / "console.toml")
    until = time.monotonic() + 0.2

    def write() -> None:
        while time.monotonic() < until:
            with suppress(OSError):
                (home.directory / "app.db-wal").write_text("x")

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    home.remove()
    for thread in threads:
        thread.join()
    assert list(scratch.iterdir()) == []


def test_in_a_kept_directory_each_world_has_a_journal_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "console.toml"
    first = Home(config)
    assert [path.name for path in first.stores()] == ["console.db", "journal-2.db"]
    assert caplog.messages == []
    first.stores()[0].write_text("an earlier story")
    first.remove()
    os.close(first._lock)
    second = Home(config)
    assert [path.name for path in second.stores()] == ["console-run2.db", "journal-2-run2.db"]
    assert "the journal of an earlier world stays here; this one's is console-run2.db" in caplog.text
    (tmp_path / "console-run2-history.db").touch()
    assert second.stores()[0].name == "console-run3.db"
    second.remove()
    assert {path.name for path in tmp_path.iterdir()} == {"console.db", "console-run2-history.db"}
