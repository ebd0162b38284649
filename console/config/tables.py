"""The tables of console.toml as they are written, before anything is made of them.

docs/configuration.md is generated from these docstrings (`python -m console.config.reference`).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from adapters.options import Duration

SEVEN = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")
"""Keys of the seven signals, in the order in which they are shown."""

DEFAULT_STORE = "~/.local/state/console/console.db"


class OperatorTable(msgspec.Struct, forbid_unknown_fields=True):
    """Who is at the keyboard. The name stands in journal and timeline, beside login and SSH connection.

    Attributes:
        name: your name, or `env:NAME` of a variable that has it. Where that is not set, the login stands in.
    """

    name: str = "env:USER"


class StoreTable(msgspec.Struct, forbid_unknown_fields=True):
    """Where the console keeps what people did (the journal, never pruned) and what it saw (the history).

    Attributes:
        path: the journal; the history stands beside it. `~` is your home; a relative path starts at the
            folder of console.toml.
        second: where the journal goes when the first place cannot be written: choose another disk. By default
            a private folder in `/var/tmp`.
        published_head: a file to which the newest row's number and hash are appended whenever they have
            moved, so that a cut tail is found even where the head file was cut as well. Choose another disk,
            or a share, best one that the console can only append to.
        retention: how long readings and verdicts are kept. As long as anything in this table is wrong,
            nothing is pruned.
        prompts_retention: how long texts that users or models wrote are kept.
    """

    path: str = DEFAULT_STORE
    second: str | None = None
    published_head: str | None = None
    retention: Duration = "90d"
    prompts_retention: Duration = "14d"


class PeopleTable(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes turns on call. The checklist asks each of them whether they have read the runbook.

    Attributes:
        rotation: names, as their operators are called in the journal.
    """

    rotation: list[str] = []


class FeatureTable(msgspec.Struct, forbid_unknown_fields=True):
    """One AI feature behind one flag in one environment. Write it once for each.

    The tables below it belong to the `[[feature]]` that stands above them. A feature whose flag cannot be
    used stops no other; anything else that cannot be used is left out and named, and the kill works without.

    Attributes:
        key: by which commands name the feature. It may stand once in each environment; then it is named
            `KEY@ENVIRONMENT`.
        environment: of the flag, as its provider calls it.
        title: what people call the feature; by default its key.
        runbook: a Markdown file; a relative path starts at the folder of console.toml.
        lever_order: `in_turn` pulls the next lever when one has failed or leaves it open; `together` pulls
            all at once.
        lever_seconds: what one attempt at a lever may take, 5 seconds at most. The first attempts at all of
            them share 15 seconds, so that each is sent.
        flag: `[feature.flag]`, see below.
        levers: `[[feature.levers]]`, see below.
        evaluate: `[feature.evaluate]`, see below.
        traffic: `[feature.traffic]`, see below.
        fallback: `[feature.fallback]`, see below.
        signals: `[feature.signals.*]`, see below.
        rollout: `[feature.rollout]`, see below.
        cohorts: `[feature.cohorts.*]`, see below.
        restore: `[feature.restore]`, see below.
        drill: `[feature.drill]`, see below.
    """

    key: str
    environment: str
    flag: dict[str, Any]
    title: str = ""
    runbook: str | None = None
    lever_order: Literal["in_turn", "together"] = "in_turn"
    lever_seconds: float = 5.0
    levers: list[dict[str, Any]] = []
    evaluate: dict[str, Any] | None = None
    traffic: dict[str, Any] | None = None
    fallback: dict[str, Any] | None = None
    signals: dict[str, Any] = {}
    rollout: dict[str, Any] | None = None
    cohorts: dict[str, Any] = {}
    restore: dict[str, Any] | None = None
    drill: dict[str, Any] | None = None


FEATURE_TABLES = (
    "flag",
    "levers",
    "evaluate",
    "traffic",
    "fallback",
    "signals",
    "rollout",
    "cohorts",
    "restore",
    "drill",
)
"""Keys of a feature that are tables of their own."""


class FlagTable(msgspec.Struct):
    """The part of a flag's table that is not the provider's.

    Attributes:
        provider: who keeps the flag.
        kill_state: which value of the flag means *killed*: `on` for an inverse flag.
        canary: key of a flag that is off and that nothing hangs on, in the same place. Arming asks for it to
            be off once more: that proves the token's right to write where the provider does not tell it.
        token_expires: the day on which the token expires; every table that names a provider has this key. The
            console warns 14, 7 and 1 days before.
    """

    provider: str
    kill_state: Literal["off", "on"] = "off"
    canary: str = ""
    token_expires: str | None = None


class BaselineTable(msgspec.Struct, forbid_unknown_fields=True):
    """`baseline` of a signal: what its band is around.

    Attributes:
        p50: latency before the launch that half of the requests stay under, in seconds.
        p95: latency before the launch that 95 % of the requests stay under, in seconds.
        n: requests that the latencies were measured on; cases of the cold eval.
        forecast: US dollars a day at this stage.
        cold: score of the cold eval, 0 to 1.
    """

    p50: float | None = None
    p95: float | None = None
    n: float | None = None
    forecast: float | None = None
    cold: float | None = None

    def numbers(self) -> tuple[tuple[str, float | None], ...]:
        """(name, value) of each."""
        return (
            ("p50", self.p50),
            ("p95", self.p95),
            ("n", self.n),
            ("forecast", self.forecast),
            ("cold", self.cold),
        )


class EvaluateTable(msgspec.Struct, forbid_unknown_fields=True):
    """The part of `[feature.evaluate]` that is not the provider's.

    Attributes:
        contexts: users to ask for, each a table with at least one identity (`userId`, `targetingKey`).
            Take some of each cohort.
    """

    contexts: tuple[dict[str, str], ...]


class FallbackTable(msgspec.Struct, forbid_unknown_fields=True):
    """What users get when the feature is killed, and how to see that they do.

    Attributes:
        describe: what users then get, in their words; the kill dialog says it.
        url: asked by GET after a kill; without it nothing proves that the fallback answers.
        expect_status: the status that proves it.
        expect_body: text that must stand in the answer.
    """

    describe: str
    url: str | None = None
    expect_status: int = 200
    expect_body: str = ""


class CohortTable(msgspec.Struct, forbid_unknown_fields=True):
    """Users whom a stage of the rollout names by a cohort, `[feature.cohorts.NAME]`.

    Attributes:
        users: ids as the flag's provider knows them.
    """

    users: list[str]


class RestoreTable(msgspec.Struct, forbid_unknown_fields=True):
    """What a restore asks for beside a reason, the causes and a lower stage.

    Attributes:
        hold_down: what must have passed since the kill.
    """

    hold_down: Duration = "15m"


class DrillTable(msgspec.Struct, forbid_unknown_fields=True):
    """How the kill is rehearsed, `[feature.drill]`.

    Attributes:
        flag: key of a second flag at the same provider, which a rehearsal flips in place of the real one; no
            user's path may hang on it.
        evaluate: whether the route of `[feature.evaluate]` knows that flag too, so that a rehearsal is proven
            there as well.
        lease: so long after its beginning a drill is over and restores what it has killed, by itself.
    """

    flag: str | None = None
    evaluate: bool = False
    lease: Duration = "10m"


class StageTable(msgspec.Struct, forbid_unknown_fields=True):
    """One entry of `stages`.

    Attributes:
        name: what people call the stage.
        percent: share of users that have the feature, 0 to 100.
        cohort: a cohort that has it besides.
        hold: how long the stage is held at least.
    """

    name: str
    percent: float
    cohort: str | None = None
    hold: Duration | None = None


class RolloutTable(msgspec.Struct, forbid_unknown_fields=True):
    """The stages of the rollout, from the first to the last.

    Attributes:
        stages: a list of tables, see below.
    """

    stages: list[StageTable] = []
