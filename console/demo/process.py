"""The embedded world as a process: run in this one, or started as a child that ends with its parent."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

VERSION = 1
"""Of the line that says that the world is ready."""
PATIENCE = 3.0
"""Real seconds that the world has to end in an orderly way after its parent has gone."""


class WorldFailed(Exception):
    """The child did not become ready; the message says why, and what to do."""


def run_world(
    *,
    scenario: str,
    speed: float,
    volume: float,
    port: int,
    seed: int,
    write_config: Path | None,
    flag_from: Path | None,
    with_parent: bool,
) -> int:
    """Run the world in this process until SIGTERM, SIGINT or SIGHUP, or with `with_parent` until stdin ends.

    Prints one JSON line on stdout when it is ready: {"version", "ready", "url", "config", "control"}; the
    last is the file that says how scenarios are switched. What it has put on the disk is removed at the end.

    Returns:
        0; 2 when it cannot run as asked, with the reason on stderr.
    """
    # Everything from here on is needed by no other command, and takes a third of a second to import.
    import asyncio

    from console.demo.abandoned import clear_abandoned
    from console.demo.flagfrom import CannotStart, read_flag
    from console.demo.home import CONTROL, Home
    from console.demo.scenarios import SCENARIOS
    from console.demo.world import World

    os.umask(0o077)  # prompt logs and tokens are nobody else's business
    home: Home | None = None
    try:
        foreign = None if flag_from is None else read_flag(flag_from)
        home = Home(write_config)
        world = World(
            scenario=SCENARIOS[scenario],
            speed=speed,
            volume=volume,
            seed=seed,
            port=port,
            home=home,
            foreign=foreign,
        )
        line = json.dumps(
            {
                "version": VERSION,
                "ready": True,
                "url": world.url,
                "config": str(home.config),
                "control": str(home.directory / CONTROL),
            }
        )
        stays = home
        threading.Thread(target=clear_abandoned, name="abandoned worlds", daemon=True).start()

        async def live() -> None:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.add_signal_handler(number, stop.set)
            if with_parent:
                _end_with_parent(loop, stop, stays.remove)
            await world.run(lambda: _say(line), stop)

        asyncio.run(live())
    except CannotStart as error:
        print(f"console: {error}", file=sys.stderr)
        return 2
    finally:
        if home is not None:
            home.remove()
    return 0


def _say(line: str) -> None:
    # Whoever started the world may have gone in the meantime; that is noticed elsewhere.
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


def _end_with_parent(
    loop: asyncio.AbstractEventLoop, stop: asyncio.Event, remove: Callable[[], None]
) -> None:
    """Set `stop` when standard input ends, and make sure that the process ends even if the loop hangs."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(stop.set)
        time.sleep(PATIENCE)
        remove()
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


class WorldProcess:
    """A world that runs as a child of this process.

    Args:
        child: the process, with a pipe as its standard input that nobody else holds.
        talk: what it says on standard error.
        directory: the world's own; it removes it itself, and `stop` makes sure of it.
    """

    def __init__(self, child: subprocess.Popen[bytes], talk: IO[bytes], directory: Path) -> None:
        self._child = child
        self._talk = talk
        self._directory = directory
        self._line = b""

    @property
    def pid(self) -> int:
        """Of the child."""
        return self._child.pid

    def ready(self, timeout: float) -> Path:
        """Wait until the world is ready. Blocks; may be called from any thread, and again.

        Returns:
            The console.toml that attaches to it.

        Raises:
            WorldFailed: it ended, or is not ready after `timeout` seconds.
        """
        assert self._child.stdout is not None  # noqa: S101 - it was made with a pipe
        deadline = time.monotonic() + timeout
        while not self._line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._child.stdout], [], [], left)[0]:
                raise WorldFailed(f"the embedded world is not ready after {timeout:g} s; start it again")
            part = os.read(self._child.stdout.fileno(), 4096)
            if not part:
                raise WorldFailed(f"the embedded world ended before it was ready: {self._last_words()}")
            self._line += part
        return Path(str(json.loads(self._line)["config"]))

    def stop(self) -> None:
        """End the world, and see to it that its directory is gone. Safe to call twice."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._child.wait(PATIENCE + 1.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._talk.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _last_words(self) -> str:
        self._talk.seek(0)
        lines = self._talk.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].removeprefix("console: ") if lines else "it said nothing"


def start_world(*, scenario: str, speed: float, volume: float, seed: int) -> WorldProcess:
    """Start a world as a child, without waiting for it.

    It is in a session of its own, so that Ctrl-C in the terminal does not reach it, and ends when this
    process ends in whatever way, because nobody else holds the other end of its standard input.
    """
    from console.demo.home import new_name

    directory = new_name()
    talk = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
    command = [sys.executable, "-m", "console", "world", "--with-parent", "--port", "0"]
    command += ["--write-config", str(directory / "console.toml"), "--scenario", scenario]
    command += ["--speed", repr(speed), "--volume", repr(volume), "--seed", str(seed)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=talk,
        start_new_session=True,
    )
    return WorldProcess(child, talk, directory)
