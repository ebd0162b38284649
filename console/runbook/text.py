"""Reading the runbook that a feature is bound to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LARGEST = 512 * 1024
"""Bytes; a longer file is no runbook."""

_STEP = re.compile(r"^\s{0,3}(\d+)[.)]\s+(.*)$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$")


@dataclass(frozen=True, slots=True)
class RunbookText:
    """A runbook as it was read just now.

    Attributes:
        path: where it is; "" when none is bound.
        text: raw Markdown; "" when it could not be read.
        problem: why it could not be read and what to do, or "".
    """

    path: str
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """One numbered step.

    Attributes:
        number: as written.
        text: its first line, raw Markdown.
        section: the heading that it stands under, or "".
    """

    number: int
    text: str
    section: str


def read_runbook(path: Path | None) -> RunbookText:
    """Read a runbook; what is wrong with it is in the result, never raised."""
    if path is None:
        return RunbookText("", "", "no runbook is bound to this feature: set `runbook` in console.toml")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        return RunbookText(str(path), "", f"{path}: {reason}; put it there, or correct `runbook`")
    if len(content) > LARGEST:
        return RunbookText(str(path), "", f"{path}: over {LARGEST // 1024} KiB, which is no runbook")
    try:
        return RunbookText(str(path), content.decode("utf-8"), "")
    except UnicodeDecodeError:
        return RunbookText(str(path), "", f"{path}: not UTF-8 text; save it as Markdown in UTF-8")


def version(text: str) -> str:
    """Name what stands in a runbook: the same text has the same name; "" for none."""
    import hashlib  # with OpenSSL behind it not quite cheap

    return hashlib.sha256(text.encode()).hexdigest()[:7] if text else ""


def steps(markdown: str) -> tuple[RunbookStep, ...]:
    """Find the numbered steps of a runbook, in order. Code blocks hold none."""
    found: list[RunbookStep] = []
    section, fenced = "", False
    for line in markdown.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif fenced:
            continue
        elif heading := _HEADING.match(line):
            section = heading[1]
        elif step := _STEP.match(line):
            found.append(RunbookStep(int(step[1]), step[2].strip(), section))
    return tuple(found)


def steps_for(markdown: str, title: str) -> tuple[RunbookStep, ...]:
    """The steps for one signal: those under a heading that names it, else those that mention it.

    Args:
        title: what a person calls the signal ("error rate").
    """
    words = title.lower().split()
    every = steps(markdown)
    under = tuple(s for s in every if s.section and _names(s.section.lower(), words))
    return under or tuple(s for s in every if title.lower() in s.text.lower())


def _names(section: str, words: list[str]) -> bool:
    """Whether a heading names a signal: "Latency" names "latency p95", and "Error rate" "error rate"."""
    return section.startswith(" ".join(words)) or section.split()[:1] == words[:1]
