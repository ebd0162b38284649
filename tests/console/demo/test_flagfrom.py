"""`--flag-from`: the flag at somebody else's provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.demo.flagfrom import CannotStart, read_flag

GOOD = """
[[feature]]
key = "support-drafts"
environment = "production"
[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:4242"
token = "env:UNLEASH_TOKEN"
key = "support-drafts-ai"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "console.toml"
    path.write_text(GOOD)
    return path


def test_the_first_features_flag_is_taken_with_the_apps_own_token(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNLEASH_CLIENT_TOKEN", "default:production.canary")
    flag = read_flag(config)
    assert (flag.url, flag.key, flag.environment) == (
        "http://127.0.0.1:4242",
        "support-drafts-ai",
        "production",
    )
    assert flag.token == "default:production.canary"
    assert "canary" not in repr(flag)


def test_a_token_named_in_the_table_is_used_and_not_written_on(config: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    config.write_text(GOOD + f'sdk_token = "file:{tmp_path}/token"\n')
    flag = read_flag(config)
    assert flag.token == "secret"
    assert "sdk_token" not in flag.table


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "not valid TOML"),
        ("[feature]\nkey = 1", r"no \[\[feature\]\]"),
        (GOOD.replace('"unleash"', '"homegrown"'), "can evaluate its flag at: unleash"),
        (GOOD.replace("url =", "link ="), "`url` is missing"),
        (GOOD, "set UNLEASH_CLIENT_TOKEN"),
        (GOOD + 'sdk_token = "file:/nowhere"', "cannot be read"),
        (GOOD + 'sdk_token = "the-secret-itself"', "must be env:NAME or file:PATH"),
    ],
)
def test_what_cannot_be_used_is_said_in_words_and_without_secrets(
    config: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.delenv("UNLEASH_CLIENT_TOKEN", raising=False)
    config.write_text(text)
    with pytest.raises(CannotStart, match=words) as failed:
        read_flag(config)
    assert "the-secret-itself" not in str(failed.value)
