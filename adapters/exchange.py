"""One request on its way: how far it came, what was answered, and what that means if it failed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from adapters.errors import AdapterError, Effect
from adapters.faults import Trip, from_status, from_transport, garbage, http_date, said, timed_out
from adapters.redaction import hide
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer, whole.

    Attributes:
        where: the provider and the place, for messages.
        status: 200 to 299, or one that the caller said it expects.
        headers: names in lower case; like the body without the secrets that were sent.
        body: as it came, but for those.
        seconds: from the call to the last byte, on the monotonic clock.
        effect: what a body that cannot be understood leaves behind.
    """

    where: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    effect: Effect

    def decode(self, kind: type[T]) -> T:
        """Read the body as JSON of this type (anything that msgspec knows; Any for plain JSON).

        Raises:
            Garbage: it is not JSON, or not of this shape.
        """
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.ValidationError:
            what = "answered JSON of another shape than its API promises"
        except (msgspec.DecodeError, RecursionError, ValueError):
            what = "answered something that is not JSON"
        raise garbage(what, self.where, self.effect, said(self.body))

    @property
    def text(self) -> Untrusted:
        """The body as text."""
        return Untrusted(self.body.decode("utf-8", "replace"))

    @property
    def date(self) -> datetime | None:
        """The provider's clock when it answered, UTC, to the second; None where it does not say."""
        return http_date(self.headers.get("date", ""))


class TooLarge(Exception):
    """A body or an event passed the limit."""


class Exchange:
    """The state of one request.

    Args:
        where: provider and place, for messages.
        effect: what a failure after sending leaves behind.
        connect, total: the limits, in seconds.
        largest: bytes of a body that are taken.
    """

    def __init__(self, where: str, effect: Effect, *, connect: float, total: float, largest: int) -> None:
        self.where = where
        self.effect = effect
        self.connect = connect
        self.total = total
        self.largest = largest
        self.secrets: list[str] = []
        self.sent = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Be told by httpcore what it does (its "trace" extension): after this event bytes may have left."""
        if event.endswith("send_request_headers.started"):
            self.sent = True

    def answered(self, response: httpx.Response) -> None:
        """Note status and headers, which are known before the body."""
        self.sent = True
        self.status = response.status_code
        self.headers = {
            name.lower(): self.hide(value.encode()).decode() for name, value in response.headers.items()
        }

    async def take(self, response: httpx.Response) -> None:
        """Read the body, up to the limit, and take out the secrets that were sent.

        Bodies are asked for uncompressed, so that what is counted is what is held.
        """
        if response.is_stream_consumed:  # only a transport of a test hands over the body at once
            self.body = self.hide(response.content)
            return
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > self.largest:
                raise TooLarge
            chunks.append(chunk)
        self.body = self.hide(b"".join(chunks))

    def hide(self, body: bytes) -> bytes:
        """Take the secrets that were sent out of what came back."""
        return hide(body, self.secrets)

    def answer(self, seconds: float) -> Answer:
        """The answer, for the caller."""
        return Answer(self.where, self.status, self.headers, self.body, seconds, self.effect)

    def failed(self, error: Exception, *, limit: float | None = None) -> AdapterError:
        """Say what an exception on the way means.

        Args:
            limit: seconds of the limit that passed, where it is another than the one in all.
        """
        if self.status >= 300:
            # The provider has said no; that the words after it were cut off changes nothing.
            return self.refused()
        if isinstance(error, TooLarge):
            return garbage(f"answered more than {self.largest // 1024} KiB", self.where, self.effect)
        trip = self._trip(limit)
        return timed_out(trip) if isinstance(error, TimeoutError) else from_transport(error, trip)

    def refused(self) -> AdapterError:
        """Say what an answer that is no success means."""
        return from_status(self.status, self.headers, self.body, self._trip(None))

    def _trip(self, limit: float | None) -> Trip:
        return Trip(self.where, self.effect, self.sent, self.connect, self.total if limit is None else limit)


def bounded(stream: Any, largest: int) -> httpx.AsyncByteStream:
    """Make a stream fail (TooLarge) when an event in it never ends, so that nobody fills our memory."""
    import httpx

    class BoundedEvents(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in stream:
                size += len(chunk)
                if b"\n\n" in chunk or b"\r\n\r\n" in chunk or b"\r\r" in chunk:
                    size = 0
                if size > largest:
                    raise TooLarge
                yield chunk

        async def aclose(self) -> None:
            await stream.aclose()

    return BoundedEvents()
