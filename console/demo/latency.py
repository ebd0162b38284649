"""The latency bounds that rollups and the Prometheus histogram count by."""

from __future__ import annotations

import math

BASELINE_P50 = 1.9
BASELINE_P95 = 4.4
"""Seconds, as measured before the launch on 1,200 answers."""
BASELINE_N = 1_200

SIGMA = math.log(BASELINE_P95 / BASELINE_P50) / 1.6448536269514722
"""Of the lognormal distribution with these two quantiles."""

SLOW_P50 = 2.09
SLOW_P95 = 4.84
"""110 % of the baseline: the edges of the healthy band."""

_STEPS = 42
_RATIO = (SLOW_P95 / SLOW_P50) ** (1 / _STEPS)


def _bounds() -> tuple[float, ...]:
    # The grid is laid so that both edges of the healthy band are bounds of it: a bucket that straddled one
    # would leave its answers undecided.
    first = math.ceil(math.log(0.05 / SLOW_P50) / math.log(_RATIO))
    last = math.floor(math.log(120.0 / SLOW_P50) / math.log(_RATIO))
    return tuple(float(f"{SLOW_P50 * _RATIO**k:.4g}") for k in range(first, last + 1))


BOUNDS = _bounds()
"""Upper bounds in seconds, ascending, 2 % apart, from 0.05 to 120."""

_NEAR = ((1.7, 2.4), (3.9, 5.4))


def _thinned() -> tuple[float, ...]:
    anchor = BOUNDS.index(SLOW_P50)
    return tuple(
        bound
        for i, bound in enumerate(BOUNDS)
        if (i - anchor) % 12 == 0 or any(low <= bound <= high for low, high in _NEAR)
    )


HISTOGRAM_BOUNDS = _thinned()
"""For Prometheus, where a series a bound is dear: every bound near p50 and p95, every twelfth elsewhere."""

_LOG_FIRST = math.log(BOUNDS[0])
_PER_LOG = (len(BOUNDS) - 1) / (math.log(BOUNDS[-1]) - _LOG_FIRST)


def place(seconds: float) -> int:
    """The index in `BOUNDS` of the smallest bound that is not below `seconds`; `len(BOUNDS)` for none."""
    if seconds <= BOUNDS[0]:
        return 0
    i = min(int((math.log(seconds) - _LOG_FIRST) * _PER_LOG), len(BOUNDS) - 1)
    while i < len(BOUNDS) and BOUNDS[i] < seconds:
        i += 1
    while i > 0 and BOUNDS[i - 1] >= seconds:
        i -= 1
    return i
