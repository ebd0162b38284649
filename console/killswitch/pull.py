"""One lever of one kill: pulled, asked whether it holds, and pulled again until it does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from adapters.errors import AdapterError, Effect, RateLimited, TimedOut
from console.killswitch.levers import LEVER_SECONDS, Holding, Lever, Proof
from console.killswitch.steps import Mark, Rung
from console.text import quoted

if TYPE_CHECKING:
    from adapters.flags.port import FlagState, Receipt
    from console.killswitch.climb import Climb
    from console.killswitch.clock import Clock
    from console.killswitch.effects import Effects, Watch
    from console.killswitch.limits import Limits

T = TypeVar("T")


class Kill(Protocol):
    """What a lever needs to know of the kill that it belongs to."""

    def proven(self, pull: Pull) -> None:
        """This lever's proof shows the kill state."""
        ...

    def stands(self) -> None:
        """What is known of this lever has changed."""
        ...

    @property
    def is_proven(self) -> bool:
        """Some lever's proof shows the kill state."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of every lever, and with what.

    Attributes:
        before: the flag's state before the kill; None where it was not read.
    """

    reason: str
    operator: str
    before: FlagState | None
    climb: Climb
    effects: Effects
    clock: Clock
    limits: Limits


class Pull:
    """One lever in one kill.

    Attributes:
        turn_over: set when the next lever should start.
        judged: set when the first attempt has shown what it can; what follows is retries.
        held: its proof shows the kill state.
        failed: it certainly did nothing.
        still_on: what is known of it while it does not hold, or "".
    """

    def __init__(self, lever: Lever, order: Order, kill: Kill) -> None:
        self.lever = lever
        self.turn_over = asyncio.Event()
        self.judged = asyncio.Event()
        self.held = False
        self.failed = False
        self.still_on = ""
        self._order = order
        self._kill = kill
        self._climb = order.climb
        self._clock = order.clock
        self._limits = order.limits
        self._accepted = False
        self._answered = True
        """The newest read-back got an answer."""
        self._retry_after = 0.0

    async def run(self) -> None:
        """Pull the lever until it holds, or until there is nothing more to try."""
        number = self.lever.number
        began = self._clock.monotonic()
        self._climb.step(Rung.LEVER, number, Mark.NOW, self._named(self.lever.does))
        self._climb.step(Rung.ACCEPTED, number, Mark.TO_COME, "")
        self._climb.step(Rung.CONFIRMED, number, Mark.TO_COME, "")
        await self._pull()
        if not self.failed:
            await self._confirm(began)
        if not self.held:
            self._not_confirmed()
        self.turn_over.set()
        self.judged.set()
        if not self.held and not self.lever.problem:
            await self._retry()

    async def _pull(self) -> None:
        """Send for the first time."""
        number, sent_at = self.lever.number, self._climb.elapsed
        try:
            receipt = await self._send()
        except AdapterError as error:
            self.failed = error.effect is Effect.NONE
            if self.failed:
                self._climb.step(Rung.LEVER, number, Mark.FALSE, self._named(_words(error)))
            else:
                text = self._named(f"sent {sent_at:.2f} s, {_words(error)}; may have worked")
                self._climb.step(Rung.LEVER, number, Mark.UNKNOWN, text)
            self._climb.drop(Rung.ACCEPTED, number)
            self._climb.drop(Rung.CONFIRMED, number)
            self._still_on(self.lever.still_on(self.failed and self._order.before is not None))
            self.turn_over.set()
        else:
            self._climb.step(Rung.LEVER, number, Mark.TRUE, self._named(self.lever.does), again=True)
            self._climb.step(Rung.ACCEPTED, number, Mark.TRUE, _said(receipt))

    async def _send(self) -> Receipt:
        order = self._order
        try:
            receipt = await _bounded(
                self.lever.send(reason=order.reason, operator=order.operator), self.lever, Effect.UNKNOWN
            )
        except RateLimited as error:
            self._retry_after = error.retry_after or 0.0
            raise
        self._accepted = True
        return receipt

    async def _confirm(self, began: float) -> None:
        """Wait for the lever's own proof, as long as a first attempt may."""
        number, proof = self.lever.number, self.lever.proof
        watch = self._watch()
        if proof.asks_lever:
            if self._accepted:
                self._climb.step(Rung.CONFIRMED, number, Mark.NOW, "reading back")
            await self._read_back(began)
        elif watch is not None and watch.configured:
            if self._accepted:
                self._climb.step(
                    Rung.CONFIRMED, number, Mark.NOW, f"no read-back; {proof.value} must prove it"
                )
            await self._wait_for(watch, began)
        elif self._accepted:
            missing = "this lever has no proof" if watch is None else f"no {proof.value} is configured"
            self._climb.step(Rung.CONFIRMED, number, Mark.UNKNOWN, f"cannot be confirmed: {missing}")

    async def _read_back(self, began: float) -> None:
        """Ask the lever until it holds, patience is over or, where it does not answer, its limit is."""
        patience = self._clock.monotonic() + self._limits.patience
        limit = max(began + self.lever.seconds_limit, patience)
        while not await self._look():
            now = self._clock.monotonic()
            if now >= patience:
                self.turn_over.set()
                if self._answered or now >= limit:
                    return
            await self._clock.sleep(self._limits.read_gap)

    async def _wait_for(self, watch: Watch, began: float) -> None:
        """Wait until what users get proves a lever that cannot be asked."""
        self._order.effects.start(watch)
        turn = max(0.0, began + self.lever.seconds_limit - self._clock.monotonic())
        over = asyncio.get_running_loop().call_later(turn, self.turn_over.set)
        try:
            if await watch.settled():
                self._proven()
        finally:
            over.cancel()

    def _watch(self) -> Watch | None:
        effects = self._order.effects
        watches = {Proof.EVALUATION: effects.evaluated, Proof.TRAFFIC: effects.quiet}
        return watches.get(self.lever.proof)

    async def _look(self) -> bool:
        """Read back once, and say what was seen. Returns whether the kill state is proven."""
        try:
            # A flag whose change was accepted is there; of any other the whole is looked at.
            asking = self.lever.holds(brief=self._accepted)
            holding = await _bounded(asking, self.lever, Effect.NONE)
        except AdapterError as error:
            self._answered = False
            self._still_on(self.lever.still_on(False))
            self._seen(f"cannot be read back: {_words(error)}")
            return False
        self._answered = True
        doubt = self._doubt(holding)
        if holding.killed and not doubt:
            asked = "check" if self.lever.proof is Proof.CHECK else "read back"
            self._proven(f"{asked}: {holding.words}")
            return True
        known = holding.killed is False
        self._still_on(holding.words if known else self.lever.still_on(False))
        at = self._clock.now().astimezone().strftime("%H:%M:%S")
        self._seen(f"{doubt or holding.words}, read {at}")
        return False

    def _doubt(self, holding: Holding) -> str:
        """Why a kill state that was read is not believed, or "": it changed, and the version did not."""
        before, after = self._order.before, holding.state
        if before is None or after is None or None in (before.version, after.version):
            return ""
        if self.lever.number != 1 or before.on is after.on or before.version != after.version:
            return ""
        return f"{holding.words}, but its version did not move"

    def _proven(self, words: str = "") -> None:
        number = self.lever.number
        self.held, self.failed = True, False
        if words:
            self._climb.step(Rung.CONFIRMED, number, Mark.TRUE, words)
        else:
            # The rung that proves it stands for it.
            self._climb.drop(Rung.CONFIRMED, number)
        lever = self._climb.find(Rung.LEVER, number)
        if lever is not None and lever.mark is not Mark.TRUE:
            self._climb.step(
                Rung.LEVER, number, Mark.TRUE, self._named("no clear answer, but it holds"), again=True
            )
        self._still_on("")
        self._kill.proven(self)

    def _not_confirmed(self) -> None:
        rung = self._climb.find(Rung.CONFIRMED, self.lever.number)
        if rung is not None and rung.mark is Mark.NOW:
            mark = Mark.FALSE if self._answered else Mark.UNKNOWN
            self._climb.step(Rung.CONFIRMED, self.lever.number, mark, rung.text)
        if not self.still_on:
            self._still_on(self.lever.still_on(False))

    async def _retry(self) -> None:
        """Ask and send again until the kill state holds; what nothing can prove, until it is accepted."""
        pause = self._limits.retry_first
        end = self._clock.monotonic() + self._limits.give_up
        next_send = self._next_send(pause)
        while (now := self._clock.monotonic()) < end:
            watch = self._watch()
            if self.lever.proof.asks_lever:
                if await self._look():
                    return
            elif watch is not None and watch.proven:
                self._proven()
                return
            elif self._accepted and (watch is None or not watch.configured or self._kill.is_proven):
                return
            if now >= next_send:
                await self._pull_again()
                pause = min(2 * pause, self._limits.retry_most)
                next_send = self._next_send(pause)
            else:
                await self._clock.sleep(min(self._limits.beside, next_send - now))
        minutes = self._limits.give_up / 60
        self._seen(f"{self.still_on}; given up after {minutes:.0f} min: switch it by hand")

    async def _pull_again(self) -> None:
        number = self.lever.number
        try:
            receipt = await self._send()
        except AdapterError as error:
            if error.effect is Effect.UNKNOWN:
                self._start_watch()
            self._seen(f"{self.still_on}; tried again: {_words(error)}")
            return
        self.failed = False
        self._start_watch()
        self._climb.step(Rung.LEVER, number, Mark.TRUE, self._named(f"{self.lever.does}, sent again"))
        self._climb.step(Rung.ACCEPTED, number, Mark.TRUE, _said(receipt))

    def _start_watch(self) -> None:
        """Watch what proves this lever; a first attempt that certainly did nothing has not begun to."""
        watch = self._watch()
        if watch is not None:
            self._order.effects.start(watch)

    def _next_send(self, pause: float) -> float:
        """When to send again: later each time, spread so that many consoles do not come back at once."""
        # Everybody was told the same number of seconds: who keeps to it exactly is a herd.
        asked = self._retry_after + random.uniform(0.0, max(1.0, self._retry_after / 2))
        wait = max(pause * random.uniform(0.8, 1.2), asked if self._retry_after else 0.0)
        self._retry_after = 0.0
        return self._clock.monotonic() + wait

    def _seen(self, text: str) -> None:
        """Put what was read on the rung that is about it."""
        number = self.lever.number
        confirmed = self._climb.find(Rung.CONFIRMED, number)
        if confirmed is not None:
            self._climb.step(Rung.CONFIRMED, number, confirmed.mark, text, again=True)
            return
        lever = self._climb.find(Rung.LEVER, number)
        if lever is not None:
            self._climb.step(Rung.LEVER, number, lever.mark, self._named(text), again=True)

    def _named(self, text: str) -> str:
        return f"{self.lever.label}: {text}"

    def _still_on(self, words: str) -> None:
        if words != self.still_on:
            self.still_on = words
            self._kill.stands()


async def _bounded(work: Awaitable[T], lever: Lever, effect: Effect) -> T:
    """Await within the lever's limit; whatever goes wrong is an AdapterError.

    Args:
        effect: what a failure that says nothing itself leaves behind.
    """
    seconds = lever.seconds_limit or LEVER_SECONDS
    try:
        async with asyncio.timeout(seconds):
            return await work
    except AdapterError:
        raise
    except TimeoutError:
        what = f"did not answer within {seconds:g} s"
        raise TimedOut(what, where=lever.label, todo="Read the flag.", effect=effect) from None
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything; the next lever must go
        what = f"failed ({type(error).__name__})"
        raise AdapterError(what, where=lever.label, todo="Report it.", effect=effect) from None


def _words(error: AdapterError) -> str:
    """What went wrong, with a bit of what the provider said about it."""
    if error.detail is None or not error.detail.raw.strip():
        return error.what
    return f"{error.what} ({quoted(error.detail)})"


def _said(receipt: Receipt) -> str:
    if receipt.version is not None:
        return f"at version {receipt.version}"
    return f"it says {quoted(receipt.said)}" if receipt.said.raw.strip() else "yes, without a word"
