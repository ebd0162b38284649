"""The answers to one signal's queries, put together by the instant that they are about."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.errors import AdapterError, BadOptions
from adapters.signals.prometheus_api import Found, named
from adapters.signals.prometheus_options import BY_LABEL, Plan

PRIMARY: Mapping[str, str] = {
    "cost": "usd",
    "latency": "buckets",
    "evals": "at",
    "errors": "all",
    "feedback": "all",
    "tickets": "total",
    "injection": "scanned",
}
"""The query that shows whether the engine had data at all."""
OPTIONAL = frozenset(
    {
        "kinds",
        "rated",
        "fallback",
        "requests",
        "tokens",
        "blocked",
        "passed",
        "categories",
        "weight",
        "cold",
        "cold_n",
    }
)
"""Queries whose silence leaves the rest of a reading true."""


class Numbers:
    """The answers to one signal's queries, by evaluation time.

    Raises:
        BadOptions: a query gave several series where one is wanted, or series by more than one label.
    """

    def __init__(self, plan: Plan, found: Mapping[str, Found], where: str) -> None:
        self.plan = plan
        self.where = where
        self.warnings = sum(answer.warnings for answer in found.values())
        self.odd = sum(series.odd for answer in found.values() for series in answer.series)
        self._one: dict[str, Mapping[int, float]] = {}
        self._by: dict[str, dict[int, dict[str, float]]] = {}
        for name, answer in found.items():
            if name in BY_LABEL:
                self._by[name] = self._labelled(name, answer)
            else:
                self._one[name] = self._single(name, answer)

    def at(self, time: int) -> Numbers.Instant:
        """The numbers of one evaluation time."""
        return Numbers.Instant(self, time)

    @property
    def notes(self) -> list[str]:
        """What is missing in all of them, in words."""
        said = []
        if self.warnings:
            plural = "s" * (self.warnings != 1)
            said.append(f"the engine gave {self.warnings} warning{plural}; data may be missing")
        if self.odd:
            said.append(f"{self.odd} negative or infinite value{'s' * (self.odd != 1)} left out")
        return said

    @property
    def times(self) -> list[int]:
        """Evaluation times at which the primary query gave something, ascending."""
        primary = PRIMARY[self.plan.signal]
        return sorted(self._by[primary] if primary in BY_LABEL else self._one[primary])

    class Instant:
        """See `Numbers.at`."""

        def __init__(self, numbers: Numbers, time: int) -> None:
            self._numbers = numbers
            self.time = time

        def one(self, name: str) -> float | None:
            """The number of a query with one series; None when it gave none."""
            return self._numbers._one.get(name, {}).get(self.time)

        def by(self, name: str) -> Mapping[str, float]:
            """The numbers of a query by label; empty when it gave none."""
            return self._numbers._by.get(name, {}).get(self.time, {})

    def missing(self) -> str | None:
        """The query that gave nothing at all while the primary one did, if there is one."""
        if not self.times:
            return None
        for name in self.plan.queries:
            if name not in OPTIONAL and not (self._by.get(name) or self._one.get(name)):
                return name
        return None

    def _wrong(self, name: str, what: str, todo: str) -> AdapterError:
        return named(BadOptions(what, where=self.where, todo=todo), self.plan.signal, name)

    def _single(self, name: str, answer: Found) -> Mapping[int, float]:
        if len(answer.series) > 1:
            raise self._wrong(
                name, f"it gives {len(answer.series)} series where one is wanted", "Put sum(...) round it."
            )
        return answer.series[0].values if answer.series else {}

    def _labelled(self, name: str, answer: Found) -> dict[int, dict[str, float]]:
        by_time: dict[int, dict[str, float]] = {}
        for series in answer.series:
            if len(series.labels) != 1 or (name == "buckets" and "le" not in series.labels):
                label = "le" if name == "buckets" else "LABEL"
                raise self._wrong(
                    name,
                    "its series do not differ by exactly one label",
                    f"Write it as sum by ({label}) (...).",
                )
            value = next(iter(series.labels.values()))
            for time, number in series.values.items():
                row = by_time.setdefault(time, {})
                row[value] = row.get(value, 0.0) + number
        return by_time
