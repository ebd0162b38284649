"""Reading one `[feature.signals.*]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters import registry
from adapters.errors import BadOptions
from adapters.options import choices, printable
from adapters.trust import Trust
from console.config.bands import parse_band, parse_baseline
from console.config.read_provider import check, provider_table
from console.config.settings import SignalConfig
from console.config.tables import SEVEN
from console.config.tolerant import a_table


def read_signal(name: str, raw: Any, feature: str, trust: Trust) -> SignalConfig:
    """Make a signal of its table.

    Raises:
        BadOptions: it is none of the seven, or its table cannot be used.
    """
    where = f"feature.signals.{printable(name)} of {feature}"
    if name not in SEVEN:
        raise BadOptions(
            f"unknown signal `{printable(name)}`", where=where, todo=choices("signals", name, SEVEN)
        )
    options = dict(a_table(raw, where))
    band = parse_band(options.pop("band", None), name, where)
    baseline = parse_baseline(options.pop("baseline", {}), name, where)
    table = provider_table(options, where, trust, "signals")
    reach = registry.reach_keys(table.provider, where)
    source = replace(table, options={key: table.options[key] for key in table.options if key in reach})
    asks = {key: value for key, value in table.options.items() if key not in reach}

    def opened(provider: str, reach: Mapping[str, Any], where: str, *, trust: Trust) -> object:
        return registry.open_signals(provider, reach, where, {name: asks}, trust=trust)

    check(opened, source, own=("band", "baseline", *reach))
    return SignalConfig(name, source, band, baseline, asks)
