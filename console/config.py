"""console.toml, read into typed settings.

The tables of providers (`feature.flag`, `feature.signals.*`, ...) are kept as `ProviderTable`: their keys belong
to the adapter that is named in them, which checks them itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """The configuration, or one part of it, cannot be used. The message names file, table, key and what to do."""


@dataclass(frozen=True, slots=True)
class ProviderTable:
    """A table that names a provider.

    Attributes:
        where: the table as the user wrote it, for messages ("feature.flag of support-drafts").
        provider: the name that the registry resolves.
        options: the provider's own keys, unchecked, secrets still as references.
    """

    where: str
    provider: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Band:
    """A healthy band: exactly one of the fields is set.

    Attributes:
        below, above: a share 0 to 1, or a number in the signal's unit.
        within_percent_of: (percent, baseline); a baseline of None is taken from the signal's source.
        trend: largest healthy growth in seven days (1.25).
        shape: watch the mix, not the count.
    """

    below: float | None = None
    above: float | None = None
    within_percent: float | None = None
    trend: float | None = None
    shape: bool = False


@dataclass(frozen=True, slots=True)
class SignalConfig:
    """One signal of one feature.

    Attributes:
        key: cost, latency, evals, errors, feedback, tickets, injection.
        source: where it comes from.
        band: None takes the default of the seven.
        baseline: numbers the band is around ("p50", "p95" seconds; "n" requests; "forecast" USD a day;
            "cold" score).
    """

    key: str
    source: ProviderTable
    band: Band | None = None
    baseline: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluateConfig:
    """The route by which the product learns the flag's value.

    Attributes:
        source: provider "unleash" (frontend API) or "ofrep".
        contexts: users to ask for, each a mapping with at least one identifying key.
    """

    source: ProviderTable
    contexts: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class FallbackConfig:
    """What users get when the feature is killed, and how to see it.

    Attributes:
        describe: in the user's words.
        url, expect_status, expect_body: the probe; url is None when none is configured.
    """

    describe: str
    url: str | None = None
    expect_status: int = 200
    expect_body: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the rollout."""

    name: str
    percent: float
    cohort: str | None = None
    hold: str | None = None


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """One AI feature behind one flag in one environment.

    Attributes:
        lever_order: "in_turn" or "together".
        flag: the first lever.
        levers: the next ones, in order.
        kill_state: "off", or "on" for an inverse flag.
        findings: what is missing or odd without stopping the kill switch, in words.
    """

    key: str
    title: str
    environment: str
    flag: ProviderTable
    flag_key: str
    kill_state: str
    lever_order: str
    levers: tuple[ProviderTable, ...]
    runbook: Path | None
    evaluate: EvaluateConfig | None
    traffic: ProviderTable | None
    fallback: FallbackConfig | None
    signals: Mapping[str, SignalConfig]
    stages: tuple[Stage, ...]
    findings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``key@environment``, which is unique."""
        return f"{self.key}@{self.environment}"


@dataclass(frozen=True, slots=True)
class Config:
    """All of console.toml.

    Attributes:
        path: the file.
        operator: the configured name of the person at the keyboard.
        store: where the console keeps its own database.
        second_journal: where the journal goes when the store cannot be written; None for a default beside it.
        rotation: names of the people on call.
        features: those that can be used.
        broken: (name, message) of each feature whose table cannot be used.
    """

    path: Path
    operator: str
    store: Path
    second_journal: Path | None
    rotation: tuple[str, ...]
    features: tuple[FeatureConfig, ...]
    broken: tuple[tuple[str, str], ...]
