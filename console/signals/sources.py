"""The sources of a feature's signals: signals that are reached the same way share one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters import registry
from adapters.errors import AdapterError

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
    """Make every source that these signals need. Never raises: one that cannot be made says so instead."""
    groups: dict[tuple[str, str], list[SignalConfig]] = {}
    for config in signals.values():
        reach = repr(sorted(config.source.options.items()))
        groups.setdefault((config.source.provider, reach), []).append(config)
    return tuple(_open(group) for group in groups.values())


def _open(group: list[SignalConfig]) -> OpenedSource:
    keys = tuple(config.key for config in group)
    first = group[0].source
    asks = {config.key: config.asks for config in group}
    try:
        source = registry.open_signals(first.provider, first.options, first.where, asks, trust=first.trust)
    except AdapterError as error:
        return OpenedSource(keys, None, error)
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything, and stops no other
        what, todo = (
            f"cannot be used ({type(error).__name__})",
            "Correct its table, or reinstall its package.",
        )
        return OpenedSource(keys, None, AdapterError(what, where=first.where, todo=todo))
    return OpenedSource(keys, source)
