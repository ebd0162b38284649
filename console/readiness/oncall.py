"""The runbook: bound, readable, and read by everybody who may be paged, in the version that stands there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from console.incident.acts import Acknowledge, Done
from console.readiness.ages import ago
from console.readiness.finding import Finding, cut, to_attest, to_waive
from console.readiness.gates import GateState, Seen
from console.readiness.people import distinct, folded, listed
from console.text import plain

if TYPE_CHECKING:
    from console.snapshot import Snapshot


def runbook(snapshot: Snapshot, now: datetime) -> Finding:
    """PASS when every person of the rotation has acknowledged this version; FAIL where none can be read."""
    path, view = snapshot.config.runbook, snapshot.runbook
    waiving = to_waive(snapshot.config, "runbook")
    if path is None or view.problem:
        told = "no runbook is bound to this feature" if path is None else cut(view.problem)
        fix = (
            "set runbook in console.toml"
            if path is None
            else "put it there, or correct runbook in console.toml"
        )
        return Finding(GateState.FAIL, told, missing=told, fix=f"{fix}; or waive: {waiving}")
    version = cut(view.version, 40)
    if not version:
        told = "the runbook has not been read yet, or nothing stands in it"
        return Finding(GateState.UNKNOWN, told, "", missing=told, fix="write it, then r", attestable=False)
    bound = Seen(None, f"{plain(str(path))}, version {version}")
    people = distinct(snapshot.rotation)
    readers = _readers(snapshot)
    if not people:
        return Finding(
            GateState.UNKNOWN,
            f"bound, version {version}; who takes turns on call is not known",
            "",
            seen=(bound, *_others((), readers, now)),
            missing="who takes turns on call is not configured",
            fix='write [people] rotation = ["…"] into console.toml, and each presses o on it; or attest: '
            + to_attest(snapshot.config, "runbook"),
        )
    rows = [bound]
    late: list[str] = []
    newest: datetime | None = None
    width = max(len(cut(person, 30)) for person in people)
    for person in people:
        read = readers.get(folded(person))
        name = cut(person, 30)
        if read is not None and read[1].version == view.version:
            newest = read[0].at if newest is None else max(newest, read[0].at)
            rows.append(Seen(GateState.PASS, f"{name:<{width}}  version {version}  {ago(read[0].at, now)}"))
        elif read is not None:
            before = f"version {cut(read[1].version, 40)}, an earlier one, {ago(read[0].at, now)}"
            rows.append(Seen(GateState.UNKNOWN, f"{name:<{width}}  {before}"))
            late.append(f"{name} has read an earlier version, {cut(read[1].version, 40)}, not {version}")
        else:
            rows.append(Seen(GateState.UNKNOWN, f"{name:<{width}}  has not read it"))
            late.append(f"{name} has not read version {version}")
    rows += _others(people, readers, now)
    count = f"{len(people) - len(late)} of {len(people)}"
    if not late:
        return Finding(
            GateState.PASS, f"{count} acknowledged version {version}", count, newest, seen=tuple(rows)
        )
    return Finding(
        GateState.UNKNOWN,
        f"{count} acknowledged version {version}: {_few(late)}",
        count,
        newest,
        seen=tuple(rows),
        missing=_few(late),
        fix=f"each reads it with 4 and presses o{_hint(people, readers)}; or waive: {waiving}",
        # Whether somebody has read it, that person says, and the console sees it said.
        attestable=False,
    )


def _readers(snapshot: Snapshot) -> dict[str, tuple[Done, Acknowledge]]:
    """The newest acknowledgement of each person, however the name was written."""
    found: dict[str, tuple[Done, Acknowledge]] = {}
    for name, done in snapshot.records.read.items():
        there = found.get(folded(name))
        if isinstance(done.act, Acknowledge) and (there is None or there[0].at < done.at):
            found[folded(name)] = (done, done.act)
    return found


def _others(
    people: tuple[str, ...], readers: dict[str, tuple[Done, Acknowledge]], now: datetime
) -> tuple[Seen, ...]:
    """Who has read it and is not on the rotation, by that name."""
    rows: list[Seen] = []
    for done, act in readers.values():
        if not listed(done.operator.name, people):
            name, read = cut(done.operator.name, 30), cut(act.version, 40)
            rows.append(Seen(None, f"{name}, not on the rotation, read version {read} {ago(done.at, now)}"))
    return tuple(rows)


def _hint(people: tuple[str, ...], readers: dict[str, tuple[Done, Acknowledge]]) -> str:
    if all(listed(done.operator.name, people) for done, _ in readers.values()):
        return ""
    return " (under the name that the rotation has: [operator] name)"


def _few(texts: list[str], most: int = 3) -> str:
    more = len(texts) - most
    return "; ".join(texts[:most]) + (f"; and {more} more" if more > 0 else "")
