"""A restore or a step back as a whole: what is asked, whether it may, and carrying it out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from adapters import registry
from adapters.errors import AdapterError
from console.exits import Exit
from console.incident.acts import Act, Restore, Restored, body_of, kind_of
from console.killswitch.levers import close_levers, open_levers
from console.restoring.facts import before, gather, killed, pulled_levers
from console.restoring.rules import Unmet, Wish, unmet
from console.restoring.stages import Target, target
from console.restoring.way import Move, Result, WayBack
from console.store.journal import Journal
from console.text import plain

if TYPE_CHECKING:
    from console.config import Config, FeatureConfig
    from console.identity import Operator
    from console.snapshot import Snapshot

TRAFFIC_SECONDS = 6.0
FRESH_SECONDS = 180.0
"""Age of the newest logged answer that still shows the fallback at work."""
EXITS = {Result.RESTORED: Exit.OK, Result.FAILED: Exit.NO, Result.UNKNOWN: Exit.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Order:
    """What a person orders.

    Attributes:
        down: a step down, as free of gates as the kill; else a restore.
        stage: its name, or a share ("5%").
        override: go past the rules that can be gone past.
    """

    down: bool
    stage: str
    wish: Wish
    override: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done.

    Attributes:
        undo: numbers of the levers, above 1, that are taken back.
        missing: every rule that does not hold.
    """

    target: Target
    undo: frozenset[int]
    missing: tuple[Unmet, ...]

    def refused(self, override: bool) -> tuple[Unmet, ...]:
        """The rules that stand in the way."""
        return tuple(rule for rule in self.missing if rule.hard or not override)


@dataclass(frozen=True, slots=True)
class Report:
    """How it ended.

    Attributes:
        result: None when it was refused.
        status: an exit status of `console.exits.Exit`.
    """

    result: Result | None
    status: Exit
    plan: Plan
    moves: tuple[Move, ...] = ()
    problem: str = ""


async def make_plan(order: Order, snapshot: Snapshot, now: datetime) -> Plan:
    """Say what would be done and what is missing, asking the traffic once."""
    feature = snapshot.config
    levers = open_levers(feature)
    try:
        state = snapshot.flag.state
        if order.down:
            live = state.percent if state is not None else None
            goal = target(feature, order.stage, live)
            return Plan(goal, frozenset(), tuple(_step_down(order, snapshot, goal)))
        known = before(snapshot.kills, snapshot.drills)
        goal = target(feature, order.stage, known.percent if known is not None else None)
        facts = gather(snapshot, levers, goal, traffic=await _traffic(feature), hold_down=feature.hold_down)
        undo = frozenset(pulled_levers(snapshot.kill) - {1})
        return Plan(goal, undo, unmet(order.wish, facts, now))
    finally:
        await close_levers(levers)


def _step_down(order: Order, snapshot: Snapshot, goal: Target) -> list[Unmet]:
    missing = []
    if order.wish.confirm != snapshot.config.flag_key:
        words = f"the flag's key is not typed whole: {plain(snapshot.config.flag_key)}"
        missing.append(Unmet("confirm", words, hard=True))
    if killed(snapshot):
        missing.append(
            Unmet("killed", "it is killed: a step down is for what is live; R restores", hard=True)
        )
    if goal.problem:
        missing.append(Unmet("stage", goal.problem, hard=True))
    return missing


async def carry_out(
    config: Config,
    snapshot: Snapshot,
    order: Order,
    *,
    operator: Operator,
    publish: Callable[[Move], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Report:
    """Do it, if it may be done. Journaled before anything is sent; without a journal nothing is.

    Args:
        publish: gets each step.
    """
    plan = await make_plan(order, snapshot, clock())
    if plan.refused(order.override):
        return Report(None, Exit.OUR_RULES, plan)
    journal = Journal(config.store, config.second_journal)
    feature, rollout = snapshot.config, plan.target.rollout
    begun = Restore(
        down=order.down,
        stage=plan.target.words,
        percent=rollout.percent,
        reason=plain(order.wish.reason),
        causes={plain(key): plain(text) for key, text in order.wish.causes.items()},
        overridden=[rule.text for rule in plan.missing],
    )
    problem = await _journaled(journal, feature, begun, operator)
    if problem:
        return Report(None, Exit.NO_JOURNAL, plan, problem=f"nothing was sent: {problem}")
    moves: list[Move] = []

    def told(move: Move) -> None:
        moves.append(move)
        publish(move)

    from_kill = snapshot.kill.ladder.kill_id if snapshot.kill is not None else ""
    levers = open_levers(feature)
    try:
        way = WayBack(
            feature,
            levers,
            plan.target,
            undo=plan.undo,
            turn_on=not order.down,
            operator=operator.name,
            reason=plain(order.wish.reason),
            newer_kill=partial(newer_kill, journal, feature, from_kill),
            kill_again=partial(_kill_again, config, feature, operator),
            publish=told,
        )
        result = await way.run()
    finally:
        await close_levers(levers)
    steps = [f"{move.name}: {move.text}" for move in moves]
    ended = Restored(order.down, plan.target.words, rollout.percent, result.value, steps)
    problem = await _journaled(journal, feature, ended, operator)
    status = EXITS.get(result, Exit.NO)
    if problem and status is Exit.OK:
        status = Exit.NO_JOURNAL
    return Report(result, status, plan, tuple(moves), problem)


async def _journaled(journal: Journal, feature: FeatureConfig, act: Act, operator: Operator) -> str:
    """Put an act into the journal; why no place took it, or ""."""
    work = partial(
        journal.append,
        kind_of(act),
        feature=feature.key,
        environment=feature.environment,
        body=body_of(act, operator),
    )
    written = await asyncio.to_thread(work)
    return "" if written.row is not None else f"the journal cannot be written: {written.problem}"


def newer_kill(journal: Journal, feature: FeatureConfig, from_kill: str) -> bool:
    """Whether a kill is journaled that is newer than the one with this id. Waits for the disk."""
    newest = journal.latest_kill(feature.key, feature.environment)
    return newest is not None and newest.ladder.kill_id != from_kill


async def _kill_again(config: Config, feature: FeatureConfig, operator: Operator) -> str:
    """Bring the kill state about once more, for the kill that came meanwhile; how it went, in words."""
    from console.killswitch.command import kill_command

    status = await kill_command(
        config,
        feature,
        reason="a kill came while it was being restored, and wins",
        wait="confirmed",
        operator=operator,
        emit=lambda _: None,
    )
    return "it is killed, and confirmed" if status in (Exit.OK, Exit.NO_JOURNAL) else "NOT CONFIRMED: K again"


async def _traffic(feature: FeatureConfig) -> str:
    """Why the traffic does not show users getting the fallback, or ""."""
    table = feature.traffic
    if table is None:
        return ""
    try:
        probe = registry.open_traffic(table.provider, table.options, table.where, trust=table.trust)
    except AdapterError as error:
        return f"the traffic cannot be asked: {plain(error.what)}"
    try:
        async with asyncio.timeout(TRAFFIC_SECONDS):
            count = await probe.count()
    except AdapterError as error:
        return f"the traffic cannot be seen: {plain(error.what)}"
    except Exception as error:  # noqa: BLE001 - TimeoutError, or whatever a third party's adapter raises
        return f"the traffic cannot be seen ({type(error).__name__})"
    finally:
        await probe.aclose()
    if count.fallback <= 0 and (count.newest_age is None or count.newest_age > FRESH_SECONDS):
        return "no fresh answer by the fallback is logged: nobody can tell what users get now"
    return ""
