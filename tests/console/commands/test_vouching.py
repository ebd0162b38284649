"""`console attest`, `console waive` and `console gates`, on real files and with every source down."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.cli import main
from console.config import keep, load
from console.exits import Exit
from console.identity import operator
from console.incident.acts import Acknowledge, Attest, Done, Waive, body_of, done, kind_of
from console.runbook.text import version
from console.store.journal import Journal

RUNBOOK = "1. Errors: kill.\n"
CONFIG = """
[operator]
name = "Jonas Ek"

[people]
rotation = ["Mara Voss", "Jonas Ek"]

[store]
path = "store/console.db"
second = "second/journal.db"

[[feature]]
key = "drafts"
environment = "production"
runbook = "runbook.md"

[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:9"
token = "env:NO_SUCH_TOKEN_IS_SET"
key = "drafts-ai"

[feature.signals.errors]
provider = "prometheus"
url = "http://127.0.0.1:9"
bad = 'sum(bad)'
all = 'sum(all)'
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "console.toml"
    path.write_text(CONFIG)
    (tmp_path / "runbook.md").write_text(RUNBOOK)
    yield path
    for folder in tmp_path.iterdir():
        if folder.is_dir():
            folder.chmod(0o700)


def journaled(config: Path) -> list[Done]:
    settings = load(config)
    rows = Journal(settings.store, settings.second_journal).rows()
    return [act for row in rows if (act := done(row)) is not None]


def run(config: Path, *words: str) -> int:
    return main([*words, "--config", str(config)])


def attest(
    config: Path, gate: str = "internal-cohort", evidence: str = "8 agents, 7 days", *more: str
) -> int:
    return run(config, "attest", "drafts", gate, "--evidence", evidence, *more)


def waive(config: Path, gate: str = "dashboards", approver: str = "Mara Voss", until: str = "30d") -> int:
    words = ("--reason", "export is late", "--approver", approver, "--until", until)
    return run(config, "waive", "drafts", gate, *words)


def states(config: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    run(config, "gates", "drafts", "--json")
    gates = json.loads(capsys.readouterr().out)["gates"]
    return {gate["gate"]: gate["state"] for gate in gates}


# Attesting


def test_an_attestation_is_journaled_and_the_gate_stands_with_every_source_down(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(config) == Exit.OK
    said = capsys.readouterr()
    assert "drafts@production  internal-cohort  attested by Jonas Ek" in said.out
    assert "evidence  8 agents, 7 days" in said.out
    assert "row 1 of" in said.out
    assert "now  PASS  internal cohort ran, issues triaged: 8 agents, 7 days" in said.out
    assert said.err == ""
    (row,) = journaled(config)
    assert isinstance(row.act, Attest)
    assert row.operator.name == "Jonas Ek"
    assert timedelta(days=29) < row.act.until - datetime.now(UTC) <= timedelta(days=30)
    assert states(config, capsys)["internal-cohort"] == "PASS"


def test_an_attestation_of_what_the_console_sees_fail_is_kept_and_the_gate_still_fails(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(config, "dashboards", "looks fine") == Exit.OK
    said = capsys.readouterr().out
    assert "now  FAIL  dashboards visible: error rate cannot be read" in said
    assert "to fix: " in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("dashbord", "x"), "there is no gate 'dashbord'. Did you mean dashboards?"),
        (("internal-cohort", "  "), "evidence is empty"),
        (("internal-cohort", "x" * 100_000), "evidence has 100,000 characters"),
        (("internal-cohort", "x", "--until", "yesterday"), "until 'yesterday' cannot be read: write a date"),
        (("internal-cohort", "x", "--until", "2020-01-01"), "is in the past"),
    ],
)
def test_what_cannot_be_used_is_2_with_a_sentence_and_nothing_is_written(
    config: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert attest(config, *words) == Exit.USAGE
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert "nothing was written" in said.err
    assert said.out == ""
    assert not (config.parent / "store").exists()


def test_an_attestation_for_years_is_against_our_rules(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(config, "internal-cohort", "ran", "--until", "2190-01-01") == Exit.OUR_RULES
    assert "holds for 366 days at most" in capsys.readouterr().err


def test_hostile_evidence_is_written_down_harmless(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert attest(config, "internal-cohort", "ok\x1b]52;c;YQ==\x07\nnow  PASS  \u202eevil \udcff") == Exit.OK
    shown = capsys.readouterr().out
    assert all(line.isprintable() for line in shown.splitlines())
    assert "ok^[]52;c;YQ==^G now PASS <U+202E>evil <U+DCFF>" in shown
    (row,) = journaled(config)
    assert isinstance(row.act, Attest)
    assert row.act.evidence.isprintable()
    assert run(config, "gates", "drafts", "--markdown") == Exit.NO


def test_bytes_of_the_shell_that_are_no_text_break_nothing(config: Path) -> None:
    words: list[str | bytes] = [
        "attest",
        "drafts",
        "internal-cohort",
        "--evidence",
        b"caf\xe9 ran",
        "--config",
        str(config),
    ]
    given = [sys.executable, "-m", "console", *words]
    ended = subprocess.run(given, capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"caf<U+DCE9> ran" in ended.stdout


def test_the_exit_status_tells_of_the_journal_also_when_nobody_reads_the_output(config: Path) -> None:
    words = [sys.executable, "-m", "console", "attest", "drafts", "internal-cohort", "--evidence", "ran"]
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([*words, "--config", str(config)], stdout=writer, check=False, timeout=60)
    os.close(writer)
    assert ended.returncode == Exit.OK
    assert len(journaled(config)) == 1


def test_somebody_who_is_not_on_the_rotation_is_told_so_and_not_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIG.replace('Jonas Ek"\n\n[people]', 'Ana Ruiz"\n\n[people]'))
    assert attest(config) == Exit.OK
    assert "Ana Ruiz is not on the rotation (Mara Voss, Jonas Ek)" in capsys.readouterr().err


# Waiving


def test_a_waiver_covers_a_failure_names_its_approver_and_ends(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert waive(config) == Exit.OK
    said = capsys.readouterr().out
    assert "dashboards  waived for Jonas Ek, approved by Mara Voss" in said
    assert "now  WAIVED  dashboards visible: " in said
    assert "accepted: export is late" in said
    (row,) = journaled(config)
    assert isinstance(row.act, Waive)
    assert row.act.approver == "Mara Voss"


@pytest.mark.parametrize("approver", ["Jonas Ek", "jonas ek", "jonas.ek"])
def test_nobody_approves_their_own_waiver(
    config: Path, capsys: pytest.CaptureFixture[str], approver: str
) -> None:
    assert waive(config, approver=approver) == Exit.OUR_RULES
    said = capsys.readouterr()
    assert "a waiver takes a second person" in said.err
    assert "nothing was written" in said.err
    assert not (config.parent / "store").exists()


def test_a_waiver_for_half_a_year_is_against_our_rules(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert waive(config, until="180d") == Exit.OUR_RULES
    assert "a waiver holds for 90 days at most, and until 180d is longer" in capsys.readouterr().err


def test_an_approver_who_is_not_on_the_rotation_is_said_and_not_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert waive(config, approver="Ana Ruiz") == Exit.OK
    assert "Ana Ruiz is not on the rotation" in capsys.readouterr().err


# The journal


def locked_out(config: Path, *places: str) -> None:
    """Take places away: a file stands where their folder would be made."""
    for place in places:
        (config.parent / place).write_text("in the way")


def test_without_any_journal_it_is_4_and_says_that_it_counts_for_nothing(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked_out(config, "store", "second")
    assert attest(config) == Exit.NO_JOURNAL
    said = capsys.readouterr()
    assert "journal   not written" in said.out
    assert "now  PASS" not in said.out
    assert "NOT WRITTEN, no journal took it" in said.err
    assert "Traceback" not in said.err


def test_the_second_place_counts_as_well_and_is_named(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked_out(config, "store")
    assert attest(config) == Exit.OK
    said = capsys.readouterr()
    assert "second/journal.db" in said.out
    assert "written to the second place" in said.err
    assert "now  PASS" in said.out


def test_a_row_that_another_hand_garbled_takes_nothing_from_the_rest(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(config) == Exit.OK
    with sqlite3.connect(config.parent / "store" / "console.db") as database:
        database.execute("DROP TRIGGER journal_rows_stay")
        database.execute(
            "INSERT INTO journal "
            "SELECT number + 1, at, kind, feature, environment, kill_id, ?, previous, hash FROM journal",
            ('{"gate": 7, "until": "never"}',),
        )
    database.close()
    assert states(config, capsys)["internal-cohort"] == "PASS"


# Looking


def test_the_exit_status_is_1_while_one_fails_and_3_while_what_is_missing_is_not_known(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "gates", "drafts") == Exit.NO
    said = capsys.readouterr()
    assert "drafts@production  launch checklist  0 of 8" in said.out
    assert "✗ FAIL    dashboards visible" in said.out
    waive(config)
    assert run(config, "gates", "drafts") == Exit.UNKNOWN


def test_all_eight_met_is_0_and_takes_every_word_that_is_needed(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for gate in ("flag", "kill-switch", "fallback", "internal-cohort", "ramp-criteria", "nightly-eval"):
        assert attest(config, gate, "seen elsewhere") == Exit.OK
    assert waive(config) == Exit.OK
    assert states(config, capsys)["runbook"] == "UNKNOWN"
    settings = load(config)
    journal = Journal(settings.store, settings.second_journal)
    for name in ("Mara Voss", "Jonas Ek"):
        act = Acknowledge(version(RUNBOOK))
        journal.append(
            kind_of(act), feature="drafts", environment="production", body=body_of(act, operator(name))
        )
    assert run(config, "gates", "drafts") == Exit.OK
    assert "8 of 8" in capsys.readouterr().out


def test_the_same_feature_in_another_environment_has_a_checklist_of_its_own(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = CONFIG[CONFIG.index("[[feature]]") :].replace('"production"', '"staging"')
    config.write_text(CONFIG + second)
    assert attest(config) == Exit.USAGE
    assert "drafts@staging" in capsys.readouterr().err
    assert run(config, "attest", "drafts@staging", "internal-cohort", "--evidence", "ran there") == Exit.OK
    capsys.readouterr()
    run(config, "gates", "drafts@production", "--json")
    gates = json.loads(capsys.readouterr().out)["gates"]
    assert {gate["gate"]: gate["state"] for gate in gates}["internal-cohort"] == "UNKNOWN"


def test_walk_and_markdown_print_every_gate(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "gates", "drafts", "--walk") == Exit.NO
    walked = capsys.readouterr().out
    assert walked.count("     asked  ") == 9
    assert run(config, "gates", "drafts", "--markdown") == Exit.NO
    assert capsys.readouterr().out.count("\n## ") == 9


@pytest.mark.parametrize("command", [["gates"], ["attest", "runbook", "--evidence", "x"]])
def test_a_configuration_that_cannot_be_used_is_2_and_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    config.write_text("[[feature")
    name, *rest = command
    assert run(config, name, "drafts", *rest) == Exit.USAGE
    said = capsys.readouterr().err
    assert "not valid TOML" in said
    assert said.count("\n") == 1


def test_a_last_good_copy_stands_in_loudly_and_is_never_all_fine(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keep(load(config)) == ""
    config.write_text("[[feature")
    assert attest(config) == Exit.OK
    said = capsys.readouterr()
    assert "In use is the last good copy" in said.err
    assert "now  PASS" in said.out
    assert run(config, "gates", "drafts") == Exit.NO
    assert "In use is the last good copy" in capsys.readouterr().err


def test_nothing_is_written_by_a_look(config: Path) -> None:
    run(config, "gates", "drafts")
    assert not (config.parent / "store").exists()
