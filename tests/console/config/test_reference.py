"""docs/configuration.md says what the types say, and its examples work."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.flags import ofrep
from adapters.levers import command, http
from adapters.registry import BUILT_IN
from adapters.signals import prometheus_traffic
from adapters.signals.prometheus_options import KINDS, Reach, Share
from console.config import examples, load, reference, tables
from console.config.bands import BASELINES, DEFAULTS, FITTING, parse_band
from console.config.tables import SEVEN
from console.signals.seven import BANDS

PROVIDERS = {
    "flags": reference.FLAGS,
    "levers": reference.LEVERS,
    "evaluators": reference.EVALUATORS,
    "traffic": reference.TRAFFIC,
    "signals": reference.SIGNALS,
}


def test_the_page_is_what_the_generator_gives() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), "run python -m console.config.reference"


@pytest.mark.parametrize("kind", PROVIDERS)
def test_every_provider_is_on_the_page(kind: str) -> None:
    assert PROVIDERS[kind].keys() == BUILT_IN[kind].keys()


ELSEWHERE: dict[type[msgspec.Struct], set[str]] = {
    command.Options: {"key", "environment"},
    http.Options: {"key", "environment"},
    ofrep.Options: {"environment"},
    Reach: {"token"},
    prometheus_traffic.Options: {"token", "user", "password", "headers", "poll", "delay"},
    Share: {"rated", "fallback"},
}
"""Keys that are taken and not used, stand in the example of how the engine is reached, or exclude another."""


def shown() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """Each example, and the type whose keys it shows."""
    yield examples.OPERATOR, tables.OperatorTable
    yield examples.STORE, tables.StoreTable
    yield examples.PEOPLE, tables.PeopleTable
    yield examples.FALLBACK, tables.FallbackTable
    yield examples.ROLLOUT, tables.RolloutTable
    yield examples.DRILL, tables.DrillTable
    for providers in PROVIDERS.values():
        for kind, example in providers.values():
            yield example, kind
    for name, kind in KINDS.items():
        yield (
            examples.REACH + examples.QUERIES[name].replace(f"signals.{name}]", f"signals.more-{name}]"),
            kind,
        )


@pytest.mark.parametrize(("example", "kind"), shown())
def test_each_example_has_every_key_that_its_table_accepts(example: str, kind: type[msgspec.Struct]) -> None:
    written = set(_keys(tomllib.loads(example)))
    missing = {field.encode_name for field in msgspec.structs.fields(kind)} - written
    assert missing <= ELSEWHERE.get(kind, set())


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


TOP = examples.OPERATOR + examples.STORE + examples.PEOPLE + examples.KEYS


@pytest.mark.parametrize("flag", [examples.HOMEGROWN, examples.UNLEASH, examples.SQLITE, examples.POSTGRESQL])
@pytest.mark.parametrize("evaluate", [examples.OFREP, examples.UNLEASH_FRONTEND])
@pytest.mark.parametrize("traffic", [examples.EVENTS_TRAFFIC, examples.PROMETHEUS_TRAFFIC])
@pytest.mark.parametrize("signals", [examples.REACH, examples.EVENTS, "".join(examples.QUERIES.values())])
def test_every_example_can_be_used_as_it_stands(
    tmp_path: Path, flag: str, evaluate: str, traffic: str, signals: str
) -> None:
    below = examples.COMMAND + evaluate + traffic + examples.FALLBACK + signals + examples.ROLLOUT
    path = tmp_path / "console.toml"
    path.write_text(TOP + examples.FEATURE + flag + below)
    config = load(path)
    assert (config.faults, config.broken) == ((), ())
    (feature,) = config.features
    assert feature.faults == ()
    assert len(config.people.rotation) == 3
    assert config.keys["kill"] == ("f9",)


def test_the_defaults_of_bands_are_those_that_are_judged_by() -> None:
    for name in SEVEN:
        written = tomllib.loads(f"band = {DEFAULTS[name]}")["band"]
        assert parse_band(written, name, "w") == BANDS[name]
    assert DEFAULTS.keys() == FITTING.keys() == BANDS.keys()
    assert BASELINES.keys() <= BANDS.keys()
