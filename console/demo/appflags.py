"""How the app learns its flag: an SDK that evaluates locally by rules kept fresh, and the force-fallback
switch."""

from __future__ import annotations

import http.client
import logging
import threading
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from console.demo.acme import Agent
from console.demo.bucketing import Reason, Rules, decide
from console.demo.forceswitch import ForceSwitch

log = logging.getLogger(__name__)


class Sdk(Protocol):
    """What a flag vendor's SDK does for the app."""

    def start(self) -> None:
        """Fetch rules and keep them fresh, in the background."""
        ...

    def evaluate(self, agent: Agent) -> tuple[bool, Reason, int | None]:
        """(value, why, version of the rules) for one agent, from local rules, at once; off until there are
        any."""
        ...

    def epoch(self) -> int:
        """A number that differs once answers may differ."""
        ...

    def wait_ready(self, seconds: float) -> bool:
        """Whether the first rules are there, waiting so long at most. Blocks."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class HomegrownSdk:
    """The SDK of our own flag service: rules over HTTP, again at every change that the stream tells of.

    It runs in a thread of its own and keeps the rules that it has when the service does not answer. It is
    written on the standard library's client, which starts in a tenth of the time of a larger one.

    Args:
        url: of the flag service, on plain HTTP.
    """

    SECONDS = 5.0
    """To connect, and for the rules to come."""
    SILENCE = 25.0
    """Without even a heartbeat for so long, the stream counts as broken."""

    def __init__(self, url: str, token: str, *, environment: str, key: str) -> None:
        place = urlsplit(url)
        self._address = (str(place.hostname), int(place.port or 80))
        self._path = f"{place.path}/v1/environments/{environment}"
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        self._key = key
        self._rules: Rules | None = None
        self._epoch = 0
        self._ready = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flag-sdk", daemon=True)

    def start(self) -> None:
        """Fetch rules and listen, in the background."""
        self._thread.start()

    def evaluate(self, agent: Agent) -> tuple[bool, Reason, int | None]:
        rules = self._rules
        if rules is None:
            return False, Reason.UNKNOWN, None
        return *decide(rules, agent.user), rules.version

    def epoch(self) -> int:
        return self._epoch

    def wait_ready(self, seconds: float) -> bool:
        return self._ready.wait(seconds)

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._listen()
            except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
                log.info(
                    "the flag service does not answer the app (%s); it goes on with the rules it has", error
                )
            self._closed.wait(1.0)

    def _listen(self) -> None:
        # The stream is opened before the rules are read, so that no change falls between the two.
        connection = http.client.HTTPConnection(*self._address, timeout=self.SECONDS)
        try:
            connection.request("GET", f"{self._path}/stream", headers=self._headers)
            stream = connection.getresponse()
            if stream.status != 200:
                raise http.client.HTTPException(f"status {stream.status}")
            if connection.sock is not None:
                connection.sock.settimeout(self.SILENCE)
            self._fetch()
            while not self._closed.is_set() and (line := stream.readline()):
                if line.startswith(b"data:"):
                    self._fetch()
        finally:
            connection.close()

    def _fetch(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=self.SECONDS)
        try:
            connection.request("GET", f"{self._path}/flags", headers=self._headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise http.client.HTTPException(f"status {answer.status}")
            flags = msgspec.json.decode(answer.read(), type=_Flags).flags
        finally:
            connection.close()
        # A flag that is no longer there is off for everyone.
        self._rules = next((flag for flag in flags if flag.key == self._key), None)
        self._epoch += 1
        self._ready.set()


class _Flags(msgspec.Struct):
    flags: list[Rules]


class UnleashSdk:
    """The flag at an Unleash server, by Unleash's own SDK.

    Args:
        url: of the server, without ``/api``.
        token: a client token; the environment is part of it.
        cache: directory for the SDK's own copy of the rules.

    Raises:
        ImportError: the package UnleashClient is not installed.
    """

    REFRESH = 1
    """Seconds between its looks at the server."""

    def __init__(self, url: str, token: str, *, environment: str, key: str, cache: Path) -> None:
        # Imported here: it is an extra that only --flag-from needs, and takes long.
        from UnleashClient import UnleashClient  # type: ignore[attr-defined]

        # It logs every failed look with a traceback; that it has no rules is said once, by the world.
        for name in ("UnleashClient", "apscheduler"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._key = key
        self._looks = 0
        self._ready = threading.Event()
        self._client = UnleashClient(
            url=f"{url.rstrip('/')}/api",
            app_name="support-drafts-app",
            environment=environment,
            refresh_interval=self.REFRESH,
            custom_headers={"Authorization": token},
            cache_directory=str(cache),
        )

    def start(self) -> None:
        """Fetch rules and keep on looking, in the background."""

        def begin() -> None:
            self._client.initialize_client()
            self._ready.set()

        threading.Thread(target=begin, name="unleash-sdk", daemon=True).start()

    def evaluate(self, agent: Agent) -> tuple[bool, Reason, int | None]:
        context = {
            "userId": agent.user,
            "properties": {"tier": agent.tier, "region": agent.region, "language": agent.language},
        }
        value = bool(self._client.is_enabled(self._key, context, fallback_function=lambda *_: False))
        # Unleash's SDK tells no reason; the protocol has a word for that.
        return value, Reason.UNKNOWN, None

    def epoch(self) -> int:
        # It does not say when its rules have changed, so every look counts as new.
        self._looks += 1
        return self._looks

    def wait_ready(self, seconds: float) -> bool:
        return self._ready.wait(seconds) and bool(self._client.feature_definitions())

    def close(self) -> None:
        self._client.destroy()


class Decisions:
    """Whether a request takes the AI path: the switch first, then the flag."""

    def __init__(self, sdk: Sdk, switch: ForceSwitch) -> None:
        self._sdk = sdk
        self._switch = switch
        self._forced = False
        self._epoch = -1
        self._known: dict[str, bool] = {}

    def look(self) -> None:
        """See whether switch or rules have changed; called before every batch of requests."""
        self._forced = self._switch.forced()
        epoch = self._sdk.epoch()
        if epoch != self._epoch:
            self._epoch = epoch
            self._known.clear()

    def ai(self, agent: Agent) -> bool:
        """Whether this agent's next draft comes from the model."""
        if self._forced:
            return False
        value = self._known.get(agent.user)
        if value is None:
            value = self._known[agent.user] = self._sdk.evaluate(agent)[0]
        return value

    def explain(self, agent: Agent) -> tuple[bool, Reason, int | None]:
        """What this agent gets now, and why, passing by everything remembered here."""
        value, reason, version = self._sdk.evaluate(agent)
        if self._switch.forced():
            return False, Reason.DISABLED, version
        return value, reason, version
