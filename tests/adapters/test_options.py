"""Messages about a table of the configuration name table, key and what is accepted."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from adapters.errors import BadOptions
from adapters.options import base_url, decode

WHERE = "feature.flag of support-drafts"


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    url: str
    token: str
    limit: float = 5.0
    names: list[str] = []
    proof: Literal["check", "traffic"] | None = None


GOOD: dict[str, Any] = {"url": "http://x", "token": "env:T"}


@pytest.mark.parametrize(
    ("table", "what", "todo"),
    [
        ({**GOOD, "tokn": 1}, "unknown key `tokn`", "Did you mean `token`? Accepted keys: limit, names,"),
        ({**GOOD, "x" * 500: 1}, "...`", "Accepted keys"),
        ({**GOOD, "a\x1b[31m": 1}, r"unknown key `a\x1b[31m`", "Accepted keys"),
        ({"url": "http://x"}, "missing key `token`", "Accepted keys"),
        ({**GOOD, "url": 4242}, "`url` must be text, not a whole number", "Change `url`"),
        ({**GOOD, "limit": "5"}, "`limit` must be a number, not text", "Change `limit`"),
        ({**GOOD, "limit": True}, "`limit` must be a number, not true or false", "Change `limit`"),
        ({**GOOD, "names": ["a", 1]}, "`names[1]` must be text, not a whole number", "Change `names[1]`"),
        ({**GOOD, "names": {}}, "`names` must be a list, not a table", "Change `names`"),
        ({**GOOD, "proof": "hope"}, "`proof` is not accepted (invalid enum value 'hope')", "Change `proof`"),
    ],
)
def test_a_wrong_table_is_named_with_its_key_and_what_is_accepted(
    table: dict[str, Any], what: str, todo: str
) -> None:
    with pytest.raises(BadOptions) as caught:
        decode(Options, table, where=WHERE)
    assert what in caught.value.what
    assert todo in caught.value.todo
    assert caught.value.where == WHERE
    assert "\x1b" not in str(caught.value)


def test_a_value_that_may_be_a_secret_is_never_repeated() -> None:
    with pytest.raises(BadOptions) as caught:
        decode(Options, {"url": "http://x", "token": ["canary-4711"]}, where=WHERE)
    assert "canary-4711" not in str(caught.value)


def test_a_whole_number_will_do_where_a_number_is_wanted() -> None:
    assert decode(Options, {**GOOD, "limit": 3}, where=WHERE).limit == 3.0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("127.0.0.1:4242", "does not start with http:// or https://"),
        ("ftp://host", "does not start with"),
        ("http://", "names no host"),
        ("http://host:99999", "is not an address"),
        ("http://[::1", "is not an address"),
        ("http://user:canary-4711@host", "holds a user name or password"),
        ("http://host/?a=b", "holds a ? or #"),
        ("http://host/a b", "holds a space"),
        ("http://host/\x1b[31m", "control character"),
        ("", "does not start with"),
    ],
)
def test_a_bad_address_is_refused_without_being_repeated(url: str, words: str) -> None:
    with pytest.raises(BadOptions) as caught:
        base_url(url, where=WHERE)
    assert words in caught.value.what
    assert "canary-4711" not in str(caught.value)


def test_a_good_address_loses_only_its_last_slash() -> None:
    assert base_url("https://host:8443/flags/", where=WHERE) == "https://host:8443/flags"
    assert base_url("http://[::1]:4242", where=WHERE) == "http://[::1]:4242"
    assert base_url("ws://host/events", where=WHERE, schemes=("ws", "wss")) == "ws://host/events"
