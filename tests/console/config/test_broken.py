"""Every kind of broken configuration: one sentence, no traceback, and the kill works wherever it can."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.cli import main
from console.config import load
from console.exits import Exit
from console.killswitch import line
from tests.console.config.service import flag_service
from tests.servers.misbehaving import ENVIRONMENT, KEY, TOKEN, Misbehaving

TOP = """
[operator]
name = "Mara Voss"

[store]
path = "state/console.db"
second = "second/journal.db"
"""
FLAG = """
[feature.flag]
provider = "homegrown"
url = "@URL@"
token = "file:@FOLDER@/token"
key = "support-drafts-ai"
"""
FEATURE = f"""
[[feature]]
key = "support-drafts"
environment = "{ENVIRONMENT}"
{FLAG}
"""
OTHER = FEATURE.replace('"support-drafts"', '"other"')
SECRET = "canary-0d9c1e77"


@dataclass(frozen=True)
class Broken:
    """One kind.

    Attributes:
        text: the file.
        words: what the sentence must hold.
        kills: the feature whose kill works all the same; None where nothing can be read.
        mode: of the file.
    """

    text: str | bytes
    words: tuple[str, ...]
    kills: str | None = "support-drafts"
    mode: int = 0o600


def whole(text: str | bytes, *words: str) -> Broken:
    return Broken(text, words, kills=None)


def top(text: str, *words: str, replace: str = "") -> Broken:
    """A table that concerns everything is wrong."""
    return Broken(TOP.replace(replace, "") + text + FEATURE, words)


def broken(old: str, new: str, *words: str, mode: int = 0o600) -> Broken:
    """A feature cannot be used; the other one can."""
    assert old in FEATURE
    return Broken(TOP + FEATURE.replace(old, new) + OTHER, words, kills="other", mode=mode)


def below(text: str, *words: str, mode: int = 0o600) -> Broken:
    """A table that the kill does not need cannot be used."""
    return Broken(TOP + FEATURE + text, words, mode=mode)


def own(text: str, *words: str) -> Broken:
    """A key of the feature that the kill does not need cannot be used."""
    return Broken(TOP + FEATURE.replace("[feature.flag]", f"{text}\n[feature.flag]"), words)


STORE = TOP[TOP.index("[store]") :]
PROMETHEUS = '[feature.signals.errors]\nprovider = "prometheus"\nurl = "http://127.0.0.1:9"\n'
QUERIES = "bad = 'sum(increase(x[1m]))'\nall = 'sum(increase(y[1m]))'\n"
EVENTS = '[feature.signals.{}]\nprovider = "events"\nurl = "ws://127.0.0.1:9/events"\n'
LEVER = '[[feature.levers]]\nprovider = "command"\n'

KINDS: dict[str, Broken] = {
    # ------------------------------------------------------------------ nothing of the file can be read
    "no text": whole(b"[store]\n\x7fELF\xff\xfe", "not a text file", "line 2", "UTF-8"),
    "no TOML": whole(TOP + "[[feature]\nkey = 1", "not valid TOML", "line 8, column"),
    "a key twice": whole("[store]\npath = 'a'\npath = 'b'\n", "not valid TOML", "line 3"),
    "a quote left open": whole('[store]\npath = "a\n' + FEATURE, "not valid TOML", "line 2"),
    "cut off": whole((TOP + FEATURE)[:-30], "not valid TOML", "at end of document"),
    "empty": whole("", "no [[feature]]", "nothing to watch"),
    "the feature's table misspelled": whole(
        "[[featur]]\nkey = 'a'", "[featur]", "unknown table", "`feature`"
    ),
    "a value in place of features": whole("feature = 'a'", "[feature]", "[[feature]]"),
    "nested without end": whole("a = " + "[" * 5000 + "]" * 5000, "stand in each other"),
    "dotted without end": whole(".".join("a" * 200) + " = 1", "stand in each other"),
    "a number without end": whole("a = " + "1" * 5000, "a number in it is too long"),
    "larger than any configuration": whole("#" * (1 << 21), "larger than 1 MiB"),
    # ------------------------------------------------------------------ what concerns every feature
    "an unknown table": top("[operater]\n", "[operater]", "unknown table", "Did you mean `operator`?"),
    "an unknown key": top(
        "[operator]\nnmae = 'x'\n", "[operator]", "`nmae`", "`name`", replace=TOP[: TOP.index("[store]")]
    ),
    "a number for a name": top(
        "[operator]\nname = 3\n", "[operator]", "`name` must be text", replace=TOP[: TOP.index("[store]")]
    ),
    "a value in place of a table": Broken(
        "operator = 'me'\n" + STORE + FEATURE, ("[operator]", "is not a table", "Write it as [operator]")
    ),
    "double brackets for single ones": top("[[people]]\nrotation = []\n", "[people]", "double brackets"),
    "single brackets for double ones": Broken(
        TOP + FEATURE.replace("[[feature]]", "[feature]"), ("[feature]", "single brackets", "[[feature]]")
    ),
    "an unknown key of the store": Broken(
        STORE + "pth = 'x'\n" + FEATURE, ("[store]", "`pth`", "Did you mean `path`?")
    ),
    "a list for the store's path": Broken(
        STORE.replace('"state/console.db"', "['a']") + FEATURE, ("[store]", "`path` must be text")
    ),
    "no store's path": Broken(
        STORE.replace('"state/console.db"', "' '") + FEATURE, ("[store]", "`path` is empty", "Write a path")
    ),
    "the home of nobody": Broken(
        STORE.replace('"second/journal.db"', "'~nobody-of-this-name/x'") + FEATURE,
        ("[store]", "`second` begins with the home", "whole path"),
    ),
    "a retention in years": Broken(
        STORE + 'retention = "1y"\n' + FEATURE, ("[store]", "`retention` is not a duration", '"90d"')
    ),
    "a retention without unit": Broken(
        STORE + "retention = 90\n" + FEATURE, ("[store]", "`retention` must be text")
    ),
    "a retention of nothing": Broken(
        STORE + 'prompts_retention = "1s"\n' + FEATURE,
        ("[store]", "`prompts_retention` is out of range", "1h"),
    ),
    "a rotation that is no list": top(
        "[people]\nrotation = 'Mara'\n", "[people]", "`rotation` must be a list"
    ),
    "a rotation of numbers": top("[people]\nrotation = [3]\n", "[people]", "`rotation[0]` must be text"),
    "a person twice": top(
        "[people]\nrotation = ['Mara Voss', 'mara  voss']\n",
        "[people]",
        "`rotation`",
        "mara voss stands twice",
    ),
    "a blank person": top(
        "[people]\nrotation = ['Mara', ' ']\n", "[people]", "`rotation`", "name 2 is blank"
    ),
    "a person that acts on the terminal": top(
        '[people]\nrotation = ["\\u001b[31mMara"]\n', "[people]", "`rotation`", "name 1 cannot be shown"
    ),
    "a provider of people": top(
        "[people]\nprovider = 'pagerduty'\n", "[people]", "cannot be used yet", "Write rotation = ["
    ),
    "an unknown key of people": top("[people]\nrotaton = ['M']\n", "[people]", "`rotaton`", "`rotation`"),
    "a key that is no key": top("[keys]\nnote = 'F99'\n", "[keys]", "`note` names no key `F99`", "`f9`"),
    "a key of no kind": top("[keys]\nnote = 3\n", "[keys]", "`note` is neither a key nor a list"),
    "an action without a key": top("[keys]\nquit = []\n", "[keys]", "`quit` has no key left"),
    "a key that terminals send for another": top(
        "[keys]\nnote = 'ctrl+m'\n", "[keys]", "`note`", "for enter"
    ),
    # ------------------------------------------------------------------ a feature that cannot be used
    "a feature without a key": broken('key = "support-drafts"\n', "", "[feature]", "missing key `key`"),
    "a feature without environment": broken(
        "environment =",
        "environmet =",
        "[feature support-drafts]",
        "missing key `environment`",
        "Accepted keys: cohorts, drill, environment",
    ),
    "a feature with a blank key": broken('"support-drafts"', '" "', "`key` is blank"),
    "an environment that acts on the terminal": broken(
        f'"{ENVIRONMENT}"', '"\\u001b[31m"', "`environment` cannot be shown"
    ),
    "a feature without flag": broken(FLAG, "", "[feature support-drafts]", "missing table [feature.flag]"),
    "the flag's table misspelled": broken(
        "[feature.flag]", "[feature.flg]", "[feature.flg of support-drafts]", "Did you mean `flag`?"
    ),
    "the flag twice": broken("[feature.flag]", "[[feature.flag]]", "[feature.flag]", "double brackets"),
    "an unknown provider": broken(
        '"homegrown"', '"homegron"', "[feature.flag of", "`homegron`", "`homegrown`"
    ),
    "no provider": broken(
        'provider = "homegrown"\n', "", "[feature.flag of", "missing key `provider`", "unleash"
    ),
    "a misspelled key of the flag": broken("token =", "tokn =", "[feature.flag of", "`tokn`", "`token`"),
    "no address": broken('url = "@URL@"\n', "", "[feature.flag of", "missing key `url`"),
    "an address without scheme": broken(
        '"@URL@"', '"flags.example.com"', "`url` does not start with http://"
    ),
    "a password in the address": broken(
        '"@URL@"', f'"http://me:{SECRET}@host"', "[feature.flag of", "`url` holds a user name or password"
    ),
    "no flag key": broken('key = "support-drafts-ai"\n', "", "[feature.flag of", "missing key `key`"),
    "a number for a flag key": broken(
        '"support-drafts-ai"', "7", "[feature.flag of", "`key` is not the key of a flag"
    ),
    "a misspelled kill state": broken(
        '"support-drafts-ai"',
        '"a"\nkil_state = "on"',
        "[feature.flag of",
        "`kil_state`",
        "Did you mean `kill_state`?",
    ),
    "a misspelled provider's key": broken(
        "provider =",
        "provder =",
        "[feature.flag of",
        "missing key `provider`",
        "Did you mean it by `provder`?",
    ),
    "a kill state that is neither": broken(
        '"support-drafts-ai"', '"a"\nkill_state = "dead"', "`kill_state`", 'Accepted: "off", "on"'
    ),
    "a secret in a file that others read": broken(
        '"file:@FOLDER@/token"', f'"{SECRET}"', "`token` holds the secret itself", "env:NAME", mode=0o644
    ),
    "almost a reference": broken(
        '"file:@FOLDER@/token"', '"Env:TOKEN"', "`token` begins almost like", "env:NAME"
    ),
    "a command in a file that others write": broken(
        '"file:@FOLDER@/token"', '"cmd:pass show x"', "`token` runs a command", "group can write", mode=0o620
    ),
    "a secret handed to a command": broken(
        '"file:@FOLDER@/token"', f'"cmd:fetch --password {SECRET}"', "`token`", "--password", "every user"
    ),
    "a feature twice": Broken(
        TOP + FEATURE + FEATURE + OTHER,
        ("[[feature]] support-drafts@production stands 2 times",),
        kills="other",
    ),
    # ------------------------------------------------------------------ what the kill does not need
    "a misspelled table": below(
        "[feature.fallbak]\ndescribe = 'x'\n",
        "[feature.fallbak of support-drafts]",
        "unknown table",
        "Did you mean `fallback`?",
    ),
    "a misspelled key of the feature": own(
        "runbok = 'a.md'", "support-drafts]", "`runbok`", "Did you mean `runbook`?"
    ),
    "a number for a title": own("title = 3", "support-drafts]", "`title` must be text"),
    "a title that acts on the terminal": own('title = "\\u009b31m"', "`title` cannot be shown"),
    "a lever that may take a minute": own("lever_seconds = 60", "support-drafts]", "`lever_seconds` is 60"),
    "an unknown order of levers": own("lever_order = 'both'", "support-drafts]", "`lever_order`"),
    "a runbook without a home": own(
        "runbook = '~nobody-of-this-name/x.md'", "`runbook` begins with the home"
    ),
    "a lever in single brackets": below("[feature.levers]\nrun = ['/bin/true']\n", "`levers` must be a list"),
    "a lever without its program": below(LEVER, "lever 2]", "missing key `run`"),
    "a program without its path": below(LEVER + "run = ['true']\n", "lever 2]", "`run`", "absolute path"),
    "a secret among a lever's arguments": below(
        LEVER + f"run = ['/bin/true', '--token={SECRET}']\n", "lever 2]", "`run`", "--token", "env ="
    ),
    "a lever in a file that others write": below(
        LEVER + "run = ['/bin/true']\n", "lever 2]", "everybody can write it", "chmod go-w", mode=0o602
    ),
    "a proof that is none": below(LEVER + "run = ['/bin/true']\nproof = 'hope'\n", "lever 2]", "`proof`"),
    "evaluation for nobody": below(
        "[feature.evaluate]\nurl = 'http://h'\n", "[feature.evaluate of", "`contexts` names nobody"
    ),
    "an empty evaluation": below("[feature.evaluate]\n", "[feature.evaluate of", "`contexts`"),
    "traffic without a provider": below(
        "[feature.traffic]\nai = 'x'\n", "[feature.traffic of", "`provider`", "events"
    ),
    "a fallback without words": below(
        "[feature.fallback]\nurl = 'http://h'\n", "[feature.fallback of", "missing key `describe`"
    ),
    "a password in the fallback's address": below(
        f"[feature.fallback]\ndescribe = 'x'\nurl = 'http://a:{SECRET}@h'\n",
        "`url` holds a user name or password",
    ),
    "a token in the fallback's address": below(
        f"[feature.fallback]\ndescribe = 'x'\nurl = 'http://h/?api_key={SECRET}'\n",
        "`url` holds what looks like",
    ),
    "a status that is none": below(
        "[feature.fallback]\ndescribe = 'x'\nexpect_status = 20\n", "`expect_status` is no HTTP status", "100"
    ),
    "a stage of more than everybody": below(
        "[feature.rollout]\nstages = [{ name = 'all', percent = 250 }]\n",
        "[feature.rollout of",
        "`stages[0].percent` is 250",
        "Between 0 and 100",
    ),
    "a stage held for no duration": below(
        "[feature.rollout]\nstages = [{ name = 'all', percent = 50, hold = 'a week' }]\n",
        "`stages[0].hold` is not a duration",
    ),
    "a stage twice": below(
        "[feature.rollout]\nstages = [{ name = 'a', percent = 5 }, { name = 'a', percent = 9 }]\n",
        "a stands twice",
    ),
    "a misspelled signal": below(
        EVENTS.format("errrors"), "[feature.signals.errrors of", "`errrors`", "Did you mean `errors`?"
    ),
    "a signal that is no table": below(
        "[feature.signals]\nerrors = 3\n", "[feature.signals.errors of", "not a table"
    ),
    "a signal of an unknown provider": below(
        "[feature.signals.errors]\nprovider = 'evnts'\n", "[feature.signals.errors of", "`evnts`", "`events`"
    ),
    "a band that is no percentage": below(
        EVENTS.format("errors") + "band = { below = 'x%' }\n", "errors of", "`band.below`", "no percentage"
    ),
    "two bands": below(
        EVENTS.format("errors") + "band = { below = '1%', above = 2 }\n", "`band`", "exactly one key"
    ),
    "a band of another signal": below(
        EVENTS.format("errors") + "band = { trend = 2 }\n",
        "`band.trend`",
        "judged by `below`",
        "Accepted: { below",
    ),
    "a band that holds always": below(
        EVENTS.format("errors") + "band = { below = '150%' }\n", "`band.below` is 1.5", "under 1"
    ),
    "an unknown baseline": below(
        EVENTS.format("latency") + "baseline = { p59 = 1 }\n",
        "latency of",
        "`p59`",
        "Did you mean `p",
        "p50, p95",
    ),
    "a baseline of another signal": below(
        EVENTS.format("latency") + "baseline = { forecast = 1 }\n", "`baseline.forecast`", "p95"
    ),
    "a baseline that nothing measures": below(
        EVENTS.format("latency") + "baseline = { p50 = nan }\n", "`baseline.p50` is nan", "over 0"
    ),
    "a misspelled band": below(
        EVENTS.format("errors") + "bnd = { below = '1%' }\n",
        "errors of",
        "`bnd`",
        "Did you mean `band`?",
        "url",
    ),
    "a misspelled query": below(
        PROMETHEUS + QUERIES + "kind = 'x'\n",
        "errors of",
        "`kind`",
        "Did you mean `kinds`?",
        "headers",
        "baseline",
    ),
    "misspelled contexts": below(
        "[feature.evaluate]\nurl = 'http://h'\ncontxts = [{ userId = 'a' }]\n",
        "[feature.evaluate of",
        "Did you mean it by `contxts`?",
    ),
    "two ways to sign in": below(
        PROMETHEUS + QUERIES + "token = 'env:T'\nuser = 'u'\n", "both `token` and `user`", "Give one"
    ),
    "a secret in a header": below(
        PROMETHEUS + QUERIES + f"headers = {{ Authorization = 'Bearer {SECRET}' }}\n",
        "errors of",
        "`headers.Authorization` holds the secret itself",
        mode=0o644,
    ),
    "a range that is not the bucket": below(
        PROMETHEUS + QUERIES.replace("x[1m]", "x[5m]"), "errors of", "`bad` counts over [5m]", "the same"
    ),
    "a missing query": below(PROMETHEUS, "errors of", "missing key `bad`"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with flag_service() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "token").write_text(TOKEN)
    server.flag.on = True
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    # The kill runs in this process, which is what it does where no other can be started.
    monkeypatch.setattr(line.sys, "executable", "/does/not/exist")
    return tmp_path


def write(folder: Path, kind: Broken, server: Misbehaving) -> Path:
    path = folder / "console.toml"
    text = kind.text
    if isinstance(text, str):
        text = text.replace("@URL@", server.url).replace("@FOLDER@", str(folder)).encode()
    path.write_bytes(text)
    path.chmod(kind.mode)
    return path


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_is_one_sentence_and_takes_no_kill_away_that_could_be_had(
    kind: Broken, folder: Path, server: Misbehaving, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(folder, kind, server)
    status = main(["status", "--config", str(path)])
    looked = capsys.readouterr()
    assert status == (Exit.USAGE if kind.kills is None else Exit.UNKNOWN)
    told = looked.err + looked.out
    assert str(path) in told
    for word in kind.words:
        assert word in told
    assert any(all(word in line for word in kind.words) for line in told.splitlines()), told

    killed = main(["kill", kind.kills or "support-drafts", "--confirm", KEY, "--config", str(path)])
    said = capsys.readouterr()
    assert killed == (Exit.USAGE if kind.kills is None else Exit.OK), said.err
    assert server.flag.on is (kind.kills is None)
    if kind.kills == "support-drafts":
        for word in kind.words:
            assert word in said.err
    everything = told + said.out + said.err
    assert "Traceback" not in everything
    assert SECRET not in everything
    assert "\x1b" not in everything


def test_there_are_thirty_kinds_at_least() -> None:
    assert len(KINDS) >= 30


def test_the_file_that_all_kinds_are_made_of_is_sound(folder: Path, server: Misbehaving) -> None:
    config = load(write(folder, Broken(TOP + FEATURE + OTHER, ()), server))
    assert (config.faults, config.broken) == ((), ())
    assert [feature.faults for feature in config.features] == [(), ()]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: None])
def test_what_is_no_file_is_refused_at_once(
    folder: Path, make: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    path = folder / "no-file.toml"
    make(path)
    for command in (["status"], ["kill", "x", "--confirm", "x"], ["open"]):
        assert main([*command, "--config", str(path)]) == Exit.USAGE
        assert str(path) in capsys.readouterr().err
