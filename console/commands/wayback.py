"""What `console restore` and `console back` have in common: look, carry out, say how it went."""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from console.config import Config, ConfigError, find, open_config
from console.exits import Exit
from console.identity import operator
from console.killswitch.steps import Mark
from console.restoring.carry import Order, Plan, Report, carry_out, make_plan
from console.restoring.rules import Unmet, Wish
from console.restoring.way import Move, Result
from console.snapshot import Snapshot
from console.text import plain

SETTLE_SECONDS = 10.0
"""How long one look waits for sources that have not answered; what is missing then is said."""
_MARKS = {Mark.TRUE: "yes", Mark.FALSE: "NO", Mark.UNKNOWN: "?"}


def go(args: argparse.Namespace, *, down: bool) -> int:
    """Do it, print how it went, and answer by the exit status.

    Raises:
        ConfigError: the configuration cannot be used, or a cause has no signal.
    """
    config, instead = open_config(find(args.config))
    feature = config.feature(args.feature)
    if instead:
        _say(instead)
    causes = {} if down else _causes(args.cause)
    order = Order(
        down=down,
        stage=args.to,
        wish=Wish(args.confirm or "", "" if down else args.reason, causes),
        override=not down and args.override,
    )
    # What has begun is not left half-way because a terminal has gone.
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        return asyncio.run(_go(config, feature.name, order, args))
    finally:
        signal.signal(signal.SIGHUP, before)


async def _go(config: Config, name: str, order: Order, args: argparse.Namespace) -> int:
    from console.glance import glance

    seen = await glance(config, (config.feature(name),), SETTLE_SECONDS)
    if seen.broken:
        raise ConfigError(seen.broken[0].problem)
    snapshot = seen.snapshots[0]
    if args.confirm != snapshot.config.flag_key:
        _explain(order, snapshot, await make_plan(order, snapshot, datetime.now(UTC)), args)
        return Exit.USAGE
    report = await carry_out(
        config,
        snapshot,
        order,
        operator=operator(config.operator),
        publish=lambda move: _say(f"{_MARKS[move.mark]:<4} {move.name}: {move.text}"),
    )
    with suppress(OSError):
        print(
            json.dumps(_document(order, report), indent=2) if args.json else _result(order, snapshot, report)
        )
    return report.status


def _say(text: str) -> None:
    with suppress(OSError):
        print(f"console: {text}", file=sys.stderr, flush=True)


def _causes(given: list[str]) -> dict[str, str]:
    causes = {}
    for each in given:
        key, equals, text = each.partition("=")
        if not equals or not key.strip():
            raise ConfigError(
                f"--cause {plain(each)!r} names no signal: write it as errors=what it came from"
            )
        causes[key.strip()] = text
    return causes


def _explain(order: Order, snapshot: Snapshot, plan: Plan, args: argparse.Namespace) -> None:
    """What would be done, what is missing, and the line that does it."""
    feature = snapshot.config
    command = ["console", "back" if order.down else "restore", args.feature, "--to", args.to]
    command += ["--confirm", feature.flag_key]
    if not order.down:
        command += ["--reason", args.reason or "WHY"]
        command += [word for each in args.cause for word in ("--cause", each)]
        command += ["--override"] if args.override else []
    if args.config:
        command += ["--config", str(args.config)]
    if args.confirm is not None:
        _say("--confirm is not the flag's key; nothing was sent")
    share = f"{plan.target.rollout.percent:g} %"
    what = "leave it as it is, for" if order.down else "give it back to"
    print(f"This would {what} {share} of users in {plain(feature.environment)}.", file=sys.stderr)
    for rule in plan.missing:
        if rule.rule != "confirm":
            print(f"  missing: {rule.text}", file=sys.stderr)
    print(f"Nothing was sent. To do it:\n  {shlex.join(command)}", file=sys.stderr)


def _result(order: Order, snapshot: Snapshot, report: Report) -> str:
    flag = f"{plain(snapshot.config.flag_key)} in {plain(snapshot.config.environment)}"
    verb = "step down" if order.down else "restore"
    if report.result is None:
        lines = [f"REFUSED: {verb} of {flag}; nothing was sent"]
        lines += [f"  {_rule(rule)}" for rule in report.plan.refused(order.override)]
        if report.problem:
            lines.append(f"  {report.problem}")
        return "\n".join(lines)
    goal = report.plan.target.words
    words = {
        Result.RESTORED: f"{'stepped down' if order.down else 'restored'}: {flag} to {goal}",
        Result.FAILED: f"NOT DONE: {verb} of {flag}; the steps say how far it came",
        Result.UNKNOWN: f"NOT KNOWN: {verb} of {flag} was sent, and nothing shows how it stands: look at it",
        Result.KILLED_AGAIN: f"KILLED AGAIN: a newer kill of {flag} has won",
    }[report.result]
    over = [f"  OVERRIDDEN: {rule.text}" for rule in report.plan.missing]
    more = f"; NOT JOURNALED: {report.problem}" if report.problem else ""
    return "\n".join([words + more, *over])


def _rule(rule: Unmet) -> str:
    return rule.text if rule.hard else f"{rule.text} (--override goes past it)"


def _document(order: Order, report: Report) -> dict[str, Any]:
    return {
        "version": 1,
        "kind": "back" if order.down else "restore",
        "stage": plain(report.plan.target.name),
        "percent": report.plan.target.rollout.percent,
        "result": report.result.value if report.result else "refused",
        "unmet": [{"rule": rule.rule, "text": rule.text, "hard": rule.hard} for rule in report.plan.missing],
        "overridden": order.override and report.result is not None and bool(report.plan.missing),
        "steps": [_step(move) for move in report.moves],
        "problem": report.problem or None,
        "exit": int(report.status),
    }


def _step(move: Move) -> dict[str, str]:
    return {"name": move.name, "mark": move.mark.value, "text": move.text}
