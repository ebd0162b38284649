"""``python -m tests.servers start|stop``: a real Unleash and Prometheus to try things on.

One process holds both and ends them when it is told to, so there is one thing to stop. It holds a lock while
it lives: that is how the others know whether it does.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import prometheus, unleash
from tests.servers.processes import ServerFailed, cache, wait_until

_START_SECONDS = 900.0
"""Room for the installation on the first start."""


def _state() -> Path:
    return cache() / "servers.json"


@contextmanager
def _lock() -> Iterator[bool]:
    """Try to take the lock; give whether that worked. The file stays: removing it would split the lock."""
    with (cache() / "servers.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _running() -> bool:
    with _lock() as free:
        return not free


def _write(state: dict[str, object]) -> None:
    part = _state().with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(state))
    part.replace(_state())


def hold(scrape: list[str]) -> int:
    """Run both servers until SIGTERM, SIGINT or SIGHUP."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: over.set())
    with _lock() as ours:
        if not ours:
            return 0
        try:
            with unleash.running() as flags, prometheus.running(scrape) as metrics:
                environment = {
                    "UNLEASH_URL": flags.url,
                    "UNLEASH_ADMIN_TOKEN": flags.admin,
                    "UNLEASH_FRONTEND_TOKEN": flags.frontend,
                    "UNLEASH_BACKEND_TOKEN": flags.backend,
                    "PROMETHEUS_URL": metrics.url,
                    "PROMETHEUS_TARGETS": str(metrics.targets),
                }
                _write({"pid": os.getpid(), "environment": environment})
                over.wait()
        except ServerFailed as error:
            print(f"servers: {error}", file=sys.stderr)
            return 1
        finally:
            _state().unlink(missing_ok=True)
    return 0


def start(scrape: list[str]) -> int:
    """Start both unless they run, and print the environment that reaches them."""
    if not _running():
        _state().unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.servers", "hold"] + [f"--scrape={host}" for host in scrape]
        # What it says while it starts goes to our stderr; a file stands in afterwards, as we are gone then.
        log = cache() / "servers.log"
        with log.open("wb") as output:
            holder = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        wait_until(lambda: holder.poll() is not None or _state().exists(), seconds=_START_SECONDS)
        sys.stderr.write(log.read_text())
    elif not wait_until(_state().exists, seconds=_START_SECONDS):
        print("servers: another start does not come to its end", file=sys.stderr)
    if not _state().exists():
        return 1
    for name, value in json.loads(_state().read_text())["environment"].items():
        print(f"{name}={value}")
    return 0


def stop() -> int:
    """Stop both; nothing to do is fine too."""
    if not _running():
        print("servers: not running", file=sys.stderr)
        return 0
    if _state().exists():
        os.kill(json.loads(_state().read_text())["pid"], signal.SIGTERM)
    if not wait_until(lambda: not _running(), seconds=60):
        print("servers: still running after 60 s", file=sys.stderr)
        return 1
    print("servers: stopped", file=sys.stderr)
    return 0


def main() -> int:
    """Run one of the verbs."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("verb", choices=("start", "stop", "hold"))
    parser.add_argument(
        "--scrape", action="append", default=[], metavar="HOST:PORT", help="what Prometheus scrapes"
    )
    asked = parser.parse_args()
    if asked.verb == "stop":
        return stop()
    return start(asked.scrape) if asked.verb == "start" else hold(asked.scrape)


if __name__ == "__main__":
    sys.exit(main())
