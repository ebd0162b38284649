"""Reading one `[[feature]]` and the tables below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters import registry
from adapters.errors import BadOptions
from adapters.options import choices, decode
from adapters.trust import Trust
from console.config.bands import parse_band
from console.config.settings import (
    EvaluateConfig,
    FallbackConfig,
    FeatureConfig,
    ProviderTable,
    SignalConfig,
    Stage,
)
from console.config.tables import (
    SEVEN,
    BaselineTable,
    EvaluateTable,
    FallbackTable,
    FeatureTable,
    RolloutTable,
)

LONGEST_NAME = 80


def read_feature(raw: Mapping[str, Any], path: Path, trust: Trust) -> FeatureConfig:
    """Make a feature of its table.

    Raises:
        BadOptions: the feature itself or its flag cannot be used. Whatever else cannot be used becomes one of
            its `faults`.
    """
    key = raw.get("key")
    table = decode(FeatureTable, raw, where=f"feature {key}" if isinstance(key, str) else "feature")
    for name, text in (("key", table.key), ("environment", table.environment), ("title", table.title)):
        if not text.isprintable() or len(text) > LONGEST_NAME:
            raise BadOptions(
                f"`{name}` cannot be shown",
                where="feature",
                todo=f"Use printable characters, {LONGEST_NAME} at most.",
            )
    faults = _Faults(path)
    flag = _flag(table, trust)
    levers = []
    for number, lever in enumerate(table.levers, start=2):
        with faults.caught():
            levers.append(_lever(lever, f"feature.levers of {table.key}, lever {number}", table, trust))
    signals = {}
    for name, signal in table.signals.items():
        with faults.caught():
            signals[name] = _signal(name, signal, table.key, trust)
    evaluate = traffic = fallback = None
    with faults.caught():
        evaluate = _evaluate(table, flag, trust)
    with faults.caught():
        traffic = _traffic(table, trust)
    with faults.caught():
        fallback = _fallback(table)
    rollout = RolloutTable()
    with faults.caught():
        rollout = decode(RolloutTable, table.rollout, where=f"feature.rollout of {table.key}")
    runbook = path.parent / Path(table.runbook).expanduser() if table.runbook else None
    return FeatureConfig(
        key=table.key,
        title=table.title or table.key,
        environment=table.environment,
        flag=flag,
        flag_key=str(flag.options["key"]),
        lever_order=table.lever_order,
        levers=tuple(levers),
        runbook=runbook,
        evaluate=evaluate,
        traffic=traffic,
        fallback=fallback,
        signals={name: signals[name] for name in SEVEN if name in signals},
        stages=tuple(Stage(stage.name, stage.percent, stage.cohort, stage.hold) for stage in rollout.stages),
        findings=tuple(_findings(table, runbook)),
        faults=tuple(faults.sentences),
    )


class _Faults:
    """Collects what is wrong with tables that the kill switch can do without."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sentences: list[str] = []

    @contextmanager
    def caught(self) -> Iterator[None]:
        try:
            yield
        except BadOptions as error:
            self.sentences.append(f"{self.path}: [{error.where}] {error.what}. {error.todo}")


def _flag(table: FeatureTable, trust: Trust) -> ProviderTable:
    where = f"feature.flag of {table.key}"
    if not isinstance(table.flag.get("key"), str):
        raise BadOptions("missing key `key`", where=where, todo="Give the flag's key at the provider.")
    return _flag_table(_provider(table.flag, where, trust), table.environment)


def _lever(raw: Mapping[str, Any], where: str, table: FeatureTable, trust: Trust) -> ProviderTable:
    lever = _provider(raw, where, trust)
    if lever.provider in registry.names("flags"):
        return _flag_table(lever, table.environment)
    _checked(registry.open_lever, lever)
    return lever


def _flag_table(table: ProviderTable, environment: str) -> ProviderTable:
    options = {"environment": environment, **table.options}
    kill_state = options.pop("kill_state", "off")
    if kill_state not in ("off", "on"):
        raise BadOptions("`kill_state` is neither value", where=table.where, todo='Accepted: "off", "on".')
    flag = replace(table, options=options, kill_state=kill_state)
    _checked(registry.open_flag, flag)
    return flag


def _evaluate(table: FeatureTable, flag: ProviderTable, trust: Trust) -> EvaluateConfig | None:
    if not table.evaluate:
        return None
    where = f"feature.evaluate of {table.key}"
    given = dict(table.evaluate)
    contexts = decode(EvaluateTable, {"contexts": given.pop("contexts", [])}, where=where).contexts
    if not contexts or not all(contexts):
        raise BadOptions(
            "`contexts` names nobody", where=where, todo='Give at least one user: [{ userId = "agent-1" }].'
        )
    given.setdefault("provider", "unleash" if flag.provider == "unleash" else "ofrep")
    given.setdefault("key", flag.options["key"])
    given.setdefault("environment", table.environment)
    source = _provider(given, where, trust)
    _checked(registry.open_evaluator, source)
    return EvaluateConfig(source, contexts)


def _traffic(table: FeatureTable, trust: Trust) -> ProviderTable | None:
    if not table.traffic:
        return None
    traffic = _provider(table.traffic, f"feature.traffic of {table.key}", trust)
    _checked(registry.open_traffic, traffic)
    return traffic


def _fallback(table: FeatureTable) -> FallbackConfig | None:
    if not table.fallback:
        return None
    read = decode(FallbackTable, table.fallback, where=f"feature.fallback of {table.key}")
    return FallbackConfig(read.describe, read.url, read.expect_status, read.expect_body)


def _signal(name: str, raw: Mapping[str, Any], feature: str, trust: Trust) -> SignalConfig:
    where = f"feature.signals.{name} of {feature}"
    if name not in SEVEN:
        raise BadOptions(f"unknown signal `{name}`", where=where, todo=choices("signals", name, SEVEN))
    options = dict(raw)
    band = parse_band(options.pop("band", None), name, where)
    baseline = decode(BaselineTable, options.pop("baseline", {}), where=f"{where}, baseline")
    given = {key: value for key, value in baseline.numbers() if value is not None}
    table = _provider(options, where, trust)
    reach = registry.reach_keys(table.provider, where)
    source = replace(table, options={key: table.options[key] for key in table.options if key in reach})
    asks = {key: value for key, value in table.options.items() if key not in reach}
    registry.open_signals(table.provider, source.options, where, {name: asks}, trust=trust)
    return SignalConfig(name, source, band, given, asks)


def _findings(table: FeatureTable, runbook: Path | None) -> Iterator[str]:
    if runbook is None:
        yield "no runbook is bound: set `runbook` to a Markdown file"
    elif not runbook.is_file():
        yield f"the runbook {runbook} does not exist: put it there, or correct `runbook`"
    if not table.levers:
        yield "only one lever: add [[feature.levers]] for the day its provider is down"
    if missing := [name for name in SEVEN if name not in table.signals]:
        yield f"signals not configured: {', '.join(missing)}"
    if not table.evaluate:
        yield "no [feature.evaluate]: a kill is proven by the provider's word alone"
    if not table.fallback:
        yield "no [feature.fallback]: nothing says what users get when killed, and nothing proves it"


def _provider(raw: Mapping[str, Any], where: str, trust: Trust) -> ProviderTable:
    options = dict(raw)
    provider = options.pop("provider", None)
    if not isinstance(provider, str) or not provider:
        raise BadOptions("missing key `provider`", where=where, todo="Name the adapter to use.")
    return ProviderTable(where, provider, options, trust)


def _checked(opener: Callable[..., object], table: ProviderTable) -> None:
    """Let the adapter check its own keys; making one does nothing else."""
    opener(table.provider, table.options, table.where, trust=table.trust)
