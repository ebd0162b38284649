"""Findings as lines for people, and as a document for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from console.doctor.finding import AREAS, Finding, Severity

VERSION = 1
"""Of the JSON document; grows when a reader of it would have to change."""
_MARKS = {Severity.BROKEN: "BROKEN ", Severity.WARNING: "warning", Severity.FINE: "fine   "}
_INDENT = " " * 10
WIDTH = 100


def lines(findings: Iterable[Finding], *, width: int = WIDTH) -> Iterator[str]:
    """Area by area, the worst of each first; what is fine in one line each.

    Args:
        width: columns to fold to.
    """
    every = tuple(findings)
    for area in AREAS:
        mine = [finding for finding in every if finding.area == area]
        if not mine:
            continue
        yield area
        for finding in mine:
            yield from _lines(finding, width)
        yield ""
    yield summary(every)


def summary(findings: Iterable[Finding]) -> str:
    """How many of each, in one line."""
    numbers = dict.fromkeys(Severity, 0)
    for finding in findings:
        numbers[finding.severity] += 1
    broken, warnings = numbers[Severity.BROKEN], numbers[Severity.WARNING]
    if not broken and not warnings:
        return f"all {numbers[Severity.FINE]} are fine"
    said = []
    if broken:
        said.append(f"{broken} broken")
    if warnings:
        said.append(f"{warnings} warning{'s' * (warnings != 1)}")
    return f"{', '.join(said)}; {numbers[Severity.FINE]} fine"


def _lines(finding: Finding, width: int) -> Iterator[str]:
    about = f"{finding.feature}, {finding.subject}" if finding.feature else finding.subject
    yield from _fold(f"  {_MARKS[finding.severity]} {about}: {finding.what}", width)
    if finding.todo:
        yield from _fold(f"{_INDENT}> {finding.todo}", width)


def _fold(text: str, width: int) -> Iterator[str]:
    # A path or a command is never cut: it is there to be copied.
    yield from textwrap.wrap(
        text,
        max(40, width),
        subsequent_indent=f"{_INDENT}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def document(findings: Iterable[Finding]) -> dict[str, Any]:
    """Everything, for `--json`, worst first."""
    return {
        "version": VERSION,
        "findings": [
            {
                "severity": finding.severity.value,
                "area": finding.area,
                "feature": finding.feature or None,
                "subject": finding.subject,
                "what": finding.what,
                "todo": finding.todo or None,
            }
            for finding in findings
        ],
    }
