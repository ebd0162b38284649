"""How a gate stands: what the console sees, and what people's word adds to it.

A FAIL that the console sees is covered by nothing but a waiver, and only until its date. An attestation
speaks where the console cannot see. No word ever makes a FAIL a PASS.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from console.incident.acts import Attest, Done, Said, Waive
from console.readiness.ages import ago, left
from console.readiness.finding import WHOLE, Finding, cut
from console.readiness.gates import Gate, GateDefinition, GateState, Seen
from console.readiness.records import Records
from console.readiness.terms import attested_until, void, waived_until


def stand(definition: GateDefinition, finding: Finding, records: Records, now: datetime) -> Gate:
    """Put together what is seen of a gate and what people said of it.

    Args:
        now: instant of the real clock, UTC.
    """
    gate = _without_words(definition, finding)
    if finding.state is GateState.FAIL:
        gate = _waived(gate, records, now) or _waiver_over(gate, records, now) or gate
    elif finding.state is not GateState.PASS:
        gate = (
            (_attested(gate, records, now) if finding.attestable else None)
            or _waived(gate, records, now)
            or _over(gate, records, now, finding.attestable)
            or gate
        )
    return replace(
        gate,
        seen=(*finding.seen, *_rows(definition.key, finding, records, now)),
        said=_said(definition.key, records),
    )


def _without_words(definition: GateDefinition, finding: Finding) -> Gate:
    met = finding.state.met
    return Gate(
        definition,
        finding.state,
        finding.evidence,
        by=finding.by,
        at=finding.at,
        good_to=finding.good_to,
        missing="" if met else finding.missing or finding.evidence,
        fix="" if met else finding.fix,
    )


def _attested(gate: Gate, records: Records, now: datetime) -> Gate | None:
    found = attest(gate.definition.key, records)
    if found is None:
        return None
    done, act = found
    until = attested_until(done, act)
    if until <= now:
        return None
    return replace(
        gate,
        state=GateState.PASS,
        evidence=cut(act.evidence),
        by=cut(done.operator.name),
        at=done.at,
        good_to=until,
        missing="",
        fix="",
    )


def _waived(gate: Gate, records: Records, now: datetime) -> Gate | None:
    found = waive(gate.definition.key, records)
    if found is None:
        return None
    done, act = found
    until = waived_until(done, act)
    if until <= now or void(done, act):
        return None
    return replace(
        gate,
        state=GateState.WAIVED,
        evidence=f"{gate.missing}; accepted: {cut(act.reason)}",
        by=cut(act.approver),
        at=done.at,
        good_to=until,
        missing="",
        fix="",
    )


def _waiver_over(gate: Gate, records: Records, now: datetime) -> Gate | None:
    """A failed gate whose waiver is over has failed still, and says since when nobody accepts it any more."""
    found = waive(gate.definition.key, records)
    if found is None or void(*found):
        return None
    over = f"{gate.missing}; its waiver by {cut(found[1].approver)} {left(waived_until(*found), now)}"
    return replace(gate, evidence=over, missing=over)


def _over(gate: Gate, records: Records, now: datetime, attestable: bool) -> Gate | None:
    """What stands in no more: the word that held the longest."""
    ends: list[tuple[datetime, str, str, datetime]] = []
    attested = attest(gate.definition.key, records) if attestable else None
    if attested is not None:
        done, vouched = attested
        words = f"attested by {cut(done.operator.name)}: {cut(vouched.evidence)}"
        ends.append((attested_until(done, vouched), words, cut(done.operator.name), done.at))
    waived = waive(gate.definition.key, records)
    if waived is not None and not void(*waived):
        done, act = waived
        words = f"waived by {cut(act.approver)}: {cut(act.reason)}"
        ends.append((waived_until(done, act), words, cut(act.approver), done.at))
    if not ends:
        return None
    until, words, by, at = max(ends)
    over = left(until, now)
    return replace(
        gate,
        state=GateState.EXPIRED,
        evidence=f"{over}, {words}",
        by=by,
        at=at,
        good_to=until,
        missing=f"{over}, {words}; {gate.missing}",
    )


def _rows(key: str, finding: Finding, records: Records, now: datetime) -> tuple[Seen, ...]:
    """Everybody's word, for the walk-through: also that which does not count, and why it does not."""
    rows: list[Seen] = []
    attested = attest(key, records)
    if attested is not None:
        done, vouched = attested
        until = attested_until(done, vouched)
        speaks = finding.state not in (GateState.FAIL, GateState.PASS) and finding.attestable
        state = None if not speaks else GateState.PASS if until > now else GateState.EXPIRED
        why = "" if speaks or finding.state is GateState.PASS else "; does not cover what the console sees"
        who = f"attested by {cut(done.operator.name)} {ago(done.at, now)}, {left(until, now)}{why}"
        rows.append(Seen(state, f"{who}: {cut(vouched.evidence, WHOLE)}"))
    waived = waive(key, records)
    if waived is not None:
        done, act = waived
        until = waived_until(done, act)
        why = void(done, act)
        state = GateState.WAIVED if until > now else GateState.EXPIRED
        who = (
            f"waived for {cut(done.operator.name)} by {cut(act.approver) or 'nobody'} {ago(done.at, now)}, "
            f"{left(until, now)}{f'; does not count, {why}' if why else ''}"
        )
        rows.append(Seen(None if why else state, f"{who}: {cut(act.reason, WHOLE)}"))
    return tuple(rows)


def _said(key: str, records: Records) -> str:
    done = records.said.get(key)
    if done is None or not isinstance(done.act, Said):
        return ""
    return f"{cut(done.operator.name)}: {cut(done.act.text, WHOLE)}"


def attest(key: str, records: Records) -> tuple[Done, Attest] | None:
    """The newest attestation of a gate."""
    done = records.attested.get(key)
    return (done, done.act) if done is not None and isinstance(done.act, Attest) else None


def waive(key: str, records: Records) -> tuple[Done, Waive] | None:
    """The newest waiver of a gate."""
    done = records.waived.get(key)
    return (done, done.act) if done is not None and isinstance(done.act, Waive) else None
