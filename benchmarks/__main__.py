"""``python -m benchmarks``: measure the console, print how it stands to its targets."""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from benchmarks.measure import (
    Figures,
    NotReady,
    calm,
    cpu_seconds,
    measure,
    percentile,
    running,
    settle_times,
)
from benchmarks.subjects import CONSOLE_KEYS, console, minimal, peers, seven_panels_with_data, world
from benchmarks.table import machine, markdown, table

LOAD_EVENTS_S = 2000
LOAD_P95_MS = 35.0
_EVENTS_S_AT_VOLUME_1 = 0.36
"""What the world answers a second at speed 1 at the hour it starts at; only a first guess for the load."""


def start_and_keys(runs: int, keys: int, idle: float) -> str:
    """Measure the console, the minimal application and whatever else is installed, in one go."""
    floor = measure(minimal(), runs=runs, keys=keys, idle=idle)
    with world() as attached_to:
        figures = measure(console(attached_to), runs=runs, keys=keys, idle=idle)
    others: dict[str, Figures] = {}
    found, missing = peers()
    for peer in found:
        try:
            others[peer.name] = measure(peer, runs=runs, keys=keys, idle=idle)
        except NotReady as error:
            missing.append(f"{peer.name} could not be measured: {str(error).splitlines()[0]}")
    return "\n".join([table(floor, figures, others), "", *missing])


def load(seconds: float) -> str:
    """Let 2,000 events a second stream into the console, and time keys all the while.

    Raises:
        NotReady: the world did not reach that rate, so nothing can be said.
    """
    volume = LOAD_EVENTS_S / _EVENTS_S_AT_VOLUME_1 * 1.1
    with (
        world("--speed=1", f"--volume={volume:.0f}") as attached_to,
        running(console(attached_to)) as terminal,
    ):
        if not terminal.wait(lambda: seven_panels_with_data(terminal.look()), seconds=60):
            raise NotReady(f"the console was not ready after 60 s under load:\n{terminal.look()}")
        calm(terminal, bound=2)
        began, answered = time.monotonic(), attached_to.answered()
        cpu = cpu_seconds(terminal.process.pid)
        settled: list[float] = []
        while time.monotonic() - began < seconds:
            settled += settle_times(terminal, CONSOLE_KEYS, 2 * len(CONSOLE_KEYS))
        took = time.monotonic() - began
        rate = (attached_to.answered() - answered) / took
        busy = 100 * (cpu_seconds(terminal.process.pid) - cpu) / took
    if rate < LOAD_EVENTS_S:
        raise NotReady(f"the world answered only {rate:,.0f} requests a second, not {LOAD_EVENTS_S:,}")
    p95 = percentile(settled, 95) * 1000
    rows = [
        ["events a second, mean", f"{rate:,.0f}", f">= {LOAD_EVENTS_S:,}", "met"],
        ["key to settled screen, median, ms", f"{statistics.median(settled) * 1000:.1f}", "", ""],
        [
            "key to settled screen, p95, ms",
            f"{p95:.1f}",
            f"<= {LOAD_P95_MS:g}",
            "met" if p95 <= LOAD_P95_MS else "MISSED",
        ],
        ["CPU of the console with keys, % of a core", f"{busy:.1f}", "", ""],
        ["keys", str(len(settled)), "", ""],
        ["seconds", f"{took:.0f}", "", ""],
    ]
    return markdown(["figure", "console", "target", ""], rows)


def main() -> int:
    """Run what is asked for; leave with 3 where it could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each program; the figures are medians")
    parser.add_argument("--keys", type=int, default=100, help="key presses that are timed")
    parser.add_argument("--idle", type=float, default=20, help="seconds without a key")
    parser.add_argument("--load", type=float, default=60, help="seconds under load; 0 leaves that out")
    asked = parser.parse_args()
    print(machine(), end="\n\n")
    try:
        print(start_and_keys(asked.runs, asked.keys, asked.idle))
        if asked.load:
            print(f"\nWhile {LOAD_EVENTS_S:,} events a second stream in:\n", flush=True)
            print(load(asked.load))
    except NotReady as error:
        print(f"bench: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
