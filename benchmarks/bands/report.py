"""The operating table: false alarms, delays and flips."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist, median
from typing import TypeVar

from benchmarks.bands.feature import HEALTHY, KEYS, USD, Health
from benchmarks.bands.run import Seen, delay, healthy
from console.signals.detector import RATIOS, RUN_LENGTH
from console.signals.judges.injection import PROOF
from console.signals.verdict import State

T = TypeVar("T")
VOLUMES = (600, 3_000, 12_000)
"""Requests on a working day."""
_SIGMA = math.log(4.4 / 1.9) / 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Harm:
    """One kind of harm.

    Attributes:
        most_days: how long it is waited for.
    """

    name: str
    signal: str
    health: Health
    most_days: int = 7


def slower(factor: float) -> Health:
    """Every answer takes so many times as long: a lognormal with the baseline's two quantiles."""
    normal = NormalDist()
    slow95 = 1 - normal.cdf((math.log(1.10 * 4.4 / 1.9) - math.log(factor)) / _SIGMA)
    slow50 = 1 - normal.cdf((math.log(1.10) - math.log(factor)) / _SIGMA)
    return Health(slow95=slow95, slow50=slow50)


HARMS = (
    *(Harm(f"errors {share:.0%}", "errors", Health(errors=share)) for share in (0.02, 0.03, 0.05, 0.1, 0.3)),
    *(Harm(f"thumbs-down {share:.0%}", "feedback", Health(disliked=share)) for share in (0.15, 0.26)),
    *(Harm(f"latency x {factor:g}", "latency", slower(factor)) for factor in (1.2, 1.6)),
    *(Harm(f"cost x {price:g}", "cost", Health(price=price)) for price in (1.5, 3.0)),
    Harm("a loop of $ 1 a minute", "cost", Health(loop=1.0)),
    *(Harm(f"eval score {score:g}", "evals", Health(score=score), 28) for score in (0.78, 0.72)),
    Harm("tickets x 3", "tickets", Health(tickets=27.0), 28),
    Harm(
        "an injection campaign",
        "injection",
        Health(classes=(("encoded", 0.9), ("leak", 0.1)), passed=0.25, tries=85.0),
    ),
)
AT_THE_BAND = (0.7, 0.9, 1.0)
"""Parts of the band at which a signal is held, to see how often its state flips."""


def held(part: float) -> Health:
    """Each signal at that part of its way from good to the edge of its band."""
    return Health(
        errors=0.01 * part,
        disliked=0.10 * part,
        slow95=0.05 * part,
        slow50=0.5 * part,
        price=1 + 0.2 * part,
        score=0.86 * (1 - 0.05 * part),
    )


def false_alarms(seeds: Iterable[int], days: int = 30) -> dict[int, list[Seen]]:
    """Months of looking at seven healthy signals, by volume."""
    return _each(partial(_month, days=days), [(volume, seed) for volume in VOLUMES for seed in seeds])


def flips(seeds: Iterable[int], part: float, days: int = 7) -> dict[int, list[Seen]]:
    """Weeks of looking at signals that are held at a part of their band, by volume."""
    work = partial(_month, days=days, health=held(part))
    return _each(work, [(volume, seed) for volume in VOLUMES for seed in seeds])


def delays(harm: Harm, seeds: Iterable[int]) -> dict[int, list[tuple[float, float]]]:
    """Minutes until WATCH or BREACH, and until BREACH, by volume."""
    return _each(partial(_delay, harm), [(volume, seed) for volume in VOLUMES for seed in seeds])


def _month(volume: int, seed: int, *, days: int, health: Health = HEALTHY) -> Seen:
    return healthy(float(volume), seed, days, health)


def _delay(harm: Harm, volume: int, seed: int) -> tuple[float, float]:
    return delay(float(volume), seed, harm.signal, harm.health, most_days=harm.most_days)


def _each(work: Callable[[int, int], T], runs: list[tuple[int, int]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    with ProcessPoolExecutor() as pool:
        for (volume, _), seen in zip(runs, pool.map(work, *zip(*runs, strict=True)), strict=True):
            found.setdefault(volume, []).append(seen)
    return found


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def alarms_table(found: Mapping[int, list[Seen]], days: int) -> str:
    """BREACHes in all runs, and the share of looks at which each signal was OK."""

    def cell(runs: list[Seen], key: str) -> str:
        looks = sum(number for run in runs for (name, _), number in run.states.items() if name == key)
        fine = sum(run.states[key, State.OK] for run in runs)
        return f"{sum(run.breaches[key] for run in runs)} ({fine / looks:.0%} OK)"

    head = ("requests a day", "runs of a month", *KEYS)
    return table(
        head,
        (
            (f"{volume:,}", f"{len(runs)} of {days} d", *(cell(runs, key) for key in KEYS))
            for volume, runs in found.items()
        ),
    )


def delays_table(found: Mapping[str, Mapping[int, list[tuple[float, float]]]]) -> str:
    """Median (and nine of ten) until BREACH, and the median until it is not OK any more."""

    def cell(runs: list[tuple[float, float]]) -> str:
        proven = sorted(proven for _, proven in runs)
        most = proven[min(len(proven) - 1, math.ceil(0.9 * len(proven)) - 1)]
        return f"{span(median(proven))} ({span(most)}); WATCH {span(median(warned for warned, _ in runs))}"

    head = ("harm", *(f"{volume:,} a day" for volume in VOLUMES))
    return table(head, ((name, *(cell(runs) for runs in each.values())) for name, each in found.items()))


def flips_table(found: Mapping[float, Mapping[int, list[Seen]]], days: int) -> str:
    """Median number of flips a day, by part of the band and volume."""
    head = ("held at", "requests a day", *KEYS[:5])
    return table(
        head,
        (
            (
                f"{part:g} of the band",
                f"{volume:,}",
                *(f"{median(run.flips[key] / days for run in runs):.1f}" for key in KEYS[:5]),
            )
            for part, each in found.items()
            for volume, runs in each.items()
        ),
    )


def span(minutes: float) -> str:
    """``20 min``, ``4.7 h``, ``5 d``; ``not found`` for infinity."""
    if math.isinf(minutes):
        return "not found"
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} d"


SHIPPED = {
    "c, minutes to a false alarm at the very edge, at least": f"{RUN_LENGTH:,}",
    "odds ratios played": ", ".join(f"{ratio:g}" for ratio in RATIOS),
    "bucket": "1 minute of event time",
    "e-value that proves another mix of attempts": f"{PROOF:g}",
    "price of a request in the simulation": f"$ {USD}",
}
"""What the judges are set to."""
