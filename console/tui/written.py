"""What was written, said back."""

from __future__ import annotations

from console.incident.acts import Acknowledge, Act, Attest, Note, Said, Waive
from console.readiness.gates import BY_KEY
from console.readiness.report import day
from console.text import plain
from console.tui.scene import Scene

_LONGEST = 60


def written(act: Act, scene: Scene) -> str:
    """A sentence in place of the footer."""
    return f"written{_row(act, scene)}: {_words(act, scene)}"


def _words(act: Act, scene: Scene) -> str:
    match act:
        case Note(text=text):
            return f"note '{_cut(text)}'"
        case Said(gate=gate, text=text):
            return f"said of {_title(gate)}: '{_cut(text)}'"
        case Attest(gate=gate, until=until):
            return f"{_title(gate)} attested, good to {day(until, scene.now, scene.tz)}"
        case Waive(gate=gate, until=until, approver=approver):
            return f"{_title(gate)} waived by {plain(approver)} until {day(until, scene.now, scene.tz)}"
        case Acknowledge(version=version):
            return f"you have read version {plain(version)}"
    return type(act).__name__.lower()


def _row(act: Act, scene: Scene) -> str:
    """Its row, where the newest snapshot has it already."""
    records = scene.snapshot.records if scene.snapshot else None
    if records is None:
        return ""
    kept = (*records.attested.values(), *records.waived.values(), *records.said.values())
    found = next((done for done in (*kept, *records.read.values()) if done.act == act), None)
    row = str(found.row) if found else _row_of_note(act, scene)
    return f", row {row}" if row else ""


def _row_of_note(act: Act, scene: Scene) -> str:
    """A note's row ends the key of its line in the timeline (`console.incident.telling.of_act`)."""
    if not isinstance(act, Note) or scene.snapshot is None:
        return ""
    for each in reversed(scene.snapshot.happenings[-20:]):
        if each.kind == "note" and each.text == plain(act.text) and each.key.startswith("act:"):
            return each.key.rsplit(":", 1)[1]
    return ""


def _title(gate: str) -> str:
    return BY_KEY[gate].title if gate in BY_KEY else plain(gate)


def _cut(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
