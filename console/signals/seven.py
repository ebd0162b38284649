"""The judges of a feature's signals, made from its configuration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, tzinfo

from console.config import Band, ConfigError, SignalConfig
from console.signals.judges.cost import CostJudge
from console.signals.judges.evals import EvalsJudge
from console.signals.judges.injection import InjectionJudge
from console.signals.judges.latency import LatencyJudge
from console.signals.judges.port import Judge
from console.signals.judges.ratio import ERRORS, FEEDBACK, RatioJudge
from console.signals.judges.tickets import TicketsJudge

ORDER = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")
"""The fixed order of the panels, so that the eye learns the places."""

BANDS: Mapping[str, Band] = {
    "errors": Band(below=0.01),
    "latency": Band(within_percent=10),
    "cost": Band(within_percent=20),
    "feedback": Band(below=0.10),
    "evals": Band(within_percent=5),
    "tickets": Band(trend=1.25),
    "injection": Band(shape=True),
}
"""Healthy bands where the configuration names none."""


def build_judges(
    signals: Mapping[str, SignalConfig], *, faulty: Collection[str] = (), zone: tzinfo = UTC
) -> tuple[Judge, ...]:
    """Make a judge for each configured signal, in the fixed order.

    Args:
        signals: by key.
        faulty: keys of signals whose table cannot be used; they have a judge with default settings, so that
            a panel stands in their place.
        zone: whose midnight begins a day, for cost and tickets.

    Raises:
        ConfigError: a key that no judge knows, or a band of the wrong kind.
    """
    unknown = sorted(signals.keys() - set(ORDER))
    if unknown:
        raise ConfigError(f"signals.{unknown[0]}: no such signal. Known are {', '.join(ORDER)}.")
    broken = set(faulty)
    found = []
    for key in ORDER:
        if key in broken:
            found.append(_judge(key, BANDS[key], {}, zone))
        elif key in signals:
            config = signals[key]
            found.append(_judge(key, config.band or BANDS[key], config.baseline, zone))
    return tuple(found)


def _judge(key: str, band: Band, baseline: Mapping[str, float], zone: tzinfo) -> Judge:
    if key == "errors":
        return RatioJudge(key, ERRORS, _below(key, band))
    if key == "feedback":
        return RatioJudge(key, FEEDBACK, _below(key, band))
    if key == "latency":
        return LatencyJudge(_within(key, band), baseline)
    if key == "cost":
        return CostJudge(_within(key, band), baseline, zone)
    if key == "evals":
        return EvalsJudge(_within(key, band), baseline)
    if key == "tickets":
        return TicketsJudge(_checked(key, band.trend, "trend", lambda growth: growth > 1), zone)
    if not band.shape:
        raise ConfigError(f"signals.{key}.band: wants shape = true.")
    return InjectionJudge()


def _below(key: str, band: Band) -> float:
    return _checked(key, band.below, "below", lambda share: 0 < share < 1)


def _within(key: str, band: Band) -> float:
    return _checked(key, band.within_percent, "within_percent", lambda percent: 0 < percent < 100) / 100


def _checked(key: str, value: float | None, name: str, fits: Callable[[float], bool]) -> float:
    if value is None:
        raise ConfigError(f"signals.{key}.band: wants {name}.")
    if not fits(value):
        raise ConfigError(f"signals.{key}.band: {name} = {value:g} is not a band that could hold.")
    return value
