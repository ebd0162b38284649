"""The driver between Textual and a terminal that may be slow, or gone.

It differs from Textual's own in two things, both in the thread that reads keys:

- It numbers its reads and stamps each key and paste with the number, so that the kill dialog can tell keys
  that came bundled from keys that a person pressed one after the other (see `console.tui.confirm`).
- When the terminal is gone (SIGHUP, end of file, an I/O error) the process leaves at once by `os._exit`.
  Nothing is written any more: a write to a dead terminal blocks Textual's event loop for ever, and a reader
  that goes on reading end-of-file burns a core. A confirmed kill lives in a process of its own and goes on.
"""

from __future__ import annotations

import os
import select
import signal
from codecs import getincrementaldecoder
from types import FrameType
from typing import NoReturn

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

HUNG_UP = 128 + signal.SIGHUP
"""Exit status of a console whose terminal is gone, as a shell would report it."""

_READ_BYTES = 4096
_TICK_SECONDS = 0.1
_STAMP = "console_read"


def hang_up(_signal: int = 0, _frame: FrameType | None = None) -> NoReturn:
    """Leave without a word. Also the handler of SIGHUP."""
    os._exit(HUNG_UP)


def read_number(event: events.Event) -> int | None:
    """The number of the read that brought this key or paste; None when no terminal did (a test's pilot)."""
    number: int | None = getattr(event, _STAMP, None)
    return number


class ReadCounter:
    """Tells the read of an event; one that no terminal sent counts as a read of its own."""

    def __init__(self) -> None:
        self.newest = 0

    def of(self, event: events.Event) -> int:
        """Its number, which never falls."""
        number = read_number(event)
        self.newest = self.newest + 1 if number is None else max(self.newest, number)
        return self.newest


class ConsoleDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, with numbered reads and a quick end."""

    reads = 0
    """How many reads have brought anything so far."""

    reads_before_paint = 0
    """What `reads` was when the newest output was handed to the terminal: a later read may answer to it."""

    def start_application_mode(self) -> None:
        """Take the terminal over; from here on a hang-up ends the process."""
        signal.signal(signal.SIGHUP, hang_up)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def run_input_thread(self) -> None:
        """Read keys until the driver is told to stop, or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], _TICK_SECONDS)
            if ready:
                try:
                    data = os.read(self.fileno, _READ_BYTES)
                except OSError:
                    hang_up()
                if not data:
                    hang_up()
                self.reads += 1
                for message in parser.feed(decode(data)):
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)
        try:
            for _ in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass  # half an escape sequence at the end is nobody's key

    def write(self, data: str) -> None:
        """Hand output to the terminal, and remember which reads came before it."""
        self.reads_before_paint = self.reads
        super().write(data)

    def process_message(self, message: Message) -> None:
        """Stamp keys and pastes on their way into the app."""
        if isinstance(message, events.Key | events.Paste):
            setattr(message, _STAMP, self.reads)
        super().process_message(message)
