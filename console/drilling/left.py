"""Drills whose process has died before their lease had ended: the next start of anything ends it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from console.drilling.client import DrillClient
from console.drilling.rows import KINDS, Drill, drills
from console.patience import within
from console.text import plain

if TYPE_CHECKING:
    from console.config import Config, FeatureConfig
    from console.identity import Operator
    from console.store.journal import Journal

DISK_SECONDS = 5.0


async def restore_left(
    config: Config, feature: FeatureConfig, journal: Journal, *, operator: Operator
) -> tuple[str, ...]:
    """Have each such lease ended by a process of its own; what was found, in words. Raises for no disk."""
    found = []
    for drill in await left_open(feature, journal):
        who = f"the drill of {drill.at.astimezone():%H:%M:%S} by {plain(drill.begun.trainee)}"
        try:
            client = DrillClient.take(config.path, feature.name, operator=operator, drill=drill.id)
        except OSError as error:
            found.append(f"{who} lost its process, and its lease cannot be taken over: {error}")
            continue
        client.leave()
        found.append(f"{who} lost its process: its lease is taken over, and what it killed is restored")
    return tuple(found)


async def left_open(feature: FeatureConfig, journal: Journal) -> tuple[Drill, ...]:
    """Drills that are neither ended nor carried by a living process."""
    read = partial(journal.rows, feature=feature.key, environment=feature.environment, kinds=KINDS)
    try:
        rows = await within(DISK_SECONDS, read)
    except Exception:  # noqa: BLE001 - a journal that cannot be read is said by whoever follows it
        return ()
    return tuple(drill for drill in drills(rows) if drill.orphaned)
