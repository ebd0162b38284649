"""A feature in which every secret is the same word, and the search for that word in whatever was written."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import quote

from console.store.journal import Journal
from tests.integration.command import Done, console
from tests.servers.misbehaving import DRILL_KEY, ENVIRONMENT, KEY, Misbehaving

PART = secrets.token_hex(12)
WORD = f"canary+{PART}/q="
"""With characters that are written differently in an address."""


def _inside(skipped: int) -> str:
    """What every base64 of any text with the word has in it; where it begins decides which of three."""
    raw = WORD.encode()[skipped:]
    return base64.b64encode(raw[: len(raw) // 3 * 3]).decode()


FORMS = {
    "as it is": WORD,
    "a part of it": PART[:10],
    "in an address": quote(WORD, safe=""),
    "in hexadecimal": WORD.encode().hex(),
    **{f"in base64 ({skipped})": _inside(skipped) for skipped in range(3)},
}
ECHO = f": {base64.b64encode(WORD.encode()).decode()} {quote(WORD, safe='')} {WORD} may not"
"""What a careless provider says of whoever asks it."""
LOUD = """#!/bin/sh
# Fails, and tells everybody the secret that it was given.
echo "could not log in with $FORCE_TOKEN" >&2
echo "FORCE_TOKEN=$FORCE_TOKEN"
exit 3
"""
DEBUG = {
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONFAULTHANDLER": "1",
    "HTTPX_LOG_LEVEL": "trace",
    "TEXTUAL": "debug",
}


class Place:
    """The feature, with all that is written because of it.

    Attributes:
        state: what the console writes.
        own: what people wrote, the secrets among it.
    """

    def __init__(self, folder: Path, server: Misbehaving) -> None:
        self.folder, self.server = folder, server
        self.state = folder / "state"
        self.own = folder / "own"
        self.own.mkdir()
        self.secret = self.own / "token"
        self.secret.write_text(WORD)
        self.secret.chmod(0o600)
        script = self.own / "loud"
        script.write_text(LOUD)
        script.chmod(0o755)
        self.config = self.own / "console.toml"
        self.config.touch(mode=0o600)
        url, where = server.url, f"{server.url}/v1/environments/{ENVIRONMENT}/flags/{KEY}"
        self.config.write_text(f"""
[operator]
name = "Mara Voss"

[store]
path = "{self.state / "console.db"}"
second = "{self.state / "second.db"}"
published_head = "{self.state / "heads"}"

[[feature]]
key = "support-drafts"
environment = "{ENVIRONMENT}"

[feature.flag]
provider = "homegrown"
url = "{url}"
token = "file:{self.secret}"
key = "{KEY}"
canary = "{DRILL_KEY}"

[[feature.levers]]
provider = "command"
run = ["{script}"]
arm = ["{script}", "--dry-run"]
env = {{ FORCE_TOKEN = "env:CANARY" }}

[[feature.levers]]
provider = "http"
url = "{url}/admin/off"
token = "cmd:cat {self.secret}"
proof = "check"
check = {{ url = "{where}", expect_body = '"on": false' }}

[[feature.levers]]
provider = "homegrown"
url = "{url}"
token = "{WORD}"
key = "{KEY}"

[feature.evaluate]
provider = "ofrep"
url = "{url}"
token = "env:CANARY"
contexts = [{{ userId = "agent-1" }}]

[feature.traffic]
provider = "prometheus"
url = "{url}"
token = "env:CANARY"
ai = "sum(increase(ai[3s]))"
fallback = "sum(increase(fallback[3s]))"

[feature.signals.errors]
provider = "prometheus"
url = "{url}"
user = "console"
password = "env:CANARY"
bad = "sum(bad)"
all = "sum(all)"

[feature.signals.latency]
provider = "events"
url = "{url.replace("http", "ws")}/events"
token = "env:CANARY"
baseline = {{ p50 = 1.9, p95 = 4.4, n = 1200 }}

[feature.drill]
flag = "{DRILL_KEY}"
""")

    @property
    def environment(self) -> dict[str, str]:
        state = {"XDG_STATE_HOME": str(self.state / "xdg"), "HOME": str(self.state / "home")}
        return {"CANARY": WORD, "TEXTUAL_LOG": str(self.folder / "textual.log"), **DEBUG, **state}

    @property
    def journal(self) -> Journal:
        return Journal(self.state / "console.db", self.state / "second.db")

    async def run(self, *arguments: str) -> Done:
        """One command, to its end."""
        work = partial(console, *arguments, config=self.config, environment=self.environment)
        return await asyncio.to_thread(work)

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Every file but those that people wrote."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.is_relative_to(self.own):
                yield str(path.relative_to(self.folder)), path.read_bytes()


def leaks(outputs: Mapping[str, bytes]) -> list[str]:
    """Where a form of the word stands."""
    return [
        f"{where}: {form}"
        for where, output in outputs.items()
        for form, text in FORMS.items()
        if text.encode() in output
    ]
