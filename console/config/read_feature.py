"""Reading one `[[feature]]` and the tables below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters import registry
from adapters.durations import seconds
from adapters.errors import BadOptions
from adapters.options import choices, decode, printable
from adapters.trust import Trust
from console.config.paths import check_page, own_path
from console.config.read_provider import check, meant, provider_table
from console.config.read_signal import read_signal
from console.config.settings import (
    EvaluateConfig,
    FallbackConfig,
    FeatureConfig,
    ProviderTable,
    SignalConfig,
    Stage,
)
from console.config.tables import (
    FEATURE_TABLES,
    SEVEN,
    CohortTable,
    DrillTable,
    EvaluateTable,
    FallbackTable,
    FeatureTable,
    RestoreTable,
    RolloutTable,
)
from console.config.tolerant import Faults, a_table, read_keys, sentence

HOLD_DOWN = timedelta(minutes=15)
LEASE, LONGEST_LEASE = timedelta(minutes=10), 3600
LEVER_SECONDS, SHORTEST_LEVER_SECONDS = 5.0, 0.5
LONGEST_NAME = 80
LONGEST_FLAG_KEY = 200


def read_feature(raw: Mapping[str, Any], path: Path, trust: Trust) -> FeatureConfig:
    """Make a feature of its table.

    Raises:
        BadOptions: the feature itself or its flag cannot be used. Whatever else cannot be used becomes one of
            its `faults`.
    """
    table, faults = _own_keys(raw, path)
    flag = _flag(table, trust)
    levers = []
    for number, lever in enumerate(table.levers, start=2):
        with faults.caught():
            levers.append(_lever(lever, f"feature.levers of {table.key}, lever {number}", table, trust))
    signals: dict[str, SignalConfig] = {}
    faulty: dict[str, str] = {}
    for name, signal in table.signals.items():
        try:
            signals[name] = read_signal(name, signal, table.key, trust)
        except BadOptions as error:
            faults.add(error)
            if name in SEVEN:
                faulty[name] = sentence(path, error)
    evaluate = traffic = fallback = runbook = None
    with faults.caught():
        evaluate = _evaluate(table, flag, trust)
    with faults.caught():
        traffic = _traffic(table, trust)
    with faults.caught():
        fallback = _fallback(table)
    stages: tuple[Stage, ...] = ()
    with faults.caught():
        stages = _stages(table)
    cohorts: dict[str, tuple[str, ...]] = {}
    for name, cohort in table.cohorts.items():
        with faults.caught():
            where = f"feature.cohorts.{printable(name)} of {table.key}"
            cohorts[name] = tuple(decode(CohortTable, a_table(cohort, where), where=where).users)
    hold_down = HOLD_DOWN
    with faults.caught():
        hold_down = _hold_down(table)
    drill, drill_lease = DrillTable(), LEASE
    with faults.caught():
        drill, drill_lease = _drill(table, str(flag.options["key"]))
    lever_seconds = LEVER_SECONDS
    with faults.caught():
        lever_seconds = _lever_seconds(table)
    with faults.caught():
        if table.runbook is not None:
            runbook = own_path(table.runbook, path, "runbook", f"feature {table.key}")
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
        stages=stages,
        cohorts=cohorts,
        hold_down=hold_down,
        lever_seconds=lever_seconds,
        drill_flag=drill.flag,
        drill_evaluate=drill.evaluate,
        drill_lease=drill_lease,
        findings=tuple(_findings(table, runbook)),
        faults=tuple(faults.sentences),
        faulty={name: faulty[name] for name in SEVEN if name in faulty},
    )


def _own_keys(raw: Mapping[str, Any], path: Path) -> tuple[FeatureTable, Faults]:
    """The feature's own keys; all but three of them have a default that the kill can do with."""
    key = raw.get("key")
    where = f"feature {printable(key)}" if isinstance(key, str) else "feature"
    faults = Faults(path)
    known = dict(raw)
    unknown = [name for name in raw if name not in FeatureTable.__struct_fields__]
    for name in unknown:
        value = known.pop(name)
        with faults.caught():
            raise _unknown(name, value, where, raw)
    if "flag" not in raw:
        hint = faults.sentences[0] if unknown else choices("tables", "", FEATURE_TABLES)
        raise BadOptions("missing table [feature.flag]", where=where, todo=f"Add it. {hint}")
    if not isinstance(raw["flag"], dict):
        a_table(raw["flag"], "feature.flag")
    table = read_keys(FeatureTable, known, where=where, needed=("key", "environment", "flag"), faults=faults)
    for name, text in (("key", table.key), ("environment", table.environment)):
        if not _can_be_shown(text) or not text.strip():
            raise BadOptions(
                f"`{name}` cannot be shown" if text.strip() else f"`{name}` is blank",
                where=where,
                todo=f"Use printable characters, {LONGEST_NAME} at most.",
            )
    with faults.caught():
        if not _can_be_shown(table.title):
            table.title = ""
            raise BadOptions(
                "`title` cannot be shown",
                where=where,
                todo=f"Use printable characters, {LONGEST_NAME} at most.",
            )
    return table, faults


def _unknown(name: str, value: Any, where: str, raw: Mapping[str, Any]) -> BadOptions:
    key = raw.get("key")
    of = f" of {printable(key)}" if isinstance(key, str) else ""
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return BadOptions(
            "unknown table",
            where=f"feature.{printable(name)}{of}",
            todo=choices("tables", name, FEATURE_TABLES),
        )
    keys = [each for each in FeatureTable.__struct_fields__ if each not in FEATURE_TABLES]
    return BadOptions(f"unknown key `{printable(name)}`", where=where, todo=choices("keys", name, keys))


def _can_be_shown(text: str) -> bool:
    return text.isprintable() and len(text) <= LONGEST_NAME


def _flag(table: FeatureTable, trust: Trust) -> ProviderTable:
    where = f"feature.flag of {table.key}"
    key = table.flag.get("key")
    if key is None:
        raise BadOptions(
            "missing key `key`",
            where=where,
            todo=f"Give the flag's key at the provider.{meant('key', table.flag)}",
        )
    if not isinstance(key, str) or not key.strip() or not key.isprintable() or len(key) > LONGEST_FLAG_KEY:
        raise BadOptions(
            "`key` is not the key of a flag",
            where=where,
            todo=f"Write it as the provider shows it: printable text, {LONGEST_FLAG_KEY} characters at most.",
        )
    return _flag_table(provider_table(table.flag, where, trust, "flags"), table.environment)


def _lever(raw: Mapping[str, Any], where: str, table: FeatureTable, trust: Trust) -> ProviderTable:
    lever = provider_table(raw, where, trust, "levers")
    if registry.is_flag(lever.provider):
        return _flag_table(lever, table.environment)
    check(registry.open_lever, lever)
    return lever


def _flag_table(table: ProviderTable, environment: str) -> ProviderTable:
    options = {"environment": environment, **table.options}
    kill_state = options.pop("kill_state", "off")
    if kill_state not in ("off", "on"):
        raise BadOptions("`kill_state` is neither value", where=table.where, todo='Accepted: "off", "on".')
    canary = options.pop("canary", "")
    if not isinstance(canary, str) or (canary and canary == options.get("key")):
        raise BadOptions(
            "`canary` is not the key of another flag",
            where=table.where,
            todo="Make a flag that nothing hangs on, in the same place, and name it here.",
        )
    flag = replace(table, options=options, kill_state=kill_state, canary=canary)
    check(registry.open_flag, flag, own=("kill_state", "canary"))
    return flag


def _evaluate(table: FeatureTable, flag: ProviderTable, trust: Trust) -> EvaluateConfig | None:
    if table.evaluate is None:
        return None
    where = f"feature.evaluate of {table.key}"
    given = dict(table.evaluate)
    contexts = decode(EvaluateTable, {"contexts": given.pop("contexts", [])}, where=where).contexts
    if not contexts or not all(contexts):
        raise BadOptions(
            "`contexts` names nobody",
            where=where,
            todo=f'Give at least one user: [{{ userId = "agent-1" }}].{meant("contexts", given)}',
        )
    given.setdefault("provider", "unleash" if flag.provider == "unleash" else "ofrep")
    given.setdefault("key", flag.options["key"])
    given.setdefault("environment", table.environment)
    source = provider_table(given, where, trust, "evaluators")
    check(registry.open_evaluator, source, own=("contexts",))
    return EvaluateConfig(source, contexts)


def _traffic(table: FeatureTable, trust: Trust) -> ProviderTable | None:
    if table.traffic is None:
        return None
    traffic = provider_table(table.traffic, f"feature.traffic of {table.key}", trust, "traffic")
    check(registry.open_traffic, traffic)
    return traffic


def _fallback(table: FeatureTable) -> FallbackConfig | None:
    if table.fallback is None:
        return None
    where = f"feature.fallback of {table.key}"
    read = decode(FallbackTable, table.fallback, where=where)
    if read.url is not None:
        check_page(read.url, "url", where)
    if not 100 <= read.expect_status <= 599:
        raise BadOptions(
            "`expect_status` is no HTTP status", where=where, todo="Between 100 and 599 is accepted."
        )
    return FallbackConfig(read.describe, read.url, read.expect_status, read.expect_body)


def _stages(table: FeatureTable) -> tuple[Stage, ...]:
    if table.rollout is None:
        return ()
    where = f"feature.rollout of {table.key}"
    stages = decode(RolloutTable, table.rollout, where=where).stages
    for number, stage in enumerate(stages, start=1):
        if not 0 <= stage.percent <= 100:
            raise BadOptions(
                f"`stages[{number - 1}].percent` is {stage.percent:g}",
                where=where,
                todo="Between 0 and 100 is accepted.",
            )
        if not stage.name.strip() or not _can_be_shown(stage.name):
            raise BadOptions(
                f"`stages[{number - 1}].name` cannot be shown",
                where=where,
                todo=f"Use printable characters, {LONGEST_NAME} at most.",
            )
        if stage.name in {other.name for other in stages[: number - 1]}:
            raise BadOptions(f"the stage {stage.name} stands twice", where=where, todo="Rename one of them.")
        if stage.hold is not None:
            seconds(stage.hold, f"stages[{number - 1}].hold", where)
    return tuple(Stage(stage.name, stage.percent, stage.cohort, stage.hold) for stage in stages)


def _lever_seconds(table: FeatureTable) -> float:
    if not SHORTEST_LEVER_SECONDS <= table.lever_seconds <= LEVER_SECONDS:
        raise BadOptions(
            f"`lever_seconds` is {table.lever_seconds:g}",
            where=f"feature {table.key}",
            todo=f"Between {SHORTEST_LEVER_SECONDS:g} and {LEVER_SECONDS:g} is accepted.",
        )
    return table.lever_seconds


def _hold_down(table: FeatureTable) -> timedelta:
    if table.restore is None:
        return HOLD_DOWN
    where = f"feature.restore of {table.key}"
    read = decode(RestoreTable, table.restore, where=where)
    return timedelta(seconds=seconds(read.hold_down, "hold_down", where, least=0))


def _drill(table: FeatureTable, real: str) -> tuple[DrillTable, timedelta]:
    if table.drill is None:
        return DrillTable(), LEASE
    where = f"feature.drill of {table.key}"
    read = decode(DrillTable, table.drill, where=where)
    lease = seconds(read.lease, "lease", where, least=60)
    if lease > LONGEST_LEASE:
        raise BadOptions(
            f"`lease` is {read.lease}", where=where, todo="Between 1m and 1h is accepted: a drill is short."
        )
    if read.flag is not None and (not read.flag.strip() or not read.flag.isprintable()):
        raise BadOptions(
            "`flag` is not the key of a flag", where=where, todo="Write it as the provider shows it."
        )
    if read.flag == real:
        raise BadOptions(
            "`flag` is the real flag",
            where=where,
            todo="Make a second one at the provider; the real one is flipped by a production drill.",
        )
    return read, timedelta(seconds=lease)


def _findings(table: FeatureTable, runbook: Path | None) -> Iterator[str]:
    if table.runbook is None:
        yield "no runbook is bound: set `runbook` to a Markdown file"
    elif runbook is not None and not runbook.is_file():
        yield f"the runbook {runbook} does not exist: put it there, or correct `runbook`"
    if not table.levers:
        yield "only one lever: add [[feature.levers]] for the day its provider is down"
    if missing := [name for name in SEVEN if name not in table.signals]:
        yield f"signals not configured: {', '.join(missing)}"
    if table.evaluate is None:
        yield "no [feature.evaluate]: a kill is proven by the provider's word alone"
    if table.fallback is None:
        yield "no [feature.fallback]: nothing says what users get when killed, and nothing proves it"
