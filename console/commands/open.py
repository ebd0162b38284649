"""`console [FEATURE]`: the full-screen console."""

from __future__ import annotations

import argparse
import sys

from console.commands.terminal import usable
from console.config import Config, find, keep_aside, open_config
from console.exits import Exit


def run(args: argparse.Namespace) -> int:
    """Open the console, over one feature or over all that are configured.

    What cannot be used of the configuration stops nothing: the screen says it where it is missed.

    Raises:
        ConfigError: there is no configuration, or nothing in it that could be watched.
    """
    path = find(args.config)
    config, instead = open_config(path)
    if instead:
        print(f"console: {instead}", file=sys.stderr)
    name = _chosen(config, args.feature)
    if not usable("`console status` prints one look"):
        return Exit.USAGE

    if not instead:
        keep_aside(config)

    from console.desk import Desk
    from console.tui.run import run_console

    return run_console(Desk(lambda: path, name, read_only=args.read_only), table=name is None)


def _chosen(config: Config, given: str | None) -> str | None:
    """The feature to begin with; None where there are several and none was named."""
    if given is None and len(config.features) > 1:
        return None
    return config.feature(given).name
