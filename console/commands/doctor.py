"""`console doctor`: what is broken, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
from typing import TYPE_CHECKING

from console.config import BrokenFeature, Config, ConfigError, FeatureConfig, find, open_config
from console.exits import Exit

if TYPE_CHECKING:
    from console.doctor.facts import Facts


def run(args: argparse.Namespace) -> int:
    """Look at everything, print each finding, and answer by the exit status."""
    from console.doctor.examine import examine_without
    from console.doctor.finding import exit_status
    from console.doctor.judge import findings
    from console.doctor.report import document, lines

    try:
        config, stands_in = open_config(find(args.config))
    except ConfigError as error:
        facts = examine_without(str(error), environ=os.environ)
    else:
        features, broken = _chosen(config, args.feature)
        facts = asyncio.run(_look(config, features, broken, stands_in))
    found = findings(facts)
    if args.json:
        import json

        print(json.dumps(document(found), indent=2, ensure_ascii=True))
    else:
        print("\n".join(lines(found, width=min(120, shutil.get_terminal_size((100, 24)).columns))))
    return Exit.USAGE if facts.unusable or not facts.features else exit_status(found)


def _chosen(config: Config, name: str | None) -> tuple[tuple[FeatureConfig, ...], tuple[BrokenFeature, ...]]:
    """The features meant, and those meant that cannot be used.

    Raises:
        ConfigError: there is no such feature.
    """
    if name is None:
        return config.features, config.broken
    broken = tuple(b for b in config.broken if name in (b.name, b.name.split("@")[0]))
    if broken and not any(name in (f.name, f.key) for f in config.features):
        return (), broken
    return (config.feature(name),), broken


async def _look(
    config: Config,
    features: tuple[FeatureConfig, ...],
    broken: tuple[BrokenFeature, ...],
    stands_in: str,
) -> Facts:
    from console import log
    from console.doctor.examine import examine

    problem = log.start(config.store.parent)
    return await examine(config, features, broken, environ=os.environ, stands_in=stands_in, log=problem)
