"""Secrets that stand where every user of the machine can see them are noticed; harmless words are not."""

from __future__ import annotations

import shlex

import pytest

from adapters.errors import BadOptions
from adapters.levers.command import Command
from adapters.secrets import Secret
from adapters.signals.prometheus_options import connection, read_reach
from adapters.telltale import given_away, sounds_secret
from adapters.trust import Trust

CANARY = "canary-51b0c9d2"
OURS = Trust(commands=True)


@pytest.mark.parametrize(
    "line",
    [
        f"--token={CANARY}",
        f"--token {CANARY}",
        f"-p --api-key {CANARY}",
        f"--apiKey={CANARY}",
        f"--admin-password {CANARY} drafts",
        f"TOKEN={CANARY}",
        f"DB_PASSWORD={CANARY}",
        f"-H 'Authorization: Bearer {CANARY}'",
        f"-H 'X-Api-Key: {CANARY}'",
        f"https://me:{CANARY}@host/path",
        f"-c 'psql postgresql://me:{CANARY}@db/flags'",
        f"-c 'curl -H \"Authorization: {CANARY}\" https://host'",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "sk-proj-0123456789abcdefghij0123",
        "*:production.0123456789abcdef0123456789abcdef",
    ],
)
def test_what_looks_like_a_secret_is_noticed_and_not_repeated(line: str) -> None:
    sign = given_away(shlex.split(line))
    assert sign
    assert CANARY not in sign
    assert "0123456789" not in sign


@pytest.mark.parametrize(
    "line",
    [
        "support-drafts",
        "--is-forced support-drafts",
        "--token-file /run/secrets/token",
        "--token /run/secrets/token",
        "--password-stdin",
        "--token --verbose",
        "--token=$TOKEN",
        "-c 'curl -H \"Authorization: Bearer $TOKEN\" https://host'",
        "--secret-name drafts",
        "--key support-drafts-ai",
        "--url https://host:8443/path",
        "--monkey banana",
        "--tokens-per-minute",
        "show vault/drafts",
        "MODE=fallback",
    ],
)
def test_harmless_arguments_are_let_pass(line: str) -> None:
    assert given_away(shlex.split(line)) == ""


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *[
            (name, True)
            for name in ("Authorization", "X-Api-Key", "DD-APPLICATION-KEY", "Cookie", "X-Auth-Token")
        ],
        *[(name, False) for name in ("X-Scope-OrgID", "Accept", "X-Key-Id", "monkey", "", "-")],
    ],
)
def test_names_tell_what_stands_under_them(name: str, secret: bool) -> None:
    assert sounds_secret(name) is secret


def test_a_lever_with_a_secret_among_its_arguments_is_refused_without_it() -> None:
    for key in ("run", "check", "arm", "undo"):
        options = {"run": ["/bin/true"], key: ["/bin/true", f"--token={CANARY}"]}
        with pytest.raises(BadOptions) as caught:
            Command(options, "w", trust=Trust(commands=True, inline=True))
        assert f"`{key}` has a secret in its arguments (--token)" in caught.value.what
        assert CANARY not in str(caught.value)


def test_a_secret_command_with_a_secret_among_its_arguments_is_refused_without_it() -> None:
    with pytest.raises(BadOptions, match="a secret in its arguments") as caught:
        Secret(f"cmd:fetch --password {CANARY}", where="w", trust=OURS)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("reference", ["ENV:TOKEN", "Env:TOKEN", "File:/x", " cmd:x"])
def test_almost_a_reference_is_never_taken_for_the_secret_itself(reference: str) -> None:
    with pytest.raises(BadOptions, match="almost like a reference"):
        Secret(reference, where="w", trust=Trust(commands=True, inline=True))


def test_a_header_that_holds_a_secret_is_kept_as_one() -> None:
    options = {"url": "http://h", "headers": {"X-Scope-OrgID": "acme", "Authorization": f"Bearer {CANARY}"}}
    reach, _ = read_reach(options, "w", {})
    with pytest.raises(BadOptions, match=r"headers\.Authorization. holds the secret itself"):
        connection(reach, "w", Trust(), None)
    connection(reach, "w", Trust(inline=True), None)
