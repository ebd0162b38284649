"""A feature on the eve of its launch, in pieces that each test takes apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adapters.flags.port import FlagState
from adapters.untrusted import Untrusted
from console.config import FallbackConfig, FeatureConfig, ProviderTable, SignalConfig, Stage
from console.identity import Operator
from console.incident.acts import Acknowledge, Act, Attest, Done, Said, Waive
from console.killswitch.record import KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.readiness.assess import assess
from console.readiness.gates import Gate
from console.readiness.records import Records, fold
from console.signals.verdict import Board, Clock, State, Verdict
from console.snapshot import FlagView, JournalView, RunbookView, Snapshot

NOW = datetime(2026, 11, 24, 8, 11, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
VERSION = "3f2a91c"
ROTATION = ("Mara Voss", "Jonas Ek", "Priya Nair")
SEVEN = {
    "cost": "cost today",
    "latency": "latency p95",
    "evals": "eval score",
    "errors": "error rate",
    "feedback": "thumbs-down",
    "tickets": "tickets",
    "injection": "injection",
}
_SOURCE = ProviderTable("feature.signals", "events", {})

CONFIG = FeatureConfig(
    key="drafts",
    title="Drafts",
    environment="production",
    flag=ProviderTable("feature.flag of drafts", "unleash", {}),
    flag_key="drafts-ai",
    lever_order="in_turn",
    levers=(),
    runbook=Path("runbooks/drafts.md"),
    evaluate=None,
    traffic=None,
    fallback=FallbackConfig("agents write by hand", "http://probe.test/", 200, "unavailable"),
    signals={key: SignalConfig(key, _SOURCE) for key in SEVEN},
    stages=(Stage("internal", 0, "team", "7d"), Stage("5%", 5, None, "7d"), Stage("100%", 100)),
)


def person(name: str, **known: Any) -> Operator:
    return Operator(name=name, uid=1000, **known)


def did(act: Act, by: str = "Jonas Ek", at: datetime = NOW - DAY, row: int = 1) -> Done:
    return Done(at, row, person(by), act)


def attested(
    gate: str, *, until: datetime = NOW + 29 * DAY, evidence: str = "seen it", by: str = "Jonas Ek"
) -> Done:
    return did(Attest(gate, evidence, until), by)


def waived(
    gate: str, *, until: datetime = NOW + 29 * DAY, reason: str = "known", approver: str = "Ana Ruiz"
) -> Done:
    return did(Waive(gate, reason, approver, until))


def read(by: str, version: str = VERSION, at: datetime = NOW - DAY) -> Done:
    return did(Acknowledge(version), by, at)


def said(gate: str, text: str) -> Done:
    return did(Said(gate, text))


def flag(percent: float | None = 5.0, *rules: str, on: bool = True) -> FlagView:
    known = tuple(Untrusted(rule) for rule in rules)
    return FlagView(FlagState("drafts-ai", "production", on, percent, known, "7", NOW, None, NOW), "", NOW)


def verdict(key: str, state: State = State.OK, *, age: timedelta = MINUTE, **more: Any) -> Verdict:
    newest = more.pop("newest", NOW - age)
    return Verdict(key, SEVEN[key], state, NOW - DAY, newest=newest, **more)


def evals(state: State = State.OK, *, age: timedelta = 6 * HOUR, nights: int = 9, **more: Any) -> Verdict:
    more.setdefault("history", (0.84,) * nights)
    return verdict("evals", state, age=age, count_text="200", headline="eval score 0.84", **more)


def board(
    *changed: Verdict, first: Mapping[str, datetime] | None = None, clock: Clock | None = None
) -> Board:
    verdicts = {key: evals() if key == "evals" else verdict(key) for key in SEVEN}
    verdicts.update((one.signal, one) for one in changed)
    begun = {**dict.fromkeys((*SEVEN, "traffic"), NOW - 9 * DAY), "evals": NOW - 8 * DAY - 6 * HOUR}
    seen = begun if first is None else first
    return Board(MappingProxyType(verdicts), clock or Clock(NOW, NOW, 1.0), None, None, (), 1, seen)


def step(
    rung: Rung, mark: Mark, text: str = "so it was", lever: int = 0, seconds: float | None = 0.9
) -> Step:
    return Step(rung, lever, mark, seconds, text)


CLIMBED = (
    step(Rung.JOURNALED, Mark.TRUE),
    step(Rung.LEVER, Mark.TRUE, lever=1),
    step(Rung.ACCEPTED, Mark.TRUE, lever=1),
    step(Rung.CONFIRMED, Mark.TRUE, lever=1),
    step(Rung.EVALUATED, Mark.TRUE),
    step(Rung.QUIET, Mark.TRUE),
    step(Rung.FALLBACK, Mark.TRUE, "200, 'temporarily unavailable'"),
)


def kill(
    *,
    at: datetime = NOW - 6 * DAY,
    outcome: Outcome = Outcome.CONFIRMED,
    by: int | None = 1,
    finished: bool = True,
    flag_key: str = "drafts-ai",
    steps: tuple[Step, ...] = CLIMBED,
) -> KillRecord:
    ladder = Ladder(
        kill_id="k1",
        feature="drafts",
        environment="production",
        flag_key=flag_key,
        operator="Mara Voss",
        started=at.isoformat(),
        row=7,
        steps=steps,
        outcome=outcome,
        killed_by=by,
        finished=finished,
        exit_status=0,
    )
    return KillRecord(ladder, at, None if by is None else at + timedelta(seconds=0.9))


def with_rung(rung: Rung, mark: Mark, text: str, **more: Any) -> KillRecord:
    """A kill whose ladder differs in one rung."""
    steps = tuple(step(rung, mark, text) if one.rung is rung else one for one in CLIMBED)
    return kill(steps=steps, **more)


EVERYBODY = tuple(read(name) for name in ROTATION)
LAUNCH = (*EVERYBODY, attested("internal-cohort"), attested("ramp-criteria"))


def records(*acts: Done) -> Records:
    return fold(acts)


READY = Snapshot(
    config=CONFIG,
    board=board(),
    flag=flag(),
    arming=None,
    kill=kill(),
    journal=JournalView(),
    last_confirmed_kill=NOW - 6 * DAY,
    records=records(*LAUNCH),
    rotation=ROTATION,
    runbook=RunbookView(VERSION),
)
"""All eight are met, and the ninth."""


def configured(**changes: Any) -> Snapshot:
    """The ready feature with another configuration."""
    return replace(READY, config=replace(CONFIG, **changes))


def gate(snapshot: Snapshot, key: str, now: datetime = NOW) -> Gate:
    return next(one for one in assess(snapshot, now) if one.definition.key == key)


def also(snapshot: Snapshot, *acts: Done) -> Snapshot:
    """What the people of the ready feature said, and this as well."""
    return replace(snapshot, records=records(*LAUNCH, *acts))
