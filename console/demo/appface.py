"""The app as the outside sees it: what it decides for whom, and what an agent's draft pane shows."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from console.demo.acme import Agent, agents
from console.demo.appflags import Decisions
from console.demo.bucketing import Reason
from console.demo.ofrep import evaluate_all, evaluate_one

DRAFT = "Draft: thank you for writing. I have looked into it, and here is what you can do next."
UNAVAILABLE = "Draft replies are temporarily unavailable. Please write the reply by hand."


class AppFace:
    """The app's own addresses.

    Args:
        key: of the flag that it asks for.
    """

    def __init__(self, decisions: Decisions, key: str) -> None:
        self._decisions = decisions
        self._key = key

    def routes(self) -> list[BaseRoute]:
        """To be mounted where the app lives."""
        return [
            Route("/ofrep/v1/evaluate/flags", self._evaluate_all, methods=["POST"]),
            Route("/ofrep/v1/evaluate/flags/{key}", self._evaluate_one, methods=["POST"]),
            Route("/probe", self._probe, methods=["GET"]),
        ]

    async def _evaluate_one(self, request: Request) -> Response:
        return await evaluate_one(request, self._decide)

    async def _evaluate_all(self, request: Request) -> Response:
        return await evaluate_all(request, [self._key], self._decide)

    def _decide(self, key: str, user: str) -> tuple[bool, Reason, int | None] | None:
        if key != self._key:
            return None
        known = next((agent for agent in agents() if agent.user == user), None)
        return self._decisions.explain(known or Agent(user, "", "", "", "", 0.0))

    async def _probe(self, request: Request) -> Response:
        """What an agent who has the feature sees; with nobody left who has it, the fallback."""
        someone = any(self._decisions.explain(agent)[0] for agent in agents())
        return PlainTextResponse(DRAFT if someone else UNAVAILABLE, headers={"Cache-Control": "no-store"})
