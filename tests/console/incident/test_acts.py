"""What people do goes into the journal typed, and comes out as it went in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.identity import Operator
from console.incident.acts import (
    KINDS,
    Acknowledge,
    Act,
    AlarmSeen,
    Attest,
    Look,
    Note,
    Opened,
    Play,
    Proved,
    Restore,
    Restored,
    Said,
    Waive,
    body_of,
    done,
    kind_of,
)
from console.store.journal import Journal, Row

MARA = Operator(
    "Mara Voss", 1000, login="mara", ssh_connection="10.0.3.7 50111 10.0.0.2 22", host="bastion-2"
)
UNTIL = datetime(2026, 12, 24, tzinfo=UTC)
ACTS: tuple[Act, ...] = (
    Note("told #support-drafts"),
    Look("signals"),
    Attest("internal-cohort", "12 odd, 4 cases", UNTIL),
    Waive("ramp-criteria", "all random", "Ana Ruiz", UNTIL),
    Acknowledge("3f2a91c"),
    AlarmSeen("k1", ("evaluated", "quiet")),
    Said("runbook", "ramp on Thursday"),
    Proved(1, 2),
    Opened(),
    Restore(False, "5 %", 5.0, "the prompt is mended", {"errors": "a new prompt"}, ["killed 3 min ago"]),
    Restored(False, "5 %", 5.0, "restored", ["flag: ON at 5 %"]),
    Play("runaway-loop"),
)


@pytest.mark.parametrize("act", ACTS, ids=kind_of)
def test_an_act_comes_back_from_the_journal_with_who_did_it_and_when(act: Act, tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    journal = Journal(tmp_path / "console.db", tmp_path / "second.db", clock=lambda: now)
    journal.append(kind_of(act), feature="support-drafts", environment="demo", body=body_of(act, MARA))
    (row,) = journal.rows(feature="support-drafts")
    back = done(row)
    assert back is not None
    assert (back.act, back.operator, back.at) == (act, MARA, now)


def test_every_kind_of_act_is_tried_here() -> None:
    assert {kind_of(act) for act in ACTS} == set(KINDS)


@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8), max_size=4))
def test_a_row_of_a_newer_version_is_passed_over_and_breaks_nothing(body: dict[str, object]) -> None:
    for kind in (*KINDS, "intent", "something new"):
        row = Row(1, datetime(2026, 11, 24, tzinfo=UTC), kind, "f", "e", "", {**body, "operator": 7})
        assert done(row) is None
