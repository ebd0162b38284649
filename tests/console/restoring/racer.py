"""One side of a race, in a process: ``python -m tests.console.restoring.racer kill|restore CONFIG``.

A line on standard input, "DELAY KILL_ID", starts one run; a line on standard output says how it ended.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from adapters.flags.port import Rollout
from console.config import Config, load
from console.identity import Operator
from console.killswitch.clock import SystemClock
from console.killswitch.execution import Execution
from console.killswitch.levers import close_levers, open_levers
from console.restoring.carry import newer_kill
from console.restoring.stages import Target
from console.restoring.way import WayBack
from console.store.journal import Journal
from tests.console.killswitch.house import QUICK


async def kill(config: Config, journal: Journal, who: str) -> str:
    feature = config.feature(None)
    levers = open_levers(feature)
    execution = Execution(
        feature,
        levers,
        operator=Operator(who, 1000),
        reason="race",
        journal=journal,
        clock=SystemClock(),
        publish=lambda _: None,
        limits=QUICK,
    )
    try:
        return (await execution.run()).outcome.value
    finally:
        await close_levers(levers)


async def restore(config: Config, journal: Journal, from_kill: str) -> str:
    feature = config.feature(None)
    levers = open_levers(feature)
    way = WayBack(
        feature,
        levers,
        Target("5%", Rollout(5.0)),
        undo=frozenset(),
        turn_on=True,
        operator="Ana Ruiz",
        reason="race",
        newer_kill=lambda: newer_kill(journal, feature, from_kill),
        kill_again=lambda: kill(config, journal, "Ana Ruiz"),
        publish=lambda _: None,
    )
    try:
        return (await way.run()).value
    finally:
        await close_levers(levers)


async def run(role: str, config: Config) -> None:
    journal = Journal(config.store, config.second_journal)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        delay, from_kill = line.split()
        await asyncio.sleep(float(delay))
        work = kill(config, journal, "Jonas Ek") if role == "kill" else restore(config, journal, from_kill)
        print(await work, flush=True)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], load(Path(sys.argv[2]))))
