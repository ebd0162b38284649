"""The configuration of provider "prometheus": how to reach it, and what to ask for each signal.

    [feature.signals.errors]
    provider = "prometheus"
    url = "http://127.0.0.1:9090"
    bad = 'sum(increase(drafts_failed_total[1m])) or vector(0)'
    all = 'sum(increase(drafts_total[1m]))'

A query says what happened in the minute before the instant that it is evaluated at, and is asked once a
minute. So its range must be the bucket: a range of five minutes would count each event five times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from adapters.credential import Credential
from adapters.durations import seconds
from adapters.errors import BadOptions
from adapters.http import Http
from adapters.options import Duration, Reference, base_url, choices, decode, printable
from adapters.secrets import Secret
from adapters.signals.prometheus_durations import ranges
from adapters.telltale import sounds_secret
from adapters.trust import Trust

TOTAL_SECONDS = 10.0
LARGEST_BODY = 32 << 20


class Reach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any engine with the HTTP API of Prometheus: Thanos, Mimir, VictoriaMetrics.

    These keys say how to reach it. Signals that agree on all of them are asked together.

    Attributes:
        url: base address, before `/api/v1`.
        token: sent as a bearer token.
        user: for HTTP Basic, in place of a token.
        password: for HTTP Basic.
        headers: further headers; a value may be a secret reference, and must be one where the name says that
            it is a secret.
        poll: time between two polls.
        delay: how long after its end a bucket is taken as final. Prometheus has a sample within its scrape's
            time-out; VictoriaMetrics shows none of the last 30 s.
    """

    url: str
    token: Reference | None = None
    user: str | None = None
    password: Reference | None = None
    headers: dict[str, str] = {}
    poll: Duration = "15s"
    delay: Duration = "10s"


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Keys that every signal has besides its queries.

    Attributes:
        bucket: what one reading covers, equal to the range in the queries.
        history: how far the first poll reaches back: by default a day, or 28 days where a bucket is an hour
            or more.
    """

    bucket: Duration = "1m"
    history: Duration | None = None


class Share(Span, frozen=True, forbid_unknown_fields=True):
    """Queries of errors and feedback.

    Attributes:
        bad: increase of the bad answers.
        all: increase of all AI answers; for feedback, of all that were shown.
        kinds: increase of the bad ones ``by (kind)``.
        rated: feedback: increase of the answers that were rated at all.
        fallback: errors: increase of answers by the fallback; with it the source tells traffic as well.
    """

    bad: str
    all: str
    kinds: str | None = None
    rated: str | None = None
    fallback: str | None = None


class Durations(Span, frozen=True, forbid_unknown_fields=True):
    """Query of latency.

    Attributes:
        buckets: ``sum by (le) (increase(x_bucket[1m]))`` of a classic histogram in seconds.
    """

    buckets: str


class Spend(Span, frozen=True, forbid_unknown_fields=True):
    """Queries of cost.

    Attributes:
        usd: increase of US dollars.
        requests: increase of requests.
        tokens: increase of tokens.
    """

    usd: str
    requests: str | None = None
    tokens: str | None = None


class Attacks(Span, frozen=True, forbid_unknown_fields=True):
    """Queries of injection.

    Attributes:
        blocked: increase of blocked attempts ``by (class)``.
        passed: increase of attempts that passed ``by (class)``.
        scanned: increase of scanned requests.
    """

    blocked: str
    passed: str
    scanned: str


class Tickets(Span, frozen=True, forbid_unknown_fields=True):
    """Queries of tickets.

    Attributes:
        total: increase of all tickets about the feature.
        categories: the same ``by (category)``.
    """

    total: str
    categories: str | None = None


class Evals(Span, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Queries of evals: gauges of the newest nightly run, ``by (category)``.

    Attributes:
        mean: mean score of each category, 0 to 1.
        sd: standard deviation of the scores.
        n: cases.
        at: unix time of the run that set them.
        weight: share of each category in production.
        cold: the cold eval's score; else that of `baseline`.
        cold_n: the cold eval's number of cases.
        bucket: what one reading covers.
    """

    mean: str
    sd: str
    n: str
    at: str
    weight: str | None = None
    cold: str | None = None
    cold_n: str | None = None
    bucket: Duration = "1h"


REACH_KEYS = frozenset(field.encode_name for field in msgspec.structs.fields(Reach))
"""By these, signals that share an engine are told."""
KINDS: Mapping[str, type[Span]] = {
    "cost": Spend,
    "latency": Durations,
    "evals": Evals,
    "errors": Share,
    "feedback": Share,
    "tickets": Tickets,
    "injection": Attacks,
}
BY_LABEL = frozenset({"kinds", "buckets", "blocked", "passed", "categories", "mean", "sd", "n", "weight"})
"""Queries that give a series for each value of one label; the others must give one series."""

_ADDING_UP = re.compile(r"\b(?:increase|delta|idelta|sum_over_time|count_over_time)\b")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for one signal.

    Attributes:
        queries: PromQL by the name of its key.
        bucket, history: seconds.
    """

    signal: str
    where: str
    queries: Mapping[str, str]
    bucket: int
    history: int


def read_reach(
    options: Mapping[str, Any], where: str, signals: Mapping[str, Mapping[str, Any]]
) -> tuple[Reach, dict[str, Plan]]:
    """Check the table of a source and those of its signals.

    Args:
        options: keys of `Reach`; keys of signals' queries are looked at in their own tables only.
        signals: by signal key, its own table; keys of `Reach` may be repeated there.

    Raises:
        BadOptions: a table cannot be used.
    """
    shared = {key: value for table in signals.values() for key, value in table.items() if key in REACH_KEYS}
    queried = {key for table in signals.values() for key in table} - REACH_KEYS
    shared.update({key: value for key, value in options.items() if key not in queried})
    reach = decode(Reach, shared, where=where)
    plans = {}
    for signal, table in signals.items():
        if signal not in KINDS:
            raise BadOptions(
                f"prometheus knows no signal `{printable(signal)}`",
                where=where,
                todo=choices("signals", signal, KINDS),
            )
        here = f"signal {signal} in {where}"
        for key in REACH_KEYS & table.keys():
            if table[key] != shared[key]:
                raise BadOptions(
                    f"`{key}` differs from that of the other signals of this source",
                    where=here,
                    todo="Make it the same.",
                )
        own = {key: value for key, value in table.items() if key not in REACH_KEYS}
        plans[signal] = _plan(signal, decode(KINDS[signal], own, where=here), here)
    return reach, plans


def connection(reach: Reach, where: str, trust: Trust, transport: Any, total: float = TOTAL_SECONDS) -> Http:
    """The HTTP policy with this engine's address and secrets.

    Raises:
        BadOptions: address, secrets or headers cannot be used.
    """
    url = base_url(reach.url, where=where).removesuffix("/api/v1")
    credentials = []
    if reach.token is not None and reach.user is not None:
        raise BadOptions("both `token` and `user` are given", where=where, todo="Give one of them.")
    if (reach.user is None) != (reach.password is None):
        raise BadOptions("`user` and `password` go together", where=where, todo="Give both, or neither.")
    if reach.token is not None:
        credentials.append(Credential(Secret(reach.token, where=where, trust=trust)))
    if reach.password is not None:
        secret = Secret(reach.password, where=where, key="password", trust=trust)
        credentials.append(Credential(secret, user=reach.user))
    plain = {}
    for name, value in reach.headers.items():
        if re.fullmatch(r"[A-Za-z0-9-]+", name) is None or not (value.isascii() and value.isprintable()):
            raise BadOptions(
                f"`headers` holds a name or value that no request can carry (`{printable(name)}`)",
                where=where,
                todo="Correct it.",
            )
        if value.startswith(("env:", "file:", "cmd:")) or sounds_secret(name):
            secret = Secret(value, where=where, key=f"headers.{name}", trust=trust)
            credentials.append(Credential(secret, header=name, prefix=""))
        else:
            plain[name] = value
    return Http(
        "prometheus",
        url,
        credentials=credentials,
        headers=plain,
        total=total,
        largest=LARGEST_BODY,
        transport=transport,
    )


def place(url: str) -> str:
    """Host and port, for a label."""
    return urlsplit(url).netloc


def _plan(signal: str, table: Span, where: str) -> Plan:
    given = msgspec.structs.asdict(table)
    bucket = seconds(given.pop("bucket"), "bucket", where, least=5, most=86_400)
    history = given.pop("history")
    reach = seconds(history, "history", where) if history else (86_400 if bucket < 3600 else 28 * 86_400)
    queries = {name: query for name, query in given.items() if query is not None}
    if signal != "evals":
        _check_ranges(queries, bucket, where)
    return Plan(signal, where, queries, bucket, max(reach, bucket))


def _check_ranges(queries: Mapping[str, str], bucket: int, where: str) -> None:
    """Refuse a query that would count the same events in several buckets, or miss some."""
    for name, query in queries.items():
        if not query.strip():
            raise BadOptions(f"`{name}` is empty", where=where, todo="Write a query.")
        wrong = [text for text, covered in ranges(query) if covered != bucket]
        if wrong and _ADDING_UP.search(query):
            raise BadOptions(
                f"`{name}` counts over [{wrong[0]}], which is not the bucket of {bucket} s",
                where=where,
                todo="Make the range and `bucket` the same, so that nothing is counted twice or missed.",
            )
