"""`console watch`: the same services without a screen, and a line a change."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from console.config import ConfigError, find, keep_aside, open_config
from console.config.watcher import Watcher
from console.exits import Exit

if TYPE_CHECKING:
    from console.config import Config

FLUSH_SECONDS = 2.0
_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run(args: argparse.Namespace) -> int:
    """Watch until SIGTERM, SIGINT or SIGHUP.

    Raises:
        ConfigError: there is nothing that could be watched.
    """
    path = find(args.config)
    watcher = Watcher(path)
    config, stale = open_config(path)
    only = None if args.feature is None else config.feature(args.feature).name
    if not config.features:
        raise ConfigError("; ".join(feature.problem for feature in config.broken))
    keep_aside(config)
    return asyncio.run(_watch(config, stale, watcher, only, plain=args.plain))


async def _watch(config: Config, stale: str, watcher: Watcher, only: str | None, *, plain: bool) -> NoReturn:
    from console import log
    from console.doctor.machine import charset
    from console.watching.lines import Line, in_columns, with_glyphs
    from console.watching.output import Output
    from console.watching.systemd import Systemd
    from console.watching.watch import Watch

    no_log = log.start(config.store.parent)
    output = Output(sys.stdout.fileno())
    columns = plain or not sys.stdout.isatty()
    ascii_only = charset(os.environ) != "utf-8"

    def say(line: Line) -> None:
        output.say(in_columns(line) if columns else with_glyphs(line, ascii_only=ascii_only))

    if no_log:
        say(Line(datetime.now(UTC), "", "log", "PROBLEM", no_log))
    stop = asyncio.Event()
    for number in _ENDS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None, "astimezone() always sets one"  # noqa: S101
    await Watch(config, stale, watcher, only, say, zone=zone, systemd=Systemd(os.environ)).run(stop)
    output.flush(FLUSH_SECONDS)
    # Not by a return: a thread that hangs in a dead disk could not be joined, and would hold the exit.
    os._exit(Exit.OK)
