"""The runbook: Markdown in, lines out, and nothing in it that acts.

A small renderer of its own: headings, paragraphs, lists, tables and code are kept as lines of plain text with
a role. Links are shown with their target and never opened; nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.text import plain
from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$")
_RULE_ROW = re.compile(r"^\|?[\s:|-]+\|?$")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_MARKS = re.compile(r"(\*\*|__|`)")
_NUMBERED = re.compile(r"^\s*(\d{1,9})[.)]\s+(.*)$")


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """One numbered step: "3", "Failures over 5 % for 5 minutes: kill.", and the heading it stands under."""

    number: str
    text: str
    heading: str


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


def steps(text: str) -> tuple[RunbookStep, ...]:
    """Every numbered step, with its continuation lines joined."""
    found: list[RunbookStep] = []
    heading = ""
    open_step = False
    for raw in text.splitlines():
        title, numbered = _HEADING.match(raw), _NUMBERED.match(raw)
        if title:
            heading, open_step = _inline(title[2]), False
        elif numbered:
            found.append(RunbookStep(numbered[1], _inline(numbered[2]), heading))
            open_step = True
        elif open_step and raw.strip() and raw.startswith((" ", "\t")):
            last = found[-1]
            found[-1] = RunbookStep(last.number, f"{last.text} {_inline(raw.strip())}", last.heading)
        else:
            open_step = False
    return tuple(found)


def steps_about(text: str, subject: str) -> tuple[RunbookStep, ...]:
    """The steps under a heading that names the subject, else those that mention it."""
    listed, wanted = steps(text), subject.casefold()
    if not wanted:
        return ()
    under = tuple(step for step in listed if wanted in step.heading.casefold())
    return under or tuple(step for step in listed if wanted in step.text.casefold())


def line_of(text: str, width: int, subject: str) -> int:
    """The rendered line of the heading that names the subject; 0 when there is none."""
    wanted = subject.casefold()
    for index, line in enumerate(rendered(text, width)):
        if wanted and line and line[0][1] is Role.TITLE and wanted in line[0][0].casefold():
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
