"""What is asked of a person before something is written, and the act that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.identity import operator
from console.incident.acts import Act, Note, Said
from console.readiness.terms import (
    ATTESTED_FOR,
    WAIVED_AT_MOST,
    Refused,
    Unusable,
    attestation,
    attested_at_most,
    waiver,
)
from console.text import plain
from console.tui.scene import Scene
from console.tui.views.walk import gate_of

if TYPE_CHECKING:
    from console.drilling.target import DrillOrder
    from console.readiness.gates import Gate
    from console.restoring.carry import Order

LONGEST = 2000
"""Characters of a text; more is a document, and belongs elsewhere."""

Values = Mapping[str, str]


class Wrong(ValueError):
    """A field cannot be used as it stands.

    Attributes:
        field: its name.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    """One line to be filled in.

    Attributes:
        hint: what is accepted, shown beside it while nothing is wrong.
    """

    name: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Form:
    """One question.

    Attributes:
        about: texts above the fields with their labels: what is asked, and what the console sees of it.
        make: the act, or the order, of what was typed. Raises `Wrong`.
    """

    title: str
    about: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]
    make: Callable[[Values, Scene], Act | Order | DrillOrder]


def form_for(target: str, scene: Scene) -> Form:
    """The form that is meant by the target of a `go`.

    Args:
        target: "note", "said:GATE", "attest:GATE", "waive:GATE", "restore", "back", "drill".
    """
    kind, _, key = target.partition(":")
    if kind == "drill":
        from console.tui.drill_form import drill_form

        return drill_form(scene)
    if kind in ("restore", "back"):
        from console.tui.wayback_forms import back_form, restore_form

        return restore_form(scene) if kind == "restore" else back_form(scene)
    if kind == "note" or not key:
        return _note()
    gate = gate_of(scene, key)
    return {"said": _said, "attest": _attest, "waive": _waive}[kind](key, gate)


def _note() -> Form:
    def make(values: Values, scene: Scene) -> Act:
        return Note(_text(values, "text"))

    return Form(
        "note",
        (("", "It stands in the timeline, under your name, for good."),),
        (Field("text", "note", "what the others should know"),),
        make,
    )


def _said(key: str, gate: Gate | None) -> Form:
    def make(values: Values, scene: Scene) -> Act:
        return Said(key, _text(values, "text"))

    return Form(
        f"what the meeting said: {_title(key, gate)}",
        _about(gate),
        (Field("text", "said", "the newest stands with the gate, and goes into the export"),),
        make,
    )


def _attest(key: str, gate: Gate | None) -> Form:
    days, most = min(ATTESTED_FOR, attested_at_most(key)).days, attested_at_most(key).days

    def make(values: Values, scene: Scene) -> Act:
        try:
            return attestation(key, values["evidence"], values["until"], now=scene.now, tz=scene.tz)
        except (Unusable, Refused) as error:
            raise _wrong(error, ("evidence", "until")) from None

    return Form(
        f"attest: {_title(key, gate)}",
        (
            *_about(gate),
            ("", "You vouch for it, by name. A FAIL that the console sees is covered by no word."),
        ),
        (
            Field("evidence", "evidence", "what you have seen, or an address where it stands"),
            Field("until", "good to", f"2026-12-24 or 30d, {most}d at most; empty: {days} days"),
        ),
        make,
    )


def _waive(key: str, gate: Gate | None) -> Form:
    def make(values: Values, scene: Scene) -> Act:
        try:
            return waiver(
                key,
                values["reason"],
                values["approver"],
                values["until"],
                operator=operator(scene.operator),
                now=scene.now,
                tz=scene.tz,
            )
        except (Unusable, Refused) as error:
            raise _wrong(error, ("reason", "approver", "until")) from None

    return Form(
        f"waive: {_title(key, gate)}",
        (*_about(gate), ("", "The gate counts as met until then, and says WAIVED.")),
        (
            Field("reason", "reason", "why it can be done without for that time"),
            Field("approver", "approver", "who allowed it: somebody else than you"),
            Field("until", "until", f"2026-12-24 or 30d, {WAIVED_AT_MOST.days}d at most"),
        ),
        make,
    )


def _title(key: str, gate: Gate | None) -> str:
    return gate.definition.title if gate else plain(key)


def _about(gate: Gate | None) -> tuple[tuple[str, str], ...]:
    if gate is None:
        return ()
    seen = gate.missing or gate.evidence
    return (("asked", gate.definition.asked), ("stands", f"{gate.state.value}: {seen}"))


def _text(values: Values, name: str) -> str:
    text = plain(" ".join(values[name].split()))
    if not text:
        raise Wrong(name, "it is empty: write something, or esc leaves")
    if len(text) > LONGEST:
        raise Wrong(name, f"it has {len(text):,} characters, and {LONGEST:,} are taken: give an address")
    return text


def _wrong(error: Exception, fields: tuple[str, ...]) -> Wrong:
    """Say it beside the field that it is about: a message begins with its field, or is about the last."""
    message = str(error)
    for name in fields:
        if message.startswith(name):
            return Wrong(name, message)
    return Wrong("approver" if "second person" in message else fields[-1], message)
