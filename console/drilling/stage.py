"""A feature as a drill shows it: its own flag, a made-up BREACH, and nothing of what was really killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.flags.port import FlagState
from adapters.untrusted import Untrusted
from console.drilling.stories import Story, staged
from console.drilling.target import drilled
from console.killswitch.record import REHEARSAL
from console.killswitch.steps import Outcome
from console.snapshot import FlagView

if TYPE_CHECKING:
    from console.drilling.wire import Told
    from console.killswitch.steps import Ladder
    from console.snapshot import Snapshot


def stage(real: Snapshot, told: Told | None, kind: str, story: Story) -> Snapshot:
    """The snapshot that screens show in a drill.

    Args:
        real: as it is.
        told: the drill so far; None before its process has said a word.
    """
    # What users get, and how it is seen, stays that of the real feature: the screens are the same.
    config = replace(
        drilled(real.config, kind),
        evaluate=real.config.evaluate,
        traffic=real.config.traffic,
        fallback=real.config.fallback,
    )
    began = datetime.fromisoformat(told.began) if told is not None and told.began else datetime.now(UTC)
    clock = real.board.clock
    since = clock.event_time(began) if clock is not None else began
    arming = real.arming
    if arming is not None and kind == REHEARSAL:
        arming = replace(arming, levers=arming.levers[:1])
    return replace(
        real,
        config=config,
        board=staged(real.board, story, since, killed=confirmed(told.ladder if told else None)),
        flag=_flag(real, told, kind, config.flag_key),
        arming=arming,
        kill=None,
        kills=(),
        drills=(),
        rehearsed=(),
        last_confirmed_kill=None,
    )


def confirmed(ladder: Ladder | None) -> bool:
    """The drill's kill is proven."""
    return ladder is not None and ladder.outcome in (Outcome.CONFIRMED, Outcome.ALREADY)


def _flag(real: Snapshot, told: Told | None, kind: str, key: str) -> FlagView:
    if kind != REHEARSAL:
        return real.flag
    if told is None or told.flag is None:
        return FlagView(None, "", None)
    now = datetime.now(UTC)
    state = FlagState(
        key=key,
        environment=real.config.environment,
        on=told.flag.on,
        percent=told.flag.percent,
        rules=tuple(Untrusted(rule) for rule in told.flag.rules),
        version=told.flag.version,
        changed_at=None,
        changed_by=None,
        read_at=now,
    )
    return FlagView(state, "", now)
