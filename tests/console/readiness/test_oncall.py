"""Who has read the runbook, in which version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.readiness.gates import GateState
from console.snapshot import RunbookView
from tests.console.readiness.made import (
    DAY,
    EVERYBODY,
    NOW,
    READY,
    VERSION,
    attested,
    configured,
    gate,
    read,
    records,
    waived,
)


def test_all_of_the_rotation_have_read_this_version() -> None:
    shown = gate(READY, "runbook")
    assert (shown.state, shown.by, shown.at) == (GateState.PASS, "3 of 3", NOW - DAY)
    assert shown.evidence == f"3 of 3 acknowledged version {VERSION}"
    assert [row.state for row in shown.seen] == [None, *[GateState.PASS] * 3]


def test_who_has_not_read_it_or_an_earlier_version_is_named() -> None:
    known = records(read("Mara Voss"), read("Jonas Ek", "0ldc0de"))
    shown = gate(replace(READY, records=known), "runbook")
    assert (shown.state, shown.by) == (GateState.UNKNOWN, "1 of 3")
    assert shown.missing == (
        f"Jonas Ek has read an earlier version, 0ldc0de, not {VERSION}; "
        f"Priya Nair has not read version {VERSION}"
    )
    assert "presses o" in shown.fix


def test_a_changed_runbook_takes_every_acknowledgement_back() -> None:
    shown = gate(replace(READY, runbook=RunbookView("b4c0ffe")), "runbook")
    assert (shown.state, shown.by) == (GateState.UNKNOWN, "0 of 3")


def test_nobody_reads_it_for_somebody_else_but_it_can_be_waived() -> None:
    missing = (*EVERYBODY[:2], attested("runbook", evidence="Priya told me"))
    shown = gate(replace(READY, records=records(*missing)), "runbook")
    assert shown.state is GateState.UNKNOWN
    assert "does not cover what the console sees" in shown.seen[-1].text
    waiving = records(*missing, waived("runbook", reason="on leave till Thursday"))
    assert gate(replace(READY, records=waiving), "runbook").state is GateState.WAIVED


def test_without_a_rotation_nobody_knows_who_must_read_it_and_somebody_can_attest() -> None:
    empty = replace(READY, rotation=())
    shown = gate(empty, "runbook")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "who takes turns on call is not configured"
    assert "[people] rotation" in shown.fix
    assert gate(replace(empty, records=records(attested("runbook"))), "runbook").state is GateState.PASS
    nobody = gate(replace(READY, rotation=("", "  ")), "runbook")
    assert nobody.missing == "who takes turns on call is not configured"


def test_two_of_one_first_name_are_two_people() -> None:
    known = records(read("Mara Voss"), read("Mara"))
    shown = gate(replace(READY, rotation=("Mara Voss", "Mara Lind"), records=known), "runbook")
    assert shown.by == "1 of 2"
    assert shown.missing == f"Mara Lind has not read version {VERSION}"
    assert any(row.text.startswith("Mara, not on the rotation, read version") for row in shown.seen)
    assert "[operator] name" in shown.fix


@pytest.mark.parametrize("name", ["mara voss", "Mara  Voss ", "MARA VOSS", "mara.voss"])
def test_a_name_is_the_same_however_it_is_written(name: str) -> None:
    known = records(read(name))
    assert gate(replace(READY, rotation=("Mara Voss",), records=known), "runbook").by == "1 of 1"


def test_an_accent_is_the_same_however_it_is_coded() -> None:
    known = records(read("Jose\u0301 Ruiz"))
    assert gate(replace(READY, rotation=("Jos\u00e9 Ruiz",), records=known), "runbook").by == "1 of 1"


def test_a_name_that_stands_twice_on_the_rotation_is_one_person() -> None:
    assert gate(replace(READY, rotation=("Mara Voss", "mara voss")), "runbook").by == "1 of 1"


def test_of_two_spellings_of_one_person_the_newest_word_counts() -> None:
    known = records(read("Mara Voss", "0ldc0de", NOW - DAY), read("mara voss", VERSION, NOW - 2 * DAY))
    shown = gate(replace(READY, rotation=("Mara Voss",), records=known), "runbook")
    assert shown.state is GateState.UNKNOWN


def test_a_runbook_that_is_not_bound_or_cannot_be_read_fails() -> None:
    assert gate(configured(runbook=None), "runbook").state is GateState.FAIL
    gone = replace(READY, runbook=RunbookView("", "runbooks/drafts.md: no such file; put it there"))
    assert gate(gone, "runbook").missing == "runbooks/drafts.md: no such file; put it there"
    assert gate(gone, "runbook").state is GateState.FAIL


def test_one_that_has_not_been_read_yet_is_unknown_and_no_word_stands_in_for_it() -> None:
    early = replace(READY, runbook=RunbookView(), records=records(attested("runbook")))
    assert gate(early, "runbook").state is GateState.UNKNOWN


def test_many_who_have_not_read_it_are_counted_and_not_all_listed() -> None:
    crowd = tuple(f"Person {number}" for number in range(40))
    shown = gate(replace(READY, rotation=crowd), "runbook")
    assert shown.missing.endswith("; and 37 more")
    assert len(shown.seen) > 40
