"""Whether it can be killed: the words of line 3, and the list behind ``!``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.flags.port import ArmingCheck
from console.killswitch.arming import LeverArming
from console.killswitch.expiry import expiry_warning
from console.killswitch.fingerprint import same_lever
from console.killswitch.record import PRODUCTION, DrillRecord, KillRecord
from console.killswitch.steps import Mark, Rung
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when

if TYPE_CHECKING:
    from console.feature import Snapshot

GOOD_FOR = timedelta(days=30)
"""How long a confirmed kill of this flag counts as proof that its levers work."""


@dataclass(frozen=True, slots=True)
class ArmingWords:
    """Line 3 of the banner, in pieces that are never dropped first.

    Attributes:
        text: forms of the first piece ("ARMED ✓ proven 03:09", "ARMED ✓ 03:09").
        levers: forms of what is said about the levers.
        drill: forms of when they were last pulled.
        danger: no lever would work.
        works: at least one lever would, as far as can be proven.
        complete: every lever would.
    """

    text: tuple[str, ...]
    levers: tuple[str, ...] = ()
    drill: tuple[str, ...] = ()
    danger: bool = False
    works: bool = True
    complete: bool = False


def exercised(scene: Scene) -> bool:
    """A confirmed kill of this very flag stands in the journal, not older than `GOOD_FOR`."""
    last = scene.last_confirmed_kill
    return last is not None and scene.now - last <= GOOD_FOR


def arming_words(scene: Scene) -> ArmingWords:
    """Say ARMED, ARMED, NOT PROVEN or NOT ARMED, by lever, with the age of the proof."""
    snapshot = scene.snapshot
    if snapshot is None:
        return ArmingWords(("NOT ARMED ? nothing has been read yet",), works=False)
    arming = snapshot.arming
    if arming is None:
        return ArmingWords(("NOT ARMED ? the levers are being asked",))
    at = when.minute(scene.event_time(arming.proven_at), scene.event_now, scene.tz)
    listed = levers_now(snapshot)
    armed = [lever for lever in listed if lever.armed]
    not_armed = [lever for lever in listed if not lever.armed]
    if not armed:
        reasons = ", ".join(f"{plain(lever.label)}: {reason(lever)}" for lever in not_armed)
        return ArmingWords((f"NOT ARMED ✗ {reasons}",), ("F2 in K: by hand",), danger=True, works=False)
    first = listed[0]
    if first in not_armed:
        rest = " · ".join(f"lever {lever.number} ARMED ✓ {at}" for lever in armed)
        return ArmingWords((f"NOT ARMED ✗ {plain(first.label)}: {reason(first)}",), (rest,))
    proven = exercised(scene)
    levers: tuple[str, ...]
    if not_armed:
        levers = (
            " · ".join(f"lever {lever.number} NOT ARMED ✗ {reason(lever)}" for lever in not_armed),
            " · ".join(f"lever {lever.number} NOT ARMED ✗" for lever in not_armed),
        )
    else:
        named = ", ".join(f"lever {lever.number} {plain(lever.label)}" for lever in listed)
        count = len(listed)
        levers = (named, f"{count} levers" if count > 1 else "1 lever")
    soon = _expiring(scene, snapshot)
    if soon:
        levers = (soon, *levers)
    if proven and scene.last_confirmed_kill is not None:
        pulled = when.ago(scene.last_confirmed_kill, scene.now)
        return ArmingWords(
            (f"ARMED ✓ proven {at}", f"ARMED ✓ {at}"),
            levers,
            (f"last pulled {pulled}",),
            complete=not not_armed,
        )
    age = "never drilled" if scene.last_confirmed_kill is None else "not drilled for 30 days"
    return ArmingWords((f"ARMED, NOT PROVEN ▲ {at}",), levers, (age,), complete=not not_armed)


def _expiring(scene: Scene, snapshot: Snapshot) -> str:
    """Which lever's token is about to expire; it stands where the levers would be named."""
    tables = (snapshot.config.flag, *snapshot.config.levers)
    for number, table in enumerate(tables, start=1):
        if warning := expiry_warning(table, scene.now):
            return f"lever {number}: {warning}"
    return ""


def levers_now(snapshot: Snapshot) -> tuple[LeverArming, ...]:
    """The levers as last proven; the flag's is disproven by a read that has failed since."""
    arming, view = snapshot.arming, snapshot.flag
    if arming is None or not arming.levers:
        return ()
    if not (view.problem and view.checked_at is not None and view.checked_at > arming.proven_at):
        return arming.levers
    failed = ArmingCheck("flag can be read", False, "the flag cannot be read now", plain(view.problem))
    first, *rest = arming.levers
    return (replace(first, checks=(failed, *first.checks)), *rest)


def provider_label(snapshot: Snapshot) -> str:
    """How a person names the flag's provider."""
    levers = snapshot.arming.levers if snapshot.arming else ()
    return plain(levers[0].label if levers else snapshot.config.flag.provider)


def reason(lever: LeverArming) -> str:
    """Why a lever is not armed: its first disproven check, else the first that could not be asked."""
    check = next((c for c in lever.checks if c.holds is False), None) or next(
        (c for c in lever.checks if c.holds is None), None
    )
    if check is None:
        return "no check has been made"
    return plain(check.text) if check.text else f"{check.name} not proven"


def arming_lines(scene: Scene) -> tuple[tuple[str, str], ...]:
    """The whole list, as (text, loudness) lines; loudness is "", "dim", "danger" or "bold"."""
    snapshot = scene.snapshot
    arming = snapshot.arming if snapshot else None
    if arming is None:
        return (("  The levers are being asked. Nothing here changes what users get.", ""),)
    lines: list[tuple[str, str]] = [("", "")]
    listed = levers_now(snapshot) if snapshot else ()
    for lever in listed:
        word = "ARMED" if lever.armed else "NOT ARMED"
        lines.append((f"  lever {lever.number}   {plain(lever.label)}   {word}", "bold"))
        lines.append((f"    does  {plain(lever.does)}", ""))
        lines.extend(_check_line(check) for check in lever.checks)
        lines.append((f"    {_pulled(scene, lever.number)}", ""))
        lines.extend(
            (f"    fix   {plain(check.todo)}", "") for check in lever.checks if not check.holds and check.todo
        )
        lines.append(("", ""))
    lines.append((f"  {_so(listed)}", ""))
    if not exercised(scene):
        lines.append(
            (
                "  NOT PROVEN: nobody has pulled it for 30 days, in earnest or in a drill of the real flag.",
                "dim",
            )
        )
    lines.append(("  By hand, without this program: K, then F2, shows the exact requests.", "dim"))
    return tuple(lines)


def _pulled(scene: Scene, number: int) -> str:
    """When this lever was last seen to work, as it is now: ``✓ drilled   18 Nov, worked in 0.9 s``."""
    snapshot = scene.snapshot
    kills: list[KillRecord | DrillRecord] = []
    if snapshot is not None:
        kills += [kill for kill in snapshot.kills if kill.ladder.flag_key == snapshot.config.flag_key]
        kills += [drill for drill in snapshot.drills if drill.kind == PRODUCTION]
        kills = [kill for kill in kills if same_lever(kill.prints, snapshot.prints, number)]
    proven = [
        (kill.at, step.seconds, "drilled" if isinstance(kill, DrillRecord) else "pulled")
        for kill in kills
        for step in kill.ladder.steps
        if step.lever == number and step.rung is Rung.CONFIRMED and step.mark is Mark.TRUE
    ]
    if not proven:
        return f"? {'pulled':<18} never seen to work, as it is now"
    at, seconds, how = max(proven, key=lambda one: one[0])
    day = when.day(scene.event_time(at), scene.event_now, scene.tz)
    took = f", worked in {when.seconds(seconds)}" if seconds is not None else ""
    mark = "✓" if scene.now - at <= GOOD_FOR else "?"
    return f"{mark} {how:<18} {day}{took}"


def _check_line(check: ArmingCheck) -> tuple[str, str]:
    mark = {True: "✓", False: "✗", None: "?"}[check.holds]
    return (
        f"    {mark} {plain(check.name):<18} {plain(check.text)}",
        "danger" if check.holds is False else "",
    )


def _so(levers: tuple[LeverArming, ...]) -> str:
    armed = [lever for lever in levers if lever.armed]
    if not armed:
        return "So K still tries every lever, and none is proven to work."
    first = armed[0]
    if first is levers[0]:
        return f"So K works: it pulls lever {first.number}, {plain(first.label)}."
    return f"So K still works: when lever 1 fails it goes to lever {first.number}, {plain(first.label)}."
