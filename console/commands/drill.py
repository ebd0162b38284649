"""`console drill`: rehearses the kill, restores by itself, scores, files the evidence."""

from __future__ import annotations

import argparse
import sys

from console.commands.terminal import usable
from console.config import ConfigError, find, keep_aside, open_config
from console.exits import Exit
from console.identity import operator
from console.killswitch.record import PRODUCTION
from console.text import plain


def run(args: argparse.Namespace) -> int:
    """Open the console on a drill.

    Returns:
        0 passed; 1 not passed, left before its end, or not restored; 2 it cannot be had as it was asked for;
        6 refused: a BREACH stands, the feature is killed, or another drill is going on.

    Raises:
        ConfigError: the configuration, or the feature in it, cannot be used for this.
    """
    from console.drilling.stories import stories
    from console.drilling.target import DrillOrder, refusal

    path = find(args.config)
    config, instead = open_config(path)
    if instead:
        print(f"console: {instead}", file=sys.stderr)
    feature = config.feature(args.feature)
    if args.story not in stories():
        raise ConfigError(f"there is no story {args.story!r}. Accepted: {', '.join(stories())}")
    if args.kind == PRODUCTION and args.confirm != feature.flag_key:
        lease = feature.drill_lease.total_seconds() / 60
        print(
            f"This would drill the kill of {plain(feature.name)} on the REAL flag {plain(feature.flag_key)}: "
            f"once killed,\nits users get the fallback until the drill ends, {lease:g} min at the latest. "
            f"To do it:\n\n  console drill {plain(feature.name)} --kind production "
            f"--confirm {plain(feature.flag_key)}",
            file=sys.stderr,
        )
        return Exit.USAGE
    problem = refusal(feature, args.kind, args.confirm or "")
    if problem:
        raise ConfigError(f"{path}: feature {plain(feature.name)}: {problem}")
    if not usable("a drill needs somebody at a screen; `console kill` needs none"):
        return Exit.USAGE
    if not instead:
        keep_aside(config)

    from console.desk import Desk
    from console.tui.run import run_console

    trainee = plain(args.trainee or "") or operator(config.operator).name
    order = DrillOrder(args.kind, trainee, args.story, args.confirm or "")
    return run_console(Desk(lambda: path, feature.name), drill=order)
