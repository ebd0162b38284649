import os
from pathlib import Path

import pytest

from console.config import ConfigError, find, load

FEATURE = """
[[feature]]
key = "support-drafts"
environment = "production"
runbook = "runbook.md"

[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:4242"
token = "env:UNLEASH_TOKEN"
key = "support-drafts-ai"
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "console.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


WHOLE_FILE_WRONG = [
    pytest.param(b"\x7fELF\x02\x01\xff\xfe", ["not a text file"], id="binary"),
    pytest.param("[[feature]\nkey = 1", ["not valid TOML", "line 1"], id="broken TOML"),
    pytest.param("", ["no [[feature]]"], id="empty"),
]


@pytest.mark.parametrize(("content", "words"), WHOLE_FILE_WRONG)
def test_a_file_that_cannot_be_used_says_where_and_what_in_one_sentence(
    tmp_path: Path, content: str | bytes, words: list[str]
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    message = str(caught.value)
    assert str(path) in message
    for word in words:
        assert word in message
    assert "\n" not in message


FEATURE_BROKEN = [
    pytest.param(('key = "support-drafts"\n', ""), ["missing key `key`"], id="no key"),
    pytest.param(("environment =", "environmet ="), ["missing key `environment`"], id="typo"),
    pytest.param(('provider = "unleash"', 'provider = "unlesh"'), ["`unlesh`", "`unleash`"], id="provider"),
    pytest.param(('provider = "unleash"\n', ""), ["missing key `provider`"], id="no provider"),
    pytest.param(('url = "http://127.0.0.1:4242"\n', ""), ["feature.flag", "missing key `url`"], id="no url"),
    pytest.param(('token = "env:', 'tokn = "env:'), ["feature.flag", "`tokn`", "`token`"], id="flag typo"),
    pytest.param(('key = "support-drafts-ai"', ""), ["missing key `key`"], id="no flag key"),
    pytest.param(
        ('"support-drafts-ai"', '"a"\nkill_state = "dead"'), ["`kill_state`", '"off", "on"'], id="kill"
    ),
]


@pytest.mark.parametrize(("change", "words"), FEATURE_BROKEN)
def test_a_feature_whose_flag_cannot_be_used_is_broken_and_stops_no_other(
    tmp_path: Path, change: tuple[str, str], words: list[str]
) -> None:
    good = FEATURE.replace('"support-drafts"', '"other"')
    config = load(write(tmp_path, FEATURE.replace(*change) + good))
    assert [feature.key for feature in config.features] == ["other"]
    (broken,) = config.broken
    for word in [*words, str(config.path)]:
        assert word in broken.problem


FAULTS = [
    pytest.param(
        '[feature.signals.errrors]\nprovider = "prometheus"', ["`errrors`", "`errors`"], id="signal"
    ),
    pytest.param(
        '[feature.signals.errors]\nprovider = "events"\nband = { below = "x%" }',
        ["feature.signals.errors", "`band.below`"],
        id="band",
    ),
    pytest.param(
        '[feature.signals.errors]\nprovider = "events"\nband = { trend = 2 }',
        ["feature.signals.errors", "`band.trend`", "`below`"],
        id="band of another signal",
    ),
    pytest.param(
        '[feature.signals.errors]\nprovider = "events"\nurl = "ws://h/e"\nquery = "x"',
        ["feature.signals.errors", "`query`", "url"],
        id="signal typo",
    ),
    pytest.param(
        '[feature.signals.errors]\nprovider = "events"\nband = { below = "1%", above = 2 }',
        ["`band`", "exactly one key"],
        id="two bands",
    ),
    pytest.param(
        '[feature.signals.latency]\nprovider = "events"\nbaseline = { p59 = 1 }',
        ["`p59`", "p50, p95"],
        id="baseline",
    ),
    pytest.param(
        '[feature.evaluate]\nurl = "http://h/api/frontend"', ["feature.evaluate", "`contexts`"], id="ctx"
    ),
    pytest.param(
        '[feature.fallback]\nurl = "http://h"', ["feature.fallback", "missing key `describe`"], id="fb"
    ),
    pytest.param('[feature.traffic]\nai = "x"', ["feature.traffic", "missing key `provider`"], id="traffic"),
    pytest.param('[[feature.levers]]\nprovider = "command"', ["lever 2", "missing key `run`"], id="lever"),
    pytest.param(
        '[feature.rollout]\nstages = [{ name = "5%" }]', ["feature.rollout", "percent"], id="stages"
    ),
]


@pytest.mark.parametrize(("table", "words"), FAULTS)
def test_any_other_table_that_cannot_be_used_leaves_the_kill_switch_whole(
    tmp_path: Path, table: str, words: list[str]
) -> None:
    config = load(write(tmp_path, FEATURE + table))
    feature = config.feature("support-drafts")
    assert feature.flag.provider == "unleash"
    assert len(feature.faults) == 1
    for word in words:
        assert word in feature.faults[0]


def test_two_features_of_one_key_in_one_environment_are_refused_by_name(tmp_path: Path) -> None:
    config = load(write(tmp_path, FEATURE + FEATURE))
    assert config.features == ()
    with pytest.raises(ConfigError, match=r"support-drafts@production stands 2 times"):
        config.feature("support-drafts")


def test_one_key_in_two_environments_must_be_said_with_its_environment(tmp_path: Path) -> None:
    config = load(write(tmp_path, FEATURE + FEATURE.replace("production", "staging")))
    with pytest.raises(ConfigError) as caught:
        config.feature("support-drafts")
    assert "support-drafts@production" in str(caught.value)
    assert "support-drafts@staging" in str(caught.value)
    assert config.feature("support-drafts@staging").environment == "staging"


def test_a_feature_nobody_knows_is_answered_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="known: support-drafts@production"):
        load(write(tmp_path, FEATURE)).feature("drafts")


def test_a_missing_runbook_and_missing_signals_are_findings_not_errors(tmp_path: Path) -> None:
    feature = load(write(tmp_path, FEATURE)).feature(None)
    assert feature.faults == ()
    text = "\n".join(feature.findings)
    for words in ["runbook.md does not exist", "only one lever", "signals not configured: errors"]:
        assert words in text


def test_an_inverse_flag_keeps_its_kill_state_out_of_the_providers_keys(tmp_path: Path) -> None:
    config = load(write(tmp_path, FEATURE + 'kill_state = "on"\n'))
    flag = config.feature(None).flag
    assert flag.kill_state == "on"
    assert "kill_state" not in flag.options
    assert flag.options["environment"] == "production"


def test_a_secret_may_stand_in_a_private_file_only(tmp_path: Path) -> None:
    path = write(tmp_path, FEATURE.replace("env:UNLEASH_TOKEN", "canary-secret"))
    path.chmod(0o644)
    (broken,) = load(path).broken
    assert "env:NAME" in broken.problem
    assert "canary-secret" not in broken.problem
    path.chmod(0o600)
    assert load(path).broken == ()


def test_the_configuration_is_looked_for_in_the_documented_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CONSOLE_CONFIG", raising=False)
    with pytest.raises(ConfigError, match="console demo"):
        find(None)
    own = tmp_path / "home" / ".config" / "console" / "console.toml"
    own.parent.mkdir(parents=True)
    own.write_text(FEATURE)
    assert find(None) == own
    write(tmp_path, FEATURE)
    assert find(None) == Path("console.toml")
    monkeypatch.setenv("CONSOLE_CONFIG", "elsewhere.toml")
    assert find(None) == Path("elsewhere.toml")
    assert find(Path("given.toml")) == Path("given.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, FEATURE)
    path.chmod(0)
    with pytest.raises(ConfigError, match="permission denied"):
        load(path)


def test_a_file_that_is_missing_or_a_directory_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match="is a directory"):
        load(tmp_path)
