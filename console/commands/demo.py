"""`console demo`: the console over the embedded world."""

from __future__ import annotations

import argparse

from console.commands.terminal import usable
from console.commands.world import known
from console.demo.scenarios import SCENARIOS
from console.exits import Exit

READY_SECONDS = 30.0


def run(args: argparse.Namespace) -> int:
    """Start the world, open the console over it, and end both together."""
    if args.list:
        for scenario in SCENARIOS.values():
            print(f"{scenario.name:<20} {scenario.summary}")
        return Exit.OK
    if not known(args.scenario):
        return Exit.USAGE
    if not usable("`console world` runs without one"):
        return Exit.USAGE

    from console.demo.process import start_world

    # The world starts while the screen is imported and painted.
    world = start_world(scenario=args.scenario, speed=args.speed, volume=args.volume, seed=args.seed)
    try:
        from console.desk import Desk
        from console.tui.run import run_console

        desk = Desk(lambda: world.ready(READY_SECONDS), None, demo=True)
        status = run_console(desk)
        desk.end_executors()
        return status
    finally:
        world.stop()
