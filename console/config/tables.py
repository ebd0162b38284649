"""The tables of console.toml as they are written, before anything is made of them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SEVEN = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")
"""Keys of the seven signals, in the order in which they are shown."""


class OperatorTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[operator]`: who is at the keyboard."""

    name: str = "env:USER"


class StoreTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[store]`: the console's own database, and the journal's second place."""

    path: str = "~/.local/state/console/console.db"
    second: str | None = None


class FeatureTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[[feature]]`. The tables of providers are checked later, each by itself."""

    key: str
    environment: str
    flag: dict[str, Any]
    title: str = ""
    runbook: str | None = None
    lever_order: Literal["in_turn", "together"] = "in_turn"
    levers: list[dict[str, Any]] = []
    evaluate: dict[str, Any] = {}
    traffic: dict[str, Any] = {}
    fallback: dict[str, Any] = {}
    signals: dict[str, dict[str, Any]] = {}
    rollout: dict[str, Any] = {}


class BaselineTable(msgspec.Struct, forbid_unknown_fields=True):
    """`baseline` of a signal: what its band is around.

    Attributes:
        p50, p95: pre-launch latency in seconds; n: requests that they were measured on.
        forecast: US dollars a day at this stage.
        cold: score of the cold eval, 0 to 1; n: its cases.
    """

    p50: float | None = None
    p95: float | None = None
    n: float | None = None
    forecast: float | None = None
    cold: float | None = None

    def numbers(self) -> tuple[tuple[str, float | None], ...]:
        """(name, value) of each."""
        return (
            ("p50", self.p50),
            ("p95", self.p95),
            ("n", self.n),
            ("forecast", self.forecast),
            ("cold", self.cold),
        )


class EvaluateTable(msgspec.Struct, forbid_unknown_fields=True):
    """The part of `[feature.evaluate]` that is not the provider's."""

    contexts: tuple[dict[str, str], ...]


class FallbackTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[feature.fallback]`."""

    describe: str
    url: str | None = None
    expect_status: int = 200
    expect_body: str = ""


class StageTable(msgspec.Struct, forbid_unknown_fields=True):
    """One entry of `stages` in `[feature.rollout]`."""

    name: str
    percent: float
    cohort: str | None = None
    hold: str | None = None


class RolloutTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[feature.rollout]`."""

    stages: list[StageTable] = []
