"""One reader of the event stream on its WebSocket, from its hello until it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from console.demo.messages import Subscribe
from console.demo.stream import Stream

HELLO_SECONDS = 10.0
"""Real seconds that a reader has to subscribe."""


def serve_reader(stream: Stream) -> Callable[[WebSocket], Awaitable[None]]:
    """The endpoint that serves one reader after another from a stream."""

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            await socket.send_text(stream.hello())
            try:
                async with asyncio.timeout(HELLO_SECONDS):
                    wanted = msgspec.json.decode(await socket.receive_text(), type=Subscribe)
            except TimeoutError:
                await socket.close(4408, "no subscription came")
                return
            except (msgspec.DecodeError, KeyError):
                await socket.close(4400, "the first frame must be a subscription; see docs/event-stream.md")
                return
            sending = asyncio.create_task(_send(socket, stream, wanted))
            leaving = asyncio.create_task(_until_left(socket))
            done, pending = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            for task in done:
                task.result()

    return serve


async def _send(socket: WebSocket, stream: Stream, wanted: Subscribe) -> None:
    async for frame in stream.serve(wanted):
        await socket.send_text(frame)


async def _until_left(socket: WebSocket) -> None:
    """Return when the reader has gone; what it says after its subscription is ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
