"""The console's own log."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.secrets import Secret
from adapters.trust import Trust
from console import log
from console.log import LARGEST, LogFile


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    hooks, level = (threading.excepthook, sys.unraisablehook), logging.getLogger().level
    yield
    threading.excepthook, sys.unraisablehook = hooks
    root = logging.getLogger()
    root.setLevel(level)
    logging.captureWarnings(False)
    for handler in [one for one in root.handlers if isinstance(one, LogFile)]:
        root.removeHandler(handler)
        handler.close()


def test_it_stands_beside_the_store_and_is_private(tmp_path: Path) -> None:
    assert log.start(tmp_path / "state") == ""
    logging.getLogger("console.signals").warning("source %s failed", "prometheus")
    path = tmp_path / "state" / "console.log"
    assert "WARNING" in path.read_text()
    assert "console.signals: source prometheus failed" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_secret_that_was_used_never_stands_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "canary-5e3f0c")
    secrets = [
        Secret("env:A_TOKEN", where="feature.flag"),
        Secret("inline-canary-77", where="feature.flag", trust=Trust(inline=True)),
    ]
    log.start(tmp_path)
    for secret in secrets:
        value = await secret.reveal()
        try:
            raise ValueError(f"Illegal header value b'Bearer {value}'")
        except ValueError:
            logging.getLogger("adapters.http").exception("sending %s failed", value)
    written = (tmp_path / "console.log").read_text()
    assert "canary" not in written
    assert written.count("[secret]") == 4


def test_what_breaks_in_a_thread_and_what_libraries_warn_of_goes_there_and_not_onto_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log.start(tmp_path)

    def breaks() -> None:
        raise RuntimeError("the disk thread broke")

    thread = threading.Thread(target=breaks, name="history")
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("this library is old", DeprecationWarning, stacklevel=1)
    logging.getLogger("some.library").info("chatter")
    written = (tmp_path / "console.log").read_text()
    assert "history broke" in written
    assert "the disk thread broke" in written
    assert "this library is old" in written
    assert "chatter" not in written
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_nothing_in_it_acts_on_the_terminal_of_whoever_reads_it(tmp_path: Path) -> None:
    log.start(tmp_path)
    logging.getLogger("console").warning("it said \x1b]52;c;aGk=\x07\nand \x9b31m more")
    written = (tmp_path / "console.log").read_text()
    assert "\x1b" not in written
    assert "\x9b" not in written
    assert "\\x1b]52" in written
    assert [line[:4] for line in written.splitlines()[1:]] == ["    "]


def test_it_is_bounded_however_much_is_written_by_however_many_processes(tmp_path: Path) -> None:
    code = (
        "import logging, sys; from pathlib import Path; from console.log import LogFile\n"
        "file = LogFile(Path(sys.argv[1]), largest=20_000, kept=2); logging.getLogger().addHandler(file)\n"
        "for n in range(1500): logging.getLogger('x').warning('%s entry %d of many words', sys.argv[2], n)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "console.log"), str(number)])
        for number in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["console.log", "console.log.1", "console.log.2"]
    for path in tmp_path.iterdir():
        assert path.stat().st_size < 30_000
        assert all(line.endswith("of many words") for line in path.read_text().splitlines())


def test_a_long_entry_is_cut_in_its_middle(tmp_path: Path) -> None:
    log.start(tmp_path)
    logging.getLogger("console").warning("begin %s end", "x" * (LARGEST * 2))
    written = (tmp_path / "console.log").read_text()
    assert len(written) < 20_000
    assert "begin x" in written
    assert written.endswith("x end\n")


def test_a_log_that_somebody_deletes_is_begun_anew(tmp_path: Path) -> None:
    log.start(tmp_path)
    logging.getLogger("console").warning("first")
    (tmp_path / "console.log").unlink()
    logging.getLogger("console").warning("second")
    assert "second" in (tmp_path / "console.log").read_text()


def test_a_log_that_cannot_be_written_is_a_sentence_and_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("a file where the directory should be")
    problem = log.start(tmp_path / "state")
    assert "nothing can be logged" in problem
    logging.getLogger("console").error("nobody hears this")
    assert capfd.readouterr().err == ""


def test_a_link_that_somebody_else_has_put_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "console.log").symlink_to(tmp_path / "victim")
    assert "nothing can be logged" in log.start(tmp_path)
    assert not (tmp_path / "victim").exists()
