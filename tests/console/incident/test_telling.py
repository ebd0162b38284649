"""What stands in the timeline: plain sentences, and never a byte that acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.flags.port import FlagState
from adapters.untrusted import Untrusted
from console.identity import Operator
from console.incident.acts import Attest, Done, Note, Proved, Waive
from console.incident.telling import (
    flag_body,
    model_body,
    of_act,
    of_arming,
    of_kill,
    of_observed,
    verdict_body,
)
from console.killswitch.arming import Arming
from console.signals.verdict import Change, State
from console.store.kept import Observed
from tests.console.tui.stage import KILLED, LEVERS, RECORD

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MARA = Operator("Mara Voss", 1000, ssh_connection="10.0.3.7 50111 10.0.0.2 22", host="bastion-2")
ON = FlagState("f", "production", True, 25.0, (), "7", None, None, NOON)


def seen(kind: str, body: dict[str, object]) -> Observed:
    return Observed("support-drafts", "production", kind, "k", NOON, NOON, body)


def test_an_act_says_who_from_where() -> None:
    told = of_act(Done(NOON, 4, MARA, Note("told the channel")))
    assert (told.kind, told.text, told.who, told.where) == (
        "note",
        "told the channel",
        "Mara Voss",
        "ssh 10.0.3.7",
    )


def test_an_attestation_and_a_waiver_say_until_when_and_why() -> None:
    until = NOON + timedelta(days=30)
    attested = of_act(Done(NOON, 1, MARA, Attest("internal-cohort", "12 odd, 0 open", until)))
    assert attested.text == "vouches for internal-cohort, to 2026-12-24: 12 odd, 0 open"
    waived = of_act(Done(NOON, 2, MARA, Waive("runbook", "on leave", "Ana Ruiz", until)))
    assert waived.text == "waives runbook, allowed by Ana Ruiz to 2026-12-24: on leave"
    assert "1 of 2 levers armed" in of_act(Done(NOON, 3, MARA, Proved(1, 2))).text


def test_a_kill_tells_its_enter_its_proof_and_every_rung_that_users_notice() -> None:
    rows = sorted(of_kill(RECORD), key=lambda row: row.at)
    assert rows[0].text == "pressed Enter: kill"
    assert rows[0].who == "Mara Voss"
    texts = [row.text for row in rows]
    assert any("did not" in text or "no answer" in text for text in texts if text.startswith("lever 1"))
    assert "confirmed by lever 2" in texts
    assert any(text.startswith("quiet: ") for text in texts)
    assert any(text.startswith("fallback: ") for text in texts)
    assert len({row.key for row in rows}) == len(rows)


def test_the_same_kill_told_again_while_it_goes_on_has_the_same_keys() -> None:
    early = replace(RECORD, ladder=replace(KILLED, steps=KILLED.steps[:3]), confirmed_at=None)
    assert {row.key for row in of_kill(early)} <= {row.key for row in of_kill(RECORD)}


def test_proofs_that_say_the_same_are_one_line_that_moves_on() -> None:
    first = of_arming(Arming(LEVERS, NOON), since=NOON)
    later = of_arming(Arming(LEVERS, NOON + timedelta(minutes=15)), since=NOON)
    assert first.key == later.key
    assert later.at > first.at
    other = of_arming(Arming(LEVERS[:1], NOON + timedelta(minutes=30)), since=NOON + timedelta(minutes=30))
    assert other.key != first.key


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (replace(ON, on=False), "flag ON 25 % → OFF"),
        (replace(ON, percent=50.0), "flag ON 25 % → ON 50 %"),
        (replace(ON, percent=None), "flag ON 25 % → ON"),
        (replace(ON, rules=(Untrusted("team"),)), "flag's rules changed, ON 25 %"),
        (replace(ON, on=False, changed_by=Untrusted("Jonas")), "flag ON 25 % → OFF, by Jonas"),
    ],
)
def test_a_flag_that_somebody_changed_says_what_it_was_and_is(after: FlagState, words: str) -> None:
    told = of_observed(seen("flag", flag_body(ON, after, "unleash")))
    assert told is not None
    assert (told.text, told.who) == (words, "unleash")


def test_verdict_and_model_changes_are_told() -> None:
    verdict = of_observed(
        seen("verdict", verdict_body(Change(NOON, "error rate", State.WATCH, State.BREACH)))
    )
    assert verdict is not None
    assert verdict.text == "error rate WATCH → BREACH"
    model = of_observed(seen("model", model_body("draft-3/fp_1", "draft-3/fp_2")))
    assert model is not None
    assert model.text == "model draft-3/fp_1 → draft-3/fp_2"


@pytest.mark.parametrize("body", [{}, {"title": 1}, {"before": None, "after": 3}, {"after": {"on": True}}])
@pytest.mark.parametrize("kind", ["verdict", "flag", "model", "reload", "something new"])
def test_what_a_newer_version_kept_breaks_nothing(kind: str, body: dict[str, object]) -> None:
    told = of_observed(seen(kind, body))
    assert told is None or told.kind == kind


HOSTILE = "\x1b]52;c;aGFoYQ==\x07[@click=app.kill]x[/]\u202e\u200b\x9b2J"


def test_text_from_outside_is_made_fit_to_be_shown() -> None:
    told = [
        of_act(Done(NOON, 1, replace_name(HOSTILE), Note(HOSTILE))),
        of_observed(seen("model", model_body(HOSTILE, HOSTILE))),
        of_observed(seen("flag", flag_body(ON, replace(ON, on=False, changed_by=Untrusted(HOSTILE)), "x"))),
        of_observed(seen("reload", {"taken": False, "text": HOSTILE})),
        of_observed(seen("verdict", {"title": HOSTILE, "before": HOSTILE, "after": HOSTILE})),
    ]
    for one in told:
        assert one is not None
        assert (one.text + one.who + one.where).isprintable()


def replace_name(name: str) -> Operator:
    return Operator(name, 1000, host=name)
