"""What the rungs below *confirmed* look at: the flag as users' code gets it, their traffic, the fallback."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from adapters import registry
from adapters.errors import AdapterError
from adapters.flags.port import Evaluation
from adapters.http import Http
from adapters.untrusted import Untrusted
from console.killswitch.steps import Mark, Rung
from console.text import quoted, sanitize

if TYPE_CHECKING:
    from adapters.flags.port import Evaluator
    from adapters.signals.port import TrafficProbe
    from console.config import EvaluateConfig, FallbackConfig, FeatureConfig, ProviderTable

SHORTEST_WINDOW = 3.0
"""Seconds that traffic must have been counted for."""
ABOUT_ZERO = 0.5
"""AI answers in a window that still count as none: engines extrapolate."""
ABOUT_ZERO_SHARE = 0.002
"""The same, as a share of all answers: the last ones that were under way."""
PROBE_BODY = 1 << 16
ANY_STATUS = range(100, 600)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a rung.

    Attributes:
        mark: TRUE, FALSE (it is seen not to be so) or UNKNOWN (it cannot be told).
        text: what was seen.
    """

    mark: Mark
    text: str


class Probe(Protocol):
    """Something that can be looked at again and again. `look` raises AdapterError.

    Attributes:
        unanswered: what a look without an answer means.
        window: seconds that a look reaches back.
    """

    unanswered: Mark
    window: float

    async def look(self, elapsed: float) -> Look:
        """Look once, `elapsed` seconds after the watch began."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


def open_probe(rung: Rung, feature: FeatureConfig) -> Probe:
    """Make the probe of a rung that is configured.

    Raises:
        AdapterError: its table cannot be used.
    """
    if rung is Rung.EVALUATED and feature.evaluate is not None:
        return EvaluationProbe(feature.evaluate, kill_on=feature.flag.kill_state == "on")
    if rung is Rung.QUIET and feature.traffic is not None:
        return QuietProbe(feature.traffic)
    if rung is Rung.FALLBACK and feature.fallback is not None and feature.fallback.url is not None:
        return FallbackProbe(feature.fallback, feature.fallback.url)
    raise ValueError(f"{rung.value} is not configured for {feature.name}")


class EvaluationProbe:
    """The flag as the product's own code gets it, for several users. See `Probe`."""

    unanswered = Mark.UNKNOWN
    window = 0.0

    def __init__(self, config: EvaluateConfig, *, kill_on: bool) -> None:
        source = config.source
        self._contexts = config.contexts
        self._kill_on = kill_on
        self._evaluator: Evaluator = registry.open_evaluator(
            source.provider, source.options, source.where, trust=source.trust
        )

    async def look(self, elapsed: float) -> Look:
        """See `Probe`: true when every context gets the kill state."""
        answers = await asyncio.gather(*(self._ask(context) for context in self._contexts))
        on = [answer.context for answer in answers if answer.value is (not self._kill_on)]
        undecided = [answer.context for answer in answers if answer.value is None]
        number = len(answers)
        if on:
            names = ", ".join(sanitize(Untrusted(name)) for name in on[:5])
            more = f" and {len(on) - 5} more" if len(on) > 5 else ""
            return Look(Mark.FALSE, f"{len(on)} of {number} contexts still get the AI: {names}{more}")
        if undecided:
            # Without a value the product's own default decides, which nobody here can see.
            names = ", ".join(sanitize(Untrusted(name)) for name in undecided[:5])
            return Look(Mark.UNKNOWN, f"no value for {names}: the code's own default applies")
        return Look(Mark.TRUE, f"{number} of {number} contexts get the fallback")

    async def aclose(self) -> None:
        """See `Probe`."""
        await self._evaluator.aclose()

    async def _ask(self, context: Mapping[str, str]) -> Evaluation:
        return await self._evaluator.evaluate(context)


class QuietProbe:
    """Answers by path. See `Probe`."""

    unanswered = Mark.UNKNOWN

    def __init__(self, table: ProviderTable) -> None:
        self.window = 0.0
        self._before: float | None = None
        self._first = (0.0, 0.0)
        """Answers of both paths at the first look, and when that was."""
        self._traffic: TrafficProbe = registry.open_traffic(
            table.provider, table.options, table.where, trust=table.trust
        )

    async def look(self, elapsed: float) -> Look:
        """See `Probe`: true when AI answers are about zero, newer logs arrive, and older ones can be read."""
        count = await self._traffic.count()
        self.window = max(self.window, count.seconds)
        if self._before is None:
            self._before = count.ai
            self._first = (count.ai + count.fallback, elapsed)
        in_window = f"in {count.seconds:.0f} s"
        if count.ai > max(ABOUT_ZERO, ABOUT_ZERO_SHARE * (count.ai + count.fallback)):
            still = f"still {count.ai:.0f} AI answers {in_window}; fallback {count.fallback:.0f}"
            return Look(Mark.FALSE, still)
        newer = count.newest_age is not None and count.newest_age < elapsed
        answered = count.fallback > 0 and elapsed >= count.seconds
        if count.seconds < SHORTEST_WINDOW or not (newer or answered):
            return Look(Mark.UNKNOWN, "no AI answers; waiting for logs that are newer than the kill")
        answers, first = self._first
        kept = await self._traffic.earlier(elapsed - first) if answers > ABOUT_ZERO else None
        if kept is not None and kept <= ABOUT_ZERO:
            gone = f"no AI answers, but logs from before are gone: {answers:.0f} answers then, now {kept:.0f}"
            return Look(Mark.FALSE, gone)
        old = "" if kept is None else ", old ones stay"
        fell = f"{self._before:.0f} → {count.ai:.0f}" if self._before > ABOUT_ZERO else f"{count.ai:.0f}"
        return Look(
            Mark.TRUE, f"AI answers {fell} {in_window}; fallback {count.fallback:.0f}; logs arrive{old}"
        )

    async def aclose(self) -> None:
        """See `Probe`."""
        await self._traffic.aclose()


class FallbackProbe:
    """What a user gets now, asked of the product itself. See `Probe`."""

    unanswered = Mark.FALSE
    window = 0.0

    def __init__(self, config: FallbackConfig, url: str) -> None:
        self._config = config
        self._http = Http("fallback probe", url, largest=PROBE_BODY)

    async def look(self, elapsed: float) -> Look:
        """See `Probe`: true when status and body are those of the configuration."""
        try:
            answer = await self._http.request("GET", ok=ANY_STATUS)
        except AdapterError as error:
            return Look(Mark.FALSE, f"probe: {error.what}")
        text = answer.text
        expected = self._config.expect_body
        if answer.status != self._config.expect_status:
            wanted = self._config.expect_status
            return Look(Mark.FALSE, f"probe: status {answer.status}, expected {wanted}: {quoted(text)}")
        if expected not in text.raw:
            return Look(Mark.FALSE, f"probe: {answer.status}, without {expected!r}: {quoted(text)}")
        seen = f", {expected!r}" if expected else ""
        return Look(Mark.TRUE, f"probe: {answer.status}{seen}")

    async def aclose(self) -> None:
        """See `Probe`."""
        await self._http.aclose()
