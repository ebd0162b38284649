"""The HTTP policy, against real sockets: each fault becomes the right error with the right effect."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters import errors
from adapters.errors import AdapterError, Effect
from adapters.http import Credential, Http, segments
from adapters.secrets import Secret, SecretMissing
from tests.adapters import wire

CANARY = "canary-7f3e9a1c-do-not-show"


@pytest.fixture
def credential(monkeypatch: pytest.MonkeyPatch) -> Credential:
    monkeypatch.setenv("CANARY_TOKEN", CANARY)
    return Credential(Secret("env:CANARY_TOKEN", where="feature.flag of x"))


async def fault(url: str, credential: Credential, *, method: str = "POST", **how: Any) -> AdapterError:
    """The error of one request; in passing, that nobody can read the token in it."""
    client = Http("unleash", url, credentials=[credential], **{"total": 1.0, **how})
    try:
        with pytest.raises(AdapterError) as caught:
            (await client.request(method, "/x")).decode(dict[str, Any])
    finally:
        await client.aclose()
    error = caught.value
    assert CANARY not in f"{error!s}{error!r}{error.what}{error.todo}{error.where}{error.detail!r}"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.todo
    return error


STATUSES: list[tuple[str, type[AdapterError], Effect]] = [
    ("302 Found", errors.Refused, Effect.NONE),
    ("400 Bad Request", errors.Refused, Effect.NONE),
    ("401 Unauthorized", errors.BadCredentials, Effect.NONE),
    ("403 Forbidden", errors.Forbidden, Effect.NONE),
    ("404 Not Found", errors.NotFound, Effect.NONE),
    ("405 Method Not Allowed", errors.Refused, Effect.NONE),
    ("409 Conflict", errors.Conflict, Effect.NONE),
    ("422 Unprocessable Content", errors.Refused, Effect.NONE),
    ("429 Too Many Requests", errors.RateLimited, Effect.NONE),
    ("500 Internal Server Error", errors.ServerFault, Effect.UNKNOWN),
    ("503 Service Unavailable", errors.ServerFault, Effect.UNKNOWN),
]


@pytest.mark.parametrize(("status", "kind", "effect"), STATUSES)
async def test_each_status_says_whether_the_change_may_have_worked(
    credential: Credential, status: str, kind: type[AdapterError], effect: Effect
) -> None:
    async with wire.serving(wire.answering(wire.http(status, b'{"message":"no"}'))) as url:
        error = await fault(url, credential)
    assert type(error) is kind
    assert error.effect is effect
    assert status[:3] in error.what


WIRE: list[tuple[wire.Handler, type[AdapterError], str]] = [
    (wire.silent, errors.TimedOut, "did not answer within 0.3 s"),
    (wire.dripping, errors.TimedOut, "did not answer within 0.3 s"),
    (wire.resetting, errors.Interrupted, "broke"),
    (wire.answering(b""), errors.Interrupted, "broke"),
    (wire.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), errors.Interrupted, "broke"),
    (wire.answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), errors.Garbage, "not HTTP"),
    (wire.answering(wire.http("200 OK", b"<html>log in</html>")), errors.Garbage, "not JSON"),
    (wire.answering(wire.http("200 OK", b"")), errors.Garbage, "not JSON"),
    (wire.answering(wire.http("200 OK", b"[1]")), errors.Garbage, "another shape"),
    (wire.answering(wire.http("200 OK", b'{"a":' * 100_000)), errors.Garbage, "not JSON"),
    (wire.answering(wire.http("200 OK", b"x" * 3_000_000)), errors.Garbage, "more than 1024 KiB"),
]


@pytest.mark.parametrize(("handler", "kind", "words"), WIRE)
async def test_a_fault_after_sending_is_unknown_for_a_change(
    credential: Credential, handler: wire.Handler, kind: type[AdapterError], words: str
) -> None:
    async with wire.serving(handler) as url:
        error = await fault(url, credential, total=0.3 if kind is errors.TimedOut else 5.0)
    assert type(error) is kind
    assert words in error.what
    assert error.effect is Effect.UNKNOWN


@pytest.mark.parametrize("handler", [wire.silent, wire.resetting, wire.answering(b"?\r\n\r\n")])
async def test_a_failed_read_changed_nothing(credential: Credential, handler: wire.Handler) -> None:
    async with wire.serving(handler) as url:
        error = await fault(url, credential, method="GET", total=0.3)
    assert error.effect is Effect.NONE


async def test_a_refused_connection_sent_nothing(credential: Credential) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = await fault(f"http://127.0.0.1:{closed.getsockname()[1]}", credential)
    assert type(error) is errors.Unreachable
    assert error.effect is Effect.NONE
    assert "connection refused; nothing was sent" in error.what


async def test_a_name_that_cannot_be_resolved_sent_nothing(
    credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: object, **how: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = await fault("http://flags.example.invalid", credential)
    assert type(error) is errors.Unreachable
    assert "name cannot be resolved" in error.what


async def test_tls_to_a_server_without_it_sent_nothing(credential: Credential) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(wire.http("400 Bad Request"))
        await writer.drain()

    async with wire.serving(plain) as url:
        error = await fault(url.replace("http://", "https://"), credential)
    assert type(error) is errors.Unreachable
    assert error.what == "TLS could not be agreed on"


async def test_a_handshake_that_never_ends_sent_nothing(credential: Credential) -> None:
    async with wire.serving(wire.silent) as url:
        error = await fault(url.replace("http://", "https://"), credential, connect=0.3, total=5.0)
    assert type(error) is errors.Unreachable
    assert "no connection within 0.3 s; nothing was sent" in error.what


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_a_certificate_nobody_vouches_for_is_not_accepted(
    credential: Credential, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made = await asyncio.create_subprocess_exec(
        *new, "-keyout", str(key), "-out", str(certificate), stderr=asyncio.subprocess.DEVNULL
    )
    assert await made.wait() == 0
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    async with wire.behind_tls(tls) as url:
        error = await fault(url, credential, total=5.0)
    assert type(error) is errors.Unreachable
    assert error.what == "its certificate is not accepted"
    assert "SSL_CERT_FILE" in error.todo


@pytest.mark.parametrize(
    ("raised", "kind", "effect"),
    [
        (httpx.ConnectTimeout("slow"), errors.Unreachable, Effect.NONE),
        (httpx.PoolTimeout("busy"), errors.Unreachable, Effect.NONE),
        (httpx.ProxyError("403"), errors.Unreachable, Effect.NONE),
        (httpx.WriteError("gone"), errors.Interrupted, Effect.UNKNOWN),
        (httpx.ReadTimeout("slow"), errors.TimedOut, Effect.UNKNOWN),
        (OSError("strange"), errors.Interrupted, Effect.UNKNOWN),
    ],
)
async def test_each_failure_of_the_transport_has_a_kind(
    credential: Credential, raised: Exception, kind: type[AdapterError], effect: Effect
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise raised

    error = await fault("http://x", credential, transport=httpx.MockTransport(fail))
    assert (type(error), error.effect) == (kind, effect)


async def test_a_refusal_whose_words_never_end_is_a_refusal_all_the_same(credential: Credential) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 99\r\n\r\n{")
        await asyncio.Event().wait()

    async with wire.serving(half) as url:
        error = await fault(url, credential, total=0.3)
    assert type(error) is errors.Forbidden
    assert error.effect is Effect.NONE


async def test_what_a_provider_says_stays_untrusted_and_never_shows_the_token(
    credential: Credential,
) -> None:
    hostile = b'{"message":"\\u001b]52;c;ZXZpbA==\\u0007 [@click=app.kill]x[/] ' + CANARY.encode() + b'"}'
    async with wire.serving(wire.answering(wire.http("403 Forbidden", hostile))) as url:
        error = await fault(url, credential)
    assert error.detail is not None
    assert error.detail.raw == "\x1b]52;c;ZXZpbA==\x07 [@click=app.kill]x[/] [secret]"
    assert "\x1b" not in str(error)


async def test_an_answer_that_echoes_the_token_arrives_without_it(credential: Credential) -> None:
    body = b'{"seen":"Bearer ' + CANARY.encode() + b'"}'
    async with wire.serving(wire.answering(wire.http("200 OK", body))) as url:
        client = Http("x", url, credentials=[credential])
        assert await client.request_json("GET", kind=dict[str, str]) == {"seen": "Bearer [secret]"}
        await client.aclose()


async def test_a_redirect_is_not_followed_with_the_token(credential: Credential) -> None:
    reply = wire.http("307 Temporary Redirect", location="http://elsewhere.example/")
    async with wire.serving(wire.answering(reply)) as url:
        error = await fault(url, credential)
    assert "redirect" in error.what
    assert error.detail is not None
    assert error.detail.raw == "http://elsewhere.example/"


async def test_a_secret_that_comes_back_in_a_header_is_taken_out(credential: Credential) -> None:
    token = await credential.secret.reveal()
    reply = wire.http("307 Temporary Redirect", location=f"http://elsewhere.example/?t={token}")
    async with wire.serving(wire.answering(reply)) as url:
        error = await fault(url, credential)
    assert error.detail is not None
    assert error.detail.raw == "http://elsewhere.example/?t=[secret]"


async def test_a_compressed_bomb_is_not_unpacked(credential: Credential) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    reply = wire.http("200 OK", bomb, content_encoding="gzip")
    async with wire.serving(wire.answering(reply)) as url:
        error = await fault(url, credential)
    assert type(error) is errors.Garbage


async def test_rate_limits_say_when_to_come_back(credential: Credential) -> None:
    async with wire.serving(wire.answering(wire.http("429 Slow", retry_after="7"))) as url:
        error = await fault(url, credential)
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == 7.0


async def test_a_secret_that_is_not_set_fails_by_name_and_sends_nothing() -> None:
    requests: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    credential = Credential(Secret("env:CONSOLE_TEST_UNSET", where="feature.flag of x"))
    client = Http("x", "http://x", credentials=[credential], transport=httpx.MockTransport(record))
    with pytest.raises(SecretMissing, match="env:CONSOLE_TEST_UNSET"):
        await client.request("POST", "/off")
    assert not requests


async def test_a_refused_token_of_a_command_is_asked_for_again(tmp_path: Path) -> None:
    from adapters.trust import Trust

    token = tmp_path / "token"
    token.write_text("first-token")
    secret = Secret(f"cmd:/bin/cat {token}", where="w", trust=Trust(commands=True))
    seen: list[str] = []

    def check(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(401 if "first" in seen[-1] else 200)

    client = Http("x", "http://x", credentials=[Credential(secret)], transport=httpx.MockTransport(check))
    with pytest.raises(errors.BadCredentials):
        await client.request("GET")
    token.write_text("second-token")
    await client.request("GET")
    assert seen == ["Bearer first-token", "Bearer second-token"]


def test_a_name_can_never_leave_its_segment_of_the_path() -> None:
    assert segments("flags", "a/../b?c#d e") == "/flags/a%2F..%2Fb%3Fc%23d%20e"


async def test_basic_credentials_are_sent_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_TEST_PASSWORD", "pässword")
    secret = Secret("env:CONSOLE_TEST_PASSWORD", where="w", key="password")
    assert await Credential(secret, user="mara").resolve() == ("pässword", "Basic bWFyYTpww6Rzc3dvcmQ=")
    with pytest.raises(SecretMissing, match="no header may"):
        await Credential(secret).resolve()


async def test_proxies_of_the_environment_are_used_but_never_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("no_proxy", "")
    async with (
        wire.serving(wire.answering(wire.http("200 OK", b'"proxy"'))) as proxy,
        wire.serving(wire.answering(wire.http("200 OK", b'"direct"'))) as direct,
    ):
        monkeypatch.setenv("http_proxy", proxy)
        for url, expected in ((direct, "direct"), ("http://flags.example.invalid", "proxy")):
            client = Http("x", url)
            assert await client.request_json("GET", kind=str) == expected
            await client.aclose()
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(errors.BadOptions, match="proxy named by this environment"):
        await Http("x", "http://flags.example.invalid").request("GET")


Stream = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


async def events(url: str, credential: Credential, **how: Any) -> AsyncIterator[tuple[str, str]]:
    client = Http("flag service", url, credentials=[credential], total=1.0, largest=1000)
    try:
        async for event in client.sse("/stream", **how):
            yield event.name, event.data
    finally:
        await client.aclose()


async def test_a_stream_says_that_it_stands_then_each_event(credential: Credential) -> None:
    reply = STREAM + b': beat\n\nevent: change\ndata: {"key":"a"}\n\ndata: ' + CANARY.encode() + b"\n\n"
    async with wire.serving(wire.answering(reply)) as url:
        seen = [event async for event in events(url, credential)]
    assert seen == [("open", ""), ("change", '{"key":"a"}'), ("message", "[secret]")]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (wire.http("401 Unauthorized"), errors.BadCredentials),
        (wire.http("200 OK", b"{}"), errors.Garbage),
        (STREAM + b"data: " + b"x" * 5000, errors.Garbage),
    ],
)
async def test_a_stream_that_cannot_be_followed_says_why(
    credential: Credential, reply: bytes, kind: type[AdapterError]
) -> None:
    async with wire.serving(wire.answering(reply)) as url:
        with pytest.raises(kind):
            _ = [event async for event in events(url, credential)]


async def test_a_stream_that_falls_silent_counts_as_dead(credential: Credential) -> None:
    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(STREAM)
        await asyncio.Event().wait()

    async with wire.serving(quiet) as url:
        with pytest.raises(errors.TimedOut, match=r"within 0\.2 s"):
            _ = [event async for event in events(url, credential, silence=0.2)]
