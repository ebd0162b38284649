"""The rungs below *confirmed*: what users get, watched until it comes true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from adapters.errors import AdapterError
from console.killswitch.steps import Mark, Rung

if TYPE_CHECKING:
    from console.config import FeatureConfig
    from console.killswitch.climb import Climb
    from console.killswitch.clock import Clock
    from console.killswitch.limits import Limits
    from console.killswitch.probes import Look, Probe

LOOK_SECONDS = 6.0
"""The most that one look may take; adapters bound themselves to 5 s."""


class Watch:
    """One rung below *confirmed*.

    Args:
        rung: which one.
        to_come: what will be looked at, in words; None when the configuration cannot show this rung.
        opener: makes the probe; its module is imported then, and not before.
        seconds: after this, a rung that did not come true is an alarm. It is watched on, since late is
            better than never.
    """

    def __init__(
        self,
        rung: Rung,
        to_come: str | None,
        opener: Callable[[], Probe],
        seconds: float,
        *,
        climb: Climb,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self.configured = to_come is not None
        self.proven = False
        self._rung = rung
        self._opener = opener
        self._seconds = seconds
        self._climb = climb
        self._clock = clock
        self._limits = limits
        self._settled = asyncio.Event()
        mark = Mark.NOT_CONFIGURED if to_come is None else Mark.TO_COME
        climb.step(rung, 0, mark, "not configured" if to_come is None else to_come)

    async def settled(self) -> bool:
        """Wait until it came true or its limit has passed; say which."""
        await self._settled.wait()
        return self.proven

    async def run(self) -> None:
        """Look until it comes true, or until nothing is watched any more."""
        # The module with the probes is light, but what they open is not, and nothing before this needs them.
        from console.killswitch.probes import Look

        try:
            probe = self._opener()
        except Exception as error:  # noqa: BLE001 - a third party's adapter; the rungs beside it go on
            self._climb.step(self._rung, 0, Mark.UNKNOWN, f"cannot be asked: {_words(error)}")
            self._settled.set()
            return
        began = self._clock.monotonic()
        look = Look(probe.unanswered, "never looked at")
        try:
            while (elapsed := self._clock.monotonic() - began) < self._limits.give_up:
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        look = await probe.look(elapsed)
                except TimeoutError:
                    look = Look(probe.unanswered, "no answer")
                except Exception as error:  # noqa: BLE001 - as above
                    look = Look(probe.unanswered, _words(error))
                late = self._clock.monotonic() - began >= self._seconds + probe.window
                if self._say(look, late):
                    return
                await self._clock.sleep(self._limits.late_gap if late else self._limits.gap)
            self._say(look, late=True)
        finally:
            self._settled.set()
            # What it has shown stands, whatever a third party's adapter makes of being let go of.
            with suppress(Exception):
                await probe.aclose()

    def _say(self, look: Look, late: bool) -> bool:
        """Show one look. Returns whether it came true."""
        if look.mark is Mark.TRUE:
            self.proven = True
            self._climb.step(self._rung, 0, Mark.TRUE, look.text)
            self._settled.set()
            return True
        mark = look.mark if late else Mark.NOW
        shown = self._climb.find(self._rung, 0)
        self._climb.step(self._rung, 0, mark, look.text, again=shown is not None and shown.mark is mark)
        if late:
            self._settled.set()
        return False


class Effects:
    """What a kill does to users: evaluation, traffic, fallback.

    Args:
        feature: says what of it can be shown.
    """

    def __init__(self, feature: FeatureConfig, *, climb: Climb, clock: Clock, limits: Limits) -> None:
        self._feature = feature
        self._climb = climb
        self._clock = clock
        self._limits = limits
        self._tasks: dict[Rung, asyncio.Task[None]] = {}
        self.evaluated = self._watch(Rung.EVALUATED, _evaluated_words(feature), limits.evaluated)
        self.quiet = self._watch(
            Rung.QUIET, "AI answers → about 0, logs still arriving" if feature.traffic else None, limits.quiet
        )
        self.fallback = self._watch(Rung.FALLBACK, _fallback_words(feature), limits.fallback)

    def start(self, *watches: Watch) -> None:
        """Begin to watch, each once and only what is configured; without a name, all of them."""
        for rung, watch in self._all():
            if watch.configured and rung not in self._tasks and (not watches or watch in watches):
                self._tasks[rung] = asyncio.create_task(watch.run())

    async def finished(self) -> None:
        """Wait until nothing is watched any more."""
        await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """Watch no longer."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _watch(self, rung: Rung, to_come: str | None, seconds: float) -> Watch:
        def opener() -> Probe:
            from console.killswitch import probes

            return probes.open_probe(rung, self._feature)

        return Watch(
            rung, to_come, opener, seconds, climb=self._climb, clock=self._clock, limits=self._limits
        )

    def _all(self) -> tuple[tuple[Rung, Watch], ...]:
        return (
            (Rung.EVALUATED, self.evaluated),
            (Rung.QUIET, self.quiet),
            (Rung.FALLBACK, self.fallback),
        )


def _words(error: Exception) -> str:
    return error.what if isinstance(error, AdapterError) else f"failed ({type(error).__name__})"


def _evaluated_words(feature: FeatureConfig) -> str | None:
    if feature.evaluate is None:
        return None
    number = len(feature.evaluate.contexts)
    return f"{number} context{'s' if number > 1 else ''}, by {feature.evaluate.source.provider}"


def _fallback_words(feature: FeatureConfig) -> str | None:
    if feature.fallback is None or feature.fallback.url is None:
        return None
    expected = feature.fallback.expect_body
    return f"probe: {expected!r}" if expected else f"probe: status {feature.fallback.expect_status}"
