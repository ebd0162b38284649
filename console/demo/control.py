"""The console's end of the switch between scenarios. Light to import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from console.demo.scenarios import SCENARIOS

FILE = "control.json"
"""What a world writes beside its console.toml: {"url": ..., "token": name of a file beside it}."""
SECONDS = 3.0
LARGEST = 4_096


@dataclass(frozen=True, slots=True)
class Control:
    """Switches one running world.

    Attributes:
        url: where scenarios are switched.
        token: the file that holds the token.
    """

    url: str
    token: Path

    @classmethod
    def beside(cls, config: Path) -> Control | None:
        """The control of the world that has written a console.toml; None where no world has. Reads a file."""
        try:
            with (config.parent / FILE).open("rb") as file:
                said = json.loads(file.read(LARGEST))
            url, name = said["url"], said["token"]
        except (OSError, ValueError, TypeError, KeyError):
            return None
        ours = isinstance(url, str) and url.startswith("http://127.0.0.1:")
        return cls(url, config.parent / name) if ours and name == "control.token" else None

    @property
    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """(name, what happens) of each that can be played."""
        return tuple((scenario.name, scenario.summary) for scenario in SCENARIOS.values())

    async def play(self, name: str) -> str:
        """Switch to a scenario; what it brings begins within a minute of event time.

        Returns:
            Why it could not be switched, in words, or "".
        """
        return (await self._ask("POST", {"name": name}))[1]

    async def playing(self) -> str:
        """The name of the scenario that plays; "" when the world does not say."""
        said, _ = await self._ask("GET", None)
        name = said.get("name")
        return name if isinstance(name, str) else ""

    async def _ask(self, method: str, body: object) -> tuple[dict[str, object], str]:
        import httpx  # here, since a console that never switches needs none of it

        try:
            token = self.token.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return {}, "the embedded world has gone: its control.token cannot be read; start the demo again"
        try:
            # No proxy and no settings of the environment: it is on this machine's loopback.
            async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
                answer = await client.request(
                    method, self.url, json=body, headers={"Authorization": f"Bearer {token}"}
                )
            said = answer.json()
        except httpx.TimeoutException:
            return {}, f"the embedded world has not answered within {SECONDS:g} s; try again"
        except httpx.TransportError:
            return {}, "the embedded world does not answer any more; start the demo again"
        except ValueError:
            return {}, "the embedded world answered something that is no JSON; start the demo again"
        if not isinstance(said, dict):
            return {}, "the embedded world answered something else than expected; start the demo again"
        if answer.status_code == 200:
            return said, ""
        return {}, f"not switched: {str(said.get('message', answer.status_code))[:300]}"
