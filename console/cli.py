"""The command line: which command was meant, and with what."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from console.arguments import COMMANDS
from console.dumps import no_core_dumps
from console.exits import ConfigError, Exit

_ROOM_FOR_BYTECODE = 64 << 20

NAMES = tuple(command.name for command in COMMANDS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        An exit status of `console.exits.Exit`.
    """
    no_core_dumps()
    _spare_full_disk()
    for stream in (sys.stdout, sys.stderr):
        # A glyph that the terminal's encoding does not have is written out, and ends no command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = _with_command(list(sys.argv[1:] if arguments is None else arguments))
    args = _parser(given[0]).parse_args(given)
    # Each command imports only what it runs: a kill never imports the screen.
    command = import_module(f"console.commands.{args.command}")
    try:
        status: int = command.run(args)
    except ConfigError as error:
        print(f"console: {error}", file=sys.stderr)
        return Exit.USAGE
    except BrokenPipeError:
        # The reader of our output has gone. Nothing is left to say, and nobody to say it to.
        sys.stderr.close()
        return Exit.UNKNOWN
    except KeyboardInterrupt:
        return 130
    return status


def _spare_full_disk() -> None:
    """Keep Python from writing bytecode to a disk that is almost full.

    Half a file of it is not noticed when it is written, and breaks every later start, also when there is room
    again (CPython 3.11, `importlib._bootstrap_external._write_atomic`).
    """
    try:
        disk = os.statvfs(os.path.dirname(__file__))  # noqa: PTH120 - pathlib costs a millisecond here
    except OSError:
        return
    if disk.f_bavail * disk.f_frsize < _ROOM_FOR_BYTECODE:
        sys.dont_write_bytecode = True


def _with_command(given: list[str]) -> list[str]:
    """`console [FEATURE]` is `console open [FEATURE]`."""
    if given and (given[0] in NAMES or given[0] in ("-h", "--help", "--version")):
        return given
    for index, word in enumerate(given):
        if word in NAMES and given[index - 1] != "--config" and not word.startswith("-"):
            return [word, *given[:index], *given[index + 1 :]]
        if not word.startswith("-") and given[index - 1] != "--config":
            break
    return ["open", *given]


def _parser(first: str) -> argparse.ArgumentParser:
    """The parser of the command that is meant; of all of them, where it is help that is wanted."""
    parser = argparse.ArgumentParser(
        prog="console",
        description="A terminal incident console for AI features that ship behind a feature flag.",
        epilog="`console` alone opens the full-screen console; `console demo` needs no configuration.",
    )
    if first == "--version":
        parser.add_argument("--version", action="version", version=_version())
        return parser
    parser.add_argument("--version", action="store_true", help="say which version this is")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        if first in (command.name, "-h", "--help"):
            command.register(commands.add_parser(command.name, help=command.help))
    return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"console {version('incident-console')}"
    except PackageNotFoundError:
        return "console, from a source tree that is not installed"
