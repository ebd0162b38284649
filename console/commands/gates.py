"""`console gates`: the launch checklist."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime

from console.config import ConfigError, find, open_config
from console.exits import Exit

SETTLE_SECONDS = 10.0
"""How long one look waits for sources that have not answered; what is missing then is said."""


def run(args: argparse.Namespace) -> int:
    """Look once, print every gate, and answer by the exit status: 0 all met, 1 one fails, 3 not known.

    A configuration that stands in for another is never 0: its gates may not be those that were meant.
    """
    config, instead = open_config(find(args.config))
    if instead:
        print(f"console: {instead}", file=sys.stderr)

    from console.glance import glance
    from console.readiness import report
    from console.readiness.assess import assess
    from console.readiness.markdown import markdown

    seen = asyncio.run(glance(config, (config.feature(args.feature),), SETTLE_SECONDS))
    if seen.broken:
        raise ConfigError(seen.broken[0].problem)
    snapshot, now = seen.snapshots[0], datetime.now(UTC)
    gates = assess(snapshot, now)
    status = report.exit_status(gates)
    if instead and status is Exit.OK:
        status = Exit.UNKNOWN
    if args.json:
        print(json.dumps(report.document(snapshot, gates, status), indent=2))
    elif args.markdown:
        print(markdown(snapshot, gates, now, None), end="")
    else:
        shown = report.walk if args.walk else report.lines
        print("\n".join(shown(snapshot, gates, now, None)))
    return status
