"""A feature as the doctor sees it, whole; tests break one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adapters.flags.port import ArmingCheck, FlagState
from adapters.untrusted import Untrusted
from console.config import FeatureConfig, ProviderTable, SignalConfig
from console.doctor.configuration import FileFacts
from console.doctor.credentials import SecretFacts
from console.doctor.facts import Facts, FeatureFacts
from console.doctor.keeping import JournalFacts, PlaceFacts
from console.doctor.machine import InstallationFacts, TerminalFacts
from console.doctor.proof import ProofFacts
from console.doctor.sources import SignalFacts, SourceFacts
from console.doctor.units import Sample
from console.killswitch.arming import Arming, LeverArming
from console.killswitch.record import KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.runbook.text import RunbookText
from console.signals.verdict import Board, Clock, State, Verdict
from console.snapshot import FlagView, Snapshot, SourceView

NOW = datetime(2026, 11, 24, 3, 11, 8, tzinfo=UTC)
NAME = "drafts@production"
TABLE = ProviderTable("feature.flag of drafts", "unleash", {})
SIGNALS = {
    key: SignalConfig(key, TABLE, baseline=baseline)
    for key, baseline in {"errors": {}, "latency": {"p50": 1.9, "p95": 4.4}, "evals": {"cold": 0.86}}.items()
}
CONFIG = FeatureConfig(
    key="drafts",
    title="Drafts",
    environment="production",
    flag=TABLE,
    flag_key="drafts-ai",
    lever_order="in_turn",
    levers=(),
    runbook=Path("runbook.md"),
    evaluate=None,
    traffic=None,
    fallback=None,
    signals=SIGNALS,
    stages=(),
)
FLAG = FlagState("drafts-ai", "production", True, 25.0, (), "7", NOW, Untrusted("priya"), NOW)
BOOK = "# Drafts, production\nThe flag is `drafts-ai`.\n1. Read line 2.\n2. In doubt, kill.\n"


def check(name: str, holds: bool | None = True, text: str = "it does", todo: str = "") -> ArmingCheck:
    return ArmingCheck(name, holds, text, todo)


def lever(number: int, *checks: ArmingCheck) -> LeverArming:
    shown = checks or (check("reachable"), check("may write"))
    return LeverArming(number, ("unleash", "command")[number - 1], "switch off", shown, 5.0)


ARMING = Arming((lever(1), lever(2)), NOW)


def kill(outcome: Outcome = Outcome.CONFIRMED, *, by: int | None = 1) -> KillRecord:
    steps = (Step(Rung.CONFIRMED, by or 1, Mark.TRUE, 0.9, "read back"),)
    ladder = Ladder(
        "k1",
        "drafts",
        "production",
        "drafts-ai",
        "Mara Voss",
        NOW.isoformat(),
        7,
        steps,
        outcome,
        by,
        True,
        0,
    )
    return KillRecord(ladder, NOW, NOW + timedelta(seconds=0.9) if by else None)


def source(**changes: Any) -> SourceFacts:
    signals = tuple(
        SignalFacts(key, True, age=timedelta(seconds=20), sample=Sample(key, readings=1440))
        for key in SIGNALS
    )
    return replace(SourceFacts("prometheus at 10.0.0.5:9090", signals, seconds=0.4, skew=0.2), **changes)


def signal(**changes: Any) -> SignalFacts:
    return replace(SignalFacts("errors", True, age=timedelta(seconds=20)), **changes)


def feature(**changes: Any) -> FeatureFacts:
    whole = FeatureFacts(
        CONFIG,
        ARMING,
        "",
        (SecretFacts("env:UNLEASH_TOKEN", ("feature.flag of drafts",)),),
        (ProofFacts("evaluated", "answers now"),),
        (source(),),
        RunbookText("runbook.md", BOOK, ""),
        FLAG,
    )
    return replace(whole, **changes)


def facts(one: FeatureFacts | None = None, **changes: Any) -> Facts:
    places = (PlaceFacts("console.db", True, 4096), PlaceFacts("second.db"))
    whole = Facts(
        at=NOW,
        terminal=TerminalFacts(there=True, kind="xterm-256color", colours=256, size=(120, 40)),
        installation=InstallationFacts("/opt/console", version="0.1.0", python="3.11.4"),
        file=FileFacts("console.toml"),
        features=(one or feature(),),
        journal=JournalFacts(places, (), 12),
        history=PlaceFacts("console-history.db", True, 1 << 20, schema=("0001-readings",)),
    )
    return replace(whole, **changes)


def verdict(key: str, state: State = State.OK, **changes: Any) -> Verdict:
    return replace(Verdict(key, key, state, NOW - timedelta(minutes=13)), **changes)


def snapshot(*verdicts: Verdict, speed: float = 1.0, **changes: Any) -> Snapshot:
    shown = verdicts or tuple(verdict(key) for key in SIGNALS)
    board = Board(
        MappingProxyType({one.signal: one for one in shown}), Clock(NOW, NOW, speed), None, None, (), 1
    )
    whole = Snapshot(
        CONFIG,
        board,
        FlagView(FLAG, "", NOW),
        ARMING,
        None,
        sources={one.signal: SourceView("prometheus at 10.0.0.5:9090") for one in shown},
    )
    return replace(whole, **changes)
