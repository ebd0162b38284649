"""Whatever TOML says, it is a configuration or a sentence, and soon."""

from __future__ import annotations

import string
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.trust import Trust
from console.config import Config, ConfigError, load
from console.config.content import parse
from console.config.load import build
from console.config.tables import SEVEN
from console.config.without_secrets import without_secrets

PATH = Path("/etc/console/console.toml")
TRUSTS = (Trust(), Trust(commands=True), Trust(commands=True, inline=True))

texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *("homegrown", "unleash", "events", "prometheus", "ofrep", "command", "together", "on", "off"),
            *(
                "env:TOKEN",
                "env:",
                "file:/x",
                "cmd:a 'b",
                "cmd:x --token=y",
                "Env:A",
                "http://h:1",
                "ws://h/e",
            ),
            *(
                "http://u:p@h",
                "http://[",
                "//",
                "~nobody-at-all/x",
                "15m",
                "9" * 40 + "d",
                "1%",
                "nan%",
                "a\0b",
            ),
            *("sum(increase(x[1m]))", "[[[[", "/bin/true", "K", "ctrl+m", "\u202e"),
        ]
    ),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        texts,
        st.booleans(),
        st.integers(),
        st.integers(10**18, 10**400),
        st.floats(),
        st.dates(),
        st.datetimes(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    *(
        "provider",
        "url",
        "token",
        "key",
        "environment",
        "kill_state",
        "project",
        "run",
        "check",
        "arm",
        "undo",
    ),
    *(
        "proof",
        "env",
        "band",
        "baseline",
        "contexts",
        "describe",
        "expect_status",
        "stages",
        "user",
        "password",
    ),
    *(
        "headers",
        "poll",
        "bucket",
        "history",
        "bad",
        "all",
        "buckets",
        "usd",
        "below",
        "p50",
        "n",
        "name",
        "percent",
    ),
]


def nearly(**sound: Any) -> st.SearchStrategy[Any]:
    """A table that could be used, and often has something in it that could not."""
    some = st.dictionaries(st.sampled_from(KEYS) | texts, values, max_size=2)
    return st.builds(lambda extra, keep: {**sound, **extra} if keep else {**extra}, some, st.integers(0, 9))


def signal(name: str) -> st.SearchStrategy[Any]:
    return nearly(provider="events", url="ws://h/e") | nearly(
        provider="prometheus", url="http://h", bad="b", all="a", headers={"Authorization": "Bearer canary"}
    )


features = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["drafts", "other", "third", "fourth", "\x9b"]),
        "environment": st.sampled_from(["production", "staging", "test", " "]),
        "flag": st.just({"provider": "homegrown", "url": "http://h", "token": "env:TOKEN", "key": "k"})
        | st.just({"provider": "unleash", "url": "http://h", "token": "canary", "key": "k"})
        | nearly(provider="homegrown", url="http://h", token="env:TOKEN", key="k")
        | nearly(provider="unleash", url="http://h", token="canary", key="k", kill_state="on")
        | values,
    },
    optional={
        "title": values,
        "runbook": values,
        "lever_order": values,
        "levers": st.lists(
            nearly(provider="command", run=["/bin/true"])
            | nearly(provider="command", run=["/bin/true"], env={"TOKEN": "canary"})
            | nearly(provider="homegrown", url="http://h", token="canary", key="k"),
            max_size=3,
        )
        | values,
        "signals": st.fixed_dictionaries({}, optional={name: signal(name) | values for name in (*SEVEN, "x")})
        | values,
        "evaluate": nearly(url="http://h", contexts=[{"userId": "a"}], token="canary") | values,
        "traffic": nearly(provider="events", url="ws://h/e", token="canary") | values,
        "fallback": nearly(describe="by hand", url="http://h/probe") | values,
        "rollout": nearly(stages=[{"name": "5%", "percent": 5, "hold": "7d"}]) | values,
        "zebra": values,
    },
)
documents = st.fixed_dictionaries(
    {"feature": st.lists(features, min_size=1, max_size=2) | values},
    optional={
        "operator": values | st.fixed_dictionaries({}, optional={"name": values}),
        "store": values | st.dictionaries(st.sampled_from(["path", "second", "retention"]), values),
        "people": values | st.fixed_dictionaries({}, optional={"rotation": values, "provider": values}),
        "keys": values | st.dictionaries(texts, values, max_size=3),
        "zebra": values,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=documents, trust=st.sampled_from(TRUSTS))
def test_any_document_is_settings_or_a_sentence(raw: dict[str, Any], trust: Trust) -> None:
    try:
        config = build(raw, PATH, trust)
    except ConfigError as error:
        sentences = [str(error)]
    else:
        sentences = [*config.faults, *(broken.problem for broken in config.broken)]
        sentences += [fault for feature in config.features for fault in feature.faults]
        less, left_out = without_secrets(config)
        sentences += left_out
        assert "canary" not in repr(less["feature"])
        again = build({**less, "feature": less["feature"] or [{}]}, PATH, Trust(commands=trust.commands))
        assert all(not feature.faults for feature in again.features), "a copy has no faults of its own"
    for sentence in sentences:
        assert str(PATH) in sentence
        assert sentence.isprintable()
        assert len(sentence) < 2000


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet=string.printable, max_size=200).map(str.encode))
def test_any_bytes_are_toml_or_a_sentence(content: bytes) -> None:
    said = ""
    try:
        assert isinstance(parse(content, PATH), dict)
    except ConfigError as error:
        said = str(error)
    assert not said or said.isprintable()


WHOLE = Path(__file__).parents[3] / "console.toml"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 10_000), instead=st.text(alphabet="[]{}=\"#.\n'a1", max_size=6))
def test_the_example_cut_or_mangled_anywhere_is_settings_or_a_sentence(
    tmp_path: Path, cut: int, instead: str
) -> None:
    text = WHOLE.read_text()
    at = cut % len(text)
    path = tmp_path / "console.toml"
    path.write_text(text[:at] + instead + text[at + len(instead) :])
    said = ""
    try:
        assert isinstance(load(path), Config)
    except ConfigError as error:
        said = str(error)
    assert not said or str(path) in said


LARGE = {
    "a long key": "a" * 1_000_000 + " = 1",
    "many unknown keys": "[feature]\n" + "\n".join(f"k{n} = {n}" for n in range(30_000)),
    "many features": "\n".join(f'[[feature]]\nkey = "f{n}"\nenvironment = "e"' for n in range(3_000)),
    "a long action": '[keys]\n"' + "x" * 500_000 + '" = "K"',
    "many people": "[people]\nrotation = [" + ",".join(f'"Person {n}"' for n in range(20_000)) + "]",
    "a long name": "[[feature]]\nkey = '" + "a@" * 200_000 + "'",
    "a long text": "x = '''" + "\\u0000'" * 100_000 + "'''",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_a_large_document_is_answered_within_seconds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "console.toml"
    path.write_text(text)
    started = time.monotonic()
    try:
        config = load(path)
        longest = max(
            (len(each) for each in (*config.faults, *(b.problem for b in config.broken))), default=0
        )
    except ConfigError as error:
        longest = len(str(error))
    assert time.monotonic() - started < 8
    assert longest < 2000
