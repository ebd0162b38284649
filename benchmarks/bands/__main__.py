"""``python -m benchmarks.bands``: simulate, and print the operating table."""

from __future__ import annotations

import argparse
import sys

from benchmarks.bands.report import (
    AT_THE_BAND,
    HARMS,
    SHIPPED,
    alarms_table,
    delays,
    delays_table,
    false_alarms,
    flips,
    flips_table,
    table,
)

MONTH, WEEK = 30, 7
WORDS = """# Healthy bands, measured

What the judges are worth, by seeded simulation of a feature at three volumes, 80 % of the traffic between
9 and 17 h and quiet weekends. The judges know 28 healthy days; they are looked at every half hour, and every
minute in the first hour of harm.

## What is shipped

{shipped}

## False alarms: seven healthy signals, looked at for a month

BREACHes in all runs together, and the share of looks at which the signal was OK (the rest is WATCH or
TOO FEW).

{alarms}

## Delays: how long each kind of harm takes to be proven

Median until BREACH (nine of ten runs), and the median until the signal was not OK any more. Harm begins on a
Tuesday at 10:30; {seeds} runs each.

{delays}

## Flips: a signal that is held at a part of its band

Changes of the state a day, median of {weeks} runs of a week. Below 1.0 it is healthy, at 1.0 exactly on the
edge.

{flips}
"""


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bands", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="seeds each (20)")
    asked = parser.parse_args()
    seeds = range(1, asked.runs + 1)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    say(f"{asked.runs} months of seven healthy signals at each volume")
    alarms = alarms_table(false_alarms(seeds, MONTH), MONTH)
    found = {}
    for harm in HARMS:
        say(harm.name)
        found[harm.name] = delays(harm, seeds)
    turned = {}
    for part in AT_THE_BAND:
        say(f"held at {part:g} of the band")
        turned[part] = flips(seeds, part, WEEK)
    page = WORDS.format(
        shipped=table(("what", "is"), SHIPPED.items()),
        alarms=alarms,
        seeds=asked.runs,
        delays=delays_table(found),
        weeks=asked.runs,
        flips=flips_table(turned, WEEK),
    )
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
