"""The embedded world, put together: flag service, app, event stream and metrics on one port of loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router, WebSocketRoute

from console.demo.acme import DRILL_KEY, ENVIRONMENT, FLAG_KEY, team
from console.demo.appface import AppFace
from console.demo.appflags import Decisions, HomegrownSdk, Sdk, UnleashSdk
from console.demo.clock import EventClock
from console.demo.colleague import Colleague
from console.demo.course import Course
from console.demo.drafts import USD_PER_DRAFT
from console.demo.flagfrom import CannotStart, ForeignFlag
from console.demo.flagservice import FlagService, Silence
from console.demo.flagstore import Flag, FlagStore, now_text
from console.demo.forceswitch import ForceSwitch
from console.demo.home import Home
from console.demo.live import LiveTraffic
from console.demo.messages import Event
from console.demo.metrics import exposition
from console.demo.nights import Nights
from console.demo.past import MINUTES, Past
from console.demo.records import Records
from console.demo.replies import problem
from console.demo.rollout import drafts_a_day, percent_of
from console.demo.scenario import Scenario
from console.demo.stream import Stream
from console.demo.streamsocket import serve_reader
from console.demo.switchboard import PLACE, Switchboard
from console.demo.tables import AppTables
from console.demo.worldconfig import Place, config_text

log = logging.getLogger(__name__)

TICK = 0.2
"""Real seconds between two steps; every step is a frame of the event stream."""
FLUSH = 1.0
"""Real seconds between two writes of prompt logs and tickets."""
RULES_SECONDS = 10.0
"""Real seconds that the app's SDK has to get its first rules from our own flag service."""


class World:
    """A running world.

    Args:
        port: 0 takes a free one.
        foreign: the flag to evaluate instead of our own service's, if any.

    Raises:
        CannotStart: the port is taken, or an SDK is missing.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        speed: float,
        volume: float,
        seed: int,
        port: int,
        home: Home,
        foreign: ForeignFlag | None = None,
    ) -> None:
        self._home = home
        self._socket = _listen(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        opening = scenario.opening
        self._clock = EventClock(speed, start=opening.at)
        self._key = FLAG_KEY if foreign is None else foreign.key
        self._foreign = foreign
        self._switch = ForceSwitch(home.directory, os.getpid())

        self._store = FlagStore(home.directory / "flags.db")
        self._store.add(
            Flag(
                FLAG_KEY,
                ENVIRONMENT,
                True,
                percent_of(opening.stage),
                team(),
                7,
                now_text(),
                "Mara Voss",
                f"{opening.stage} stage",
            )
        )
        self._store.add(
            Flag(DRILL_KEY, ENVIRONMENT, True, 100.0, (), 1, now_text(), "Mara Voss", "for rehearsals")
        )
        admin, reader = home.write_secret("admin.token"), home.write_secret("read.token")
        self._service = FlagService(
            self._store, admin_token=admin, read_token=reader, environment=ENVIRONMENT
        )
        self._sdk = self._make_sdk(reader, home.directory)
        self._decisions = Decisions(self._sdk, self._switch)
        self._face = AppFace(self._decisions, self._key)

        # Live traffic begins with the running minute, so that every minute is either past or live.
        begin = self._clock.acme() // 60 * 60 if speed == 1 else opening.at
        self._records = Records(self._clock.instant(begin))
        self._tables = AppTables(home.directory / "app.db")
        self._answers: list[Event] = []
        self._tickets: list[tuple[datetime, str]] = []
        course = Course(scenario, seed, begin)
        nights = Nights(seed, self._clock, course, opening)
        self._records.evals += [nights.score(at) for at in nights.between(nights.first, begin)]
        self._draw_past(Past(seed, volume, self._clock, begin, opening, scenario.prelude), begin)
        self._live = LiveTraffic(
            seed=seed,
            volume=volume,
            clock=self._clock,
            start=begin,
            course=course,
            nights=nights,
            decisions=self._decisions,
            records=self._records,
        )
        self._forecast = drafts_a_day(opening.stage) * USD_PER_DRAFT * volume
        control = home.write_control(self.url + PLACE)
        self._switchboard = Switchboard(course, self._clock, self._live.play, control)
        self._colleague = Colleague(f"{self.url}/flags", admin, self._store, self._clock, seed)
        self._stream = Stream(self._clock, self._records)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app(),
                loop="asyncio",
                http="h11",
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                lifespan="off",
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=0,
            )
        )

    async def run(self, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Live until `stop` is set. Calls `ready` once everything answers.

        Raises:
            CannotStart: the app got no rules from the flag service.
        """
        tasks = [asyncio.create_task(self._server._serve([self._socket]), name="server")]
        try:
            while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
                await asyncio.sleep(0.002)
            await self._first_rules()
            self._clock.start()
            self._advance()
            self._home.write_config(config_text(self._place()))
            ready()
            tasks += [
                asyncio.create_task(self._live_on(), name="traffic"),
                asyncio.create_task(self._write_tables(), name="tables"),
                asyncio.create_task(self._service.watch(), name="flag changes"),
                asyncio.create_task(self._colleague.watch(self._meddled), name="colleague"),
            ]
            stopped = asyncio.create_task(stop.wait(), name="stop")
            done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()
        finally:
            await self._close(tasks)

    def _place(self) -> Place:
        foreign = self._foreign
        flag = None if foreign is None else (foreign.environment, foreign.table)
        store, second = self._home.stores()
        return Place(self.url, self._home.directory, self._forecast, store, second, flag)

    def _make_sdk(self, token: str, directory: Path) -> Sdk:
        foreign = self._foreign
        if foreign is None:
            return HomegrownSdk(f"{self.url}/flags", token, environment=ENVIRONMENT, key=FLAG_KEY)
        try:
            return UnleashSdk(
                foreign.url,
                foreign.token,
                environment=foreign.environment,
                key=foreign.key,
                cache=directory / "unleash",
            )
        except ImportError:
            raise CannotStart(
                "--flag-from needs Unleash's SDK, which is not installed: "
                "pip install 'incident-console[unleash-sdk]'"
            ) from None

    def _draw_past(self, past: Past, begin: float) -> None:
        for span in past.spans():
            start = self._clock.instant(span.start)
            self._records.remember(start, span.seconds, span.tally)
            self._tickets += span.tickets
            if span.start >= begin - MINUTES * 60:
                self._answers += span.answers

    async def _first_rules(self) -> None:
        self._sdk.start()
        if not await asyncio.to_thread(self._sdk.wait_ready, RULES_SECONDS):
            if self._foreign is None:
                raise CannotStart("the app got no rules from the flag service; try again")
            log.warning(
                "%s has not answered yet; until it does, everyone gets the fallback", self._foreign.url
            )

    def _advance(self) -> None:
        self._stream.hold(not self._live.current.plumbing.events)
        step = self._live.step(self._clock.acme())
        self._answers += [event for event in step.events if event.path == "ai"]
        self._tickets += [(ticket.time, ticket.category) for ticket in step.tickets]
        self._stream.publish(step)

    async def _live_on(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._advance()
            # After a step that took too long the next one is due at once, but others get their turn in
            # between.
            due = max(due + TICK, loop.time())
            await asyncio.sleep(0 if self._live.behind else due - loop.time())

    async def _write_tables(self) -> None:
        while True:
            answers, self._answers = self._answers, []
            tickets, self._tickets = self._tickets, []
            if answers or tickets:
                await asyncio.to_thread(self._tables.write, answers, tickets)
            await asyncio.sleep(FLUSH)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        self._sdk.close()
        # Streams that are cut off now would be reported as errors, with a traceback each.
        logging.getLogger("uvicorn.error").disabled = True
        self._server.should_exit = self._server.force_exit = True
        server, *others = tasks
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.gather(server, return_exceptions=True)
        self._tables.close()
        self._store.close()

    def _app(self) -> Starlette:
        flags = Silence(Router(self._service.routes()), self._flag_service_answers)
        return Starlette(
            routes=[
                Mount("/flags", app=flags),
                Mount("/app", routes=self._face.routes()),
                Route("/metrics", self._metrics, methods=["GET"]),
                *self._switchboard.routes(),
                WebSocketRoute("/events", serve_reader(self._stream)),
            ],
            exception_handlers={404: _not_found},
        )

    def _meddled(self) -> bool:
        return self._foreign is None and self._live.current.plumbing.flag_turned_on

    def _flag_service_answers(self) -> bool:
        return self._live.current.plumbing.flag_service

    async def _metrics(self, request: Request) -> Response:
        body, content_type = exposition(self._records, request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": content_type})


async def _not_found(request: Request, error: Exception) -> Response:
    return problem(404, "not_found", "there is nothing at this address")


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotStart(
            f"port {port} of 127.0.0.1 cannot be used: {reason.lower()}; say --port 0"
        ) from None
    listener.setblocking(False)
    return listener
