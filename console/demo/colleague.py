"""Somebody else at the flag: a release script that turns it on again whenever it finds it off."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import random
from collections.abc import Callable
from urllib.parse import urlsplit

from console.demo.acme import ENVIRONMENT, FLAG_KEY
from console.demo.clock import EventClock
from console.demo.flagstore import FlagStore

log = logging.getLogger(__name__)

WHO = "release-bot"
WHY = "release 2026.47: flags as in flags.yaml"
EARLIEST, LATEST = 360.0, 540.0
"""Seconds of event time that the flag stays off."""
REAL_LEAST = 15.0
"""The same in real seconds, at least: who has killed is to see that it holds, before it does not."""
LOOK = 0.25
SECONDS = 3.0


class Colleague:
    """Turns the flag on by the flag service's own API, as anybody with a token might.

    Args:
        url: of the flag service, on plain HTTP.
        token: one that may write.
        store: where the flag's state is looked up.
        real_least: real seconds that the flag stays off, at least.
    """

    def __init__(
        self,
        url: str,
        token: str,
        store: FlagStore,
        clock: EventClock,
        seed: int,
        *,
        real_least: float = REAL_LEAST,
    ) -> None:
        place = urlsplit(url)
        self._address = (str(place.hostname), int(place.port or 80))
        self._path = f"{place.path}/v1/environments/{ENVIRONMENT}/flags/{FLAG_KEY}"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._store = store
        self._clock = clock
        self._rng = random.Random(f"{seed}:colleague")
        self._real_least = real_least

    async def watch(self, active: Callable[[], bool]) -> None:
        """While `active`, turn the flag on some minutes after it went off, again and again. Runs for ever."""
        due: tuple[float, float] | None = None
        while True:
            await asyncio.sleep(LOOK)
            real = asyncio.get_running_loop().time()
            if not active() or not self._is_off():
                due = None
            elif due is None:
                due = self._clock.acme() + self._rng.uniform(EARLIEST, LATEST), real + self._real_least
            elif self._clock.acme() >= due[0] and real >= due[1]:
                due = None
                await asyncio.to_thread(self._turn_on)

    def _is_off(self) -> bool:
        flag = self._store.get(ENVIRONMENT, FLAG_KEY)
        return flag is not None and not flag.on

    def _turn_on(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=SECONDS)
        body = json.dumps({"on": True, "by": WHO, "reason": WHY})
        try:
            connection.request("PATCH", self._path, body, self._headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            log.info("the flag service did not answer %s (%s); it tries again", WHO, error)
        finally:
            connection.close()
