"""`console world`: the embedded world alone."""

from __future__ import annotations

import argparse
import sys

from console.demo.scenarios import SCENARIOS
from console.exits import Exit


def run(args: argparse.Namespace) -> int:
    """Run the world until it is told to end."""
    if not known(args.scenario):
        return Exit.USAGE
    from console.demo.process import run_world

    return run_world(
        scenario=args.scenario,
        speed=args.speed,
        volume=args.volume,
        port=args.port,
        seed=args.seed,
        write_config=args.write_config,
        flag_from=args.flag_from,
        with_parent=args.with_parent,
    )


def known(scenario: str) -> bool:
    """Whether there is such a scenario; says so on stderr when not."""
    if scenario in SCENARIOS:
        return True
    print(f"console: no scenario {scenario!r}; there are: {', '.join(SCENARIOS)}", file=sys.stderr)
    return False
