"""Ends the lease of a drill whose own process is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from console.drilling.lease import end_lease, real_breach
from console.drilling.rows import ENDED, TAKEN, Ended, drills
from console.drilling.target import drill_levers, drilled
from console.drilling.wire import Take
from console.killswitch.history import carrier, still_runs
from console.killswitch.levers import close_levers

if TYPE_CHECKING:
    from console.config import Config, FeatureConfig


async def take(order: Take, config: Config, feature: FeatureConfig) -> None:
    """End it; of two that try, the first does."""
    from console.store.journal import Journal

    journal = Journal(config.store, config.second_journal)
    rows = await asyncio.to_thread(journal.rows, kill_id=order.drill)
    drill = next(iter(drills(rows)), None)
    if drill is None or not drill.orphaned:
        return
    write = partial(journal.append, feature=feature.key, environment=feature.environment, kill_id=drill.id)
    mine = carrier()
    await asyncio.to_thread(write, TAKEN, body=mine)
    takers = await asyncio.to_thread(journal.rows, kill_id=drill.id, kinds=(TAKEN,))
    first = next((row for row in takers if _may_carry(row.body, mine)), None)
    if first is not None and first.body != mine:
        return
    target = drilled(feature, drill.begun.kind)
    levers = drill_levers(target, drill.begun.kind)
    try:
        breach = await real_breach(config, feature)
        ended = await end_lease(
            drill, target, levers, journal, breach=breach, operator=str(drill.begun.operator.get("name", ""))
        )
    finally:
        await close_levers(levers)
    body = Ended(ended.result.value, ended.text, "its process had ended")
    await asyncio.to_thread(write, ENDED, body=msgspec.to_builtins(body))


def _may_carry(body: Mapping[str, Any], mine: Mapping[str, Any]) -> bool:
    return body == mine or still_runs(body)
