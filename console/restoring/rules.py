"""What must hold before a feature is given back to users. Pure: every rule says why it does not hold.

The kill is gated by nothing; the way back is harder on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.text import plain

HOLD_DOWN = timedelta(minutes=15)
"""Between a kill and its restore, where the configuration says nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for.

    Attributes:
        confirm: the flag's key, as it was typed.
        causes: by signal key, what the BREACH came from.
    """

    confirm: str
    reason: str
    causes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known.

    Attributes:
        killed: a kill stands: the flag, or another lever that was pulled, holds the kill state.
        killed_at: instant (UTC) of the newest kill; None where there is none.
        breaches: signals that were in BREACH at the kill, by key, with their titles.
        silent: titles of signals whose source does not answer.
        traffic: why the traffic does not show that users get the fallback, or "".
        stage: why the stage cannot be gone to, or "".
        not_undone: levers that may hold and have no undo, in words.
        hold_down: what must have passed since the kill.
    """

    flag_key: str
    killed: bool
    killed_at: datetime | None
    breaches: Mapping[str, str]
    silent: tuple[str, ...]
    traffic: str
    stage: str
    not_undone: tuple[str, ...]
    hold_down: timedelta = HOLD_DOWN


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule that does not hold.

    Attributes:
        rule: its name, stable.
        text: what is missing, and what to do.
        hard: not even an override goes past it: it is no rule, but cannot be done.
    """

    rule: str
    text: str
    hard: bool = False


def unmet(wish: Wish, facts: Facts, now: datetime) -> tuple[Unmet, ...]:
    """Every rule that does not hold, in the order in which a person meets them."""
    return tuple(_unmet(wish, facts, now))


def _unmet(wish: Wish, facts: Facts, now: datetime) -> Iterator[Unmet]:
    if not facts.killed:
        yield Unmet("killed", "it is not killed: there is nothing to restore", hard=True)
    if wish.confirm != facts.flag_key:
        yield Unmet("confirm", f"the flag's key is not typed whole: {plain(facts.flag_key)}", hard=True)
    if facts.stage:
        hard = facts.stage.startswith(("there is no", "its cohort"))
        yield Unmet("stage", facts.stage, hard=hard)
    for words in facts.not_undone:
        yield Unmet("undo", words, hard=True)
    if not wish.reason.split():
        yield Unmet("reason", "no reason is given: say why users may have it again", hard=True)
    for key, title in facts.breaches.items():
        if not wish.causes.get(key, "").split():
            yield Unmet(
                "cause", f"{plain(title)} was in BREACH, and its cause is not named: --cause {plain(key)}=..."
            )
    if facts.silent:
        yield Unmet("sources", f"no answer from the source of {', '.join(map(plain, facts.silent))}: see !")
    if facts.traffic:
        yield Unmet("traffic", facts.traffic)
    if facts.killed_at is not None and (left := facts.hold_down - (now - facts.killed_at)) > timedelta():
        minutes = -(-int(left.total_seconds()) // 60)
        yield Unmet(
            "hold-down", f"killed less than {_minutes(facts.hold_down)} ago: {minutes} min to go, or override"
        )


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g} min"
