"""The checklist as Markdown, for the minutes of a launch meeting."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from console.incident.acts import Said
from console.readiness.assess import count_words, unmet_first
from console.readiness.finding import WHOLE, cut
from console.readiness.gates import Gate
from console.readiness.report import day, minute, problems

if TYPE_CHECKING:
    from console.snapshot import Snapshot

_ACTS = re.compile(r"[\\`*_{}\[\]<>#|~!&@$]")
"""What means something to a renderer, anywhere in a line; @ calls people where such minutes are kept."""
_ADDRESS = re.compile(r"https?://[A-Za-z0-9./?#%&=~_:;,@+()'-]*[A-Za-z0-9/#=]")
"""Shown as the link that it is: what is read is where it leads."""
_BEGINS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
_COLUMNS = ("gate", "state", "evidence, or what is missing", "by", "since", "good to")


def markdown(snapshot: Snapshot, gates: tuple[Gate, ...], now: datetime, tz: tzinfo | None) -> str:
    """Write the checklist: a table, unmet first, and then every gate with what was seen and said.

    Texts of people and providers are shown as they are typed: nothing in them becomes markup, a mention or a
    cell of the table; only a whole address becomes a link.

    Args:
        now: instant, UTC.
        tz: in which instants are shown; None is this machine's.
    """
    config = snapshot.config
    head = [
        f"# Launch checklist: {escaped(config.title)}",
        "",
        f"{escaped(config.name)}, flag {escaped(config.flag_key)}, {minute(now, tz)}: "
        f"**{count_words(gates)}** gates are met.",
        *(f"\n> {escaped(problem)}" for problem in problems(snapshot)),
        "",
        _row(_COLUMNS),
        _row(["---"] * len(_COLUMNS)),
    ]
    ordered = unmet_first(gates)
    table = [_row(_cells(gate, now, tz)) for gate in ordered]
    return "\n".join([*head, *table, *(line for gate in ordered for line in _gate(snapshot, gate, tz)), ""])


def escaped(text: str) -> str:
    """One line of somebody's text, of which a Markdown renderer shows every character and obeys none."""
    whole = cut(text, 2 * WHOLE)
    shown, end = [], 0
    for found in _ADDRESS.finditer(whole):
        shown += [_typed(whole[end : found.start()]), f"<{found[0]}>"]
        end = found.end()
    return "".join([*shown, _typed(whole[end:])])


def _typed(text: str) -> str:
    shown = _ACTS.sub(lambda found: f"\\{found[0]}", text)
    return _BEGINS.sub(lambda found: f"{found[1]}&#{ord(found[2][0])};{found[2][1:]}", shown)


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(gate: Gate, now: datetime, tz: tzinfo | None) -> list[str]:
    counted = "" if gate.definition.counted else " (not counted)"
    return [
        escaped(gate.definition.title) + counted,
        gate.state.value,
        escaped(gate.evidence),
        escaped(gate.by),
        minute(gate.at, tz) if gate.at else "",
        day(gate.good_to, now, tz) if gate.good_to else "",
    ]


def _gate(snapshot: Snapshot, gate: Gate, tz: tzinfo | None) -> list[str]:
    lines = ["", f"## {gate.state.value}: {escaped(gate.definition.title)}", ""]
    lines.append(f"- asked: {escaped(gate.definition.asked)}")
    lines.append(f"- why: {escaped(gate.definition.why)}")
    lines += [
        f"- seen: {f'{seen.state.value}, ' if seen.state else ''}{escaped(' '.join(seen.text.split()))}"
        for seen in gate.seen
    ]
    for label, text in (("missing", gate.missing), ("to fix", gate.fix)):
        if text:
            lines.append(f"- {label}: {escaped(text)}")
    said = snapshot.records.said.get(gate.definition.key)
    if said is not None and isinstance(said.act, Said):
        who = f"{escaped(said.operator.name)}, {minute(said.at, tz)}"
        lines.append(f"- said in the meeting ({who}): {escaped(said.act.text)}")
    return lines
