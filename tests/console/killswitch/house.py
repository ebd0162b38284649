"""A feature on a misbehaving flag service, with a real console.toml, real commands and a real journal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from console.config import Config, ConfigError, FeatureConfig, load
from console.identity import Operator
from console.killswitch.clock import Clock, SystemClock
from console.killswitch.execution import Before, Execution
from console.killswitch.history import process_began
from console.killswitch.levers import close_levers, open_levers
from console.killswitch.limits import Limits
from console.killswitch.steps import Ladder, Outcome, Rung, Step
from console.store.journal import Journal, JournalError
from tests.servers.misbehaving import ENVIRONMENT, KEY, TOKEN, Misbehaving

MARA = Operator(
    name="Mara Voss",
    uid=1000,
    login="mara",
    ssh_connection="10.0.0.9 50022 10.0.0.1 22",
    host=socket.gethostname(),
)

QUICK = Limits(
    read_gap=0.02,
    patience=0.06,
    beside=0.05,
    evaluated=0.1,
    quiet=0.1,
    fallback=0.1,
    gap=0.02,
    late_gap=0.02,
    retry_first=0.06,
    retry_most=0.2,
    give_up=0.25,
)
"""Limits for tests: the same order of things, a hundred times as fast."""

FORCE = """#!/bin/sh
# Puts the feature into its fallback, as a product's own switch would.
state="$(dirname "$0")/forced"
case "$1" in
--is-forced) test -e "$state" ;;
--dry-run) true ;;
--release) rm -f "$state" ;;
*) touch "$state"; echo "fallback forced, epoch 118" ;;
esac
"""


@dataclass
class House:
    """Everything that a kill needs, in one directory."""

    directory: Path
    server: Misbehaving
    ladders: list[Ladder] = field(default_factory=list)

    @property
    def config_path(self) -> Path:
        return self.directory / "console.toml"

    @property
    def config(self) -> Config:
        return load(self.config_path)

    @property
    def feature(self) -> FeatureConfig:
        return self.config.feature(None)

    @property
    def journal(self) -> Journal:
        config = self.config
        return Journal(config.store, config.second_journal)

    @property
    def forced_undo_line(self) -> str:
        """How the second lever is taken back, as a line of its table."""
        return f'undo = ["{self.directory / "force-fallback"}", "--release", "support-drafts"]'

    @property
    def forced(self) -> bool:
        """The second lever has been pulled."""
        return (self.directory / "forced").exists()

    def write(
        self,
        *,
        second_lever: bool = True,
        proof: str = "check",
        order: str = "in_turn",
        kill_state: str = "off",
        below: bool = False,
        store: Path | None = None,
        second: Path | None = None,
        drill: str = "",
    ) -> None:
        """Write console.toml and the second lever's script."""
        self.config_path.touch(mode=0o600)
        (self.directory / "token").write_text(TOKEN)
        script = self.directory / "force-fallback"
        script.write_text(FORCE)
        script.chmod(0o755)
        lever = f"""
[[feature.levers]]
provider = "command"
run = ["{script}", "support-drafts"]
proof = "{proof}"
check = ["{script}", "--is-forced", "support-drafts"]
arm = ["{script}", "--dry-run", "support-drafts"]
{self.forced_undo_line}
"""
        rungs = f"""
[feature.evaluate]
provider = "ofrep"
url = "{self.server.url}"
contexts = [{{ userId = "agent-1" }}, {{ userId = "agent-2" }}]

[feature.traffic]
provider = "prometheus"
url = "{self.server.url}"
ai = "sum(increase(ai[3s]))"
fallback = "sum(increase(fallback[3s]))"

[feature.fallback]
describe = "agents write by hand"
url = "{self.server.url}/probe"
expect_body = "temporarily unavailable"
"""
        self.config_path.write_text(f"""
[operator]
name = "Mara Voss"

[store]
path = "{store or self.directory / "state" / "console.db"}"
second = "{second or self.directory / "second" / "journal.db"}"

[[feature]]
key = "support-drafts"
environment = "{ENVIRONMENT}"
lever_order = "{order}"

[feature.flag]
provider = "homegrown"
url = "{self.server.url}"
token = "file:{self.directory / "token"}"
key = "{KEY}"
kill_state = "{kill_state}"
{lever if second_lever else ""}
{rungs if below else ""}
{drill}
""")

    async def kill(
        self,
        *,
        limits: Limits = QUICK,
        look_first: bool = True,
        before: Before | None = None,
        lever_seconds: float = 0.3,
        clock: Clock | None = None,
        reason: str = "14 of 38 answers failed",
    ) -> Ladder:
        """Kill in this process, from the confirming key to the end of all retries.

        Args:
            before: what is known already; without it the flag is looked at, where `look_first` says so.
        """
        feature = self.feature
        levers = open_levers(feature)
        for lever in levers:
            lever.seconds_limit = lever_seconds
        if before is None and look_first:
            before = Before(await levers[0].holds(), self.journal.latest_kill(feature.key, ENVIRONMENT))
        execution = Execution(
            feature,
            levers,
            operator=MARA,
            reason=reason,
            journal=self.journal,
            clock=clock or SystemClock(),
            publish=self.ladders.append,
            before=before,
            limits=limits,
        )
        try:
            return await execution.run()
        finally:
            await close_levers(levers)

    def end_executors(self) -> None:
        """End the executors of this house's kills, which would go on trying for minutes."""
        # The test may have broken one of them, and tried no levers that would have to be tried again.
        with suppress(ConfigError, JournalError):
            end_executors(self.journal)

    def first(self, asked: Callable[[Ladder], bool]) -> Ladder:
        """The first ladder of which something was true."""
        return next(ladder for ladder in self.ladders if asked(ladder))

    @property
    def decided(self) -> Ladder:
        """The ladder as it was when the exit status was first known."""
        return self.first(lambda ladder: ladder.outcome is not Outcome.ASKING)


def end_executors(journal: Journal) -> None:
    """End the processes of a journal's kills and drills.

    Raises:
        JournalError: it cannot be read.
    """
    intents = journal.rows(kinds=("intent", "drill"))
    for pid in {row.body["pid"] for row in intents} - {os.getpid()}:
        if process_began(pid) and b"-m\0console." in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)


def step(ladder: Ladder, rung: Rung, lever: int = 0) -> Step | None:
    """One rung's newest step."""
    return next((step for step in ladder.steps if (step.rung, step.lever) == (rung, lever)), None)


async def until(asked: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        # What is waited for happens in other processes, which set no event of ours.
        while not asked():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
