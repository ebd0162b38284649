"""`console [FEATURE]`: the full-screen console."""

from __future__ import annotations

import argparse

from console.commands.terminal import usable
from console.config import ConfigError, find, load
from console.exits import Exit


def run(args: argparse.Namespace) -> int:
    """Open the console over one configured feature."""
    path = find(args.config)
    config = load(path)
    feature = config.feature(args.feature)
    if feature.faults:
        raise ConfigError("; ".join(feature.faults))
    if not usable("`console status` prints one look"):
        return Exit.USAGE

    from console.desk import Desk
    from console.tui.run import run_console

    return run_console(Desk(lambda: path, feature.name, read_only=args.read_only))
