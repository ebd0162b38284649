"""What happened, in words: acts, kills, and what every console sees, as lines of the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.incident.acts import (
    Acknowledge,
    Act,
    AlarmSeen,
    Attest,
    Done,
    Look,
    Note,
    Opened,
    Play,
    Proved,
    Restore,
    Restored,
    Said,
    Waive,
    kind_of,
)
from console.incident.happening import Happening
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.killswitch.times import confirmed_after
from console.text import plain

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from console.config import ProviderTable
    from console.drilling.rows import Drill
    from console.identity import Operator
    from console.killswitch.arming import Arming
    from console.killswitch.record import KillRecord
    from console.signals.verdict import Change
    from console.store.kept import Observed

CONSOLE = "console"
_NOT_KILLED = {
    Outcome.FAILED: "no lever worked",
    Outcome.UNCONFIRMED: "sent, and nothing proves it",
    Outcome.NOT_SENT: "its process ended before anything was sent",
}


def of_act(done: Done) -> Happening:
    """Somebody did something."""
    return Happening(
        at=done.at,
        event_at=None,
        kind=kind_of(done.act),
        text=_words(done.act),
        who=plain(done.operator.name),
        where=_where(done.operator),
        key=f"act:{done.at.isoformat()}:{done.row}",
    )


def of_kill(record: KillRecord) -> Iterator[Happening]:
    """A kill: the Enter, what each lever answered, and the rungs that came true or did not."""
    ladder = record.ladder
    who = plain(ladder.operator)
    yield Happening(record.at, None, "kill", "pressed Enter: kill", who, "", f"kill:{ladder.kill_id}")
    if record.confirmed_at is not None:
        yield Happening(
            record.confirmed_at, None, "kill", _proof(ladder), CONSOLE, "", f"kill:{ladder.kill_id}:confirmed"
        )
    for step in ladder.steps:
        text = _rung(step)
        if text and step.seconds is not None:
            at = record.at + timedelta(seconds=step.seconds)
            key = f"kill:{ladder.kill_id}:{step.rung.value}:{step.lever}"
            yield Happening(at, None, "kill", text, CONSOLE, "", key)
    if ladder.outcome in _NOT_KILLED and ladder.finished:
        last = max((step.seconds or 0.0 for step in ladder.steps), default=0.0)
        text = _NOT_KILLED[ladder.outcome]
        at = record.at + timedelta(seconds=last)
        yield Happening(at, None, "kill", text, CONSOLE, "", f"kill:{ladder.kill_id}:outcome")


def of_drill(drill: Drill) -> Iterator[Happening]:
    """A drill: who began it and on what, its Enter, what came of it, how its lease ended, what it was worth.

    Each line begins with DRILL, so that none is taken for a real one.
    """
    begun, who = drill.begun, plain(str(drill.begun.operator.get("name", "")))
    trainee = plain(begun.trainee)

    def line(at: datetime, text: str, key: str, by: str = CONSOLE) -> Happening:
        return Happening(at, None, "drill", f"DRILL {text}", by, "", f"drill:{drill.id}:{key}")

    where = "" if begun.kind == "tabletop" else f", flag {plain(begun.flag_key)}"
    yield line(drill.at, f"{plain(begun.kind)} of {trainee}{where}: {plain(begun.story)}", "begun", who)
    ladder = drill.ladder
    if ladder is not None:
        at = datetime.fromisoformat(ladder.started)
        yield line(at, "pressed Enter: kill, for the drill", "enter", trainee)
        seconds = confirmed_after(ladder)
        if seconds is not None:
            yield line(at + timedelta(seconds=seconds), f"{_proof(ladder)} in {seconds:.1f} s", "confirmed")
    end = drill.ended_at or drill.at
    if drill.ended is not None:
        loud = "LEASE VOID: " if drill.ended.result == "void" else ""
        text = f"over, {plain(drill.ended.why)}: {loud}{plain(drill.ended.result)}, {plain(drill.ended.text)}"
        yield line(end, text, "ended")
    if drill.score is not None:
        found = len(drill.score.findings)
        word = "passed" if drill.score.passed else "NOT passed"
        yield line(end, f"score: {word}, {found} finding{'' if found == 1 else 's'}", "score")


def of_arming(arming: Arming, since: datetime) -> Happening:
    """The levers were proven. Proofs that say the same, one after the other, are one line that moves on.

    Args:
        since: instant of the first proof that said the same.
    """
    armed = sum(1 for lever in arming.levers if lever.armed)
    text = f"checked: {armed} of {len(arming.levers)} levers armed"
    return Happening(arming.proven_at, None, "arming", text, CONSOLE, "", f"arming:{since.isoformat()}")


def of_expiry(lever: int, table: ProviderTable, at: datetime, days: int) -> Happening:
    """A token's date comes near, or has passed.

    Args:
        at: instant at which so many days were left.
    """
    when = f"expires in {days} day{'' if days == 1 else 's'}" if days else "has EXPIRED"
    text = f"lever {lever}, {plain(table.provider)}: its token {when}"
    return Happening(at, None, "arming", text, CONSOLE, "", f"expiry:{lever}:{at.isoformat()}")


def of_problem(kind: str, text: str, since: datetime) -> Happening:
    """Something of the console's own went wrong."""
    return Happening(since, None, kind, plain(text), CONSOLE, "", f"{kind}:{since.isoformat()}")


def of_observed(seen: Observed) -> Happening | None:
    """What a console saw; None for a kind that this version does not know, or a body that it cannot read."""
    teller = _TELLERS.get(seen.kind)
    if teller is None:
        return None
    try:
        text, who = teller(seen.body)
    except (KeyError, TypeError, ValueError):
        return None
    return Happening(seen.at, seen.event_at, seen.kind, text, who, "", f"{seen.kind}:{seen.key}")


def verdict_body(change: Change) -> dict[str, Any]:
    """What is kept of a verdict's change."""
    return {"title": change.title, "before": change.before.value, "after": change.after.value}


def flag_body(before: FlagState | None, after: FlagState, provider: str) -> dict[str, Any]:
    """What is kept of a flag's change. Texts are sanitized."""
    return {
        "before": None if before is None else _flag_state(before),
        "after": _flag_state(after),
        "by": plain(after.changed_by.raw) if after.changed_by else "",
        "provider": provider,
    }


def model_body(before: str, after: str) -> dict[str, Any]:
    """What is kept of a changed model fingerprint, raw."""
    return {"before": before, "after": after}


def _flag_state(state: FlagState) -> dict[str, Any]:
    return {"on": state.on, "percent": state.percent, "rules": [plain(rule.raw) for rule in state.rules]}


def _verdict(body: Any) -> tuple[str, str]:
    title, before, after = (plain(str(body[name])) for name in ("title", "before", "after"))
    return f"{title} {before} → {after}", CONSOLE


def _model(body: Any) -> tuple[str, str]:
    return f"model {plain(str(body['before']))} → {plain(str(body['after']))}", "provider"


def _reload(body: Any) -> tuple[str, str]:
    text = plain(str(body["text"]))
    return (text if body["taken"] else f"refused, the old one goes on: {text}"), CONSOLE


def _flag(body: Any) -> tuple[str, str]:
    after, before = body["after"], body["before"]
    text = f"flag {_flag_words(after)}"
    if before is not None:
        text = f"flag {_flag_words(before)} → {_flag_words(after)}"
        if _flag_words(before) == _flag_words(after):
            text = f"flag's rules changed, {_flag_words(after)}"
    by = plain(str(body["by"]))
    return (f"{text}, by {by}" if by else text), plain(str(body["provider"]))


def _source(body: Any) -> tuple[str, str]:
    return plain(str(body["text"])), "source"


def _flag_words(state: Any) -> str:
    if not state["on"]:
        return "OFF"
    percent = state["percent"]
    return "ON" if percent is None else f"ON {float(percent):g} %"


_TELLERS = {"verdict": _verdict, "flag": _flag, "model": _model, "reload": _reload, "source": _source}


def _words(act: Act) -> str:
    match act:
        case Note(text=text):
            return plain(text)
        case Look(screen=screen):
            return f"opened {plain(screen)}"
        case Attest(gate=gate, evidence=evidence, until=until):
            return f"vouches for {plain(gate)}, to {until:%Y-%m-%d}: {plain(evidence)}"
        case Waive(gate=gate, reason=reason, approver=approver, until=until):
            return f"waives {plain(gate)}, allowed by {plain(approver)} to {until:%Y-%m-%d}: {plain(reason)}"
        case Acknowledge(version=version):
            return f"has read the runbook, version {plain(version)}"
        case AlarmSeen(rungs=rungs):
            return f"has seen the alarm: {plain(', '.join(rungs))} did not come true"
        case Said(gate=gate, text=text):
            return f"meeting on {plain(gate)}: {plain(text)}"
        case Proved(armed=armed, levers=levers):
            return f"asked whether it can be killed: {armed} of {levers} levers armed"
        case Opened():
            return "opened the kill dialog"
        case Restore(down=down, stage=stage, reason=reason, overridden=overridden):
            what = "goes a step down" if down else "restores"
            why = f": {plain(reason)}" if reason else ""
            past = f"; OVERRIDING: {'; '.join(map(plain, overridden))}" if overridden else ""
            return f"{what} to {plain(stage)}{why}{past}"
        case Restored(down=down, stage=stage, result=result, steps=steps):
            what = "step down" if down else "restore"
            last = f": {plain(steps[-1])}" if steps else ""
            return f"{what} to {plain(stage)} {plain(result)}{last}"
        case Play(scenario=scenario):
            return f"plays {plain(scenario)}"


def _where(operator: Operator) -> str:
    """How somebody was connected: by SSH from where, or on which host."""
    client = operator.ssh_connection.split()
    return f"ssh {plain(client[0])}" if client else plain(operator.host)


def _proof(ladder: Ladder) -> str:
    words = "already killed, confirmed" if ladder.outcome is Outcome.ALREADY else "confirmed"
    return f"{words} by lever {ladder.killed_by}" if ladder.killed_by else words


def _rung(step: Step) -> str:
    """A rung worth a line; the confirmed one has its own."""
    if step.rung is Rung.LEVER and step.mark in (Mark.UNKNOWN, Mark.FALSE):
        return f"lever {step.lever}: {plain(step.text)}"
    if step.rung in (Rung.EVALUATED, Rung.QUIET, Rung.FALLBACK):
        if step.mark is Mark.TRUE:
            return f"{step.rung.value}: {plain(step.text)}"
        if step.mark is Mark.FALSE:
            return f"{step.rung.value} did not come true: {plain(step.text)}"
    return ""
