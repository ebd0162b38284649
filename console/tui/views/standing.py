"""How the feature stands as a whole: which sentence line 2 says, and how loudly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.killswitch.alarms import BELOW, alarm_words, alarms
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.signals.verdict import State, Verdict
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.alarms import seen_by, unseen

if TYPE_CHECKING:
    from console.snapshot import Snapshot

_SEVERITY = (
    State.BREACH,
    State.ERROR,
    State.STALE,
    State.NO_DATA,
    State.WATCH,
    State.TOO_FEW,
    State.OK,
    State.OFF,
)
_COUNT_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


NEVER_SENT_STANDS = timedelta(hours=1)

LEASE = "lease"
"""Name under which the alarm of a drill that was not restored is acknowledged."""
LATCH = "latch"
"""Name under which the alarm of a flag that was turned back is acknowledged."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Line 2 of the banner.

    Attributes:
        state: whose glyph stands before it; None for none.
        word: "BREACH", "KILLING", or "".
        text: the sentence.
        danger: users are being hurt, or a kill is not proven.
        aside: what stands at the right in place of the key's hint ("6.2 s"), or "".
        killed: the AI path is proven off.
    """

    state: State | None
    word: str
    text: str
    danger: bool = False
    aside: str = ""
    killed: bool = False


def standing(scene: Scene) -> Standing:
    """Say how it stands: a kill first, then the worst verdict."""
    if scene.killing is not None and scene.killing.confirmed and scene.killing.lost:
        return Standing(
            State.ERROR, "LOST", "the kill's process went away: read the flag, K again", danger=True
        )
    ladder = scene.ladder()
    if ladder is not None and not _passed(scene, ladder):
        if not back_on(scene):
            return _of_kill(scene, ladder)
    elif scene.killing is not None and scene.killing.running:
        return Standing(State.BREACH, "KILLING", "Enter was sent; waiting for the first step", danger=True)
    snapshot = scene.snapshot
    if snapshot is None:
        return Standing(None, "", plain(scene.message) or "starting")
    if snapshot.back_on and not latch_seen(snapshot):
        breaches = sum(1 for verdict in snapshot.board.verdicts.values() if _breach(verdict))
        harm = f"; {_number(breaches)} in BREACH" if breaches else ""
        text = f"{_turned_back(scene, snapshot)}{harm}"
        return Standing(State.BREACH, "ON AGAIN", text, danger=True)
    left = snapshot.left_killed
    if left is not None and scene.drill is None and (left.id, LEASE) not in snapshot.records.alarms:
        result = left.ended.text if left.ended is not None else ""
        text = f"by a drill of {plain(left.begun.trainee)}: {plain(result)}; R restores, o: seen"
        return Standing(State.ERROR, "LEFT KILLED", text, danger=True, killed=True)
    return _of_verdicts(scene, snapshot.board.verdicts.values())


def _passed(scene: Scene, ladder: Ladder) -> bool:
    """A kill that never left is said for a while; then it is the timeline's."""
    age = scene.now - datetime.fromisoformat(ladder.started)
    return ladder.outcome is Outcome.NOT_SENT and age > NEVER_SENT_STANDS


def latch_seen(snapshot: Snapshot) -> bool:
    """Somebody has acknowledged that a killed flag was turned back."""
    kill = snapshot.kill
    return kill is not None and (kill.ladder.kill_id, LATCH) in snapshot.records.alarms


def _turned_back(scene: Scene, snapshot: Snapshot) -> str:
    """``flag ON since 03:12:40 by priya, outside a restore``."""
    state, kill = snapshot.flag.state, snapshot.kill
    if state is None or kill is None or kill.confirmed_at is None:
        return "the killed flag was turned back, outside a restore"
    told = state.changed_at is not None and state.changed_at > kill.confirmed_at
    instant = state.changed_at if told and state.changed_at is not None else state.read_at
    at = when.second(scene.event_time(instant), scene.event_now, scene.tz)
    by = f" by {plain(state.changed_by.raw)}" if told and state.changed_by else ""
    return f"flag {'ON' if state.on else 'OFF'} since {at}{by}, outside a restore"


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The verdict that line 2 speaks of; among equals the first."""
    return min(verdicts, key=_rank, default=None)


def back_on(scene: Scene) -> bool:
    """The newest kill is over: it was restored, or the flag was turned back at its provider."""
    running = scene.killing is not None and scene.killing.running
    return not running and scene.snapshot is not None and scene.snapshot.over


def _rank(verdict: Verdict) -> tuple[int, int]:
    severity = _SEVERITY.index(verdict.state)
    return (0, severity) if State.BREACH in (verdict.state, verdict.was) else (1, severity)


def _of_verdicts(scene: Scene, verdicts: Iterable[Verdict]) -> Standing:
    listed = list(verdicts)
    verdict = worst(listed)
    if verdict is None:
        return Standing(State.NO_DATA, "NO DATA", "no signal is configured: nothing is being watched")
    if verdict.state is State.OK:
        return Standing(State.OK, "", f"all {_number(len(listed))} in band")
    text, reason = plain(verdict.headline) or plain(verdict.title), ""
    if verdict.state is State.ERROR and verdict.problem:
        # A provider's reasons are long, and the line is cut at its end: they stand there.
        text, reason = plain(verdict.title), f": {plain(verdict.problem)}"
    elif verdict.state is State.TOO_FEW and verdict.needs:
        text = f"{plain(verdict.title)}: {plain(verdict.needs)}"
    if verdict.since is not None and verdict.state is not State.TOO_FEW:
        text += f", since {when.minute(verdict.since, scene.event_now, scene.tz)}"
    word = verdict.state.value
    if verdict.was is State.BREACH and verdict.state is not State.BREACH:
        word = f"was BREACH, now {word}"
    return Standing(verdict.state, word, text + _rest(listed, verdict) + reason, danger=_breach(verdict))


def _rest(verdicts: list[Verdict], said: Verdict) -> str:
    breaches = sum(1 for other in verdicts if other is not said and _breach(other))
    if breaches:
        return f"; {_number(breaches)} more in BREACH"
    if _breach(said):
        return ""
    in_band = sum(1 for other in verdicts if other.state is State.OK)
    return f"; {_number(in_band)} in band" if in_band else ""


def _breach(verdict: Verdict) -> bool:
    return State.BREACH in (verdict.state, verdict.was)


def _number(count: int) -> str:
    return _COUNT_WORDS[count] if count < len(_COUNT_WORDS) else str(count)


def _of_kill(scene: Scene, ladder: Ladder) -> Standing:
    if ladder.outcome is Outcome.FAILED:
        text = "no lever worked: by hand, with F2; K tries again"
        return Standing(State.ERROR, "KILL FAILED", text, danger=True)
    if ladder.outcome is Outcome.NOT_SENT:
        at = when.second(scene.event_time(datetime.fromisoformat(ladder.started)), scene.event_now, scene.tz)
        text = f"the kill of {at} by {plain(ladder.operator)} never left: K opens the dialog"
        return Standing(State.ERROR, "NEVER SENT", text, danger=True)
    if ladder.outcome is Outcome.UNCONFIRMED:
        text = "the kill was sent, and nothing proves it: look at the flag"
        return Standing(State.ERROR, "NOT CONFIRMED", text, danger=True)
    if ladder.outcome is Outcome.ASKING:
        aside = when.seconds(scene.kill_seconds(ladder))
        return Standing(State.BREACH, "KILLING", _progress(ladder), danger=True, aside=aside)
    confirmed = confirmed_at(scene, ladder)
    at = when.second(scene.event_time(confirmed), scene.event_now, scene.tz) if confirmed else ""
    signed = f"{at} {plain(ladder.operator)}".strip()
    killed = "KILLED"
    if ladder.killed_by is not None and ladder.killed_by > 1:
        still = "; ".join(plain(words) for words in ladder.still_on) or "flag not proven off"
        killed = f"KILLED by lever {ladder.killed_by} ({still}) "
    # The newest rung stands here until every rung came true, or somebody has seen that it did not.
    open_alarms = unseen(scene, ladder)
    if open_alarms:
        text = f"{killed.rstrip()}, but {plain(alarm_words(open_alarms[0]))}  {signed}"
        return Standing(State.OFF, "", text, danger=True, killed=True)
    rung = _seen(scene, ladder) or ("" if ladder.finished else _below(ladder))
    text = f"{killed} {signed}"
    return Standing(State.OFF, "", f"{text} · {rung}" if rung else text, killed=True)


def confirmed_at(scene: Scene, ladder: Ladder) -> datetime | None:
    """Instant (UTC) at which a kill was confirmed: the journal's, else the ladder's own clock."""
    record = scene.snapshot.kill if scene.snapshot else None
    if record is not None and record.ladder.kill_id == ladder.kill_id and record.confirmed_at is not None:
        return record.confirmed_at
    for step in ladder.steps:
        if step.rung is Rung.CONFIRMED and step.mark is Mark.TRUE and step.seconds is not None:
            return datetime.fromisoformat(ladder.started) + timedelta(seconds=step.seconds)
    return None


def _seen(scene: Scene, ladder: Ladder) -> str:
    """Of a rung that did not come true: that somebody knows."""
    for step in alarms(ladder):
        return f"{step.rung.value} did not come true, {seen_by(scene, ladder, step)}"
    return ""


def _below(ladder: Ladder) -> str:
    for step in ladder.steps:
        if step.rung in BELOW and step.mark in (Mark.NOW, Mark.TO_COME):
            return f"{step.rung.value} not seen yet"
    return ""


def _progress(ladder: Ladder) -> str:
    said: list[str] = []
    for number in sorted({step.lever for step in ladder.steps if step.lever}):
        steps = {step.rung: step for step in ladder.steps if step.lever == number}
        words = _lever_words(steps)
        if words:
            said.append(f"lever {number} {words}")
    return "; ".join(said) or "journaling the intent"


def _lever_words(steps: dict[Rung, Step]) -> str:
    accepted, sent = steps.get(Rung.ACCEPTED), steps.get(Rung.LEVER)
    if accepted is not None and accepted.mark is Mark.TRUE:
        return "accepted, not proven yet"
    if sent is None or sent.mark in (Mark.TO_COME, Mark.NOT_CONFIGURED):
        return ""
    if sent.mark is Mark.UNKNOWN:
        return "did not answer"
    return "failed" if sent.mark is Mark.FALSE else "is being asked"
