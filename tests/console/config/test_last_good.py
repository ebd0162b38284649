"""The copy of the last configuration that could be used: private, without secrets, enough to kill with."""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.trust import Trust
from console.config import ConfigError, find, keep, keep_aside, load, open_config
from console.config.last_good import recall

FEATURE = """
[[feature]]
key = "support-drafts"
environment = "production"
runbook = "runbooks/drafts.md"

[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:4242"
token = "env:UNLEASH_TOKEN"
key = "support-drafts-ai"
"""
LEVER = '[[feature.levers]]\nprovider = "command"\nrun = ["/bin/true"]\n'
SECOND = FEATURE.replace('"support-drafts"', '"second"')
NOW = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
SECRET = "canary-9b1d44aa"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    return tmp_path / "own" / "console" / "last-good"


@pytest.fixture
def path(tmp_path: Path, state: Path) -> Path:
    return tmp_path / "console.toml"


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def kept(path: Path, text: str, mode: int = 0o600) -> str:
    write(path, text, mode)
    return keep(load(path), now=NOW)


def test_a_file_that_can_be_used_is_used(path: Path) -> None:
    assert kept(path, FEATURE) == ""
    config, instead = open_config(path)
    assert instead == ""
    assert config.kept_at is None


@pytest.mark.parametrize("text", ["[[feature", "", "[operator]\nname = 'x'\n", None])
def test_a_file_that_cannot_be_used_is_stood_in_for_and_said_so(path: Path, text: str | None) -> None:
    kept(path, FEATURE + LEVER)
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    config, instead = open_config(path)
    assert str(path) in instead
    assert "last good copy" in instead
    assert NOW.astimezone().strftime("%Y-%m-%d %H:%M:%S %z") in instead
    assert config.kept_at == NOW
    (feature,) = config.features
    assert feature.flag_key == "support-drafts-ai"
    assert feature.runbook == path.parent / "runbooks" / "drafts.md"
    assert len(feature.levers) == 1
    assert config.path == path


def test_without_a_copy_the_files_own_sentence_stands(path: Path) -> None:
    path.write_text("[[feature")
    with pytest.raises(ConfigError, match="not valid TOML"):
        open_config(path)


def test_a_feature_that_was_just_broken_stands_as_it_was_and_others_as_they_are(path: Path) -> None:
    kept(path, FEATURE + SECOND)
    path.write_text(FEATURE.replace("token =", "tokn =") + SECOND.replace("4242", "4243"))
    config, instead = open_config(path)
    assert "`tokn`" in instead
    assert "last good copy of support-drafts@production" in instead
    assert config.broken == ()
    assert config.feature("support-drafts").flag.options["url"].endswith("4242")
    assert config.feature("second").flag.options["url"].endswith("4243")


def test_a_feature_that_lost_its_name_stands_as_it_was(path: Path) -> None:
    kept(path, FEATURE + SECOND)
    path.write_text(FEATURE.replace("key = ", "kez = ", 1) + SECOND)
    config, instead = open_config(path)
    assert {feature.key for feature in config.features} == {"support-drafts", "second"}
    assert "missing key `key`" in instead


def test_a_feature_that_was_taken_out_stays_out(path: Path) -> None:
    kept(path, FEATURE + SECOND)
    path.write_text(SECOND)
    config, instead = open_config(path)
    assert [feature.key for feature in config.features] == ["second"]
    assert instead == ""


def test_a_file_with_a_broken_feature_does_not_replace_the_copy_that_has_it_whole(path: Path) -> None:
    kept(path, FEATURE + SECOND)
    kept(path, FEATURE.replace("token =", "tokn =") + SECOND)
    path.write_text("[[feature")
    assert {feature.key for feature in open_config(path)[0].features} == {"support-drafts", "second"}


def test_what_the_file_no_longer_says_does_not_replace_the_copy(path: Path) -> None:
    kept(path, FEATURE + LEVER)
    half = FEATURE
    write(path, half)
    seen = load(path)
    write(path, FEATURE + LEVER)
    assert keep(seen, now=NOW + timedelta(hours=1)) == ""
    path.write_text("broken")
    assert len(open_config(path)[0].features[0].levers) == 1


def test_a_file_that_is_still_being_written_is_given_time_and_holds_nobody_up(
    path: Path, state: Path
) -> None:
    write(path, FEATURE)
    lately = time.time() - 1.8
    os.utime(path, (lately, lately))
    started = time.monotonic()
    keep_aside(load(path), wait=0.05)
    assert time.monotonic() - started < 1
    assert not state.exists()
    for thread in [each for each in threading.enumerate() if each.name == "last-good-copy"]:
        thread.join(10)
    assert len(list(state.iterdir())) == 1
    os.utime(path, (1_700_000_000, 1_700_000_000))
    keep_aside(load(path), wait=5)
    assert len(list(state.iterdir())) == 1


def test_the_copy_is_private_whole_and_of_one_file_only(path: Path, state: Path) -> None:
    previous = os.umask(0)
    try:
        kept(path, FEATURE)
    finally:
        os.umask(previous)
    (file,) = state.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700
    assert recall(path) is not None
    assert recall(path.with_name("other.toml")) is None


@pytest.mark.parametrize(("mode", "trusted"), [(0o600, True), (0o644, True), (0o664, False), (0o606, False)])
def test_the_copy_is_trusted_as_its_original_was_and_never_with_secrets(
    path: Path, mode: int, trusted: bool
) -> None:
    kept(path, FEATURE, mode)
    path.write_text("broken")
    config, _ = open_config(path)
    assert config.trust == Trust(commands=trusted, inline=False)
    assert config.features[0].flag.trust == config.trust


def test_a_lever_that_its_original_may_not_run_is_not_run_from_the_copy(path: Path) -> None:
    kept(path, FEATURE + LEVER, 0o664)
    write(path, "broken", 0o600)
    config, _ = open_config(path)
    (feature,) = config.features
    assert feature.levers == ()


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o604])
def test_a_copy_that_somebody_else_could_read_or_write_is_none(path: Path, state: Path, mode: int) -> None:
    kept(path, FEATURE)
    (file,) = state.iterdir()
    file.chmod(mode)
    assert recall(path) is None


def test_a_link_in_place_of_the_copy_is_none(path: Path, state: Path) -> None:
    kept(path, FEATURE)
    (file,) = state.iterdir()
    file.rename(path.parent / "moved")
    file.symlink_to(path.parent / "moved")
    assert recall(path) is None


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"version": 2}', b"\xff" * 100, b"[" * 100_000])
def test_a_copy_that_cannot_be_read_is_none(path: Path, state: Path, garbage: bytes) -> None:
    kept(path, FEATURE)
    (file,) = state.iterdir()
    file.write_bytes(garbage)
    assert recall(path) is None


def test_no_secret_of_the_file_is_in_the_copy(path: Path, state: Path) -> None:
    own = SECOND.replace("env:UNLEASH_TOKEN", SECRET)
    signal = f"""
[feature.signals.errors]
provider = "prometheus"
url = "http://127.0.0.1:9090"
headers = {{ Authorization = "Bearer {SECRET}" }}
bad = "x"
all = "y"
[feature.traffic]
provider = "events"
url = "ws://h/e"
token = "{SECRET}"
"""
    lever = LEVER + f'env = {{ TOKEN = "{SECRET}" }}\n'
    comment = f"# token = {SECRET}\n"
    assert kept(path, comment + FEATURE + LEVER + lever + signal + own) == ""
    (file,) = state.iterdir()
    assert SECRET not in file.read_text()
    path.write_text("broken")
    config, _ = open_config(path)
    (feature,) = config.features
    assert feature.key == "support-drafts"
    assert len(feature.levers) == 1
    assert feature.traffic is None
    said = "\n".join(config.faults)
    for place in ("feature.flag of second", "feature.signals.errors", "feature.traffic", "lever 3"):
        assert place in said
    assert SECRET not in said


def test_a_file_whose_flags_all_hold_their_secret_has_no_copy_and_says_so(path: Path, state: Path) -> None:
    assert "secrets stand in the file itself" in kept(path, FEATURE.replace("env:UNLEASH_TOKEN", SECRET))
    assert not state.exists()


def test_what_could_not_be_used_is_not_in_the_copy(path: Path, state: Path) -> None:
    kept(
        path, "[operater]\nx = 1\n" + FEATURE + "[feature.fallbak]\nx = 1\n[feature.signals.errors]\ny = 2\n"
    )
    (file,) = state.iterdir()
    assert json.loads(file.read_text())["content"]["feature"][0].keys() == {
        *("key", "environment", "runbook", "flag", "signals")
    }
    path.write_text("broken")
    config, _ = open_config(path)
    assert config.features[0].faults == ()


def test_a_copy_is_never_made_of_a_copy(path: Path) -> None:
    kept(path, FEATURE)
    path.write_text("broken")
    config, _ = open_config(path)
    assert keep(config, now=NOW + timedelta(days=1)) == ""
    assert open_config(path)[0].kept_at == NOW


def test_where_the_users_folder_cannot_be_used_another_is(
    path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.parent.mkdir(parents=True)
    state.write_text("a file in the way")
    monkeypatch.setenv("HOME", str(path.parent / "home"))
    assert kept(path, FEATURE) == ""
    assert (path.parent / "home" / ".local" / "state" / "console" / "last-good").is_dir()
    path.write_text("broken")
    assert open_config(path)[0].kept_at == NOW


def test_a_folder_that_others_can_write_is_not_used(
    path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.mkdir(parents=True)
    state.chmod(0o777)
    monkeypatch.setenv("HOME", str(path.parent / "home"))
    assert kept(path, FEATURE) == ""
    assert list(state.iterdir()) == []


def test_copies_of_what_is_gone_for_a_week_are_removed(path: Path, state: Path) -> None:
    world = path.parent / "world"
    world.mkdir()
    kept(world / "console.toml", FEATURE)
    (file,) = state.iterdir()
    (world / "console.toml").unlink()
    world.rmdir()
    old = (NOW - timedelta(days=8)).timestamp()
    os.utime(file, (old, old))
    kept(path, FEATURE)
    (left,) = state.iterdir()
    assert left != file


def test_a_file_that_vanished_from_where_it_is_looked_for_is_still_found(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("HOME", str(path.parent / "home"))
    monkeypatch.delenv("CONSOLE_CONFIG", raising=False)
    kept(path, FEATURE)
    path.unlink()
    _, instead = open_config(find(None))
    assert "no such file" in instead
