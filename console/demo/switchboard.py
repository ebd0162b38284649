"""Switching scenarios while the world runs: GET and POST /world/scenario, for who holds the control token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.demo.clock import EventClock
from console.demo.course import Course
from console.demo.flagservice import bearer
from console.demo.replies import body_of, problem, reply
from console.demo.scenario import Scenario
from console.demo.scenarios import SCENARIOS

PLACE = "/world/scenario"


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a switch."""

    name: str


class Offer(msgspec.Struct):
    """One scenario that can be played."""

    name: str
    summary: str


class Playing(msgspec.Struct):
    """What plays.

    Attributes:
        since: event time of the switch, or of the world's start.
        trouble: event time at which its trouble begins, or began; null for none.
    """

    name: str
    since: datetime
    trouble: datetime | None
    scenarios: list[Offer]


class Switchboard:
    """The route, and what it switches.

    Args:
        play: switches to a scenario, from the next step of the world on.
        token: what callers must show.
    """

    def __init__(
        self, course: Course, clock: EventClock, play: Callable[[Scenario], None], token: str
    ) -> None:
        self._course = course
        self._clock = clock
        self._play = play
        self._token = token

    def routes(self) -> list[BaseRoute]:
        """The one route."""
        return [Route(PLACE, self._answer, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> Response:
        if not hmac.compare_digest(bearer(request).encode(), self._token.encode()):
            return problem(401, "unauthorized", "show the token of control.token as a bearer token")
        if request.method == "POST":
            body = await body_of(request)
            try:
                choice = msgspec.json.decode(body or b"", type=Choice)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return problem(400, "bad_request", 'say which scenario: {"name": "healthy"}')
            scenario = SCENARIOS.get(choice.name)
            if scenario is None:
                known = ", ".join(SCENARIOS)
                return problem(404, "not_found", f"there is no such scenario; there are: {known}")
            self._play(scenario)
        instant, trouble = self._clock.instant, self._course.trouble_at
        return reply(
            Playing(
                self._course.scenario.name,
                instant(self._course.since),
                None if trouble is None else instant(trouble),
                [Offer(scenario.name, scenario.summary) for scenario in SCENARIOS.values()],
            ),
            headers={"Cache-Control": "no-store"},
        )
