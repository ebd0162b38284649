"""What the proof of each lever says."""

from __future__ import annotations

from collections.abc import Iterator

from console.doctor.finding import Finding, Severity
from console.killswitch.arming import Arming, LeverArming


def of_arming(feature: str, arming: Arming) -> Iterator[Finding]:
    """Each check of each lever that does not hold, and each lever of which all do.

    A check that was not asked because an earlier one failed says nothing new, and is passed over.
    """
    if not arming.levers:
        yield Finding(
            Severity.BROKEN,
            "arming",
            feature,
            "levers",
            "there is no lever that could be used",
            "Correct [feature.flag].",
        )
    for lever in arming.levers:
        yield from _of_lever(feature, lever, arming)


def _of_lever(feature: str, lever: LeverArming, arming: Arming) -> Iterator[Finding]:
    subject = f"lever {lever.number}, {lever.label}"
    if lever.armed:
        proven = ", ".join(check.name for check in lever.checks)
        yield Finding(Severity.FINE, "arming", feature, subject, f"armed: {proven}")
        return
    disproven = [check for check in lever.checks if check.holds is False]
    for check in disproven:
        what = f"{check.name}: {check.text}; {_others(lever, arming)}"
        yield Finding(Severity.BROKEN, "arming", feature, subject, what, check.todo)
    if disproven:
        return
    for check in lever.checks:
        if check.holds is None:
            what = f"{check.name}: not proven, {check.text}"
            yield Finding(Severity.WARNING, "arming", feature, subject, what, check.todo)


def _others(lever: LeverArming, arming: Arming) -> str:
    """Whether the kill key still works by another lever."""
    armed = [str(other.number) for other in arming.levers if other.armed and other is not lever]
    if armed:
        return f"a kill still works by lever {' and '.join(armed)}"
    return "no other lever is proven" if len(arming.levers) > 1 else "there is no other lever"
