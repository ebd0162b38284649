"""Plays a made-up incident on the real screens, for looking at them and for tests on a real terminal.

    python -m tests.console.tui.play [armed|breach|alarm|demo|readonly|waiting]

Its executor climbs the ladder of the mock-ups, a rung every 0.15 s.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from console.killswitch.steps import Mark, Rung, Step
from console.signals.verdict import Clock
from console.tui.run import run_console
from tests.console.tui.stage import (
    ASKING,
    DRILLS,
    KILLED,
    KILLS,
    NOW,
    SNAPSHOT,
    ScriptedExecutor,
    StageBackend,
    board,
    flag,
)

ALARM = replace(
    KILLED,
    killed_by=1,
    still_on=(),
    steps=(
        KILLED.steps[0],
        Step(Rung.LEVER, 1, Mark.TRUE, 0.02, "flag service: switch off in production"),
        Step(Rung.ACCEPTED, 1, Mark.TRUE, 0.3, "at version 8"),
        Step(Rung.CONFIRMED, 1, Mark.TRUE, 0.9, "read back: flag OFF in flag service"),
        Step(Rung.EVALUATED, 0, Mark.FALSE, 20.0, "1 of 3 contexts still get the AI: agent-2"),
        Step(Rung.QUIET, 0, Mark.FALSE, 63.0, "still 12 AI answers in 60 s; fallback 30"),
        Step(Rung.FALLBACK, 0, Mark.UNKNOWN, 30.0, "probe: no answer"),
    ),
)


class PlayBackend(StageBackend):
    """Answers Enter with the whole ladder; with `alarm`, one whose rungs below do not all come true."""

    alarm = False

    def open_executor(self) -> ScriptedExecutor:
        executor = super().open_executor()
        send = executor.go

        def go(reason: str) -> None:
            send(reason)
            asyncio.get_running_loop().create_task(self._climb(executor))

        executor.go = go  # type: ignore[method-assign]
        return executor

    async def _climb(self, executor: ScriptedExecutor) -> None:
        started = datetime.now(UTC).isoformat()
        for rungs in range(1, len(ASKING.steps) + 1):
            await asyncio.sleep(0.15)
            executor.say(replace(ASKING, started=started, steps=ASKING.steps[:rungs]))
        await asyncio.sleep(0.8)
        executor.say(replace(ALARM if self.alarm else KILLED, started=started))


def main() -> int:
    kind = sys.argv[1] if len(sys.argv) > 1 else "breach"
    clock = Clock(NOW, datetime.now(UTC), 60.0 if kind == "demo" else 1.0)
    snapshot = replace(SNAPSHOT, board=replace(board(), clock=clock))
    real = datetime.now(UTC)
    snapshot = replace(
        snapshot,
        flag=flag(read_at=real),
        kills=KILLS,
        drills=DRILLS,
        happenings=tuple(replace(each, at=each.at + (real - NOW)) for each in SNAPSHOT.happenings),
        arming=replace(SNAPSHOT.arming, proven_at=real - timedelta(seconds=2)) if SNAPSHOT.arming else None,
    )
    backend = PlayBackend(None if kind == "waiting" else snapshot)
    backend.alarm = kind == "alarm"
    backend.demo = kind == "demo"
    backend.read_only = kind == "readonly"
    if kind == "armed":
        backend.snapshot = replace(snapshot, last_confirmed_kill=real - timedelta(days=6))
    return run_console(backend)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
