"""``python -m benchmarks.kill``: the kill on a real Unleash, against a curl that does the same two requests.

Enter to confirmed is timed at the executor's socket, as the screen uses it: it stands ready before, and the
clock runs from the confirming message to the ladder that says *confirmed*. The curl command switches the flag
off and reads it back, as two requests of one process. They take turns, so that both meet the same machine.
"""

from __future__ import annotations

import argparse
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx

from benchmarks.measure import percentile
from benchmarks.table import machine, markdown
from console.identity import Operator
from console.killswitch.client import ExecutorClient, Prepared
from console.killswitch.steps import Ladder, Outcome
from tests.servers import unleash

ENTER_RATIO = 1.5
COLD_SECONDS = 0.6
"""Targets: Enter to confirmed as a multiple of curl's, and what a cold command may take over curl's."""
OPERATOR = Operator("bench", os.getuid())


class Subject:
    """One flag of a real Unleash, and a console.toml over it."""

    def __init__(self, server: unleash.Unleash, folder: Path) -> None:
        self.key = f"bench-{uuid.uuid4().hex[:10]}"
        self.config = folder / "console.toml"
        self._url = f"{server.url}/api/admin/projects/default/features"
        self._header = folder / "header"
        self._header.touch(mode=0o600)
        self._header.write_text(f"Authorization: {server.admin}\n")
        self._admin = httpx.Client(headers={"Authorization": server.admin}, trust_env=False, timeout=20)
        self._admin.post(self._url, json={"name": self.key}).raise_for_status()
        self._place = f"{self._url}/{self.key}/environments/production"
        strategy = {"name": "flexibleRollout", "parameters": {"rollout": "25", "stickiness": "default"}}
        self._admin.post(f"{self._place}/strategies", json=strategy).raise_for_status()
        self.config.touch(mode=0o600)
        self.config.write_text(f"""
[store]
path = "{folder / "store" / "console.db"}"
second = "{folder / "second" / "journal.db"}"

[[feature]]
key = "bench"
environment = "production"

[feature.flag]
provider = "unleash"
url = "{server.url}"
token = "env:BENCH_UNLEASH_TOKEN"
key = "{self.key}"
""")

    def on(self) -> None:
        """Turn the flag on again."""
        self._admin.post(f"{self._place}/on").raise_for_status()

    def curl(self) -> float:
        """Switch off and read back by curl; seconds."""
        header = ["-sS", "-H", f"@{self._header}"]
        command = ["curl", *header, "-X", "POST", f"{self._place}/off", "--next", *header, self._place]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - began
        assert '"enabled":false' in done.stdout
        return seconds

    def enter(self) -> float:
        """Kill by an executor that stands ready, as the dialog has it; seconds to *confirmed*."""
        client = ExecutorClient.start(self.config, "bench@production", operator=OPERATOR)
        try:
            _wait(client, lambda report: isinstance(report, Prepared))
            began = time.perf_counter()
            client.go("bench")
            _wait(client, lambda report: isinstance(report, Ladder) and report.outcome is Outcome.CONFIRMED)
            return time.perf_counter() - began
        finally:
            client.leave()

    def cold(self) -> float:
        """`console kill` from a shell to its answer, which is *confirmed*; seconds."""
        command = [sys.executable, "-m", "console", "kill", "bench", "--confirm", self.key]
        began = time.perf_counter()
        done = subprocess.run([*command, "--config", str(self.config)], capture_output=True, check=False)
        seconds = time.perf_counter() - began
        assert done.returncode == 0, done.stderr.decode()
        return seconds


def _wait(client: ExecutorClient, wanted: Callable[[Prepared | Ladder], bool]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not client.closed:
        select.select([client], [], [], 1)
        if any(wanted(report) for report in client.receive()):
            return
    raise RuntimeError("the executor did not say what was waited for")


def measured(subject: Subject, trials: int) -> dict[str, list[float]]:
    """Seconds of each, taken in turns."""
    found: dict[str, list[float]] = {"curl": [], "enter": [], "cold": []}
    ways = {"curl": subject.curl, "enter": subject.enter, "cold": subject.cold}
    for _ in range(trials):
        for name, way in ways.items():
            subject.on()
            found[name].append(way())
    return found


def report(found: dict[str, list[float]]) -> str:
    """The table."""
    medians = {name: statistics.median(times) for name, times in found.items()}
    ratio, over = medians["enter"] / medians["curl"], medians["cold"] - medians["curl"]
    targets = {
        "curl": ("curl, off and read back", "", ""),
        "enter": ("Enter to confirmed", f"{ratio:.2f} x curl", f"<= {ENTER_RATIO:g} x"),
        "cold": ("console kill, cold, to confirmed", f"curl + {over:.2f} s", f"<= + {COLD_SECONDS:g} s"),
    }
    held = {"curl": "", "enter": _held(ratio <= ENTER_RATIO), "cold": _held(over <= COLD_SECONDS)}
    rows = [
        [
            words,
            f"{1000 * medians[name]:.0f}",
            f"{1000 * percentile(found[name], 95):.0f}",
            figure,
            target,
            held[name],
        ]
        for name, (words, figure, target) in targets.items()
    ]
    return markdown(["", "median, ms", "p95, ms", "figure", "target", ""], rows)


def _held(true: bool) -> str:
    return "met" if true else "MISSED"


def main() -> int:
    """Measure, print, and answer 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill", description=__doc__)
    parser.add_argument("--trials", type=int, default=50)
    trials = parser.parse_args().trials
    with tempfile.TemporaryDirectory() as folder, unleash.running() as server:
        os.environ["BENCH_UNLEASH_TOKEN"] = server.admin
        os.environ["XDG_STATE_HOME"] = folder
        subject = Subject(server, Path(folder))
        measured(subject, 2)  # warms the server up
        found = measured(subject, trials)
    print(f"{machine()}; Unleash {unleash.VERSION}, {trials} trials each\n")
    print(report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
