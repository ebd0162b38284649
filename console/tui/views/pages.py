"""The pages that are read and scrolled, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.text import plain
from console.tui import actions
from console.tui.scene import Scene
from console.tui.views.arming import arming_lines
from console.tui.views.help import help_page
from console.tui.views.kill_dialog import affects, flag_move, in_breach
from console.tui.views.runbook import line_of, runbook
from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel

if TYPE_CHECKING:
    from console.tui.backend import RunbookText

PageView = Callable[[Scene, int, int], RunbookModel]
PLACES = {
    "runbook": actions.RUNBOOK,
    "arming": actions.ARMING,
    "help": actions.HELP,
    "read-only": actions.HELP,
}

_ROLES = {"": Role.PLAIN, "dim": Role.DIM, "danger": Role.DANGER, "bold": Role.TITLE}


def open_page(
    name: str, scene: Scene, book: Callable[[], RunbookText | None], width: int
) -> tuple[PageView, int]:
    """How a page is drawn, and the line at which it opens.

    Args:
        book: the runbook as last read; None until it was.
    """
    if name == "runbook":
        return _runbook_page(scene, book, width)
    if name == "arming":
        return _arming_page, 0
    if name == "read-only":
        return _read_only_page, 0
    return (lambda _scene, room, top: help_page(room, top)), 0


def _runbook_page(scene: Scene, book: Callable[[], RunbookText | None], width: int) -> tuple[PageView, int]:
    subject = in_breach(scene.snapshot) if scene.snapshot else ""
    if not subject and scene.killing:
        subject = scene.killing.subject
    top = line_of(_document(book()), width, subject) if subject else 0
    note = f"at {plain(subject)}, in breach" if top else ""

    def view(_scene: Scene, room: int, at: int) -> RunbookModel:
        text = book()
        title = f"runbook  {plain(text.path)}" if text and text.path else "runbook"
        return runbook(title, _document(text), room, at, note)

    return view, top


def _document(text: RunbookText | None) -> str:
    if text is None:
        return "The runbook is being read."
    if text.problem:
        return f"# The runbook cannot be read\n\n{text.problem}\n\n{text.text}"
    return text.text


def _arming_page(scene: Scene, width: int, top: int) -> RunbookModel:
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
    return RunbookModel(title="can I kill?", lines=tuple(lines), top=top, note="! again, proves now")


def _read_only_page(scene: Scene, width: int, top: int) -> RunbookModel:
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
