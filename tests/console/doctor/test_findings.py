"""What follows from what was seen: one thing broken at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.config import BrokenFeature
from console.doctor.configuration import FileFacts
from console.doctor.credentials import SecretFacts
from console.doctor.facts import Facts
from console.doctor.finding import AREAS, Finding, Severity, exit_status
from console.doctor.judge import findings
from console.doctor.keeping import ChainFact, PlaceFacts, UnfinishedKill
from console.doctor.proof import ProofFacts
from console.doctor.report import document, lines
from console.doctor.units import Sample
from console.exits import Exit
from console.killswitch.arming import Arming
from console.runbook.text import RunbookText
from tests.console.doctor.samples import (
    CONFIG,
    FLAG,
    NOW,
    check,
    facts,
    feature,
    kill,
    lever,
    signal,
    source,
)

BROKEN, WARNING = Severity.BROKEN, Severity.WARNING
SECRET = SecretFacts("file:/run/token", ("feature.flag of drafts",))
PLACE = PlaceFacts("console.db", True, 4096)
TERMINAL = facts().terminal
INSTALLATION = facts().installation
UNFINISHED = UnfinishedKill("drafts@production", "drafts-ai", "Mara Voss", NOW - timedelta(hours=1), False)


def armed(*checks: object) -> Facts:
    return facts(feature(arming=Arming((lever(1, *checks), lever(2)), NOW)))  # type: ignore[arg-type]


def seen(**changes: object) -> Facts:
    return facts(feature(sources=(source(signals=(signal(**changes),)),)))


def journal(**changes: object) -> Facts:
    whole = facts().journal
    assert whole is not None
    return facts(journal=replace(whole, **changes))  # type: ignore[arg-type]


WRONG: list[tuple[str, Facts, Severity, str, str]] = [
    (
        "no configuration",
        facts(unusable="console.toml: no such file", features=()),
        BROKEN,
        "configuration",
        "no such file",
    ),
    (
        "last good copy",
        facts(file=FileFacts("console.toml", stands_in="line 3")),
        BROKEN,
        "configuration",
        "last good copy",
    ),
    (
        "others write it",
        facts(file=FileFacts("console.toml", weak="/srv: its group can write it")),
        WARNING,
        "configuration",
        "point the kill elsewhere",
    ),
    (
        "and it runs commands",
        facts(file=FileFacts("console.toml", weak="everybody can write it", runs=("lever 2",))),
        BROKEN,
        "configuration",
        "may not run lever 2",
    ),
    (
        "secret in a private file",
        facts(file=FileFacts("console.toml", inline=("feature.flag",))),
        WARNING,
        "configuration",
        "holds a secret itself",
    ),
    (
        "secret in a public file",
        facts(file=FileFacts("console.toml", readable_by_others=True, inline=("feature.flag",))),
        BROKEN,
        "configuration",
        "others can read the file",
    ),
    (
        "broken feature",
        facts(broken=(BrokenFeature("replies", "[feature] missing key `flag`"),)),
        BROKEN,
        "configuration",
        "missing key",
    ),
    (
        "table left out",
        facts(feature(config=replace(CONFIG, faults=("[feature.traffic] unknown key",)))),
        BROKEN,
        "configuration",
        "unknown key",
    ),
    (
        "finding",
        facts(feature(config=replace(CONFIG, findings=("only one lever",)))),
        WARNING,
        "configuration",
        "only one lever",
    ),
    (
        "general fault",
        facts(faults=("[people] rotation is not a list",)),
        WARNING,
        "configuration",
        "rotation",
    ),
    (
        "secret missing",
        facts(feature(secrets=(replace(SECRET, problem="is not set", todo="Set it."),))),
        BROKEN,
        "credentials",
        "needed by feature.flag of drafts",
    ),
    (
        "secret file readable",
        facts(feature(secrets=(replace(SECRET, exposed="others can read it (mode 644)"),))),
        WARNING,
        "credentials",
        "mode 644",
    ),
    (
        "secret expired",
        facts(feature(secrets=(replace(SECRET, expires=NOW - timedelta(days=1)),))),
        BROKEN,
        "credentials",
        "expired on 2026-11-23",
    ),
    (
        "secret expires soon",
        facts(feature(secrets=(replace(SECRET, expires=NOW + timedelta(days=6, hours=1)),))),
        WARNING,
        "credentials",
        "in 6 days",
    ),
    (
        "lever disproven",
        armed(check("reachable"), check("may write", False, "the token lacks it", "Give it.")),
        BROKEN,
        "arming",
        "a kill still works by lever 2",
    ),
    (
        "lever not proven",
        armed(check("would work", None, "no `arm` command")),
        WARNING,
        "arming",
        "not proven",
    ),
    (
        "only lever disproven",
        facts(feature(arming=Arming((lever(1, check("clock", False, "differs")),), NOW))),
        BROKEN,
        "arming",
        "there is no other lever",
    ),
    ("no lever", facts(feature(arming=Arming((), NOW))), BROKEN, "arming", "no lever"),
    (
        "arming broke",
        facts(feature(arming=None, arming_problem="no answer within 10 s")),
        BROKEN,
        "arming",
        "no answer",
    ),
    (
        "flag unread",
        facts(feature(flag=None, flag_problem="connection refused")),
        BROKEN,
        "arming",
        "cannot be read",
    ),
    ("flag back on", facts(feature(kill=kill())), WARNING, "arming", "no longer as the kill"),
    (
        "rung unproven",
        facts(feature(proofs=(ProofFacts("quiet", problem="refused", todo="Look."),))),
        WARNING,
        "proof",
        "could not be shown to be quiet",
    ),
    (
        "source away",
        facts(feature(sources=(source(problem="connection refused", todo="Look."),))),
        BROKEN,
        "sources",
        "not seen: errors, latency, evals",
    ),
    ("source's clock", facts(feature(sources=(source(skew=-95.0),))), WARNING, "sources", "95 s behind"),
    (
        "signal refused",
        seen(problem="unknown metric", todo="Correct it."),
        BROKEN,
        "sources",
        "unknown metric",
    ),
    ("signal silent", seen(answered=False), BROKEN, "sources", "said nothing of it"),
    ("signal old", seen(age=timedelta(minutes=40)), BROKEN, "sources", "40 min old"),
    (
        "unbelievable",
        seen(unusable=("3 x more bad than there are",)),
        BROKEN,
        "sources",
        "more bad than there are",
    ),
    ("counter falls", seen(partial="2 negative or infinite values left out"), WARNING, "sources", "negative"),
    ("odd unit", seen(sample=Sample("errors", 600, n=9000, bad=0)), WARNING, "sources", "not one of 9,000"),
    (
        "no runbook",
        facts(feature(runbook=RunbookText("", "", "no runbook is bound"))),
        WARNING,
        "runbook",
        "no runbook is bound",
    ),
    (
        "no steps",
        facts(feature(runbook=RunbookText("r.md", "drafts-ai in production", ""))),
        WARNING,
        "runbook",
        "no numbered steps",
    ),
    (
        "renamed flag",
        facts(feature(runbook=RunbookText("r.md", "production\n1. kill drafts-old", ""))),
        WARNING,
        "runbook",
        "does not name the flag drafts-ai",
    ),
    (
        "elsewhere",
        facts(feature(runbook=RunbookText("r.md", "1. kill drafts-ai in staging", ""))),
        WARNING,
        "runbook",
        "environment production",
    ),
    (
        "one place lost",
        journal(places=(replace(PLACE, problem="cannot be written"), PLACE)),
        WARNING,
        "journal",
        "cannot be written",
    ),
    (
        "both places lost",
        journal(places=(replace(PLACE, problem="read-only"),) * 2),
        BROKEN,
        "journal",
        "read-only",
    ),
    (
        "place readable by others",
        journal(places=(replace(PLACE, exposed="others can read it (mode 644)"),)),
        WARNING,
        "journal",
        "mode 644",
    ),
    (
        "disk nearly full",
        journal(places=(replace(PLACE, free=1 << 20),)),
        WARNING,
        "journal",
        "1 MiB are left",
    ),
    (
        "row changed",
        journal(chain=(ChainFact("row 3 was changed", True),)),
        BROKEN,
        "journal",
        "row 3 was changed",
    ),
    (
        "no head",
        journal(chain=(ChainFact("the head file is missing", False),)),
        WARNING,
        "journal",
        "head file",
    ),
    (
        "head not published",
        journal(unpublished="/mnt/heads: the journal's head cannot be published: read-only file system"),
        WARNING,
        "journal",
        "cannot be published",
    ),
    ("not verified", journal(chain=None), WARNING, "journal", "could not be computed"),
    ("unreadable", journal(problem="is no database"), BROKEN, "journal", "is no database"),
    ("kill never ended", journal(unfinished=(UNFINISHED,)), BROKEN, "journal", "never ended"),
    (
        "kill never watched",
        journal(unfinished=(replace(UNFINISHED, confirmed=True),)),
        WARNING,
        "journal",
        "It was confirmed",
    ),
    (
        "kill of long ago",
        journal(unfinished=(replace(UNFINISHED, at=NOW - timedelta(days=30)),)),
        WARNING,
        "journal",
        "never ended",
    ),
    (
        "history lost",
        facts(history=PlaceFacts("h.db", True, problem="is no database")),
        WARNING,
        "history",
        "is no database",
    ),
    ("no log", facts(log="nothing can be logged"), WARNING, "history", "nothing can be logged"),
    ("dumb terminal", facts(terminal=replace(TERMINAL, kind="dumb")), WARNING, "terminal", "no full screen"),
    (
        "unknown terminal",
        facts(terminal=replace(TERMINAL, kind="xterm-mine", known=False)),
        WARNING,
        "terminal",
        "does not know",
    ),
    ("ASCII", facts(terminal=replace(TERMINAL, encoding="ANSI_X3.4-1968")), WARNING, "terminal", "in ASCII"),
    ("no colours", facts(terminal=replace(TERMINAL, colours=0)), WARNING, "terminal", "no colours"),
    ("small", facts(terminal=replace(TERMINAL, size=(60, 20))), WARNING, "terminal", "60x20 is smaller"),
    (
        "their package",
        facts(installation=replace(INSTALLATION, apart=("adapters in /usr/lib",))),
        BROKEN,
        "installation",
        "adapters in /usr/lib",
    ),
    (
        "shared names",
        facts(installation=replace(INSTALLATION, rivals=("widgets-of-others",))),
        WARNING,
        "installation",
        "widgets-of-others",
    ),
    (
        "their command",
        facts(installation=replace(INSTALLATION, command="/usr/bin/console", command_is_ours=False)),
        WARNING,
        "installation",
        "/usr/bin/console",
    ),
]


@pytest.mark.parametrize(
    ("looked", "severity", "area", "words"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG]
)
def test_one_thing_wrong_is_found_and_all_else_is_fine(
    looked: Facts, severity: Severity, area: str, words: str
) -> None:
    bad = [one for one in findings(looked) if one.severity is not Severity.FINE]
    assert {(one.severity, one.area) for one in bad} == {(severity, area)}
    assert words in bad[0].what
    assert exit_status(findings(looked)) is (Exit.NO if severity is BROKEN else Exit.UNDECIDED)


def test_where_nothing_is_wrong_every_area_says_so() -> None:
    found = findings(facts())
    assert {one.severity for one in found} == {Severity.FINE}
    assert {one.area for one in found} == set(AREAS)
    assert exit_status(found) is Exit.OK
    assert list(lines(found))[-1] == f"all {len(found)} are fine"


def test_silence_after_a_kill_is_no_broken_source() -> None:
    off = replace(FLAG, on=False)
    old = source(signals=(signal(age=timedelta(minutes=40)),))
    (bad,) = [
        one
        for one in findings(facts(feature(kill=kill(), flag=off, sources=(old,))))
        if one.severity is not Severity.FINE
    ]
    assert bad.severity is WARNING


def test_a_kill_that_a_later_one_has_overtaken_is_no_alarm() -> None:
    found = findings(journal(unfinished=(replace(UNFINISHED, later=True),)))
    assert exit_status(found) is Exit.OK


def test_a_flag_that_is_off_by_lever_two_says_nothing_about_lever_one() -> None:
    assert exit_status(findings(facts(feature(kill=kill(by=2))))) is Exit.OK


def test_the_worst_stands_first_and_every_line_fits() -> None:
    looked = facts(
        feature(
            secrets=(replace(SECRET, problem="is not set", todo="Set it."),),
            runbook=RunbookText("r.md", "drafts-ai in production", ""),
        )
    )
    found = findings(looked)
    assert [one.severity for one in found[:2]] == [BROKEN, WARNING]
    shown = list(lines(found, width=80))
    assert max(map(len, shown)) <= 80
    assert shown[-1].startswith("1 broken, 1 warning;")
    assert any(line.strip() == "> Set it." for line in shown)


def test_the_document_says_the_same_as_the_lines() -> None:
    shown = document(findings(facts(unusable="console.toml: no such file", features=())))
    assert shown["version"] == 1
    assert shown["findings"][0] == {
        "severity": "broken",
        "area": "configuration",
        "feature": None,
        "subject": "console.toml",
        "what": "console.toml: no such file",
        "todo": None,
    }


def test_a_finding_is_one_line_of_plain_text() -> None:
    looked = facts(
        feature(runbook=RunbookText(str(Path("/srv/\x1b[31mrunbook.md")), "", "bad \x1b]52;c;aGk=\x07"))
    )
    texts = [text for one in findings(looked) for text in _texts(one)]
    assert not any("\x1b" in text or "\n" in text for text in texts)


def _texts(one: Finding) -> tuple[str, ...]:
    return one.feature, one.subject, one.what, one.todo
