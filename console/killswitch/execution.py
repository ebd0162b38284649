"""One kill, from the confirming key to the last rung.

intent journaled -> lever 1 sent -> accepted -> confirmed -> evaluated -> quiet -> fallback answers

The next lever goes as soon as one has failed, is not known to have worked, or is not confirmed. Levers that
do not hold the kill state are tried again beside it. The kill is a success when the proof of one lever shows
the kill state; the rungs below go on, and one that does not come true is an alarm.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from console.exits import Exit
from console.killswitch.climb import Climb, StepWriter
from console.killswitch.effects import Effects
from console.killswitch.history import REAL, RESUMED, Rows, carrier
from console.killswitch.limits import Limits
from console.killswitch.pull import Order, Pull
from console.killswitch.steps import Ladder, Mark, Outcome, Rung
from console.text import plain, sanitize

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.flags.port import FlagState
    from console.config import FeatureConfig
    from console.identity import Operator
    from console.killswitch.clock import Clock
    from console.killswitch.levers import Holding, Lever
    from console.killswitch.record import KillRecord
    from console.store.journal import Journal

ALREADY_SECONDS = 1.0
"""What the look at a flag that was killed before may take; without an answer everything is sent."""
DRAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Before:
    """What was known when the confirming key came.

    Attributes:
        holding: lever 1 as it was read last; None where it did not answer.
        kill: the newest kill in the journal, if any.
    """

    holding: Holding | None = None
    kill: KillRecord | None = None

    @property
    def state(self) -> FlagState | None:
        """The flag's state, where lever 1 is a flag that answered."""
        return self.holding.state if self.holding else None


class Execution:
    """One kill. `run` it once.

    Args:
        feature: what is killed; nothing else of the configuration is needed.
        levers: its levers, in order.
        before: what is known already; never waited for.
        earlier: a kill that a person has confirmed and whose process has ended, and the number of its newest
            step: it is gone on with, in its own rows.
        publish: gets the ladder at every change; must not wait.
        rows: kinds of the journal's rows that it writes; a drill's are of its own.
        kill_id: None makes one.
        facts: what stands in the intent besides.
    """

    def __init__(
        self,
        feature: FeatureConfig,
        levers: Sequence[Lever],
        *,
        operator: Operator,
        reason: str,
        journal: Journal,
        clock: Clock,
        publish: Callable[[Ladder], None],
        before: Before | None = None,
        earlier: tuple[KillRecord, int] | None = None,
        limits: Limits | None = None,
        rows: Rows = REAL,
        kill_id: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self._feature = feature
        self._levers = levers
        self._operator = operator
        self._reason = plain(reason)
        self._journal = journal
        self._clock = clock
        self._publish = publish
        self._before = before or Before()
        self._earlier = earlier
        self._limits = limits or Limits()
        self._rows = rows
        self._kill_id = kill_id
        self._facts = facts or {}
        self._pulls: list[Pull] = []
        self._running: list[asyncio.Task[None]] = []

    @property
    def is_proven(self) -> bool:
        """Some lever's proof shows the kill state."""
        return self._climb.ladder.outcome in (Outcome.CONFIRMED, Outcome.ALREADY)

    async def run(self) -> Ladder:
        """Kill, and stay until nothing more is tried or watched.

        Returns:
            The finished ladder.
        """
        if self._earlier is None:
            self._begin()
        else:
            self._go_on(*self._earlier)
        try:
            done = await self._already() if self._earlier is None else await self._held()
            if not done:
                await self._pull_levers()
            await self._effects.finished()
            self._climb.stand(finished=True)
        finally:
            await self._effects.stop()
            await _stop(self._running)
            if self._writer is not None:
                await self._writer.drain(DRAIN_SECONDS)
        return self._climb.ladder

    def proven(self, pull: Pull) -> None:
        """A lever's proof shows the kill state; the first one is the kill's."""
        if not self.is_proven:
            self._stand(Outcome.CONFIRMED, pull.lever.number)

    def stands(self) -> None:
        """What is known of a lever has changed."""
        self._climb.stand(still_on=tuple(pull.still_on for pull in self._pulls if pull.still_on))

    def _begin(self) -> None:
        """Journal the intent, on disk before anything leaves, and draw the ladder."""
        feature, started = self._feature, self._clock.monotonic()
        instant = self._clock.now().isoformat(timespec="milliseconds")
        kill_id = self._kill_id or new_kill_id(self._clock.now())
        written = self._journal.append(
            self._rows.intent,
            feature=feature.key,
            environment=feature.environment,
            kill_id=kill_id,
            body=self._intent(instant),
        )
        self._writer = StepWriter(self._journal, self._rows.step) if written.row is not None else None
        ladder = Ladder(
            kill_id=kill_id,
            feature=feature.key,
            environment=feature.environment,
            flag_key=feature.flag_key,
            operator=self._operator.name,
            started=instant,
            row=written.row,
            steps=(),
            outcome=Outcome.ASKING,
            killed_by=None,
            finished=False,
            exit_status=None,
        )
        self._climb = Climb(
            ladder, started=started, clock=self._clock, publish=self._publish, writer=self._writer
        )
        if written.row is None:
            self._climb.step(
                Rung.JOURNALED, 0, Mark.FALSE, f"NOT journaled, killing anyway: {written.problem}"
            )
        else:
            place = f"; second place, {written.problem}" if written.problem else ""
            self._climb.step(
                Rung.JOURNALED, 0, Mark.TRUE, f"row {written.row}, on disk before anything was sent{place}"
            )
        self._effects = Effects(feature, climb=self._climb, clock=self._clock, limits=self._limits)

    def _go_on(self, earlier: KillRecord, newest: int) -> None:
        """Take up the ladder where it was left; its times go on from its own Enter."""
        ladder = earlier.ladder
        self._journal.append(
            RESUMED,
            feature=ladder.feature,
            environment=ladder.environment,
            kill_id=ladder.kill_id,
            body=carrier(),
        )
        passed = max(0.0, (self._clock.now() - earlier.at).total_seconds())
        self._writer = StepWriter(self._journal, self._rows.step, after=newest)
        self._climb = Climb(
            replace(ladder, finished=False),
            started=self._clock.monotonic() - passed,
            clock=self._clock,
            publish=self._publish,
            writer=self._writer,
        )
        self._effects = Effects(self._feature, climb=self._climb, clock=self._clock, limits=self._limits)

    async def _held(self) -> bool:
        """Before anything is sent once more: whether a lever that was pulled holds the kill state."""
        for lever in self._levers:
            try:
                async with asyncio.timeout(ALREADY_SECONDS):
                    holding = await lever.holds()
            except Exception:  # noqa: BLE001, S112 - a third party's adapter may raise anything: it is sent
                continue
            if holding.killed:
                text = f"read after its process had ended: {holding.words}"
                self._climb.step(Rung.CONFIRMED, lever.number, Mark.TRUE, text)
                self._stand(Outcome.CONFIRMED, lever.number)
                return True
        return False

    def _intent(self, started: str) -> dict[str, Any]:
        state = self._before.state
        return {
            "flag_key": self._feature.flag_key,
            "kill_state": self._feature.flag.kill_state,
            "operator": self._operator.as_dict(),
            "reason": self._reason,
            "started": started,
            "levers": [
                {"number": lever.number, "label": lever.label, "proof": lever.proof.value}
                for lever in self._levers
            ],
            "before": flag_body(state) if state is not None else None,
            **carrier(),
            **self._facts,
        }

    async def _already(self) -> bool:
        """Where the flag was killed before, look once more; if it still is, there is nothing to send."""
        known = self._before.holding
        if known is None or not known.killed:
            return False
        lever = self._levers[0]
        try:
            async with asyncio.timeout(ALREADY_SECONDS):
                now = await lever.holds()
        except Exception:  # noqa: BLE001 - a third party's adapter may raise anything: then everything is sent
            return False
        if not now.killed:
            return False
        text = f"{lever.label}: already killed{self._since(now.state)}; nothing was sent"
        self._climb.step(Rung.LEVER, 1, Mark.TRUE, text)
        self._climb.step(Rung.CONFIRMED, 1, Mark.TRUE, f"read after Enter: {now.words}")
        self._stand(Outcome.ALREADY, 1)
        return True

    def _since(self, state: FlagState | None) -> str:
        """Since when and by whom: as the journal has it, else as the provider has it."""
        record = self._before.kill
        if record is not None and record.confirmed_at is not None:
            at, by = record.confirmed_at, record.ladder.operator
        elif state is not None and state.changed_at is not None:
            at, by = state.changed_at, sanitize(state.changed_by) if state.changed_by else ""
        else:
            return ""
        local = at.astimezone()
        same_day = local.date() == self._clock.now().astimezone().date()
        since = f" since {local:%H:%M}" if same_day else f" since {local:%d %b %H:%M}"
        return f"{since} by {by}" if by else since

    async def _pull_levers(self) -> None:
        order = Order(
            reason=self._reason,
            operator=self._operator.name,
            before=self._before.state,
            climb=self._climb,
            effects=self._effects,
            clock=self._clock,
            limits=self._limits,
        )
        for lever in self._levers:
            pull = Pull(lever, order, self)
            self._pulls.append(pull)
            self._running.append(asyncio.create_task(self._guarded(pull)))
            if self._feature.lever_order == "in_turn":
                await pull.turn_over.wait()
                if self.is_proven:
                    break
        for pull in self._pulls:
            await pull.judged.wait()
        if not self.is_proven:
            nothing_sent = all(pull.failed for pull in self._pulls)
            self._stand(Outcome.FAILED if nothing_sent else Outcome.UNCONFIRMED, None)
        await asyncio.gather(*self._running)

    async def _guarded(self, pull: Pull) -> None:
        """Run one lever; a fault in it stops neither the next lever nor the kill."""
        try:
            await pull.run()
        except Exception as error:  # noqa: BLE001 - our own mistakes included: the other levers must go
            self._climb.step(
                Rung.LEVER,
                pull.lever.number,
                Mark.UNKNOWN,
                f"{pull.lever.label}: broke inside the console ({type(error).__name__}); may have worked",
            )
        finally:
            pull.turn_over.set()
            pull.judged.set()

    def _stand(self, outcome: Outcome, killed_by: int | None) -> None:
        status = {Outcome.FAILED: Exit.UNKNOWN, Outcome.UNCONFIRMED: Exit.NO}.get(outcome)
        if status is None:
            status = Exit.OK if self._climb.ladder.row is not None else Exit.NO_JOURNAL
        self._climb.stand(outcome=outcome, killed_by=killed_by, exit_status=int(status))
        if outcome is not Outcome.FAILED:
            self._effects.start()


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    """End what still runs when a kill is given up half-way by a process that is about to end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def new_kill_id(now: datetime) -> str:
    """An id that no other kill has, whichever machine gives it."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def flag_body(state: FlagState) -> dict[str, Any]:
    """A flag as it stands in a row of the journal, as the way back needs it."""
    return {
        "on": state.on,
        "percent": state.percent,
        "rules": [sanitize(rule) for rule in state.rules],
        "version": state.version,
        "changed_at": state.changed_at.isoformat() if state.changed_at else None,
        "changed_by": sanitize(state.changed_by) if state.changed_by else None,
        "read_at": state.read_at.isoformat(),
    }
