"""Unleash's admin API as far as the adapter uses it; answers have the form seen on 7.5.1."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

NOW = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
TOKEN = "*:*.canary-7f3e9a1c"
FLAG = "/api/admin/projects/default/features/support-drafts-ai"
SPECIFICATION = Path(__file__).parents[4] / "shared" / "specs" / "unleash-openapi.json"
ENTERPRISE = "/api/admin/projects/default/change-requests/config"
"""Not in the open-source edition's document."""


class UnleashDouble:
    """One flag, one event log; tests change its attributes."""

    def __init__(self) -> None:
        self.on = True
        self.events = [self.event(7, "production", "jonas"), self.event(9, "development", "ci")]
        self.strategies: list[dict[str, Any]] = [
            {"name": "flexibleRollout", "parameters": {"rollout": "25"}, "constraints": [], "segments": []}
        ]
        self.permissions: list[dict[str, str]] = [{"permission": "ADMIN"}]
        self.answers: dict[str, httpx.Response] = {}
        self.requests: list[httpx.Request] = []
        self.children: list[str] = []

    @staticmethod
    def event(number: int, environment: str | None, who: str) -> dict[str, Any]:
        return {
            "id": number,
            "type": "feature-environment-enabled",
            "createdBy": who,
            "createdAt": "2026-11-22T02:58:00.545Z",
            "environment": environment,
            "featureName": "support-drafts-ai",
        }

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path in self.answers:
            return self.answers[path]
        if request.headers.get("Authorization") != TOKEN:
            return httpx.Response(401, json={"message": "You must log in to use Unleash."})
        if request.method == "POST":
            return self.switch(path)
        found = {
            FLAG: self.flag(),
            "/api/admin/user": {"user": {}, "permissions": self.permissions, "feedback": [], "splash": {}},
            "/api/admin/search/events": {"events": self.events, "total": len(self.events)},
        }.get(path)
        if found is None:
            return httpx.Response(
                404, json={"name": "NotFoundError", "message": "The path is not available."}
            )
        return httpx.Response(200, json=found, headers={"Date": format_datetime(NOW, usegmt=True)})

    def switch(self, path: str) -> httpx.Response:
        on = path.endswith("/on")
        if on != self.on:
            self.on = on
            self.events.insert(0, self.event(self.events[0]["id"] + 10, "production", "mara"))
        return httpx.Response(200)

    def flag(self) -> dict[str, Any]:
        environments = [
            {"name": "development", "enabled": False, "strategies": []},
            {"name": "production", "enabled": self.on, "strategies": self.strategies},
        ]
        return {
            "name": "support-drafts-ai",
            "archived": False,
            "type": "kill-switch",
            "environments": environments,
            "dependencies": [],
            "children": self.children,
        }


def check_against_specification(request: httpx.Request) -> None:
    """Hold a request against Unleash's own OpenAPI document: path, method, parameters, body."""
    if not SPECIFICATION.exists():
        pytest.skip(f"needs {SPECIFICATION.name}, which a running Unleash serves at /docs/openapi.json")
    paths = json.loads(SPECIFICATION.read_text())["paths"]
    template = next(
        (
            template
            for template in sorted(paths, key=lambda name: name.count("{"))
            if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), request.url.path)
        ),
        None,
    )
    assert template is not None, f"no such path: {request.url.path}"
    operation = paths[template].get(request.method.lower())
    assert operation is not None, f"{request.method} is not allowed on {template}"
    declared = {entry["name"]: entry for entry in operation.get("parameters", []) if entry["in"] == "query"}
    for name, value in request.url.params.multi_items():
        assert name in declared, f"{template} knows no parameter {name}"
        assert re.search(declared[name]["schema"].get("pattern", ""), value)
    if not request.content:
        assert not operation.get("requestBody", {}).get("required", False)
