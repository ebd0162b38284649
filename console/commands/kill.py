"""`console kill`: the kill without the screen."""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import sys
from contextlib import suppress
from typing import Any

from console.config import Config, FeatureConfig, find, keep_aside, open_config
from console.exits import Exit
from console.killswitch.steps import Ladder, Mark, Outcome, Step

_MARKS = {
    Mark.TO_COME: "...",
    Mark.NOW: "now",
    Mark.TRUE: "yes",
    Mark.UNKNOWN: "?",
    Mark.FALSE: "NO",
    Mark.NOT_CONFIGURED: "-",
}

KEEP_SECONDS = 0.25
"""What the last good copy may take once the kill has answered."""


def run(args: argparse.Namespace) -> int:
    """Kill, print how it stands, and answer by the exit status."""
    config, instead = open_config(find(args.config))
    feature = config.feature(args.feature)
    _say(
        *((instead,) if instead else ()),
        *(f"left out: {fault}" for fault in (*config.faults, *feature.faults)),
    )
    if args.confirm != feature.flag_key:
        _explain(feature, args)
        status: int = Exit.USAGE
    else:
        status = asyncio.run(_kill(config, feature, args))
    if not instead:
        keep_aside(config, wait=KEEP_SECONDS)
    return status


def _say(*sentences: str) -> None:
    """Tell the person. Nobody may be reading, which is no reason not to kill."""
    with suppress(OSError):
        for sentence in sentences:
            print(f"console: {sentence}", file=sys.stderr, flush=True)


async def _kill(config: Config, feature: FeatureConfig, args: argparse.Namespace) -> int:
    from console.identity import operator
    from console.killswitch.command import kill_command

    progress = _Progress()
    status = await kill_command(
        config,
        feature,
        reason=args.reason,
        wait=args.wait,
        operator=operator(config.operator),
        emit=progress.show,
    )
    result = _result(progress.ladder)
    if args.json:
        result = json.dumps(_document(progress.ladder, status), indent=2)
    # Whoever reads this may have gone. The exit status still tells how the kill stands.
    with suppress(OSError):
        print(result, flush=True)
    return status


def _explain(feature: FeatureConfig, args: argparse.Namespace) -> None:
    """What would be done, and the line that does it."""
    line = ["console", "kill", args.feature, "--confirm", feature.flag_key]
    if args.config:
        line += ["--config", str(args.config)]
    if args.confirm is not None:
        print("console: --confirm is not the flag's key; nothing was sent", file=sys.stderr)
    state = feature.flag.kill_state.upper()
    print(
        f"This would turn {feature.flag_key} {state} for every user in {feature.environment}.",
        file=sys.stderr,
    )
    if feature.fallback:
        print(f"Users then get: {feature.fallback.describe}", file=sys.stderr)
    print(f"Nothing was sent. To do it:\n  {shlex.join(line)}", file=sys.stderr)


class _Progress:
    """Prints each step once, as it comes true."""

    def __init__(self) -> None:
        self.ladder: Ladder | None = None
        self._said: set[Step] = set()

    def show(self, ladder: Ladder) -> None:
        self.ladder = ladder
        for step in ladder.steps:
            if step in self._said or step.mark is Mark.TO_COME:
                continue
            self._said.add(step)
            name = f"{step.rung.value} {step.lever}" if step.lever else step.rung.value
            seconds = "" if step.seconds is None else f"{step.seconds:.2f} s"
            print(
                f"  {_MARKS[step.mark]:<4} {name:<12} {seconds:>8}  {step.text}", file=sys.stderr, flush=True
            )


def _result(ladder: Ladder | None) -> str:
    if ladder is None:
        return "nothing is known of this kill: the process that carries it did not answer"
    what = f"{ladder.flag_key} in {ladder.environment}"
    if ladder.outcome is Outcome.CONFIRMED:
        words = f"killed: {what}, confirmed by lever {ladder.killed_by}"
    elif ladder.outcome is Outcome.ALREADY:
        words = f"already killed: {what}"
    elif ladder.outcome is Outcome.FAILED:
        words = f"NOT KILLED: no lever worked for {what}"
    else:
        words = f"NOT CONFIRMED: sent for {what}, and nothing proves it yet"
    journal = "" if ladder.row is not None else "; NOT JOURNALED: neither place could be written"
    still = f"; {'; '.join(ladder.still_on)}" if ladder.still_on else ""
    return f"{words}{still}{journal}"


def _document(ladder: Ladder | None, status: int) -> dict[str, Any]:
    if ladder is None:
        return {"version": 1, "outcome": None, "exit": int(status)}
    return {
        "version": 1,
        "feature": ladder.feature,
        "environment": ladder.environment,
        "flag": ladder.flag_key,
        "id": ladder.kill_id,
        "started": ladder.started,
        "journal_row": ladder.row,
        "outcome": ladder.outcome.value,
        "killed_by_lever": ladder.killed_by,
        "still_on": list(ladder.still_on),
        "steps": [
            {
                "rung": step.rung.value,
                "lever": step.lever or None,
                "mark": step.mark.value,
                "seconds": step.seconds,
                "text": step.text,
            }
            for step in ladder.steps
        ],
        "exit": int(status),
    }
