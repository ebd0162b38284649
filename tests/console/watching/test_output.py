"""Lines go out without making anybody wait, whatever happens to their reader."""

from __future__ import annotations

import fcntl
import logging
import os
import threading

import pytest

from console.watching.output import MOST, Output

SECONDS = 20


def read_all(descriptor: int) -> tuple[threading.Thread, list[bytes]]:
    chunks: list[bytes] = []

    def run() -> None:
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, chunks


def test_lines_come_out_in_their_order() -> None:
    reader, writer = os.pipe()
    thread, chunks = read_all(reader)
    output = Output(writer)
    for number in range(1000):
        output.say(f"line {number} ▲")
    assert output.flush(SECONDS)
    os.close(writer)
    thread.join(SECONDS)
    os.close(reader)
    assert b"".join(chunks).decode().splitlines() == [f"line {number} ▲" for number in range(1000)]


def test_a_reader_that_stops_reading_makes_nobody_wait_and_is_told_what_was_left_out() -> None:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    output = Output(writer)
    for number in range(MOST * 3):
        output.say(f"line {number} of a flood, with words enough to fill a pipe")
    assert not output.flush(0.1)
    thread, chunks = read_all(reader)
    assert output.flush(SECONDS)
    os.close(writer)
    thread.join(SECONDS)
    os.close(reader)
    lines = b"".join(chunks).decode().splitlines()
    assert any("lines were left out: nobody read them in time" in line for line in lines)
    assert lines[-1].startswith(f"line {MOST * 3 - 1} ")


def test_when_the_reader_has_gone_the_lines_go_to_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever sets up logging in this process by a configuration of its own (import-linter) disables ours.
    monkeypatch.setattr(logging.getLogger("console.watching.output"), "disabled", False)
    reader, writer = os.pipe()
    os.close(reader)
    output = Output(writer)
    with caplog.at_level(logging.WARNING):
        output.say("the flag is back on")
        assert output.flush(SECONDS)
        output.say("and off again")
        assert output.flush(SECONDS)
    os.close(writer)
    assert output.broken
    assert [record.getMessage() for record in caplog.records][1:] == ["the flag is back on", "and off again"]
