"""The pages that are read and scrolled, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.text import plain
from console.tui.scene import Scene
from console.tui.views.arming import arming_lines
from console.tui.views.kill_dialog import in_breach
from console.tui.views.kill_facts import affects, flag_move
from console.tui.views.runbook import line_of, runbook
from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel

if TYPE_CHECKING:
    from console.tui.backend import RunbookText

_ROLES = {"": Role.PLAIN, "dim": Role.DIM, "danger": Role.DANGER, "bold": Role.TITLE}


def runbook_top(scene: Scene, book: RunbookText | None, width: int) -> int:
    """The line of the signal in breach; 0 where there is none, or no such heading."""
    subject = _subject(scene)
    return line_of(_document(book), width, subject) if subject else 0


def runbook_page(
    scene: Scene, book: RunbookText | None, width: int, top: int, opened_at: int
) -> RunbookModel:
    """The runbook.

    Args:
        book: as last read; None until it was.
        opened_at: the line at which it was opened, as by `runbook_top`.
    """
    title = f"runbook  {plain(book.path)}" if book and book.path else "runbook"
    note = f"at {plain(_subject(scene))}, in breach" if opened_at and _subject(scene) else ""
    return runbook(title, _document(book), width, top, note)


def _subject(scene: Scene) -> str:
    subject = in_breach(scene.snapshot) if scene.snapshot else ""
    return subject or (scene.killing.subject if scene.killing else "")


def _document(text: RunbookText | None) -> str:
    if text is None:
        return "The runbook is being read."
    if text.problem:
        return f"# The runbook cannot be read\n\n{text.problem}\n\n{text.text}"
    return text.text


def arming_page(scene: Scene, width: int, top: int) -> RunbookModel:
    """Can I kill?: each lever with its proofs, and what to do."""
    lines: list[Line] = []
    for text, loudness in arming_lines(scene):
        indent = " " * (len(text) - len(text.lstrip()))
        pieces = (
            wrap(text.strip(), max(10, width - len(indent) - 3)) if len(text) > width - 1 else [text.strip()]
        )
        lines.extend(
            ((indent + ("  " if index else "") + piece, _ROLES[loudness]),)
            for index, piece in enumerate(pieces)
        )
    lines += _doctors(scene, width)
    return RunbookModel(title="can I kill?", lines=tuple(lines), top=top, note="! again, proves now")


def _doctors(scene: Scene, width: int) -> list[Line]:
    """What else is wrong; arming itself stands above."""
    if scene.snapshot is None:
        return []
    from console.doctor.finding import Severity
    from console.doctor.snapshot import snapshot_findings

    found = [each for each in snapshot_findings(scene.snapshot) if each.area != "arming"]
    wrong = [each for each in found if each.severity is not Severity.FINE]
    fine = len(found) - len(wrong)
    lines: list[Line] = [(), ((" what else is wrong" if wrong else " nothing else is wrong", Role.TITLE),)]
    for each in wrong:
        mark = "✗" if each.severity is Severity.BROKEN else "▲"
        about = " ".join(dict.fromkeys(word for word in (plain(each.area), plain(each.subject)) if word))
        lines += _hanging(f" {mark} ", f"{about}: {plain(each.what)}", width)
        lines += _hanging("   ", f"do: {plain(each.todo)}" if each.todo else "", width)
    lines += [((f"   {plain(sentence)}", Role.PLAIN),) for sentence in scene.keys.refused]
    if fine:
        lines.append(
            ((f"   {fine} more things were looked at and are fine; console doctor asks again", Role.DIM),)
        )
    return lines


def _hanging(mark: str, text: str, width: int) -> list[Line]:
    if not text:
        return []
    pieces = wrap(text, max(10, width - 5))
    return [
        ((f"  {mark if index == 0 else '   '}{piece}", Role.PLAIN),) for index, piece in enumerate(pieces)
    ]


def read_only_page(scene: Scene, width: int, top: int) -> RunbookModel:
    """Why K does nothing here, and what it would do elsewhere."""
    snapshot = scene.snapshot
    lines: list[Line] = [((" K does nothing here: this console was started with --read-only.", Role.TITLE),)]
    if snapshot is not None:
        config = snapshot.config
        key, flag = plain(config.key), plain(config.flag_key)
        move, polarity = flag_move(snapshot)
        for text in (
            f"Elsewhere K would turn {flag} in {plain(config.environment)}:  {move}  {polarity}",
            f"It affects {affects(snapshot)}.",
            "Start the console without --read-only to use K, or in any shell:",
        ):
            lines.extend((("   " + piece, Role.PLAIN),) for piece in wrap(text, width - 4))
        lines.append(((f"     console kill {key} --confirm {flag}", Role.TITLE),))
    lines.append((("   esc goes back.", Role.DIM),))
    return RunbookModel(title="read-only", lines=tuple(lines), top=top)
