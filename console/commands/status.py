"""`console status`: one look."""

from __future__ import annotations

import argparse
import asyncio
import sys

from console.config import BrokenFeature, Config, ConfigError, FeatureConfig, find, open_config
from console.exits import Exit

SETTLE_SECONDS = 10.0
"""How long one look waits for sources that have not answered; what is missing then is said."""


def run(args: argparse.Namespace) -> int:
    """Look once, print, and answer by the exit status.

    A configuration of which something cannot be used, or that stands in for another, is never 0: something
    that was meant to be watched may not be.
    """
    config, instead = open_config(find(args.config))
    features, broken = _chosen(config, args.feature)
    faults = ([instead] if instead else []) + list(config.faults)
    for fault in faults:
        print(f"console: {fault}", file=sys.stderr)

    from console import status
    from console.glance import glance
    from console.text import plain

    seen = asyncio.run(glance(config, features, SETTLE_SECONDS))
    snapshots, missing = seen.snapshots, [(b.name, b.problem) for b in (*broken, *seen.broken)]
    if args.json:
        import json

        document = {**status.document(snapshots, missing), "faults": faults}
        print(json.dumps(document, indent=2, ensure_ascii=True))
    else:
        for snapshot in snapshots:
            print("\n".join(status.lines(snapshot, None)))
        for name, problem in missing:
            print(f"{plain(name)}  cannot be used\n  {problem}")
    found = status.exit_status(snapshots, missing)
    partial = faults or any(feature.faults for feature in features)
    return Exit.UNKNOWN if partial and found is not Exit.NO else found


def _chosen(config: Config, name: str | None) -> tuple[tuple[FeatureConfig, ...], tuple[BrokenFeature, ...]]:
    """The features meant, and those that were meant and cannot be looked at.

    Raises:
        ConfigError: nothing of what was meant can be looked at.
    """
    if name is not None:
        return (config.feature(name),), ()
    if not config.features:
        raise ConfigError("; ".join(feature.problem for feature in config.broken))
    return config.features, config.broken
