"""What the doctor says: one sentence about one thing, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from console.exits import Exit


class Severity(Enum):
    """How bad it is; the value is the word shown."""

    BROKEN = "broken"
    """It stops a kill, hides a signal, or hides what was done."""
    WARNING = "warning"
    """It will matter on a bad day, or may not be what it seems."""
    FINE = "fine"


AREAS = (
    "configuration",
    "credentials",
    "arming",
    "proof",
    "sources",
    "runbook",
    "journal",
    "history",
    "terminal",
    "installation",
)
"""What is looked at, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Every text is plain, without secrets, and fit to be shown.

    Attributes:
        area: one of `AREAS`.
        feature: ``KEY@ENVIRONMENT``; "" where it concerns them all.
        subject: what was looked at ("lever 1, unleash"; "env:UNLEASH_TOKEN"; "latency").
        what: how it stands.
        todo: what to do now; "" where there is nothing to do.
    """

    severity: Severity
    area: str
    feature: str
    subject: str
    what: str
    todo: str = ""


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Broken ones, then warnings, then what is fine; of equals in the order of `AREAS`."""
    by_severity = list(Severity)
    return tuple(sorted(findings, key=lambda f: (by_severity.index(f.severity), AREAS.index(f.area))))


def exit_status(findings: Iterable[Finding]) -> Exit:
    """1 when something is broken, 5 when there are only warnings, 0 when all is fine."""
    found = {finding.severity for finding in findings}
    if Severity.BROKEN in found:
        return Exit.NO
    return Exit.UNDECIDED if Severity.WARNING in found else Exit.OK
