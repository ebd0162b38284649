"""What went wrong with a request, as the errors of `adapters.errors`.

The two questions that matter to a kill are answered here: whether the request may have worked (`Effect`),
and what the person can do. Nothing from outside enters a message; what the provider said travels as `detail`.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.errors import (
    AdapterError,
    BadCredentials,
    BadOptions,
    Conflict,
    Effect,
    Forbidden,
    Garbage,
    Interrupted,
    NotFound,
    RateLimited,
    Refused,
    ServerFault,
    TimedOut,
    Unreachable,
)
from adapters.untrusted import Untrusted

LONGEST_DETAIL = 500
"""Characters of a provider's message that are kept."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What is known about a request when it fails.

    Attributes:
        where: provider and place, for messages.
        effect: what a failure after sending leaves behind: UNKNOWN for a change, NONE for a read.
        sent: whether a byte of the request may have left.
        connect, total: the limits, in seconds.
    """

    where: str
    effect: Effect
    sent: bool
    connect: float
    total: float


def from_status(status: int, headers: Mapping[str, str], body: bytes, trip: Trip) -> AdapterError:
    """Put an answer that is no success into an error.

    Args:
        headers: names in lower case.
    """
    where, detail = trip.where, said(body)
    if status == 429:
        seconds = retry_after(headers.get("retry-after", ""), headers.get("date", ""))
        return RateLimited(
            "wants fewer requests (429)",
            where=where,
            todo="Wait." if seconds is None else f"Wait {seconds:.0f} s.",
            retry_after=seconds,
        )
    if status >= 500:
        return ServerFault(
            f"failed on its side ({status})",
            where=where,
            todo="Look at the provider's own status; it may recover by itself.",
            detail=detail,
            effect=trip.effect,
        )
    if 300 <= status < 400:
        location = headers.get("location", "")
        return Refused(
            f"answered with a redirect ({status}), which is never followed with a token",
            where=where,
            todo="Put the final address into `url`.",
            detail=Untrusted(location[:LONGEST_DETAIL]) if location else detail,
        )
    kind, what, todo = REFUSALS.get(
        status, (Refused, f"refused the request ({status})", "Read what it said, and check the table.")
    )
    return kind(what, where=where, todo=todo, detail=detail)


REFUSALS: Mapping[int, tuple[type[Refused], str, str]] = {
    401: (
        BadCredentials,
        "does not accept the token (401)",
        "Check that the token is the right one, whole, and neither expired nor revoked.",
    ),
    403: (
        Forbidden,
        "does not allow this to the token (403)",
        "Give the token the right, or use another one.",
    ),
    404: (NotFound, "knows nothing of that name (404)", "Check url, project, environment and key."),
    405: (Refused, "does not allow this method there (405)", "Check url; an approval may be wanted there."),
    409: (Conflict, "says that another change stands against this one (409)", "Read it again, then decide."),
}
"""What each status means, by (error, what happened, what to do)."""


def from_transport(error: Exception, trip: Trip) -> AdapterError:
    """Put an exception of httpx, the socket or the name service into an error."""
    import httpx  # heavy; loaded already where this error came from

    causes = list(_chain(error))
    if isinstance(error, httpx.ConnectTimeout):
        return _unreachable(f"no connection within {trip.connect:g} s", trip)
    if isinstance(error, httpx.ProxyError):
        return Unreachable(
            "the proxy named by this environment did not let the request through",
            where=trip.where,
            todo="Check HTTPS_PROXY and HTTP_PROXY, or add the host to NO_PROXY.",
        )
    if isinstance(error, httpx.PoolTimeout | httpx.ConnectError) or not trip.sent:
        return _no_connection(error, causes, trip)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return timed_out(trip)
    if isinstance(error, httpx.RemoteProtocolError) and not _broke_off(str(error)):
        return garbage("answered something that is not HTTP", trip.where, trip.effect)
    foreseen = isinstance(error, httpx.HTTPError | OSError)
    return Interrupted(
        "the connection broke before the answer was whole"
        if foreseen
        else f"the request failed in a way nobody foresaw ({type(error).__name__})",
        where=trip.where,
        todo="Read back whether it worked." if trip.effect is Effect.UNKNOWN else "Try again.",
        effect=trip.effect,
    )


def timed_out(trip: Trip) -> AdapterError:
    """The limit in all has passed."""
    if not trip.sent:
        return _unreachable(f"nothing could be sent within {trip.total:g} s", trip)
    return TimedOut(
        f"did not answer within {trip.total:g} s",
        where=trip.where,
        todo="Read back whether it worked." if trip.effect is Effect.UNKNOWN else "Try again.",
        effect=trip.effect,
    )


def garbage(what: str, where: str, effect: Effect, detail: Untrusted | None = None) -> Garbage:
    """An answer came that cannot be understood."""
    return Garbage(
        what,
        where=where,
        todo="Check that `url` leads to the provider itself, and not to a login page or proxy.",
        detail=detail,
        effect=effect,
    )


def said(body: bytes) -> Untrusted | None:
    """What a provider's error says in words, cut; None when it is empty.

    Looks for the fields that Unleash (``message``), OFREP (``errorDetails``), Prometheus (``error``) and many
    others use; else the body itself.
    """
    words: Any = None
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        found = None
    if isinstance(found, dict):
        fields = ("message", "errorDetails", "detail", "error_description", "error", "errorCode")
        words = next(
            (found[name] for name in fields if isinstance(found.get(name), str) and found[name]), None
        )
    text = words if words is not None else body[: 4 * LONGEST_DETAIL].decode("utf-8", "replace").strip()
    return Untrusted(text[:LONGEST_DETAIL]) if text else None


def retry_after(value: str, date: str = "") -> float | None:
    """Seconds to wait by a Retry-After header: a number of seconds or a date (RFC 9110, 10.2.3).

    Args:
        value: the header, "" when there is none.
        date: the answer's own Date header, by which a date is measured so that clocks need not agree.
    """
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    until = http_date(value)
    if until is None:
        return None
    now = http_date(date) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def http_date(value: str) -> datetime | None:
    """An instant of an HTTP header, UTC; None when it is none."""
    from email.utils import parsedate_to_datetime  # some 5 ms, and only answers need it

    try:
        found = parsedate_to_datetime(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _no_connection(error: Exception, causes: list[BaseException], trip: Trip) -> AdapterError:
    import httpx

    if isinstance(error, httpx.PoolTimeout):
        return _unreachable("all connections to it are busy", trip)
    if isinstance(
        error, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL | UnicodeError
    ):
        return BadOptions(
            "a request to this address cannot be formed", where=trip.where, todo="Check `url` and `headers`."
        )
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable(
                "its certificate is not accepted",
                where=trip.where,
                todo="Check the host name; for a company's own authority set SSL_CERT_FILE.",
                detail=Untrusted(cause.verify_message),
            )
        if isinstance(cause, ssl.SSLError):
            return Unreachable(
                "TLS could not be agreed on",
                where=trip.where,
                todo="Check the port, and https:// against http://.",
                detail=Untrusted(cause.reason or ""),
            )
        if isinstance(cause, socket.gaierror):
            return _unreachable("its name cannot be resolved", trip)
    numbers = {cause.errno for cause in causes if isinstance(cause, OSError)}
    if errno.ECONNREFUSED in numbers:
        return _unreachable("connection refused", trip)
    if numbers & {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return _unreachable("no route to it", trip)
    return _unreachable("no connection could be made", trip)


def _unreachable(what: str, trip: Trip) -> Unreachable:
    return Unreachable(
        f"{what}; nothing was sent",
        where=trip.where,
        todo="Check that it runs, the address, network and VPN.",
    )


def _broke_off(message: str) -> bool:
    # h11's and httpcore's words for a peer that closed too early; every other violation is a strange answer.
    return "disconnected" in message or "peer closed connection" in message


def _chain(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """An exception, what it was raised from, and the members of groups (anyio tries several addresses)."""
    if error is None or depth > 10:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _chain(member, depth + 1)
    yield from _chain(error.__cause__ or error.__context__, depth + 1)
