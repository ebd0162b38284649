"""A flag service on a real socket that can be told to misbehave.

It speaks the API of the console's own flag service for one flag, and one that rehearsals flip, with OFREP
evaluation, a probe of the feature, and the instant queries of a Prometheus that counts the feature's answers.
Its faults:

    async with Misbehaving() as server:
        server.on_write = Fault.NEVER_ANSWERS
        ...
        assert server.flag.on
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import TracebackType
from typing import Any, Self

TOKEN = "token-of-the-misbehaving-service"
KEY = "support-drafts-ai"
DRILL_KEY = "support-drafts-ai-drill"
ENVIRONMENT = "production"


class Fault(Enum):
    """What goes wrong with a request. Those of the second half have an effect all the same."""

    NONE = "none"
    REFUSED = "refused"
    """Connections are refused; set by `Misbehaving.refuse`, since no server is there then."""
    NEVER_ANSWERS = "never answers"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    NOT_ALLOWED = "405"
    CONFLICT = "409"
    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    RESET_IN_BODY = "reset in mid-body"
    GARBAGE = "garbage"
    NO_CHANGE = "200, and nothing changes"

    APPLIED_THEN_DROPPED = "applied, then the connection drops"
    APPLIED_THEN_SILENT = "applied, and never answered"


STATUSES = {
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.NOT_ALLOWED: 405,
    Fault.CONFLICT: 409,
    Fault.RATE_LIMITED: 429,
    Fault.SERVER_ERROR: 500,
}


@dataclass
class FlagNow:
    """The flag as the service has it."""

    on: bool = True
    version: int = 7
    percent: float = 25.0
    users: list[str] = field(default_factory=list)
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=5))
    changed_by: str = "priya"

    key: str = KEY

    def document(self) -> dict[str, Any]:
        """The flag as JSON."""
        return {
            "key": self.key,
            "environment": ENVIRONMENT,
            "on": self.on,
            "percent": self.percent,
            "users": self.users,
            "version": self.version,
            "changed_at": self.changed_at.isoformat(),
            "changed_by": self.changed_by,
            "reason": "",
        }


class Misbehaving:
    """The server. Enter it to start.

    Attributes:
        flag: the truth.
        drill_flag: what a rehearsal flips; nobody's path hangs on it.
        on_write, on_read, on_evaluate: what goes wrong with them from now on.
        retry_after: seconds, for 429.
        slow: seconds before a request is looked at.
        edge_lag: seconds for which evaluation goes on to serve the value before the last change.
        ai, fallback: answers that the feature gives in a window, while the AI path is on.
        keeps_answering: users go on to get the AI although the flag is off.
        forgets: what was counted before now cannot be read any more.
        half: users whose evaluation goes on to say what it said before, as where one server of several has
            not taken a change.
        wants_approval: changes are refused until somebody has approved them, and the service says so.
        scheduled: words of a scheduled change that stands in conflict with every other; "" for none.
        token: the one that is taken.
        echo: what stands in each refusal besides, as a careless service would have the token there.
        probe: status and body of the feature's probe when it is killed.
        writes: bodies of the changes that arrived, faulty ones included; written_at: when, on the monotonic
            clock; reads: how often the flag was read.
    """

    def __init__(self) -> None:
        self.flag = FlagNow()
        self.drill_flag = FlagNow(key=DRILL_KEY)
        self.on_write = Fault.NONE
        self.on_read = Fault.NONE
        self.on_evaluate = Fault.NONE
        self.retry_after = 1
        self.edge_lag = 0.0
        self.slow = 0.0
        self.ai, self.fallback = 12, 30
        self.keeps_answering = False
        self.forgets = False
        self.token = TOKEN
        self.half: frozenset[str] = frozenset()
        self.wants_approval = False
        self.scheduled = ""
        self._schedules: set[asyncio.Task[None]] = set()
        self.echo = ""
        self.probe = (200, "drafts are temporarily unavailable")
        self.writes: list[dict[str, Any]] = []
        self.written_at: list[float] = []
        self.reads = 0
        self.changed = asyncio.Event()
        self.written = asyncio.Event()
        self._edge_on = True
        self._edge_from = 0.0
        self._server: asyncio.Server | None = None
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The root of everything."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Listen no more: connections are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in (*self._tasks, *self._schedules):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._schedules, return_exceptions=True)

    def switch(self, on: bool, *, by: str) -> None:
        """Somebody else switches the flag, by a way of their own."""
        self._apply(self.flag, {"on": on, "by": by})

    def switch_after(self, seconds: float, on: bool, *, by: str) -> None:
        """Somebody's scheduler will switch the flag."""

        async def later() -> None:
            await asyncio.sleep(seconds)
            self.switch(on, by=by)

        task = asyncio.create_task(later())
        self._schedules.add(task)
        task.add_done_callback(self._schedules.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take and answer one request. Returns whether the connection lives on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if self.slow:
            await asyncio.sleep(self.slow)
        if path.startswith("/ofrep/"):
            user = json.loads(body)["context"].get("targetingKey", "")
            on = self.drill_flag.on if path.endswith(DRILL_KEY) else self._edge() or user in self.half
            evaluation = {"key": path.rpartition("/")[2], "value": on, "reason": "STATIC"}
            return await self._answer(writer, self.on_evaluate, evaluation)
        if path == "/probe":
            killed = self.probe if not self._users_get_ai() else (200, "Dear customer, thank you for writing")
            return await self._send(writer, killed[0], killed[1].encode())
        if path == "/api/v1/query":
            return await self._send(writer, 200, json.dumps(self._count(body.decode())).encode())
        if headers.get("authorization") != f"bearer {self.token}".lower():
            return await self._send(writer, 401, b'{"error":"unauthorized","message":"no such token"}')
        if path.endswith("/permissions"):
            rights = {"write": True, "approval": self.wants_approval}
            return await self._send(writer, 200, json.dumps(rights).encode())
        flag = self.drill_flag if f"/{DRILL_KEY}" in path else self.flag
        if method == "PATCH":
            return await self._write(writer, flag, json.loads(body))
        self.reads += 1
        return await self._answer(writer, self.on_read, flag.document())

    async def _write(self, writer: asyncio.StreamWriter, flag: FlagNow, change: dict[str, Any]) -> bool:
        self.writes.append(change)
        self.written_at.append(time.monotonic())
        self.written.set()
        fault = self.on_write
        if self.wants_approval:
            said = {"error": "approval_required", "message": "this change wants an approval"}
            return await self._send(writer, 403, json.dumps(said).encode())
        if self.scheduled:
            said = {"error": "conflict", "message": self.scheduled}
            return await self._send(writer, 409, json.dumps(said).encode())
        if fault in (Fault.NONE, Fault.APPLIED_THEN_DROPPED, Fault.APPLIED_THEN_SILENT):
            self._apply(flag, change)
        if fault is Fault.APPLIED_THEN_DROPPED:
            return False
        if fault in (Fault.APPLIED_THEN_SILENT, Fault.NEVER_ANSWERS):
            await asyncio.Event().wait()
        answer = flag.document()
        if fault is Fault.NO_CHANGE:
            answer |= {"on": change.get("on", flag.on)}
            return await self._answer(writer, Fault.NONE, answer)
        return await self._answer(writer, fault, answer)

    def _apply(self, flag: FlagNow, change: dict[str, Any]) -> None:
        percent = change.get("percent", flag.percent)
        users = change.get("users", flag.users)
        if (percent, users) != (flag.percent, flag.users):
            flag.percent, flag.users = percent, users
            flag.version += 1
        if flag.on != change.get("on", flag.on):
            if flag is self.flag:
                self._edge_on, self._edge_from = flag.on, time.monotonic()
            flag.on = change["on"]
            flag.version += 1
            flag.changed_at, flag.changed_by = datetime.now(UTC), change.get("by", "")
            self.changed.set()

    async def _answer(self, writer: asyncio.StreamWriter, fault: Fault, document: object) -> bool:
        if fault in STATUSES:
            status = STATUSES[fault]
            extra = f"Retry-After: {self.retry_after}\r\n" if status == 429 else ""
            said = json.dumps({"error": "no", "message": f"this is a {status}{self.echo}"}).encode()
            return await self._send(writer, status, said, extra)
        if fault is Fault.NEVER_ANSWERS:
            await asyncio.Event().wait()
        if fault is Fault.GARBAGE:
            return await self._send(writer, 200, b"<html>\x1b]52;c;aGk=\x07 not what you think")
        if fault is Fault.RESET_IN_BODY:
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"key":')
            await writer.drain()
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        return await self._send(writer, 200, json.dumps(document).encode())

    async def _send(self, writer: asyncio.StreamWriter, status: int, body: bytes, extra: str = "") -> bool:
        head = f"HTTP/1.1 {status} X\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        return True

    def _edge(self) -> bool:
        """The flag as an edge serves it."""
        return self._edge_on if time.monotonic() < self._edge_from + self.edge_lag else self.flag.on

    def _users_get_ai(self) -> bool:
        return self.keeps_answering or self._edge()

    def _count(self, form: str) -> dict[str, Any]:
        now = time.time()
        if "query=time" in form:
            return {"status": "success", "data": {"resultType": "scalar", "result": [now, str(now)]}}
        if "&time=" in form and self.forgets:
            return {"status": "success", "data": {"resultType": "vector", "result": []}}
        on = self._users_get_ai()
        number = (self.ai if on else 0) if "ai" in form else self.fallback + (0 if on else self.ai)
        result = [{"metric": {}, "value": [now, str(number)]}]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}
