"""A connection to an event stream: opening it, reading its frames, and what goes wrong with either."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from adapters.credential import Credential
from adapters.errors import AdapterError, Effect, Garbage, Interrupted, TimedOut, Unreachable
from adapters.faults import LONGEST_DETAIL, Trip, from_status, garbage
from adapters.http import is_loopback
from adapters.options import Reference, base_url, decode
from adapters.redaction import hide
from adapters.secrets import Secret
from adapters.signals.event_frames import VERSION, BadFrame, Frame, Hello
from adapters.signals.event_frames import decode as decode_frame
from adapters.trust import Trust
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    # websockets costs some 28 ms: it is imported when the first connection is made.
    from websockets.asyncio.client import ClientConnection
    from websockets.exceptions import ConnectionClosed

CONNECT_SECONDS = 3.0
SILENCE_SECONDS = 5.0
"""A server sends at least every quarter of a second; one that sends nothing for this long is dead."""
LARGEST_FRAME = 8 * 1024 * 1024

# websockets logs the headers it sends, the token among them, when logging is set to DEBUG.
_SILENT = logging.Logger("adapters.signals.event_link")
_SILENT.disabled = True


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A WebSocket that speaks the event stream of docs/event-stream.md. Signals of one address share it.

    Attributes:
        url: the stream's address (`ws://host:port/events`).
        token: sent as a bearer token, where the server wants one.
    """

    url: str
    token: Reference | None = None


class Address:
    """Where a stream is, and what opens it.

    Args:
        options: the table, see `Options`.
        where: the table as the user wrote it.

    Raises:
        BadOptions: the table cannot be used.
    """

    def __init__(self, options: Mapping[str, Any], where: str, trust: Trust) -> None:
        decoded = decode(Options, options, where=where)
        self.url = base_url(decoded.url, where=where, schemes=("ws", "wss"))
        self.place = urlsplit(self.url).netloc
        self.where = f"events at {self.url}"
        self.credential = (
            Credential(Secret(decoded.token, where=where, trust=trust)) if decoded.token is not None else None
        )


class Link:
    """An open connection. `frame` is called by one task at a time.

    Attributes:
        hello: the server's first frame.
    """

    def __init__(self, address: Address, connection: ClientConnection, silence: float) -> None:
        self._address = address
        self._connection = connection
        self._silence = silence
        self.hello: Hello

    @classmethod
    async def open(
        cls, address: Address, subscription: Mapping[str, Any], *, silence: float = SILENCE_SECONDS
    ) -> Link:
        """Connect, check the version, and subscribe.

        Args:
            subscription: what to ask for: history_minutes, history_days, events.

        Raises:
            AdapterError: no connection within 3 s, refused, another version, or no answer.
        """
        link = cls(address, await _connect(address), silence)
        opened = False
        try:
            hello, _ = await link.frame()
            link.hello = _checked(hello, address.where)
            await link._send({"type": "subscribe", **subscription})
            opened = True
        finally:
            if not opened:
                await link.aclose()
        return link

    async def frame(self, within: float | None = None) -> tuple[Frame, int]:
        """Wait for the next frame.

        Args:
            within: seconds after which TimeoutError is raised, less than the limit of silence; None waits
                for as long as the server may be silent.

        Returns:
            The frame, and how many of its items were malformed and left out.

        Raises:
            TimedOut: silence. Interrupted: the connection broke. Garbage: no frame of this protocol.
        """
        from websockets.exceptions import ConnectionClosed

        fault: AdapterError
        try:
            async with asyncio.timeout(self._silence if within is None else within):
                data = await self._connection.recv(decode=False)
            return decode_frame(data)
        except ConnectionClosed as error:
            fault = _closed(error, self._address.where)
        except BadFrame as error:
            fault = Garbage(
                f"sent a frame that cannot be understood: {error}",
                where=self._address.where,
                todo="Check that `url` leads to an event stream, and that its server is up to date.",
                effect=Effect.NONE,
            )
        except TimeoutError:
            if within is not None:
                raise
            fault = TimedOut(
                f"has been silent for {self._silence:g} s",
                where=self._address.where,
                todo="Look whether its server still runs; it is asked again by itself.",
                effect=Effect.NONE,
            )
        raise fault

    async def _send(self, message: Mapping[str, Any]) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(msgspec.json.encode(message).decode())
        except ConnectionClosed as error:
            fault = _closed(error, self._address.where)
        else:
            return
        raise fault

    async def aclose(self) -> None:
        """Close the connection, waiting half a second at most for the server's goodbye."""
        await self._connection.close()


def unexpected(frame: Frame, where: str) -> Garbage:
    """A frame that is known, but has no place here."""
    return garbage(f"sent a frame of type {type(frame).__name__.lower()} out of turn", where, Effect.NONE)


async def _connect(address: Address) -> ClientConnection:
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus, WebSocketException

    class Direct(connect):
        """A connection that follows no redirect: it might lead a token to another place."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    headers, secrets = {}, []
    if address.credential is not None:
        secret, headers[address.credential.header] = await address.credential.resolve()
        secrets.append(secret)
    host = urlsplit(address.url).hostname or ""
    fault: AdapterError
    try:
        # ping_interval: silence is noticed by `frame`, much earlier. compression: a local or metered network
        # is rarely the limit, and inflating costs more than decoding.
        return await Direct(
            address.url,
            additional_headers=headers,
            compression=None,
            open_timeout=CONNECT_SECONDS,
            close_timeout=0.5,
            ping_interval=None,
            max_size=LARGEST_FRAME,
            proxy=None if is_loopback(host) else True,
            logger=_SILENT,
        )
    except TimeoutError:
        fault = _unreachable(f"no connection within {CONNECT_SECONDS:g} s", address.where)
    except InvalidStatus as error:
        response = error.response
        found = {name.lower(): value for name, value in response.headers.raw_items()}
        trip = Trip(address.where, Effect.NONE, True, CONNECT_SECONDS, CONNECT_SECONDS)
        fault = from_status(response.status_code, found, hide(bytes(response.body or b""), secrets), trip)
        if response.status_code == 401 and address.credential is not None:
            address.credential.secret.forget()
    except WebSocketException:
        fault = garbage("answered something that is not a WebSocket", address.where, Effect.NONE)
    except ssl.SSLCertVerificationError as error:
        fault = Unreachable(
            "its certificate is not accepted",
            where=address.where,
            todo="Check the host name; for a company's own authority set SSL_CERT_FILE.",
            detail=Untrusted(error.verify_message),
        )
    except ssl.SSLError:
        fault = _unreachable("TLS could not be agreed on", address.where)
    except socket.gaierror:
        fault = _unreachable("its name cannot be resolved", address.where)
    except ConnectionRefusedError:
        fault = _unreachable("connection refused", address.where)
    except (OSError, EOFError):
        fault = _unreachable("no connection could be made", address.where)
    # Raised outside the handlers, so that no exception that holds the headers hangs on it.
    raise fault


def _checked(frame: Frame, where: str) -> Hello:
    if not isinstance(frame, Hello):
        raise unexpected(frame, where)
    if frame.version != VERSION:
        raise Garbage(
            f"speaks version {frame.version} of the event stream, and this console version {VERSION}",
            where=where,
            todo="Update the older of the two.",
            effect=Effect.NONE,
        )
    bounds = frame.latency_bounds
    if any(low >= high for low, high in pairwise(bounds)):
        raise garbage("sent latency bounds that do not ascend", where, Effect.NONE)
    return frame


def _closed(error: ConnectionClosed, where: str) -> AdapterError:
    """What a closed connection means, by the close codes of RFC 6455, 7.4.1."""
    sent, received = error.sent, error.rcvd
    if sent is not None and sent.code == 1009 and not error.rcvd_then_sent:
        size = LARGEST_FRAME // (1024 * 1024)
        return garbage(f"sent a frame larger than {size} MiB", where, Effect.NONE)
    if sent is not None and sent.code in (1002, 1007) and not error.rcvd_then_sent:
        return garbage("sent something that is not WebSocket", where, Effect.NONE)
    reason = received.reason if received is not None else ""
    return Interrupted(
        "the connection broke" if received is None else f"the server closed the connection ({received.code})",
        where=where,
        todo="It is opened again by itself; look whether its server still runs.",
        detail=Untrusted(reason[:LONGEST_DETAIL]) if reason else None,
        effect=Effect.NONE,
    )


def _unreachable(what: str, where: str) -> Unreachable:
    return Unreachable(what, where=where, todo="Check that it runs, the address, network and VPN.")
