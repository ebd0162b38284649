"""`--flag-from`: the flag at somebody else's provider."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from console.demo.acme import agents
from console.demo.appflags import UnleashSdk
from console.demo.flagfrom import CannotStart, read_flag

GOOD = """
[[feature]]
key = "support-drafts"
environment = "production"
[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:4242"
token = "env:UNLEASH_TOKEN"
key = "support-drafts-ai"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "console.toml"
    path.write_text(GOOD)
    return path


def test_the_first_features_flag_is_taken_with_the_apps_own_token(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNLEASH_CLIENT_TOKEN", "default:production.canary")
    flag = read_flag(config)
    assert (flag.url, flag.key, flag.environment) == (
        "http://127.0.0.1:4242",
        "support-drafts-ai",
        "production",
    )
    assert flag.token == "default:production.canary"
    assert "canary" not in repr(flag)


def test_a_token_named_in_the_table_is_used_and_not_written_on(config: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    config.write_text(GOOD + f'sdk_token = "file:{tmp_path}/token"\n')
    flag = read_flag(config)
    assert flag.token == "secret"
    assert "sdk_token" not in flag.table


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "not valid TOML"),
        ("[feature]\nkey = 1", r"no \[\[feature\]\]"),
        (GOOD.replace('"unleash"', '"homegrown"'), "can evaluate its flag at: unleash"),
        (GOOD.replace("url =", "link ="), "`url` is missing"),
        (GOOD, "set UNLEASH_CLIENT_TOKEN"),
        (GOOD + 'sdk_token = "file:/nowhere"', "cannot be read"),
        (GOOD + 'sdk_token = "the-secret-itself"', "must be env:NAME or file:PATH"),
    ],
)
def test_what_cannot_be_used_is_said_in_words_and_without_secrets(
    config: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.delenv("UNLEASH_CLIENT_TOKEN", raising=False)
    config.write_text(text)
    with pytest.raises(CannotStart, match=words) as failed:
        read_flag(config)
    assert "the-secret-itself" not in str(failed.value)


needs_sdk = pytest.mark.skipif(
    find_spec("UnleashClient") is None, reason="UnleashClient is not installed: the extra unleash-sdk"
)


class UnleashLike(BaseHTTPRequestHandler):
    """The client API of an Unleash server, as far as an SDK needs it."""

    protocol_version = "HTTP/1.1"
    on = True

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        strategy = {
            "name": "flexibleRollout",
            "parameters": {"rollout": "25", "stickiness": "userId", "groupId": "support-drafts-ai"},
            "constraints": [],
        }
        flag = {
            "name": "support-drafts-ai",
            "enabled": type(self).on,
            "type": "release",
            "strategies": [strategy],
        }
        self._answer(200, json.dumps({"version": 2, "features": [flag]}).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(202, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status if self.headers["Authorization"] == "client-token" else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def unleash() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), UnleashLike)
    UnleashLike.on = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@needs_sdk
def test_the_app_evaluates_by_unleashs_own_sdk_and_sees_a_change_within_two_seconds(
    unleash: str, tmp_path: Path
) -> None:
    sdk = UnleashSdk(
        unleash, "client-token", environment="production", key="support-drafts-ai", cache=tmp_path / "u"
    )
    sdk.start()
    try:
        assert sdk.wait_ready(5)
        assert 110 < sum(sdk.evaluate(agent)[0] for agent in agents()) < 190
        epoch = sdk.epoch()
        UnleashLike.on = False
        deadline = time.monotonic() + 2.5
        while any(sdk.evaluate(agent)[0] for agent in agents()):
            assert time.monotonic() < deadline
        assert sdk.epoch() != epoch
    finally:
        sdk.close()


@needs_sdk
def test_an_unleash_that_refuses_the_app_leaves_everyone_with_the_fallback(
    unleash: str, tmp_path: Path
) -> None:
    sdk = UnleashSdk(
        unleash, "wrong", environment="production", key="support-drafts-ai", cache=tmp_path / "u"
    )
    sdk.start()
    try:
        assert not sdk.wait_ready(5)
        assert not any(sdk.evaluate(agent)[0] for agent in agents())
    finally:
        sdk.close()
