"""What the screen shows below `!`: findings of a snapshot, without asking anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from console.doctor.finding import Severity
from console.doctor.snapshot import snapshot_findings
from console.killswitch.arming import Arming
from console.signals.verdict import Board, Clock, State
from console.snapshot import FlagView, HistoryView, JournalView, RunbookView, Snapshot
from tests.console.doctor.samples import CONFIG, FLAG, NOW, check, kill, lever, snapshot, verdict

BROKEN, WARNING = Severity.BROKEN, Severity.WARNING
UNARMED = Arming((lever(1, check("may write", False, "the token lacks it")), lever(2)), NOW)

WRONG: list[tuple[Snapshot, Severity, str, str]] = [
    (snapshot(arming=UNARMED), BROKEN, "arming", "a kill still works by lever 2"),
    (snapshot(flag=FlagView(FLAG, "unleash: no answer", NOW)), BROKEN, "arming", "cannot be read"),
    (
        snapshot(kill=kill(), flag=FlagView(replace(FLAG, read_at=NOW + timedelta(minutes=1)), "", NOW)),
        WARNING,
        "arming",
        "no longer as the newest kill",
    ),
    (snapshot(journal=JournalView("is locked", NOW)), BROKEN, "journal", "is locked"),
    (snapshot(history=HistoryView("disk full", NOW)), WARNING, "history", "disk full"),
    (snapshot(runbook=RunbookView("", "no such file")), WARNING, "runbook", "no such file"),
    (snapshot(reload="line 3 is no TOML"), WARNING, "configuration", "line 3 is no TOML"),
    (snapshot(config=replace(CONFIG, faults=("[feature.traffic] odd",))), BROKEN, "configuration", "odd"),
    (
        snapshot(verdict("errors", State.ERROR, problem="refused"), verdict("latency", State.OK)),
        BROKEN,
        "sources",
        "ERROR: refused",
    ),
    (snapshot(verdict("errors", State.NO_DATA)), BROKEN, "sources", "NO DATA"),
    (snapshot(verdict("evals", State.STALE)), BROKEN, "sources", "STALE"),
    (snapshot(verdict("latency", State.BREACH, value=4400.0)), WARNING, "sources", "a thousand times"),
    (snapshot(verdict("errors", State.OK, partial="2 readings unusable")), WARNING, "sources", "unusable"),
]


@pytest.mark.parametrize(("seen", "severity", "area", "words"), WRONG)
def test_one_thing_wrong_stands_first_and_all_else_is_fine(
    seen: Snapshot, severity: Severity, area: str, words: str
) -> None:
    first, *rest = snapshot_findings(seen)
    assert (first.severity, first.area) == (severity, area)
    assert words in first.what
    assert {one.severity for one in rest} <= {Severity.FINE}


def test_where_all_is_well_every_finding_is_fine() -> None:
    assert {one.severity for one in snapshot_findings(snapshot())} == {Severity.FINE}


def test_a_breach_is_the_judges_matter_and_no_finding() -> None:
    found = snapshot_findings(snapshot(verdict("errors", State.BREACH), verdict("cost", State.WATCH)))
    assert {one.severity for one in found} == {Severity.FINE}


def test_seven_signals_of_one_dead_source_are_one_finding() -> None:
    dead = [verdict(key, State.ERROR, problem="refused") for key in ("errors", "latency", "cost")]
    broken = [one for one in snapshot_findings(snapshot(*dead)) if one.severity is BROKEN]
    assert [one.subject for one in broken] == ["errors, latency, cost"]


def test_before_anybody_has_answered_nothing_is_said_of_sources_or_levers() -> None:
    board = Board({"errors": verdict("errors", State.NO_DATA)}, None, None, None, (), 0)
    found = snapshot_findings(snapshot(board=board, arming=None))
    assert {one.area for one in found} == {"configuration"}


def test_a_source_that_runs_at_a_pace_of_its_own_has_no_wrong_clock() -> None:
    def with_clock(speed: float) -> Snapshot:
        shown = snapshot()
        ahead = Clock(NOW + timedelta(hours=5), NOW, speed)
        return replace(shown, board=replace(shown.board, clock=ahead))

    assert "ahead of this machine's" in snapshot_findings(with_clock(1.0))[0].what
    assert {one.severity for one in snapshot_findings(with_clock(60.0))} == {Severity.FINE}
