"""The terminal that the screen would be drawn on, and the program that would draw it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from console.doctor.finding import Finding, Severity
from console.text import plain

SMALLEST = (80, 24)
"""Columns and rows in which everything that matters has its place."""
CANNOT_MOVE = ("", "dumb", "unknown")
DISTRIBUTION = "incident-console"
PACKAGES = ("console", "widgets", "adapters")


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What this process knows of its terminal.

    Attributes:
        there: standard output is one.
        kind: $TERM.
        known: the system has an entry for it.
        encoding: of the locale ("utf-8").
        colours: how many it can show, by its entry; None where nobody says.
        truecolour: $COLORTERM says that it shows all of them.
        no_colour: $NO_COLOR is set.
        size: columns and rows.
        multiplexer: "tmux" or "screen", or "".
        ssh: it is at the other end of an SSH connection.
    """

    there: bool = False
    kind: str = ""
    known: bool = True
    encoding: str = "utf-8"
    colours: int | None = None
    truecolour: bool = False
    no_colour: bool = False
    size: tuple[int, int] = SMALLEST
    multiplexer: str = ""
    ssh: bool = False


@dataclass(frozen=True, slots=True)
class InstallationFacts:
    """Whose `console` this is.

    Attributes:
        folder: where this program's packages are.
        apart: packages of ours that were found elsewhere, as "name in folder".
        rivals: other distributions in this environment that bring a package of one of our names.
        version: of the installed distribution; "" for a source tree that is not installed.
        command: what `console` in the shell would run; "" when nothing.
        command_is_ours: that is this program.
        python: "3.11.4".
    """

    folder: str
    apart: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    version: str = ""
    command: str = ""
    command_is_ours: bool = True
    python: str = ""


def of_terminal(terminal: TerminalFacts) -> Iterator[Finding]:
    """Judge the terminal; nothing of it stops a kill."""

    def found(severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(severity, "terminal", "", terminal.kind or "TERM", what, todo)

    if not terminal.there:
        yield found(Severity.FINE, "the output goes to no terminal: not looked at")
        return
    doubts = list(_doubts(terminal))
    for what, todo in doubts:
        yield found(Severity.WARNING, what, todo)
    if not doubts:
        columns, rows = terminal.size
        depth = "all colours" if terminal.truecolour else _colours(terminal)
        by = " through ".join(filter(None, ("SSH" if terminal.ssh else "", terminal.multiplexer)))
        yield found(Severity.FINE, f"{columns}x{rows}, {terminal.encoding}, {depth}{by and f', {by}'}")


def _doubts(terminal: TerminalFacts) -> Iterator[tuple[str, str]]:
    if terminal.kind in CANNOT_MOVE:
        what = f"TERM is {terminal.kind or 'not set'}: no full screen can be drawn"
        yield (
            what,
            "Set TERM (xterm-256color, screen-256color). `console status`, `watch`, `kill` work without.",
        )
    elif not terminal.known:
        yield f"the system does not know TERM={terminal.kind}", "Set TERM to one it knows (xterm-256color)."
    if terminal.encoding != "utf-8":
        what = f"the locale is {terminal.encoding}: glyphs are drawn in ASCII"
        yield what, "Set LC_ALL=C.UTF-8, here and in sshd's AcceptEnv, for the full set."
    if terminal.colours is not None and terminal.colours < 8 and not terminal.no_colour:
        yield "it shows no colours: words and glyphs say everything", "Set TERM to one with colours."
    columns, rows = terminal.size
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        what = f"{columns}x{rows} is smaller than {SMALLEST[0]}x{SMALLEST[1]}: panels are left out"
        yield what, "Widen the window."


def _colours(terminal: TerminalFacts) -> str:
    if terminal.no_colour:
        return "no colours, as NO_COLOR asks"
    return "colours not known" if terminal.colours is None else f"{terminal.colours} colours"


def of_installation(installation: InstallationFacts) -> Iterator[Finding]:
    """Judge the installation: the names `console`, `widgets` and `adapters` are others' as well."""

    def found(severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(severity, "installation", "", installation.folder, what, todo)

    apart = "uv tool install incident-console (or pipx), in an environment of its own."
    wrong = False
    for where in installation.apart:
        wrong = True
        yield found(
            Severity.BROKEN, f"another program's package is used: {where}", f"Install it apart: {apart}"
        )
    for rival in installation.rivals:
        wrong = True
        yield found(
            Severity.WARNING, f"{rival} is installed here too", f"Install this program apart: {apart}"
        )
    if installation.command and not installation.command_is_ours:
        wrong = True
        what = f"`console` in this shell is another program: {installation.command}"
        yield found(Severity.WARNING, what, "A kill typed by the runbook would go there. Correct PATH.")
    if not wrong:
        version = f"version {installation.version}" if installation.version else "a source tree"
        yield found(Severity.FINE, f"{version}, Python {installation.python}, packages of its own")


def look_at_terminal(environ: Mapping[str, str]) -> TerminalFacts:
    """Look at this process's terminal."""
    there = sys.stdout.isatty()
    size = shutil.get_terminal_size()
    kind = environ.get("TERM", "")
    known, colours = _terminfo(kind) if there else (True, None)
    return TerminalFacts(
        there=there,
        kind=plain(kind),
        known=known,
        encoding=charset(environ),
        colours=colours,
        truecolour=environ.get("COLORTERM", "") in ("truecolor", "24bit"),
        no_colour=bool(environ.get("NO_COLOR")),
        size=(size.columns, size.lines),
        multiplexer="tmux" if environ.get("TMUX") else "screen" if environ.get("STY") else "",
        ssh=bool(environ.get("SSH_CONNECTION")),
    )


def charset(environ: Mapping[str, str]) -> str:
    """The locale's charset as the screen takes it: of the variables for it the first that is set counts.

    Returns:
        "utf-8", also where no variable is set; else the locale as it is written ("C", "de_DE.ISO-8859-1").
    """
    found = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "utf-8")
    return "utf-8" if "utf" in found.lower() else plain(found)


def _terminfo(kind: str) -> tuple[bool, int | None]:
    """Whether the system knows a terminal, and how many colours it has."""
    try:
        import curses
    except ImportError:
        return True, None
    try:
        curses.setupterm(kind, sys.stdout.fileno())
    except (curses.error, OSError, ValueError):
        return False, None
    return True, max(0, curses.tigetnum("colors"))


def look_at_installation() -> InstallationFacts:
    """Look at where this program was imported from, and at what else is there."""
    from importlib.metadata import PackageNotFoundError, packages_distributions, version
    from importlib.util import find_spec

    folder = Path(__file__).resolve().parents[2]
    apart = []
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve().parents[1] if spec is not None and spec.origin else None
        if origin != folder:
            apart.append(f"{name} in {plain(str(origin)) if origin else 'a place without files'}")
    rivals = {
        other
        for name, distributions in packages_distributions().items()
        if name in PACKAGES
        for other in distributions
        if other != DISTRIBUTION
    }
    try:
        installed = version(DISTRIBUTION)
    except PackageNotFoundError:
        installed = ""
    command = shutil.which("console") or ""
    return InstallationFacts(
        folder=plain(str(folder)),
        apart=tuple(apart),
        rivals=tuple(sorted(plain(rival) for rival in rivals)),
        version=installed,
        command=plain(command),
        command_is_ours=not command or _runs_this(Path(command)),
        python=".".join(map(str, sys.version_info[:3])),
    )


def _runs_this(command: Path) -> bool:
    """Whether a script of the shell's path is run by this very Python, as an installer writes them."""
    try:
        with command.open("rb") as file:
            first = file.readline(1024)
            second = file.readline(1024)
    except OSError:
        return True  # nothing can be said against it
    # Beyond some 127 bytes installers write #!/bin/sh and the interpreter in the second line.
    named = os.fsencode(sys.prefix)
    return named in first or (first.startswith(b"#!/bin/sh") and named in second)
