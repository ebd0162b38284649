"""Which class stands behind a provider's name; its module is imported when a configured feature names it.

An adapter of the console's own is listed in `BUILT_IN`. A third party's is found by an entry point whose
name is the provider's, in the group ``console.adapters.<kind>``; it is called exactly like our own:

flags, evaluators, levers, traffic    Class(options, where, trust=Trust(...))
signals                               Class(options, where, signals, trust=Trust(...)); its `reach_keys` are
                                      the keys of a signal's table that go into `options`

Constructing one checks its options (BadOptions) and does nothing else: no request, no secret.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.errors import BadOptions
from adapters.options import choices, printable
from adapters.trust import NO_TRUST, Trust

if TYPE_CHECKING:
    from adapters.flags.port import Evaluator, FlagProvider
    from adapters.levers.port import KillLever
    from adapters.signals.port import SignalSource, TrafficProbe

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "flags": {
        "homegrown": "adapters.flags.homegrown:Homegrown",
        "postgresql": "adapters.flags.postgresql_row:PostgresqlRow",
        "sqlite": "adapters.flags.sqlite_row:SqliteRow",
        "unleash": "adapters.flags.unleash:Unleash",
    },
    "evaluators": {
        "ofrep": "adapters.flags.ofrep:Ofrep",
        "unleash": "adapters.flags.unleash_frontend:UnleashFrontend",
    },
    "levers": {
        "command": "adapters.levers.command:Command",
        "http": "adapters.levers.http:HttpLever",
    },
    "signals": {
        "events": "adapters.signals.events:EventStream",
        "prometheus": "adapters.signals.prometheus:Prometheus",
    },
    "traffic": {
        "events": "adapters.signals.events:EventTraffic",
        "prometheus": "adapters.signals.prometheus:PrometheusTraffic",
    },
}
"""Names by kind, as "module:Class"."""


def open_flag(
    provider: str, options: Mapping[str, Any], where: str, *, trust: Trust = NO_TRUST
) -> FlagProvider:
    """Make the provider of a flag.

    Args:
        provider: the name in the configuration.
        options: the provider's own keys, with "key" and "environment" filled in from the feature.
        where: the table as the user wrote it, for messages.
        trust: what the configuration file may make the console do (`Trust.of(path)`).

    Raises:
        BadOptions: no such provider, or options that it cannot use.
    """
    flag: FlagProvider = _load("flags", provider, where)(options, where, trust=trust)
    return flag


def open_evaluator(
    provider: str, options: Mapping[str, Any], where: str, *, trust: Trust = NO_TRUST
) -> Evaluator:
    """Make the route by which the product learns the flag's value. Arguments and errors as `open_flag`."""
    evaluator: Evaluator = _load("evaluators", provider, where)(options, where, trust=trust)
    return evaluator


def open_lever(
    provider: str, options: Mapping[str, Any], where: str, *, trust: Trust = NO_TRUST
) -> KillLever:
    """Make a lever that is no flag. Arguments and errors as `open_flag`.

    A lever for whose name `is_flag` is true is a flag: the kill switch opens it with `open_flag`, since it
    alone knows which value of it means *killed*.
    """
    lever: KillLever = _load("levers", provider, where)(options, where, trust=trust)
    return lever


def open_signals(
    provider: str,
    options: Mapping[str, Any],
    where: str,
    signals: Mapping[str, Mapping[str, Any]],
    *,
    trust: Trust = NO_TRUST,
) -> SignalSource:
    """Make one source that serves several signals.

    Args:
        signals: by signal key, the options of that signal's own table.

    The other arguments and the errors are those of `open_flag`.
    """
    source: SignalSource = _load("signals", provider, where)(options, where, signals, trust=trust)
    return source


def open_traffic(
    provider: str, options: Mapping[str, Any], where: str, *, trust: Trust = NO_TRUST
) -> TrafficProbe:
    """Make the probe that counts answers by path. Arguments and errors as `open_flag`."""
    probe: TrafficProbe = _load("traffic", provider, where)(options, where, trust=trust)
    return probe


def reach_keys(provider: str, where: str) -> frozenset[str]:
    """The keys by which signals of one provider say how it is reached.

    Signals that agree on all of them share one source; the others belong to each signal's own table.

    Raises:
        BadOptions: no such provider.
    """
    keys: frozenset[str] = _load("signals", provider, where).reach_keys
    return keys


def names(kind: str) -> tuple[str, ...]:
    """Every provider's name of one kind: "flags", "evaluators", "levers", "signals", "traffic"."""
    return tuple(sorted({*BUILT_IN[kind], *_third_parties(kind)}))


def is_flag(provider: str) -> bool:
    """Whether a lever of this name is a flag. Packages are looked through for names that are not our own."""
    if provider in BUILT_IN["flags"] or provider in BUILT_IN["levers"]:
        return provider in BUILT_IN["flags"]
    return provider in _third_parties("flags")


def _load(kind: str, provider: str, where: str) -> Any:
    target = BUILT_IN[kind].get(provider)
    if target is not None:
        module, _, name = target.partition(":")
        return getattr(importlib.import_module(module), name)
    found = _third_parties(kind)
    if provider not in found:
        raise BadOptions(
            f"unknown provider `{printable(provider)}`",
            where=where,
            todo=choices("providers", provider, names(kind)),
        )
    try:
        return found[provider].load()
    except Exception as error:  # somebody else's code may raise anything at import
        raise BadOptions(
            f"the installed adapter `{provider}` cannot be loaded ({type(error).__name__})",
            where=where,
            todo="Reinstall or update the package that brings it.",
        ) from error


def _third_parties(kind: str) -> dict[str, Any]:
    # Looking through all installed packages takes milliseconds: only for a name that is not our own.
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=f"console.adapters.{kind}")}
