"""The runbook: bound, readable, with steps, about this flag. Whether it is true is looked at elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from console.doctor.finding import Finding, Severity
from console.runbook.text import RunbookText, steps
from console.text import plain


def of_runbook(feature: str, book: RunbookText, *, flag_key: str, environment: str) -> Iterator[Finding]:
    """Judge a runbook as it was read just now."""
    subject = plain(book.path) or "runbook"

    def found(what: str, todo: str = "", severity: Severity = Severity.WARNING) -> Finding:
        return Finding(severity, "runbook", feature, subject, what, todo)

    if book.problem:
        yield found(plain(book.problem))
        return
    numbered = steps(book.text)
    good = True
    if not numbered:
        good = False
        yield found(
            "it has no numbered steps", "Number what is to be done: 1. ... 2. ...: the screen shows them."
        )
    if flag_key not in book.text:
        good = False
        yield found(
            f"it does not name the flag {flag_key}",
            "Name it, with how to kill by hand. If the flag was renamed, the rest may be old as well.",
        )
    if environment.lower() not in book.text.lower():
        good = False
        yield found(f"it does not name the environment {environment}", "Say where the flag lives.")
    if good:
        what = f"{len(numbered)} steps, names {flag_key} and {environment}"
        yield found(what, severity=Severity.FINE)
