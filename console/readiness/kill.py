"""The kill switch and the fallback: what the newest kill, or drill of the real flag, has shown of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.killswitch.fingerprint import same_lever
from console.killswitch.record import PRODUCTION
from console.killswitch.steps import Ladder, Mark, Outcome, Rung
from console.readiness.ages import ago
from console.readiness.finding import Finding, cut, to_attest, to_waive
from console.readiness.gates import PROOF_GOOD_FOR, GateState, Seen
from console.text import plain

if TYPE_CHECKING:
    from console.killswitch.record import DrillRecord, KillRecord
    from console.snapshot import Snapshot

_SEEN = {Mark.TRUE: GateState.PASS, Mark.FALSE: GateState.FAIL, Mark.UNKNOWN: GateState.UNKNOWN}
_NOT_PROVEN = (Outcome.FAILED, Outcome.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class _Test:
    """A confirmed kill: when, by whom, and how it went, in words."""

    at: datetime
    by: str
    how: str


def kill_switch(snapshot: Snapshot, now: datetime) -> Finding:
    """PASS for 30 days after a confirmed kill of this very flag, in earnest or in a production drill.

    FAIL where the newest did not stop it. A rehearsal proves people and path, never the real flag; and a
    lever or a token that was changed since has proven nothing yet.
    """
    config, kill = snapshot.config, snapshot.kill
    fix = (
        f"drill it once at a quiet hour: console drill {plain(config.name)} --kind production --confirm "
        f"{plain(config.flag_key)}, or D; or attest a drill that was done elsewhere: "
    ) + to_attest(config, "kill-switch")
    seen = (*_ladder(snapshot), *_rehearsals(snapshot, now))
    if kill is not None and (failed := _failed(kill)):
        words = f"pulled {ago(kill.at, now)} in {plain(config.environment)}: {failed}"
        fix = "! shows which lever is not armed; put it right and pull it again; or waive: "
        fix += to_waive(config, "kill-switch")
        return Finding(GateState.FAIL, words, _operator(kill), kill.at, seen=seen, missing=words, fix=fix)
    test = _test(snapshot)
    if test is None:
        missing = _never(snapshot)
        return Finding(GateState.UNKNOWN, missing, "", seen=seen, missing=missing, fix=fix)
    good_to = test.at + PROOF_GOOD_FOR
    words = f"in {plain(config.environment)} {ago(test.at, now)}, {test.how}"
    if good_to <= now:
        return Finding(
            GateState.EXPIRED,
            words,
            test.by,
            test.at,
            good_to,
            seen,
            f"the last confirmed kill was {ago(test.at, now)}, and counts for {PROOF_GOOD_FOR.days} days",
            fix,
        )
    return Finding(GateState.PASS, words, test.by, test.at, good_to, seen)


def fallback(snapshot: Snapshot, now: datetime) -> Finding:
    """PASS for 30 days after it answered while killed; FAIL where it did not answer as described."""
    config, kill = snapshot.config, _shown_by(snapshot)
    table = config.fallback
    if table is None or table.url is None:
        lacks = "what users get instead is not described" if table is None else "no probe shows it"
        return Finding(
            GateState.UNKNOWN,
            f"the console cannot see it: {lacks}",
            "",
            seen=() if table is None else (Seen(None, f"described: {cut(table.describe)}"),),
            missing=f"{lacks} in [feature.fallback]",
            fix="write describe, url and expect_body into [feature.fallback]; or attest who saw it work: "
            + to_attest(config, "fallback"),
        )
    seen = [Seen(None, f"described: {cut(table.describe)}"), Seen(None, f"probe: {cut(table.url)}")]
    step = next((one for one in kill.ladder.steps if one.rung is Rung.FALLBACK), None) if kill else None
    fix = (
        f"it shows only while killed: K at a quiet hour, or console kill {plain(config.name)} --confirm "
        f"{plain(config.flag_key)} --wait fallback"
    )
    if kill is None or step is None or step.mark not in (Mark.TRUE, Mark.FALSE):
        missing = _unseen(kill)
        fix += f"; or attest who saw it work: {to_attest(config, 'fallback')}"
        return Finding(GateState.UNKNOWN, missing, "", seen=tuple(seen), missing=missing, fix=fix)
    good_to = kill.at + PROOF_GOOD_FOR
    told = cut(step.text)
    seen.append(Seen(_SEEN[step.mark], f"{ago(kill.at, now)}, while killed: {told}"))
    if step.mark is Mark.FALSE:
        words = f"it did not answer as described after the kill {ago(kill.at, now)}: {told}"
        fix = f"put the fallback right; then {fix}; or waive: {to_waive(config, 'fallback')}"
        return Finding(GateState.FAIL, words, "probe", kill.at, seen=tuple(seen), missing=words, fix=fix)
    words = f"answered while killed {ago(kill.at, now)}: {told}"
    if good_to <= now:
        return Finding(
            GateState.EXPIRED,
            words,
            "probe",
            kill.at,
            good_to,
            tuple(seen),
            f"it was last seen {ago(kill.at, now)}, and that counts for {PROOF_GOOD_FOR.days} days",
            f"{fix}; or attest who saw it work: {to_attest(config, 'fallback')}",
        )
    return Finding(GateState.PASS, words, "probe", kill.at, good_to, tuple(seen))


def _shown_by(snapshot: Snapshot) -> KillRecord | None:
    """The newest kill that has shown the fallback, come true or not; else the newest of all."""
    newest: KillRecord | None = snapshot.kill
    kills: list[KillRecord] = [*snapshot.kills] or ([newest] if newest is not None else [])
    for kill in reversed(kills):
        marks = {step.mark for step in kill.ladder.steps if step.rung is Rung.FALLBACK}
        if marks & {Mark.TRUE, Mark.FALSE}:
            return kill
    return newest


def _failed(kill: KillRecord) -> str:
    """Why a kill that is over, or proven, did not stop the feature; "" where it did or is not over."""
    ladder = kill.ladder
    if ladder.outcome in _NOT_PROVEN and (ladder.finished or ladder.outcome is Outcome.FAILED):
        return "no lever worked" if ladder.outcome is Outcome.FAILED else "sent, and never confirmed"
    if ladder.outcome is not Outcome.CONFIRMED:
        return ""
    for step in ladder.steps:
        if step.rung in (Rung.EVALUATED, Rung.QUIET) and step.mark is Mark.FALSE:
            return f"confirmed, and yet {step.rung.value} did not come true: {cut(step.text)}"
    return ""


def _test(snapshot: Snapshot) -> _Test | None:
    """The newest confirmed kill or production drill that pulled a lever of the flag as it is today."""
    proofs = [proof for proof in (_killed(snapshot), _drilled(snapshot)) if proof is not None]
    return max(proofs, key=lambda proof: proof.at, default=None)


def _drilled(snapshot: Snapshot) -> _Test | None:
    for drill in reversed(snapshot.drills):
        ladder = drill.ladder
        if drill.kind != PRODUCTION or drill.confirmed_at is None or ladder.outcome is not Outcome.CONFIRMED:
            continue
        if ladder.flag_key == snapshot.config.flag_key and _same(snapshot, drill):
            return _Test(drill.confirmed_at, cut(ladder.operator), f"in a drill, {_how(ladder)}")
    return None


def _same(snapshot: Snapshot, kill: KillRecord | DrillRecord) -> bool:
    return same_lever(kill.prints, snapshot.prints, kill.ladder.killed_by)


def _killed(snapshot: Snapshot) -> _Test | None:
    kill = snapshot.kill
    if kill is not None and kill.confirmed_at is not None and kill.ladder.outcome is Outcome.CONFIRMED:
        if kill.ladder.flag_key != snapshot.config.flag_key or not _same(snapshot, kill):
            return None
        return _Test(kill.confirmed_at, _operator(kill), _how(kill.ladder))
    last = snapshot.last_confirmed_kill
    # The second of two kills finds the flag killed and sends nothing: it has tested nothing.
    if last is None or (kill is not None and last == kill.confirmed_at):
        return None
    if any(drill.confirmed_at == last for drill in snapshot.drills):
        return None
    return _Test(last, "journal", "confirmed; a later kill is in the journal")


def _how(ladder: Ladder) -> str:
    """``confirmed after 0.9 s by lever 2; lever 1 unknown``."""
    confirmed = {step.lever: step for step in ladder.steps if step.rung is Rung.CONFIRMED}
    own = confirmed.get(ladder.killed_by or 0)
    after = f" after {own.seconds:.1f} s" if own is not None and own.seconds is not None else ""
    levers = sorted({step.lever for step in ladder.steps if step.lever})
    silent = [lever for lever in levers if lever != ladder.killed_by and not _came_true(ladder, lever)]
    others = "".join(f"; lever {lever} did not prove itself" for lever in silent)
    return f"confirmed{after} by lever {ladder.killed_by}{others}"


def _came_true(ladder: Ladder, lever: int) -> bool:
    confirmed = (step for step in ladder.steps if step.rung is Rung.CONFIRMED and step.mark is Mark.TRUE)
    return any(step.lever == lever for step in confirmed)


def _never(snapshot: Snapshot) -> str:
    """What is missing where no test counts."""
    kill = snapshot.kill
    if snapshot.journal.problem:
        return f"the journal cannot be read: {cut(snapshot.journal.problem)}"
    if kill is None:
        return f"no confirmed kill in {plain(snapshot.config.environment)} is in the journal"
    if kill.ladder.flag_key != snapshot.config.flag_key:
        return (
            f"the last kill was of the flag {cut(kill.ladder.flag_key)}; "
            f"{plain(snapshot.config.flag_key)} was never pulled"
        )
    if not _same(snapshot, kill):
        return (
            f"lever {kill.ladder.killed_by}, which the last kill has proven, was changed since, "
            "or its token was"
        )
    if kill.ladder.outcome is Outcome.ALREADY:
        return "the last kill found it killed already and sent nothing, which tests nothing"
    return "the last kill has not ended in the journal"


def _unseen(kill: KillRecord | None) -> str:
    if kill is None:
        return "no kill is in the journal, and it shows only while killed"
    if not kill.ladder.finished:
        return "the last kill has not ended, and the fallback has not been seen in it"
    return "the last kill did not show it"


def _ladder(snapshot: Snapshot) -> tuple[Seen, ...]:
    kill = snapshot.kill
    if kill is None:
        return ()
    return tuple(
        Seen(_SEEN.get(step.mark), f"{step.rung.value} {step.lever or ''}".ljust(13) + cut(step.text))
        for step in kill.ladder.steps
    )


def _rehearsals(snapshot: Snapshot, now: datetime) -> tuple[Seen, ...]:
    """The newest drill, and what it says of the real flag."""
    drill = next((one for one in reversed(snapshot.rehearsed) if one.score is not None), None)
    if drill is None or drill.score is None:
        return ()
    passed = "passed" if drill.score.passed else "not passed"
    not_proven = "; ".join(drill.score.not_proven)
    words = f"{ago(drill.at, now)}, {drill.begun.kind} of {cut(drill.begun.trainee)}: {passed}"
    return (
        Seen(GateState.PASS if drill.score.passed else GateState.FAIL, f"drill        {words}"),
        *((Seen(None, f"not proven   {cut(not_proven)}"),) if not_proven else ()),
    )


def _operator(kill: KillRecord) -> str:
    return cut(kill.ladder.operator)
