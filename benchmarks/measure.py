"""Measuring a full-screen program from outside, through a real terminal.

Seconds are counted from just before the program is started, or the key is written. Bytes are what the program
wrote to the terminal: what SSH would carry, before its own framing. CPU and memory are of the program's own
process, read from /proc.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.integration.terminal import Terminal

COLUMNS, ROWS = 120, 40
PAINTED = 100
"""Visible characters that make a first paint."""
CALM = 0.05
"""Seconds without output after which a screen counts as settled."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A program to measure.

    Attributes:
        ready: whether a screen shows all that it is going to show.
        keys: keys that change the screen, typed in turn.
        quit: the keys that end it.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[str], bool]
    keys: Sequence[str] = ("down", "up")
    quit: Sequence[str] = ("q",)
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """How a program started: seconds to the first paint and to ready, and bytes written until it was calm."""

    first_paint: float
    ready: float
    paint_bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one program: medians over its runs, but the 95th percentile of all keys."""

    first_paint_s: float
    ready_s: float
    key_p95_ms: float
    idle_cpu_percent: float
    idle_bytes_s: float
    paint_kb: float
    rss_mb: float
    exit_s: float


class NotReady(Exception):
    """A program did not get ready, did not answer its keys, or left the terminal in a mess."""


def measure(subject: Subject, *, runs: int, keys: int, idle: float) -> Figures:
    """Run a program ``runs`` times after one that does not count; the last run also times keys and idles.

    Args:
        keys: how many key presses are timed.
        idle: seconds without a key that rates are taken over.

    Raises:
        NotReady: it cannot be measured; the message says why.
    """
    _run(subject, keys=0, idle=0)
    done = [
        _run(subject, keys=keys if i == runs - 1 else 0, idle=idle if i == runs - 1 else 0)
        for i in range(runs)
    ]
    last = done[-1]
    return Figures(
        first_paint_s=statistics.median(run.start.first_paint for run in done),
        ready_s=statistics.median(run.start.ready for run in done),
        key_p95_ms=percentile(last.keys, 95) * 1000,
        idle_cpu_percent=last.cpu_percent,
        idle_bytes_s=last.bytes_s,
        paint_kb=statistics.median(run.start.paint_bytes for run in done) / 1000,
        rss_mb=last.rss_mb,
        exit_s=statistics.median(run.exit for run in done),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    start: Start
    keys: tuple[float, ...]
    cpu_percent: float
    bytes_s: float
    rss_mb: float
    exit: float


def _run(subject: Subject, *, keys: int, idle: float) -> _Run:
    with running(subject) as terminal:
        start = _start(terminal, subject)
        settled = settle_times(terminal, subject.keys, keys) if keys else ()
        cpu, bytes_s = _idle(terminal, idle) if idle else (0.0, 0.0)
        rss = rss_mb(terminal.process.pid)
        calm(terminal, bound=1)
        asked = terminal.type(*subject.quit)
        if terminal.exit_status(seconds=5) is None:
            raise NotReady(f"{subject.name} did not leave within 5 s of {' '.join(subject.quit)}")
        gone = time.monotonic() - asked
        # The last of its output may still be in the terminal's buffer.
        terminal.wait(lambda: terminal.restored(), seconds=0.5)
        if not terminal.restored():
            raise NotReady(f"{subject.name} left the terminal in a mess")
        return _Run(start, settled, cpu, bytes_s, rss, gone)


def running(subject: Subject) -> Terminal:
    """Start a program on a terminal of the size that everything is measured at."""
    environment = {"HOME": os.environ["HOME"], **(subject.environment or {})}
    return Terminal(subject.command, environment=environment, folder=Path.cwd(), columns=COLUMNS, rows=ROWS)


def _start(terminal: Terminal, subject: Subject) -> Start:
    """Look at the screen after each chunk; the times are those of the chunks, not of the look."""
    times: dict[str, float] = {}

    def look() -> bool:
        while len(terminal.changes) < len(terminal.chunks):
            chunk = terminal.chunks[len(terminal.changes)]
            text = terminal.look()
            if "paint" not in times and len("".join(text.split())) >= PAINTED:
                times["paint"] = chunk.at - terminal.started
            if "ready" not in times and subject.ready(text):
                times["ready"] = chunk.at - terminal.started
        return "ready" in times

    if not terminal.wait(look, seconds=30):
        raise NotReady(f"{subject.name} was not ready after 30 s:\n{terminal.look()}")
    calm(terminal, bound=2)
    return Start(times["paint"], times["ready"], sum(len(data) for _, data in terminal.chunks))


def calm(terminal: Terminal, *, bound: float) -> None:
    """Wait until nothing was written for a while, at most ``bound`` seconds; then look at the screen."""
    since = time.monotonic()
    terminal.wait(
        lambda: time.monotonic() - max(since, terminal.chunks[-1].at if terminal.chunks else 0) >= 2 * CALM,
        seconds=bound,
    )
    terminal.look()


def settle_times(terminal: Terminal, keys: Sequence[str], count: int) -> tuple[float, ...]:
    """Type ``count`` keys, one after another; return for each the seconds until the screen had settled.

    Settled is the last output that changed a cell or the cursor before `CALM` seconds without any. In a
    program that also paints by itself a chance neighbour counts as part of the answer: an upper bound.

    Raises:
        NotReady: the program wrote nothing within 2 s of a key.
    """
    found = []
    for number in range(count):
        calm(terminal, bound=0.5)
        first = len(terminal.chunks)
        at = terminal.type(keys[number % len(keys)])
        if not terminal.wait(lambda first=first: len(terminal.chunks) > first, seconds=2):  # type: ignore[misc]
            raise NotReady(f"no answer to the key {keys[number % len(keys)]}")
        calm(terminal, bound=1)
        settled = terminal.chunks[first].at
        # What was written since the last look is not part of it, so `changes` may be the shorter one.
        for chunk, changed in zip(terminal.chunks[first:], terminal.changes[first:], strict=False):
            if chunk.at - settled > CALM:
                break
            settled = chunk.at if changed else settled
        found.append(settled - at)
    return tuple(found)


def _idle(terminal: Terminal, seconds: float) -> tuple[float, float]:
    """Touch nothing for a while; return percent of one core, and bytes a second."""
    calm(terminal, bound=1)
    pid, first = terminal.process.pid, len(terminal.chunks)
    began, cpu = time.monotonic(), cpu_seconds(pid)
    terminal.wait(lambda: False, seconds=seconds)
    took = time.monotonic() - began
    used = cpu_seconds(pid) - cpu
    return 100 * used / took, sum(len(data) for _, data in terminal.chunks[first:]) / took


def cpu_seconds(pid: int) -> float:
    """Return the seconds of CPU that a process's threads have used, to the nanosecond (proc(5))."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def rss_mb(pid: int) -> float:
    """Return the memory of a process that is in RAM, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile by linear interpolation between the values."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
