"""The real app, fed the bytes of a lagging link, flips the flag exactly when an independent oracle says so.

A burst is what has arrived before the app gets to handle any of it: one or more reads, each a bundle of keys,
parsed from bytes by the parser that reads terminals. Between two bursts the app paints. The oracle knows
nothing of the app: it is told the keys and where reads and bursts end, and looks at all of them at once.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest
from textual import constants
from textual._xterm_parser import XTermParser

from console.tui import actions
from console.tui.app import ConsoleApp
from console.tui.screens.base import ConsoleScreen
from console.tui.screens.kill import KillScreen
from tests.console.tui.stage import KILLED, NOW, StageBackend
from tests.console.tui.test_kill_keys import shown
from widgets.look import UNICODE

Burst = tuple[tuple[str, ...], ...]
"""Reads, each a bundle of keys."""

BYTES = {"enter": "\r", "esc": "\x1b", "backspace": "\x7f", "paste": "\x1b[200~kill\r\x1b[201~"}
KEYS = (*"KkIiLlkill", "x", "enter", "enter", "backspace", "paste")
WORDS = (
    tuple("kill"),
    tuple("KILL"),
    tuple("kil"),
    ("l",),
    ("enter",),
    ("paste",),
    (*"kill", "enter"),
    (*"Kkill", "enter"),
)
SAYS = {"asked for Enter once more": ": once more", "paste discarded": "paste was discarded"}
EFFECT = "Enter kills support-drafts-ai in production"
KILLS, ONCE_MORE, NOT_YET, LEFT, PASTED, NOTHING = OUTCOMES = (
    "killed",
    "asked for Enter once more",
    "Enter without the word",
    "left, nothing sent",
    "paste discarded",
    "neither Enter, esc nor paste",
)


def history(chance: random.Random) -> list[Burst]:
    """One person at the end of a lagging link, who has pressed K, biased to what the word is made of."""
    drawn: list[Burst] = []
    for _ in range(chance.randint(1, 4)):
        reads: list[tuple[str, ...]] = []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            some = chance.choices(KEYS, k=chance.randint(1, 4))
            reads.append(tuple(some) if chance.random() < 0.4 else chance.choice(WORDS))
        if chance.random() < 0.12:
            # The byte of escape is also how other keys begin: it comes in a read of its own.
            reads.append(("esc",))
        drawn.append(tuple(reads))
    if chance.random() < 0.3:
        drawn += [(tuple("kill"),), (("enter",),)]
    return [(("K", *drawn[0][0]), *drawn[0][1:]), *drawn[1:]]


def oracle(bursts: list[Burst]) -> tuple[int | None, str]:
    """At the end of which burst the flag has been flipped, and what the last Enter, esc or paste has done."""
    keys: list[tuple[str, int, int]] = []
    last_read: dict[int, int] = {}
    read = 0
    for number, burst in enumerate(bursts):
        for bundle in burst:
            read += 1
            keys += [(key, read, number) for key in bundle]
        last_read[number] = read
    opened: int | None = None
    told = NOTHING
    for at, (key, read, number) in enumerate(keys):
        if opened is None:
            opened = at + 1 if key == "K" else None
        elif key == "esc":
            opened, told = None, LEFT
        elif key == "paste":
            told = PASTED
        elif key == "enter":
            text, letter = typed(keys[opened:at])
            if text != "kill":
                told = NOT_YET
            # What names the effect is painted when the burst with the word's last letter has been handled:
            # only what is read after that can be an answer to it.
            elif read > last_read[letter]:
                return number, KILLS
            else:
                told = ONCE_MORE
    return None, told


def typed(keys: list[tuple[str, int, int]]) -> tuple[str, int]:
    """What stands typed, and the burst of the last letter."""
    text, burst = "", 0
    for key, _, number in keys:
        if key == "backspace":
            text = text[:-1]
        elif len(key) == 1:
            text, burst = text + key.lower(), number
            if not "kill".startswith(text):
                text = "k" if key in "kK" else ""
    return text, burst


class OnTheLine(ConsoleApp):
    """The app at the end of a line that the test reads."""

    def __init__(self, backend: StageBackend) -> None:
        super().__init__(backend, look=UNICODE, now=lambda: NOW)  # type: ignore[arg-type]
        self.read = 0
        self._parser = XTermParser()

    def read_before_paint(self) -> int:
        """As the driver of a terminal counts: everything that has been read, handled or not."""
        return self.read

    async def arrive(self, burst: Burst) -> None:
        """Let a burst arrive, then handle and paint everything."""
        assert self._driver is not None
        for bundle in burst:
            self.read += 1
            data = "".join(BYTES.get(key, key) for key in bundle)
            for message in [*self._parser.feed(data), *self._parser.tick()]:
                message.console_read = self.read  # type: ignore[attr-defined]
                self._driver.process_message(message)
        await self._handled()
        # The screen tells nobody when it has painted.
        while self._is_to_be_painted():  # noqa: ASYNC110
            await asyncio.sleep(0.002)

    async def _handled(self) -> None:
        """Wait until everything that has arrived was handled: the app handles one thing after the other."""
        for _ in range(5):  # from the driver's hand into the app's queue
            await asyncio.sleep(0)
        handled = asyncio.Event()
        self.call_later(handled.set)
        await handled.wait()

    def _is_to_be_painted(self) -> bool:
        screen = self.screen
        asks = isinstance(screen, KillScreen) and screen.place == actions.DIALOG
        return asks and screen.word.complete and screen.word.painted_read is None

    async def begin_again(self, backend: StageBackend) -> None:
        """End the kill, if one was sent, and go back to the signals."""
        for executor in backend.executors:
            if executor.reasons and not executor.left:
                executor.say(replace(KILLED, kill_id=f"k{self.read}"))
        while self.killing:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        while not isinstance(self.screen, ConsoleScreen) or self.screen.place != actions.SIGNALS:
            await self.arrive((("esc",),))
        self.kills.let_go()
        for executor in backend.executors:
            executor.die()
        backend.executors.clear()


async def held_against_the_oracle(seeds: range) -> Counter[str]:
    """Play the histories of these seeds, always the same ones; returns how many had which outcome."""
    outcomes: Counter[str] = Counter()
    backend = StageBackend()
    app = OnTheLine(backend)
    async with app.run_test(size=(80, 24)):
        for seed in seeds:
            bursts = history(random.Random(seed))
            kills, told = oracle(bursts)
            for number, burst in enumerate(bursts):
                await app.arrive(burst)
                flips = sum(len(executor.reasons) for executor in backend.executors)
                expected = int(kills is not None and number >= kills)
                assert flips == expected, f"history {seed}, burst {number}: {bursts}"
                if expected:
                    break
            if (told, bursts[-1][-1][-1]) in ((ONCE_MORE, "enter"), (PASTED, "paste")):
                assert SAYS[told] in shown(app), f"history {seed}: {bursts}"
            outcomes[told] += 1
            await app.begin_again(backend)
    return outcomes


@pytest.fixture(autouse=True)
def escape_is_a_key_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a read of its own it is nothing else; the parser need not wait for more."""
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.0)


@pytest.mark.requirement(17)
async def test_the_app_flips_the_flag_exactly_when_the_oracle_says() -> None:
    outcomes = await held_against_the_oracle(range(60))
    assert min(outcomes[name] for name in OUTCOMES) >= 1, outcomes


@pytest.mark.kill
@pytest.mark.requirement(17)
async def test_the_app_flips_the_flag_exactly_when_the_oracle_says_each_outcome_over_a_hundred_times(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcomes = await held_against_the_oracle(range(1_200))
    with capsys.disabled():
        print(f"\nthe app against its oracle: {dict(outcomes)}")
    assert min(outcomes[name] for name in OUTCOMES) >= 100, outcomes
