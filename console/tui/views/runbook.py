"""The runbook: Markdown in, lines out, and nothing in it that acts.

A small renderer of its own: headings, paragraphs, lists, tables and code are kept as lines of plain text with
a role. Links are shown with their target and never opened; nothing is fetched.
"""

from __future__ import annotations

import re

from console.runbook.text import steps, steps_for
from console.text import plain
from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$")
_RULE_ROW = re.compile(r"^\|?[\s:|-]+\|?$")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_MARKS = re.compile(r"(\*\*|__|`)")


def runbook(title: str, text: str, width: int, top: int, note: str = "") -> RunbookModel:
    """The whole document, wrapped to `width`."""
    return RunbookModel(title=plain(title), lines=rendered(text, width), top=top, note=note)


def rendered(text: str, width: int) -> tuple[Line, ...]:
    """Markdown as lines of spans, at most `width` cells each."""
    lines: list[Line] = []
    paragraph: list[str] = []
    hanging = ""
    fenced = False

    def flush() -> None:
        nonlocal hanging
        if paragraph:
            lines.extend(_wrapped(" ".join(paragraph), width, hanging))
            paragraph.clear()
        hanging = ""

    for raw in text.splitlines():
        line = raw.expandtabs(4).rstrip()
        if line.lstrip().startswith(("```", "~~~")):
            flush()
            fenced = not fenced
            continue
        if fenced or line.lstrip().startswith("|"):
            flush()
            if fenced or not _RULE_ROW.match(line.strip()):
                shown = line if fenced else _table_row(line)
                lines.append(((f"   {plain(shown)}", Role.DIM if fenced else Role.PLAIN),))
            continue
        if not line.strip():
            flush()
            if lines and lines[-1]:
                lines.append(())
            continue
        heading, item = _HEADING.match(line), _ITEM.match(line)
        if heading:
            flush()
            lines.append(((f" {_inline(heading[2])}", Role.TITLE),))
        elif item:
            flush()
            hanging = f"{item[1]}{item[2]} "
            paragraph.append(item[3])
        else:
            paragraph.append(line.strip())
    flush()
    return tuple(lines)


def steps_in(text: str, subject: str = "") -> tuple[tuple[str, str], ...]:
    """(number, text) of the steps about a signal, by its title; of all steps where none is named."""
    found = steps_for(text, subject) if subject else steps(text)
    return tuple((str(step.number), _inline(step.text)) for step in found)


def line_of(text: str, width: int, subject: str) -> int:
    """The rendered line of the heading under which the steps about a signal stand; 0 when there is none."""
    found = steps_for(text, subject)
    wanted = _inline(found[0].section) if found else ""
    for index, line in enumerate(rendered(text, width)):
        if wanted and line and line[0][1] is Role.TITLE and line[0][0].strip() == wanted:
            return index
    return 0


def _inline(text: str) -> str:
    def link(match: re.Match[str]) -> str:
        return match[1] if match[1] == match[2] else f"{match[1]} <{match[2]}>"

    return plain(_MARKS.sub("", _LINK.sub(link, text)))


def _wrapped(text: str, width: int, hanging: str) -> list[Line]:
    first = f"   {plain(hanging)}"
    room = max(10, width - len(first) - 1)
    pieces = wrap(_inline(text), room) or [""]
    return [
        (((first if index == 0 else " " * len(first)) + piece, Role.PLAIN),)
        for index, piece in enumerate(pieces)
    ]


def _table_row(line: str) -> str:
    cells = [_inline(cell.strip()) for cell in line.strip().strip("|").split("|")]
    return "  ".join(f"{cell:<18}" for cell in cells).rstrip()
