"""What judging costs: seven signals, for one feature and for fifty, in milliseconds of CPU.

.venv/bin/python -m benchmarks.judge
"""

from __future__ import annotations

import random
from datetime import timedelta
from statistics import median
from time import process_time

from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from tests.console.signals.made import KEYS, MINUTE, NOON, batch, configs, history, of_minute, reading

FEATURES = 50
ROUNDS = 10


def main() -> None:
    """Fill the monitors with a month, then judge minute by minute, and print the medians."""
    now = NOON
    rng = random.Random(1)
    first, later, idle = [], [], []
    month = history(NOON)
    monitors = [Monitor(build_judges(configs()), clock=lambda: now) for _ in range(FEATURES)]
    for monitor in monitors:
        monitor.take(KEYS, batch(NOON, month))
        first.append(_spent(monitor))
    for minute in range(ROUNDS):
        start = NOON + minute * MINUTE
        now = start + MINUTE
        minutes = [
            reading(key, start, of_minute(key, rng, 3)) for key in (*KEYS, "traffic") if key != "evals"
        ]
        for monitor in monitors:
            monitor.take(KEYS, batch(now, minutes))
        later.append(sum(_spent(monitor) for monitor in monitors))
        now += timedelta(seconds=1)
        idle.append(sum(_spent(monitor) for monitor in monitors))
    print(f"first board, a month of history   {median(first):8.2f} ms a feature")
    print(f"a minute later                    {median(later) / FEATURES:8.2f} ms a feature")
    print(f"a minute later, {FEATURES} features       {median(later):8.2f} ms")
    print(f"nothing new, {FEATURES} features          {median(idle):8.2f} ms")


def _spent(monitor: Monitor) -> float:
    began = process_time()
    monitor.board()
    return (process_time() - began) * 1000


if __name__ == "__main__":
    main()
