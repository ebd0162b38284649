"""A restore or a step back in a process of its own, by the command that does it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from console.killswitch.line import ROOT
from console.text import plain

if TYPE_CHECKING:
    from console.config import FeatureConfig
    from console.restoring.carry import Order


class Said(msgspec.Struct):
    """What the command's `--json` says, as far as it is told here."""

    result: str
    stage: str = ""
    unmet: list[dict[str, str | bool]] = []
    steps: list[dict[str, str]] = []
    problem: str | None = None


def command(config_path: Path, feature: FeatureConfig, order: Order) -> list[str]:
    """The command line that does it. Nothing in it is secret."""
    found = [sys.executable, "-P", "-m", "console", "back" if order.down else "restore", feature.name]
    found += ["--config", str(config_path), "--json", "--to", order.stage, "--confirm", order.wish.confirm]
    if not order.down:
        found += ["--reason", order.wish.reason]
        found += [word for key, text in order.wish.causes.items() for word in ("--cause", f"{key}={text}")]
        found += ["--override"] if order.override else []
    return found


async def carry_out_beside(config_path: Path, feature: FeatureConfig, order: Order) -> str:
    """Run the command in a session of its own, and say in words how it went.

    When this is cancelled, or its process dies, the command goes on to its end.
    """
    paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    try:
        process = await asyncio.create_subprocess_exec(
            *command(config_path, feature, order),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
    except OSError as error:
        return f"NOT SENT: it could not be started: {error}"
    out, _ = await process.communicate()
    try:
        said = msgspec.json.decode(out, type=Said)
    except msgspec.DecodeError:
        return f"it ended with status {process.returncode} and did not say how: look at the flag and at 5"
    return _words(said, order)


def _words(said: Said, order: Order) -> str:
    verb = "step down" if order.down else "restore"
    if said.result == "refused":
        rules = "; ".join(plain(str(rule["text"])) for rule in said.unmet)
        return f"REFUSED, nothing was sent: {rules or plain(said.problem or '')}"
    last = plain(said.steps[-1]["text"]) if said.steps else ""
    more = f"; NOT JOURNALED: {plain(said.problem)}" if said.problem else ""
    return f"{verb} {plain(said.result)}: {last}{more}"
