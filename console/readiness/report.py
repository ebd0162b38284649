"""The checklist as lines for people, and as a document for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from console.exits import Exit
from console.readiness.assess import count, count_words, unmet_first
from console.readiness.gates import Gate, GateState
from console.text import plain

if TYPE_CHECKING:
    from console.snapshot import Snapshot

VERSION = 1
"""Of the JSON document; grows when a reader of it would have to change."""

WIDTH = 78
"""Columns that the lines for people keep to."""

_MARKS = {
    GateState.PASS: "✓",
    GateState.FAIL: "✗",
    GateState.UNKNOWN: "?",
    GateState.EXPIRED: "◑",
    GateState.WAIVED: "≈",
}


def exit_status(gates: Iterable[Gate]) -> Exit:
    """0 when every counted gate is met; 1 when one is seen to FAIL; else 3: what is missing is not known."""
    states = {gate.state for gate in gates if gate.definition.counted}
    if GateState.FAIL in states:
        return Exit.NO
    return Exit.OK if all(state.met for state in states) else Exit.UNKNOWN


def lines(snapshot: Snapshot, gates: tuple[Gate, ...], now: datetime, tz: tzinfo | None) -> Iterator[str]:
    """The checklist, unmet first.

    Args:
        now: instant, UTC.
        tz: in which dates are shown; None is this machine's.
    """
    yield from _head(snapshot, gates, now, tz)
    below = False
    for gate in unmet_first(gates):
        if not gate.definition.counted and not below:
            below = True
            yield "  not counted:"
        good_to = f"to {day(gate.good_to, now, tz)}" if gate.good_to else ""
        named = f"{gate.definition.title} ({gate.definition.key})"
        vouched = "  ".join(word for word in (gate.by, good_to) if word)
        yield f"  {_MARKS[gate.state]} {gate.state.value:<8}{named}" + (f"  {vouched}" if vouched else "")
        yield from _wrapped(gate.evidence, "            ")
        if gate.missing and gate.missing != gate.evidence:
            yield from _wrapped(gate.missing, "   missing  ")
        if gate.fix:
            yield from _wrapped(gate.fix, "    to fix  ")


def walk(snapshot: Snapshot, gates: tuple[Gate, ...], now: datetime, tz: tzinfo | None) -> Iterator[str]:
    """One gate after the other, unmet first: asked, why, seen, missing, what to do, what was said.

    Args:
        now, tz: as for `lines`.
    """
    yield from _head(snapshot, gates, now, tz)
    for gate in unmet_first(gates):
        yield ""
        counted = "" if gate.definition.counted else "  not counted"
        named = f"{gate.definition.title} ({gate.definition.key}){counted}"
        yield f"{_MARKS[gate.state]} {gate.state.value:<8}{named}"
        yield from _wrapped(gate.definition.asked, "     asked  ")
        yield from _wrapped(gate.definition.why, "       why  ")
        yield from _wrapped(gate.evidence, "     found  ")
        vouched = _vouched(gate, now, tz)
        if vouched:
            yield from _wrapped(vouched, "        by  ")
        for number, seen in enumerate(gate.seen):
            mark = _MARKS[seen.state] if seen.state else "·"
            yield from _wrapped(f"{mark} {seen.text}", "      seen  " if not number else "            ")
        for label, text in (
            ("   missing  ", gate.missing),
            ("    to fix  ", gate.fix),
            ("      said  ", gate.said),
        ):
            if text:
                yield from _wrapped(text, label)


def document(snapshot: Snapshot, gates: tuple[Gate, ...], status: Exit) -> dict[str, Any]:
    """Everything, for `--json`, in the checklist's order. Instants are ISO 8601 in UTC.

    Args:
        status: the command's exit status.
    """
    met, of = count(gates)
    return {
        "version": VERSION,
        "feature": snapshot.config.key,
        "environment": snapshot.config.environment,
        "met": met,
        "of": of,
        "gates": [as_json(gate) for gate in gates],
        "problems": list(problems(snapshot)),
        "exit": int(status),
    }


def as_json(gate: Gate) -> dict[str, Any]:
    """One gate as plain values."""
    return {
        "gate": gate.definition.key,
        "title": gate.definition.title,
        "counted": gate.definition.counted,
        "state": gate.state.value,
        "evidence": gate.evidence,
        "by": gate.by or None,
        "at": gate.at.isoformat() if gate.at else None,
        "good_to": gate.good_to.isoformat() if gate.good_to else None,
        "seen": [
            {"state": seen.state.value if seen.state else None, "text": seen.text} for seen in gate.seen
        ],
        "missing": gate.missing or None,
        "fix": gate.fix or None,
        "said": gate.said or None,
    }


def problems(snapshot: Snapshot) -> Iterator[str]:
    """Why the checklist may say less than there is."""
    if snapshot.journal.problem:
        yield f"what people vouched for cannot be read: {plain(snapshot.journal.problem)}"
    if snapshot.reload:
        yield plain(snapshot.reload)
    yield from (plain(fault) for fault in snapshot.config.faults)


def day(instant: datetime, now: datetime, tz: tzinfo | None) -> str:
    """The date on which something ends: ``30 Nov``, with the year where it is another one.

    Args:
        tz: whose date; None is this machine's.
    """
    local = instant.astimezone(tz)
    return f"{local.day} {local:%b}" + (f" {local.year}" if local.year != now.astimezone(tz).year else "")


def minute(instant: datetime, tz: tzinfo | None) -> str:
    """``2026-11-24 03:11 -0500``."""
    return instant.astimezone(tz).strftime("%Y-%m-%d %H:%M %z")


def _head(snapshot: Snapshot, gates: tuple[Gate, ...], now: datetime, tz: tzinfo | None) -> Iterator[str]:
    name = plain(snapshot.config.name)
    yield f"{name}  launch checklist  {count_words(gates)}  {minute(now, tz)}"
    for problem in problems(snapshot):
        yield from _wrapped(problem, "  problem   ")


def _vouched(gate: Gate, now: datetime, tz: tzinfo | None) -> str:
    at = minute(gate.at, tz) if gate.at else ""
    good_to = f"good to {day(gate.good_to, now, tz)}" if gate.good_to else ""
    return ", ".join(word for word in (gate.by, at, good_to) if word)


def _wrapped(text: str, label: str) -> list[str]:
    """Lines that begin with a label, and go on below its text."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        replace_whitespace=False,
        # An address stays whole, so that it can be copied.
        break_long_words=False,
        break_on_hyphens=False,
    )
