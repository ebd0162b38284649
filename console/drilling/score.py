"""What a drill is worth: each step against the time that is wanted, what it proved, and what it did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import msgspec

from console.killswitch.record import PRODUCTION, TABLETOP
from console.killswitch.steps import Ladder, Mark, Rung
from console.killswitch.steps import Step as Climbed
from console.killswitch.times import confirmed_after

SIGNALS, RUNBOOK, DIALOG, ENTER, SAID, HINT = "signals", "runbook", "dialog", "enter", "said", "hint"
ENDS, RESTORED = "ends", "restored"
"""Marks that a person or the lease leaves."""

PASSED, LATE, MISSED, NOT_SHOWN = "passed", "late", "missed", "not shown"
EARLIER = 4
"""So many drills before are compared with."""


class Step(msgspec.Struct, frozen=True):
    """One step.

    Attributes:
        seconds: what it took; None where it did not happen or cannot be shown.
        wanted: what it may take.
        verdict: "passed", "late", "missed", or "not shown": this kind of drill cannot show it.
    """

    name: str
    seconds: float | None
    wanted: float
    verdict: str


class Score(msgspec.Struct, frozen=True):
    """A whole drill, as its "drill-score" row has it.

    Attributes:
        findings: what was late or missed, in words.
        proved, not_proven: in words; what a drill did not prove is the most useful line of it.
        hints: how many were asked for.
    """

    kind: str
    trainee: str
    flag_key: str
    story: str
    steps: list[Step]
    findings: list[str]
    proved: list[str]
    not_proven: list[str]
    hints: int = 0

    @property
    def passed(self) -> bool:
        """Nothing that counts was missed, and the kill was confirmed where one was sent."""
        return not any(step.verdict == MISSED and step.name in _NEEDED for step in self.steps)


_EFFECTS = {"confirmed to quiet": "that it gets quiet", "fallback answers": "that the fallback answers"}
_NEEDED = ("K to Enter", "Enter to confirmed", "restored, as before")


def score(
    *,
    kind: str,
    trainee: str,
    flag_key: str,
    story: str,
    marks: Mapping[str, float],
    ladder: Ladder | None,
    levers: Sequence[str],
    restored: bool,
    hints: int = 0,
) -> Score:
    """Score one drill.

    Args:
        marks: seconds since its beginning, by name.
        levers: labels of the real feature's levers, in order.
        restored: the flag stands as before.
    """
    confirmed = confirmed_after(ladder) if ladder is not None else None
    rungs = {step.rung: step for step in ladder.steps} if ladder is not None else {}
    steps = [
        _timed("to signals", marks.get(SIGNALS), 60),
        _timed("to runbook step", marks.get(RUNBOOK), 120),
        _timed("to K", marks.get(DIALOG), 180),
        _timed("K to Enter", _between(marks, DIALOG, ENTER), 30),
        _timed("Enter to confirmed", confirmed, 5),
        _rung("confirmed to quiet", rungs.get(Rung.QUIET), confirmed, 60),
        _rung("fallback answers", rungs.get(Rung.FALLBACK), confirmed, 60),
        _timed("said so, by a note", _between(marks, ENTER, SAID), 120),
        _timed("restored, as before", _between(marks, ENDS, RESTORED) if restored else None, 120),
    ]
    if kind == TABLETOP:
        shown = ("to signals", "to runbook step", "to K", "K to Enter", "said so, by a note")
        steps = [
            step if step.name in shown else Step(step.name, None, step.wanted, NOT_SHOWN) for step in steps
        ]
    findings = [_finding(step) for step in steps if step.verdict in (LATE, MISSED)]
    if hints:
        findings.append(f"{hints} hint{'s' if hints > 1 else ''} used")
    return Score(
        kind,
        trainee,
        flag_key,
        story,
        steps,
        findings,
        _proved(kind, flag_key, steps, ladder, levers),
        _not_proven(kind, steps, ladder, levers),
        hints,
    )


def earlier(scores: Iterable[Score]) -> Mapping[str, list[float]]:
    """Seconds by the name of the step in the last few drills, the newest last."""
    found: dict[str, list[float]] = {}
    for one in list(scores)[-EARLIER:]:
        for step in one.steps:
            if step.seconds is not None:
                found.setdefault(step.name, []).append(step.seconds)
    return found


def medians(scores: Iterable[Score]) -> Mapping[str, float]:
    """Median seconds by the name of the step in the last few drills."""
    return {name: median(seconds) for name, seconds in earlier(scores).items()}


def never_drilled(rotation: Sequence[str], trainees: Iterable[str]) -> tuple[str, ...]:
    """Who takes turns on call and has never done a drill."""
    done = {name.casefold() for name in trainees}
    return tuple(name for name in rotation if name.casefold() not in done)


def _between(marks: Mapping[str, float], first: str, then: str) -> float | None:
    if first not in marks or then not in marks or marks[then] < marks[first]:
        return None
    return marks[then] - marks[first]


def _timed(name: str, seconds: float | None, wanted: float) -> Step:
    if seconds is None:
        return Step(name, None, wanted, MISSED)
    return Step(name, round(seconds, 3), wanted, PASSED if seconds <= wanted else LATE)


def _rung(name: str, step: Climbed | None, confirmed: float | None, wanted: float) -> Step:
    if step is None or step.mark is Mark.NOT_CONFIGURED:
        return Step(name, None, wanted, NOT_SHOWN if confirmed is not None else MISSED)
    if step.mark is not Mark.TRUE or step.seconds is None or confirmed is None:
        return Step(name, None, wanted, MISSED)
    return _timed(name, max(0.0, step.seconds - confirmed), wanted)


def _finding(step: Step) -> str:
    if step.verdict == MISSED or step.seconds is None:
        return f"{step.name}: not done"
    return f"{step.name}: {step.seconds:.0f} s, wanted within {step.wanted:.0f} s"


def _proved(
    kind: str, flag_key: str, steps: list[Step], ladder: Ladder | None, levers: Sequence[str]
) -> list[str]:
    said = []
    confirmed = next(step for step in steps if step.name == "Enter to confirmed")
    by = ladder.killed_by if ladder is not None else None
    if confirmed.seconds is not None and by is not None:
        where = f"the real flag {flag_key}" if kind == PRODUCTION else "the rehearsal's flag"
        label = levers[by - 1] if by <= len(levers) else f"lever {by}"
        said.append(f"lever {by}, {label}, kills {where} in {confirmed.seconds:.1f} s")
    if any(step.name == "K to Enter" and step.seconds is not None for step in steps):
        said.append("K, word and Enter were found")
    if any(step.name == "restored, as before" and step.verdict in (PASSED, LATE) for step in steps):
        said.append("restored exactly")
    return said


def _not_proven(kind: str, steps: list[Step], ladder: Ladder | None, levers: Sequence[str]) -> list[str]:
    said = []
    if kind != PRODUCTION:
        what = "nothing was sent" if kind == TABLETOP else "this was the rehearsal's flag"
        said.append(f"the real flag: {what}")
    by = ladder.killed_by if ladder is not None and kind != TABLETOP else None
    said += [
        f"lever {number}, {label}" for number, label in enumerate(levers, start=1) if number != (by or 0)
    ]
    said += [_EFFECTS[step.name] for step in steps if step.verdict == NOT_SHOWN and kind != TABLETOP]
    return said
