"""The sources of a feature's signals: signals that are reached the same way share one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters import registry
from adapters.errors import AdapterError, BadOptions

if TYPE_CHECKING:
    from adapters.signals.port import SignalSource
    from console.config import SignalConfig


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """One source and the signals that it serves.

    Attributes:
        source: None when it cannot be made as configured; `problem` says why.
    """

    signals: tuple[str, ...]
    source: SignalSource | None
    problem: AdapterError | None = None


def open_sources(signals: Mapping[str, SignalConfig]) -> tuple[OpenedSource, ...]:
    """Make every source that these signals need. Never raises: one that cannot be made says so in its place."""
    groups: dict[tuple[str, str], list[SignalConfig]] = {}
    for config in signals.values():
        reach, _ = _split(config)
        groups.setdefault((config.source.provider, repr(sorted(reach.items()))), []).append(config)
    return tuple(_open(group) for group in groups.values())


def _open(group: list[SignalConfig]) -> OpenedSource:
    keys = tuple(config.key for config in group)
    first = group[0].source
    reach, _ = _split(group[0])
    tables = {config.key: _split(config)[1] for config in group}
    try:
        return OpenedSource(
            keys, registry.open_signals(first.provider, reach, first.where, tables, trust=first.trust)
        )
    except AdapterError as error:
        return OpenedSource(keys, None, error)


def _split(config: SignalConfig) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Tell the keys that say how to reach the source from those that say what to ask it."""
    table = config.source
    try:
        shared = registry.reach_keys(table.provider, table.where)
    except BadOptions:
        # No such provider: `_open` says it.
        return {}, table.options
    options = table.options
    return (
        {key: value for key, value in options.items() if key in shared},
        {key: value for key, value in options.items() if key not in shared},
    )
