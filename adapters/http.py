"""The one HTTP policy of every adapter.

- 3 s to connect and 5 s in all, the secret's resolution included; both can be set. The bound in all is hard:
  a provider that sends a byte a second does not stretch it.
- No redirects, no cookies, no retries: who asks again, and when, is decided above.
- Proxies of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) are honoured, since many companies
  have no other way out; never for this machine itself, where a proxy could only be in the way. SSL_CERT_FILE
  and SSL_CERT_DIR are honoured.
- Every failure is an `AdapterError` that says whether the request may have worked. Bodies are capped, and
  the secrets that were sent are taken out of whatever comes back.

The only seam for tests is `transport` (httpx.MockTransport).
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
import time
from collections.abc import AsyncGenerator, Container, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from adapters.credential import Credential
from adapters.errors import AdapterError, BadOptions, Effect
from adapters.exchange import Answer, Exchange, bounded
from adapters.faults import garbage

if TYPE_CHECKING:
    # httpx costs some 50 ms: it is imported when the first request is made.
    import httpx

T = TypeVar("T")
Params = Mapping[str, str] | Sequence[tuple[str, str]]

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 5.0
LARGEST_BODY = 1 << 20
SILENCE_SECONDS = 30.0

__all__ = ["Answer", "Credential", "Http", "Params", "ServerEvent", "is_loopback", "segments"]


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a stream; `data` is raw text from outside, for a parser and never for a screen.

    The first one has the name "open" and no data: the stream stands, and what happens from now on is in it.
    """

    name: str
    data: str


class Http:
    """Requests to one provider.

    Args:
        name: how a person names the provider ("unleash").
        url: its base address, checked by `adapters.options.base_url`; paths are added to it.
        credentials: the secrets to send with each request.
        headers: further headers.
        connect, total: limits in seconds.
        largest: bytes of a body, or of one event of a stream, that are taken.
        transport: for tests, an httpx transport in place of the network.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        credentials: Sequence[Credential] = (),
        headers: Mapping[str, str] | None = None,
        connect: float = CONNECT_SECONDS,
        total: float = TOTAL_SECONDS,
        largest: int = LARGEST_BODY,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.where = f"{name} at {self.url}"
        self._credentials = tuple(credentials)
        self._headers = dict(headers or {})
        self._connect = min(connect, total)
        self._total = total
        self._largest = largest
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def request(
        self,
        method: str,
        path: str = "",
        *,
        params: Params | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        ok: Container[int] = (),
        changes: bool | None = None,
    ) -> Answer:
        """Send one request and take the whole answer.

        Args:
            path: added to the base address; made of quoted `segments`.
            params: of the query.
            json: a body that msgspec can encode; or `form`, the fields of a form.
            ok: statuses beyond 200 to 299 that are answers here (304).
            changes: whether it may change anything at the provider; by default all but GET and HEAD do.

        Raises:
            AdapterError: see `adapters.errors`; `effect` says whether it may have worked.
        """
        mutates = method not in ("GET", "HEAD") if changes is None else changes
        exchange = self._exchange(Effect.UNKNOWN if mutates else Effect.NONE)
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._total):
                response = await self._send(exchange, method, path, params, json, form, headers, self._total)
                try:
                    await exchange.take(response)
                finally:
                    await response.aclose()
        except AdapterError:
            raise
        except Exception as error:  # noqa: BLE001 - httpx, ssl, socket and anyio errors all come out of here
            fault = exchange.failed(error)
        else:
            if 200 <= exchange.status < 300 or exchange.status in ok:
                return exchange.answer(time.monotonic() - started)
            fault = exchange.refused()
        self._note(exchange)
        # Raised outside the handler, so that no exception of httpx, which holds the headers, hangs on it.
        raise fault

    async def request_json(self, method: str, path: str = "", *, kind: type[T], **how: Any) -> T:
        """Send one request (arguments and errors of `request`) and read its answer as JSON of this type."""
        return (await self.request(method, path, **how)).decode(kind)

    async def sse(
        self,
        path: str = "",
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float = SILENCE_SECONDS,
    ) -> AsyncGenerator[ServerEvent, None]:
        """Follow a stream of server-sent events until it ends. Heartbeats are not yielded.

        Args:
            silence: seconds without a byte, heartbeats included, after which the stream counts as dead.

        Raises:
            AdapterError: it could not be opened, broke off, or (TimedOut) fell silent.
        """
        from httpx_sse import EventSource, SSEError  # heavy, like httpx

        exchange = self._exchange(Effect.NONE)
        opening = {"Accept": "text/event-stream", "Cache-Control": "no-store", **(headers or {})}
        try:
            async with asyncio.timeout(self._total):
                response = await self._send(exchange, "GET", path, params, None, None, opening, silence)
                if exchange.status != 200:
                    try:
                        await exchange.take(response)
                    finally:
                        await response.aclose()
            if exchange.status == 200:
                response.stream = bounded(response.stream, self._largest)
                try:
                    yield ServerEvent("open", "")
                    async with aclosing(EventSource(response).aiter_sse()) as events:
                        async for event in events:
                            yield ServerEvent(event.event, exchange.hide(event.data.encode()).decode())
                finally:
                    await response.aclose()
                return
            fault = exchange.refused()
        except AdapterError:
            raise
        except SSEError:
            fault = garbage("answered something that is not a stream of events", self.where, Effect.NONE)
        except Exception as error:  # noqa: BLE001 - as in `request`
            fault = exchange.failed(error, limit=silence if exchange.status else None)
        self._note(exchange)
        raise fault

    async def aclose(self) -> None:
        """Let go of connections; a later request would open new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _exchange(self, effect: Effect) -> Exchange:
        return Exchange(self.where, effect, connect=self._connect, total=self._total, largest=self._largest)

    def _note(self, exchange: Exchange) -> None:
        if exchange.status == 401:
            for credential in self._credentials:
                credential.secret.forget()

    async def _send(
        self,
        exchange: Exchange,
        method: str,
        path: str,
        params: Params | None,
        json: Any,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        read: float,
    ) -> httpx.Response:
        load_httpx()
        import httpx

        sent = {**self._headers, **(headers or {})}
        for credential in self._credentials:
            secret, value = await credential.resolve()
            exchange.secrets += [secret, value.rpartition(" ")[2]]
            sent[credential.header] = value
        if json is not None:
            sent["Content-Type"] = "application/json"
        client = self._open()
        request = client.build_request(
            method,
            self.url + path,
            params=list(params.items() if isinstance(params, Mapping) else params) if params else None,
            content=msgspec.json.encode(json) if json is not None else None,
            data=form,
            headers=sent,
            timeout=httpx.Timeout(read, connect=self._connect),
            extensions={"trace": exchange.trace},
        )
        # A transport put in by a test does not trace: what it gets counts as sent unless it says otherwise.
        exchange.sent = self._transport is not None
        response = await client.send(request, stream=True)
        exchange.answered(response)
        return response

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            parts = urlsplit(self.url)
            try:
                self._client = httpx.AsyncClient(
                    transport=self._transport,
                    verify=_tls(parts.scheme),
                    trust_env=not is_loopback(parts.hostname or ""),
                    follow_redirects=False,
                    headers={"User-Agent": _user_agent(), "Accept-Encoding": "identity"},
                )
            except (ImportError, ValueError):
                proxies = BadOptions(
                    "a proxy named by this environment cannot be used",
                    where=self.where,
                    todo="Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY: http:// and https:// proxies work.",
                )
            else:
                return self._client
            raise proxies
        return self._client


def segments(*parts: str) -> str:
    """Join parts into a path, each quoted so that it stays one: ``segments("a", "b/c")`` is ``/a/b%2Fc``."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _tls(scheme: str) -> Any:
    import ssl

    import httpx

    # Reading the authorities takes some 20 ms. Plain http needs none; an empty one accepts nobody.
    return httpx.create_ssl_context() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _user_agent() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"incident-console/{version('incident-console')}"
    except PackageNotFoundError:
        return "incident-console"


def load_httpx() -> None:
    """Import httpx without its command line, which brings click and rich and half of what it costs.

    httpx 0.28 takes an ImportError there for "not installed" (httpx/__init__.py).
    """
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    import httpx  # noqa: F401
