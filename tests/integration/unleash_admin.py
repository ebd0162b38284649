"""Unleash asked in its own words, by nothing of ours: its admin API and its SDK."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from UnleashClient import UnleashClient  # type: ignore[attr-defined]  # its __init__ has no __all__

from tests.servers.unleash import Unleash

ENVIRONMENT = "production"


class Admin:
    """The admin API (docs/openapi.json of a running server)."""

    def __init__(self, unleash: Unleash) -> None:
        self._http = httpx.Client(
            base_url=f"{unleash.url}/api/admin", headers={"Authorization": unleash.admin}, timeout=10
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def flag(self, key: str, *, percent: int) -> None:
        """Make a flag that is on for a share of users in production; one that is there is switched on."""
        if self._http.get(f"/projects/default/features/{key}").status_code == 200:
            self.on(key)
            return
        self._sent("POST", "/projects/default/features", {"name": key, "type": "release"})
        strategy = {
            "name": "flexibleRollout",
            "parameters": {"rollout": str(percent), "stickiness": "default", "groupId": key},
            "constraints": [],
        }
        self._sent("POST", f"{self._place(key)}/strategies", strategy)
        self.on(key)

    def on(self, key: str) -> None:
        """Switch a flag on in production."""
        self._sent("POST", f"{self._place(key)}/on")

    def enabled(self, key: str) -> bool:
        """Whether a flag is on in production."""
        return bool(self._sent("GET", self._place(key)).json()["enabled"])

    def events(self, key: str) -> list[dict[str, Any]]:
        """Everything that happened to a flag, newest first."""
        events: list[dict[str, Any]] = self._sent("GET", f"/events/{key}").json()["events"]
        return events

    def _place(self, key: str) -> str:
        return f"/projects/default/features/{key}/environments/{ENVIRONMENT}"

    def _sent(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


class Sdk:
    """What an application sees that has Unleash's own SDK in it."""

    def __init__(self, client: UnleashClient) -> None:
        self._client = client

    def enabled_for(self, key: str, users: Iterable[str]) -> frozenset[str]:
        """Which of these users have the flag by the rules the SDK has now."""
        return frozenset(user for user in users if self._client.is_enabled(key, {"userId": user}))


@contextmanager
def sdk(unleash: Unleash, folder: Path) -> Iterator[Sdk]:
    """Run Unleash's SDK, looking at the server once a second."""
    client = UnleashClient(
        url=f"{unleash.url}/api",
        app_name="tests",
        environment=ENVIRONMENT,
        refresh_interval=1,
        custom_headers={"Authorization": unleash.backend},
        cache_directory=str(folder),
        disable_metrics=True,
        disable_registration=True,
    )
    client.initialize_client()
    try:
        yield Sdk(client)
    finally:
        client.destroy()
