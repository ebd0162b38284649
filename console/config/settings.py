"""The settings as the program uses them.

The tables of providers (`feature.flag`, `feature.signals.*`, ...) stay `ProviderTable`s: their keys belong to
the adapter that is named in them, which checks them itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.trust import Trust
from console.exits import ConfigError


@dataclass(frozen=True, slots=True)
class ProviderTable:
    """A table that names a provider.

    Attributes:
        where: the table as the user wrote it, for messages ("feature.flag of support-drafts").
        provider: the name that the registry resolves.
        options: the provider's own keys, unchecked, secrets still as references.
        trust: of the file that it came from.
        kill_state: where the provider is a flag's, which of its values means *killed*: "off" or "on".
        canary: where the provider is a flag's, the key of a flag beside it that nothing hangs on; or "".
        expires: when its token expires, UTC, as the user wrote it; None where nobody said.
    """

    where: str
    provider: str
    options: Mapping[str, Any]
    trust: Trust = Trust()
    kill_state: str = "off"
    canary: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A healthy band: exactly one of the fields is set.

    Attributes:
        below, above: a share 0 to 1, or a number in the signal's unit.
        within_percent: largest healthy distance from the signal's baseline, in percent of it.
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
        key: cost, latency, evals, errors, feedback, tickets or injection.
        source: where it comes from; its options say how that is reached.
        band: None takes the default of the seven.
        baseline: numbers that the band is around ("p50", "p95" in seconds, "n" requests; "forecast" in US
            dollars a day; "cold" score 0 to 1).
        asks: the provider's further keys: what is asked for this signal.
    """

    key: str
    source: ProviderTable
    band: Band | None = None
    baseline: Mapping[str, float] = field(default_factory=dict)
    asks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluateConfig:
    """The route by which the product learns the flag's value.

    Attributes:
        source: where to ask.
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
    """One stage of the rollout.

    Attributes:
        percent: share of users, 0 to 100.
        cohort: name of the cohort that gets it besides, if any.
        hold: how long it is held at least ("7d"), if said.
    """

    name: str
    percent: float
    cohort: str | None = None
    hold: str | None = None


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """One AI feature behind one flag in one environment.

    Attributes:
        flag: the first lever.
        lever_order: "in_turn" or "together".
        lever_seconds: what one attempt at a lever may take.
        levers: the next ones, in order.
        cohorts: by name, users as the flag's provider knows them.
        hold_down: what must have passed between a kill and its restore.
        drill_flag: key of the flag that a rehearsal flips; None where there is none.
        drill_evaluate: the route of `evaluate` knows that flag too.
        drill_lease: so long after its beginning a drill restores by itself.
        findings: what is missing or odd and stops nothing, in words.
        faults: what cannot be used, each a sentence. It is left out of the other attributes, so that the
            kill switch works without it.
        faulty: by signal key, the sentence about a signal whose table cannot be used; it stands in `faults`
            too, and the signal not in `signals`.
    """

    key: str
    title: str
    environment: str
    flag: ProviderTable
    flag_key: str
    lever_order: str
    levers: tuple[ProviderTable, ...]
    runbook: Path | None
    evaluate: EvaluateConfig | None
    traffic: ProviderTable | None
    fallback: FallbackConfig | None
    signals: Mapping[str, SignalConfig]
    stages: tuple[Stage, ...]
    cohorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hold_down: timedelta = timedelta(minutes=15)
    lever_seconds: float = 5.0
    drill_flag: str | None = None
    drill_evaluate: bool = False
    drill_lease: timedelta = timedelta(minutes=10)
    findings: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    faulty: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``key@environment``, which is unique."""
        return f"{self.key}@{self.environment}"


@dataclass(frozen=True, slots=True)
class BrokenFeature:
    """A `[[feature]]` that cannot be used, and why."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class PeopleConfig:
    """`[people]`.

    Attributes:
        rotation: names of those who take turns on call, each once.
    """

    rotation: tuple[str, ...] = ()


KEEP_ALL = timedelta(days=36_500)
"""Retention where nothing may be pruned."""


@dataclass(frozen=True, slots=True)
class Config:
    """All of console.toml.

    Attributes:
        path: the file.
        operator: the configured name of the person at the keyboard; "" where nothing says it.
        store: the console's own database.
        second_journal: where the journal goes when the store cannot be written.
        published_head: the file in which the journal's heads are published; None where there is none.
        features: those that can be used.
        broken: those that cannot.
        people: who takes turns on call.
        retention: how long readings and verdicts are kept.
        prompts_retention: how long texts of users and models are kept.
        keys: the screen's names of keys by the id of an action; `console.config.keys.rebind` applies them.
        faults: what cannot be used of the tables that concern every feature, each a sentence; in its place
            stands the default.
        trust: what the file may make the console do.
        raw: the file as TOML gave it, for the last-good copy. It may hold secrets.
        kept_at: when the last-good copy was made (UTC) that this, or a feature of it, was read from; None
            where all of it is the file's.
    """

    path: Path
    operator: str
    store: Path
    second_journal: Path
    features: tuple[FeatureConfig, ...]
    broken: tuple[BrokenFeature, ...]
    people: PeopleConfig = field(default_factory=PeopleConfig)
    retention: timedelta = timedelta(days=90)
    prompts_retention: timedelta = timedelta(days=14)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published_head: Path | None = None
    faults: tuple[str, ...] = ()
    trust: Trust = field(default=Trust(), repr=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    kept_at: datetime | None = None

    def feature(self, name: str | None) -> FeatureConfig:
        """Find the feature that a person means by its key or by ``KEY@ENVIRONMENT``.

        Args:
            name: None means the only feature there is.

        Raises:
            ConfigError: there is none, it is broken, or the key stands in several environments.
        """
        broken = [b for b in self.broken if name is None or name in (b.name, b.name.split("@")[0])]
        matches = [f for f in self.features if name is None or name in (f.name, f.key)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            lines = "\n".join(f"  {feature.name}" for feature in matches)
            subject = f"feature {name} stands" if name else "several features stand"
            raise ConfigError(f"{self.path}: {subject} in this file more than once; say which:\n{lines}")
        if broken:
            raise ConfigError(broken[0].problem)
        known = ", ".join(feature.name for feature in self.features) or "none"
        raise ConfigError(f"{self.path}: there is no feature {name!r}; known: {known}")
