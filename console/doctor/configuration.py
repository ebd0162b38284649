"""The configuration file: whose it is, what of it is in use, and what is missing in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.doctor.finding import Finding, Severity

if TYPE_CHECKING:
    from console.config import FeatureConfig


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The file itself.

    Attributes:
        path: where it is.
        weak: how others than this user and root can change it ("/srv: its group can write it"), or "".
        readable_by_others: others than its owner can read it.
        runs: what in it runs commands ("lever 2 of drafts@production"); inline: what in it holds a secret
            itself.
        stands_in: why the last good copy is in use in its place, or "".
    """

    path: str
    weak: str = ""
    readable_by_others: bool = False
    runs: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    stands_in: str = ""


def of_file(file: FileFacts) -> Iterator[Finding]:
    """Judge the file as a whole."""

    def found(severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(severity, "configuration", "", file.path, what, todo)

    if file.stands_in:
        what = f"the last good copy is in use: {file.stands_in}"
        yield found(Severity.BROKEN, what, "Correct the file. A kill goes by the copy until then.")
    if file.weak:
        ways = f"; it may not run {', '.join(file.runs)}" if file.runs else ""
        severity = Severity.BROKEN if file.runs else Severity.WARNING
        todo = "Make it, and the folders above it, yours or root's, and chmod go-w."
        yield found(severity, f"{file.weak}: whoever can may point the kill elsewhere{ways}", todo)
    for where in file.inline:
        what = f"[{where}] holds a secret itself"
        if file.readable_by_others:
            yield found(Severity.BROKEN, f"{what}, and others can read the file", f"chmod 600 {file.path}")
        else:
            yield found(Severity.WARNING, what, "Write env:NAME or file:PATH: files get copied and shown.")
    if not (file.stands_in or file.weak or file.inline):
        yield found(Severity.FINE, "readable, and only you or root can write it")


def of_feature_config(config: FeatureConfig) -> Iterator[Finding]:
    """Tables of one feature that cannot be used, and what is missing in it."""
    for fault in config.faults:
        yield Finding(Severity.BROKEN, "configuration", config.name, "left out", fault)
    for finding in config.findings:
        yield Finding(Severity.WARNING, "configuration", config.name, "missing", finding)
    if not config.faults and not config.findings:
        yield Finding(
            Severity.FINE, "configuration", config.name, "tables", "every table is whole and in use"
        )
