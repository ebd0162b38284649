"""No secret in any output: one word in every place where a secret may stand, looked for wherever we write."""

from __future__ import annotations

import asyncio
import base64
import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.console.drilling.person import Person
from tests.integration.command import Done, console
from tests.integration.terminal import Terminal
from tests.integration.world import CONSOLE
from tests.servers.misbehaving import DRILL_KEY, ENVIRONMENT, KEY, Fault, Misbehaving

pytestmark = [pytest.mark.requirement(28), pytest.mark.timeout(240)]

WORD = f"canary{secrets.token_hex(12)}"
FORMS = {
    "as it is": WORD,
    "in base64": base64.b64encode(WORD.encode()).decode().rstrip("="),
    "as a bearer's, in base64": base64.b64encode(f"Bearer {WORD}".encode()).decode().rstrip("="),
    "for basic authentication": base64.b64encode(f"console:{WORD}".encode()).decode().rstrip("="),
    "backwards": WORD[::-1],
    "in an address": quote(f"Bearer {WORD}"),
    "in hexadecimal": WORD.encode().hex(),
}
LOUD = """#!/bin/sh
# Fails, and tells everybody the secret that it was given.
echo "could not log in with $FORCE_TOKEN" >&2
echo "FORCE_TOKEN=$FORCE_TOKEN"
exit 3
"""


class Place:
    """A feature in which every secret is the same word, and where all that we write is kept."""

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
        return {"CANARY": WORD, "XDG_STATE_HOME": str(self.state / "xdg"), "HOME": str(self.state / "home")}

    async def run(self, *arguments: str) -> Done:
        work = partial(console, *arguments, config=self.config, environment=self.environment)
        return await asyncio.to_thread(work)

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Every file that the console has made."""
        for path in sorted(self.state.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self.state)), path.read_bytes()


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    async with Misbehaving() as server:
        server.token = WORD
        server.echo = f": Bearer {WORD} may not, nor may {FORMS['in base64']}"
        server.drill_flag.on = False
        built = Place(tmp_path, server)
        for name, value in built.environment.items():
            monkeypatch.setenv(name, value)
        yield built


@contextmanager
def watched_arguments(folder: Path) -> Iterator[set[bytes]]:
    """What any process shows of itself to every user of the machine, while the block runs."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    seen.add((process / "cmdline").read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def leaks(outputs: dict[str, bytes]) -> list[str]:
    """Where a form of the word stands."""
    return [
        f"{where}: {form}"
        for where, output in outputs.items()
        for form, text in FORMS.items()
        if text.encode() in output
    ]


async def all_outputs(place: Place) -> dict[str, bytes]:
    """Do everything that writes, while things fail as loudly as they can, and gather what was written."""
    outputs: dict[str, bytes] = {}

    async def command(*arguments: str) -> None:
        done = await place.run(*arguments)
        outputs[f"console {' '.join(arguments)}"] = (done.out + done.talk).encode()

    with watched_arguments(place.folder) as arguments:
        place.server.on_write = Fault.FORBIDDEN
        for words in (
            ("doctor",), ("doctor", "--json"), ("status",), ("status", "--json"), ("card", "support-drafts"),
            ("gates", "support-drafts"), ("gates", "support-drafts", "--markdown"),
            ("kill", "support-drafts"), ("kill", "support-drafts", f"--confirm={KEY}"),
            ("kill", "support-drafts", f"--confirm={KEY}", "--json"),
            ("restore", "support-drafts", "--to=5%", f"--confirm={KEY}", "--reason=mended", "--json"),
            ("note", "support-drafts", "told them"), ("timeline", "support-drafts"),
            ("timeline", "support-drafts", "--json"), ("audit", "verify"),
        ):  # fmt: skip
            await command(*words)
        outputs["the screen"] = await asyncio.to_thread(screen, place)
        place.server.on_write = Fault.NONE
        place.server.flag.on = True
        person = Person(place.config, "production")
        await person.phase("running")
        person.client.go("a made-up breach")
        await person.sees(lambda told: told.ladder is not None and told.ladder.exit_status is not None)
        told = await person.ends()
        outputs["a drill"] = repr(told).encode()
        Person.all_leave()
        outputs["arguments of every process"] = b"\n".join(arguments)
    outputs.update(place.written())
    return outputs


def screen(place: Place) -> bytes:
    """Somebody looks at everything and kills, on a terminal."""
    with Terminal(
        [*CONSOLE, "--config", str(place.config)],
        environment={**place.environment, "USER": "mara"},
        folder=place.folder,
        columns=120,
        rows=40,
    ) as terminal:
        terminal.wait_for("support-drafts-ai +ON", seconds=30)
        for key, shows in (("!", "can I kill"), ("c", "MANUAL CARD"), ("5", "timeline"), ("1", "signals")):
            terminal.type(key)
            terminal.wait_for(shows, seconds=20)
        terminal.type("K")
        terminal.wait_for("KILL  support-drafts")
        terminal.type("\x1bOQ")
        terminal.wait_for("curl", seconds=20)
        terminal.type("\x1bOQ")
        terminal.type(*"kill")
        terminal.wait_for("Enter kills")
        terminal.type("enter")
        terminal.wait_for("journaled", seconds=20)
        terminal.wait_for(r"may not|refused|403|status 3", seconds=20)
        terminal.type("esc", "q")
        terminal.exit_status(seconds=15)
        return b"".join(chunk.data for chunk in terminal.chunks)


async def test_a_secret_stands_in_no_output_whatever_fails(place: Place) -> None:
    outputs = await all_outputs(place)
    assert len(outputs) > 20
    for name in ("console.db", "console-history.db", "heads"):
        assert name in outputs, f"{name} was looked into"
    assert any("last-good" in name for name in outputs)
    assert any("cards" in name for name in outputs)
    assert b"403" in b"".join(outputs.values()), "what the provider said is shown"
    assert leaks(outputs) == []


def test_the_search_finds_each_form_of_the_word() -> None:
    for form, text in FORMS.items():
        assert f"a file: {form}" in leaks({"a file": b"x" + text.encode() + b"y"})
