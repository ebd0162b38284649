"""The console.toml that attaches a console to a running world."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import console
from console.demo.acme import DRILL_KEY, ENVIRONMENT, FEATURE, FLAG_KEY, agents, team
from console.demo.latency import BASELINE_N, BASELINE_P50, BASELINE_P95
from console.demo.nights import COLD, COLD_N
from console.identity import operator

MARK = "# Written by the embedded world"
"""How such a file begins: only what begins so is ever overwritten or removed."""

ON_CALL = ("Mara Voss", "Jonas Ek")

SHORT_RUNBOOK = """# Support draft replies: runbook

1. Errors over 5 % for 5 minutes: kill. In doubt, kill.
2. `K`, the word `kill`, Enter; or `console kill support-drafts --confirm support-drafts-ai`.
3. Tell #support-drafts: drafts are off, agents write by hand.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """What of one world its console.toml names.

    Attributes:
        url: its root.
        directory: its own, private one.
        forecast: US dollars a weekday.
        store, second: where the console keeps its journal, and where when it cannot.
        flag: `[feature.flag]` where the flag is at another provider, with its environment.
    """

    url: str
    directory: Path
    forecast: float
    store: Path
    second: Path
    flag: tuple[str, Mapping[str, Any]] | None = None


def runbook(directory: Path) -> Path:
    """The project's runbook; where the package came without it, a short one put into `directory`."""
    shipped = Path(console.__file__).resolve().parent.parent / "runbooks" / f"{FEATURE}.md"
    if shipped.is_file():
        return shipped
    short = directory / f"{FEATURE}.md"
    short.write_text(SHORT_RUNBOOK, "utf-8")
    return short


def config_text(place: Place) -> str:
    """The whole file."""
    url, directory = place.url, place.directory
    stream = url.replace("http://", "ws://", 1) + "/events"
    script = str(directory / "force-fallback")
    environment, flag = place.flag or (
        ENVIRONMENT,
        {
            "provider": "homegrown",
            "url": f"{url}/flags",
            "token": f"file:{directory / 'admin.token'}",
            "key": FLAG_KEY,
            "kill_state": "off",
        },
    )
    drill = f"\n[feature.drill]                    # what a rehearsal flips\nflag = {q(DRILL_KEY)}\n"
    contexts = ",\n".join(f"  {{ userId = {q(user)} }}" for user in _three())
    return f"""{MARK}. It attaches a console to that world, and ends with it.

[operator]
name = "env:USER"

[people]                           # who takes turns on call: you, and two of Acme's
rotation = [{_rotation()}]

[store]
path = {q(str(place.store))}
second = {q(str(place.second))}

[[feature]]
key = {q(FEATURE)}
title = "Support draft replies"
environment = {q(environment)}
runbook = {q(str(runbook(directory)))}
lever_order = "in_turn"

[feature.flag]                     # lever 1: the flag
{_table(flag)}

[[feature.levers]]                 # lever 2: a script on the agents' host, which needs no flag service
provider = "command"
run = [{q(script)}, {q(FEATURE)}]
proof = "check"
check = [{q(script)}, "--is-forced", {q(FEATURE)}]
arm = [{q(script)}, "--dry-run", {q(FEATURE)}]
undo = [{q(script)}, "--release", {q(FEATURE)}]

[feature.evaluate]                 # as the app itself decides, for three agents: team, 5 %, 25 %
provider = "ofrep"
url = {q(f"{url}/app")}
contexts = [
{contexts},
]

[feature.traffic]                  # proof that it is quiet
provider = "events"
url = {q(stream)}

[feature.fallback]                 # what users get when killed, and how to see it
describe = "agents write replies by hand; the draft pane says 'temporarily unavailable'"
url = {q(f"{url}/app/probe")}
expect_status = 200
expect_body = "temporarily unavailable"

[feature.signals.errors]
provider = "events"
url = {q(stream)}

[feature.signals.latency]          # seconds, measured before the launch
provider = "events"
url = {q(stream)}
baseline = {{ p50 = {BASELINE_P50}, p95 = {BASELINE_P95}, n = {BASELINE_N} }}

[feature.signals.cost]             # US dollars a day, forecast for this stage
provider = "events"
url = {q(stream)}
baseline = {{ forecast = {round(place.forecast, 2)} }}

[feature.signals.feedback]
provider = "events"
url = {q(stream)}

[feature.signals.evals]            # the score of the cold eval, and its cases
provider = "events"
url = {q(stream)}
baseline = {{ cold = {COLD}, n = {COLD_N} }}

[feature.signals.tickets]
provider = "events"
url = {q(stream)}

[feature.signals.injection]
provider = "events"
url = {q(stream)}

[feature.cohorts.team]             # the first users, whatever the share of the others
users = [{", ".join(q(user) for user in team())}]

[feature.restore]
hold_down = "15m"                  # what must have passed since a kill
{"" if place.flag else drill}
[feature.rollout]
stages = [
  {{ name = "internal", percent = 0, cohort = "team", hold = "7d" }},
  {{ name = "5%", percent = 5, hold = "7d" }},
  {{ name = "25%", percent = 25, hold = "7d" }},
  {{ name = "50%", percent = 50, hold = "7d" }},
  {{ name = "100%", percent = 100 }},
]
"""


def q(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's, but for a DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _table(options: Mapping[str, Any]) -> str:
    return "\n".join(f"{name} = {q(value)}" for name, value in options.items() if isinstance(value, str))


def _rotation() -> str:
    """Whoever starts the world, as the console will name them, and two of Acme's."""
    own = operator(os.environ.get("USER", "")).name
    return ", ".join(q(name) for name in dict.fromkeys((own, *ON_CALL)))


def _three() -> list[str]:
    return [
        next(agent.user for agent in agents() if agent.cohort == cohort) for cohort in ("team", "5%", "25%")
    ]
