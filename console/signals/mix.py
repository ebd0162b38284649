"""Injection attempts by technique class, added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from adapters.signals.port import Reading, Shape


@dataclass(slots=True)
class Mix:
    """Attempts by class, added up."""

    blocked: dict[str, float] = field(default_factory=dict)
    passed: dict[str, float] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    scanned: float = 0.0
    detector: str = ""

    def add(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            seen = reading.observation
            if not isinstance(seen, Shape):
                continue
            self.scanned += seen.scanned
            self.detector = seen.detector or self.detector
            for name, one in seen.classes.items():
                self.blocked[name] = self.blocked.get(name, 0.0) + one.blocked
                self.passed[name] = self.passed.get(name, 0.0) + one.passed
                # Distinct in each interval: their largest number is what is certain for all of them.
                self.sources[name] = max(self.sources.get(name, 0), one.sources or 0)

    def join(self, other: Mix) -> None:
        for name, k in other.blocked.items():
            self.blocked[name] = self.blocked.get(name, 0.0) + k
            self.passed[name] = self.passed.get(name, 0.0) + other.passed[name]
            self.sources[name] = max(self.sources.get(name, 0), other.sources[name])
        self.scanned += other.scanned
        self.detector = other.detector or self.detector

    @property
    def attempts(self) -> dict[str, float]:
        return {name: k + self.passed[name] for name, k in self.blocked.items() if k + self.passed[name] > 0}


def tries_in(reading: Reading) -> float:
    seen = reading.observation
    return sum(one.blocked + one.passed for one in seen.classes.values()) if isinstance(seen, Shape) else 0.0
