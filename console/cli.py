"""The command line: which command was meant, and with what."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from console.exits import ConfigError, Exit

COMMANDS = ("open", "demo", "world", "status", "kill")
_RUNGS = ("confirmed", "evaluated", "quiet", "fallback")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        An exit status of `console.exits.Exit`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    args = _parser().parse_args(_with_command(given))
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


def _with_command(given: list[str]) -> list[str]:
    """`console [FEATURE]` is `console open [FEATURE]`."""
    if given and (given[0] in COMMANDS or given[0] in ("-h", "--help", "--version")):
        return given
    for index, word in enumerate(given):
        if word in COMMANDS and given[index - 1] != "--config" and not word.startswith("-"):
            return [word, *given[:index], *given[index + 1 :]]
        if not word.startswith("-") and given[index - 1] != "--config":
            break
    return ["open", *given]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="console",
        description="A terminal incident console for AI features that ship behind a feature flag.",
        epilog="`console` alone opens the full-screen console; `console demo` needs no configuration.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    configured = argparse.ArgumentParser(add_help=False)
    configured.add_argument("--config", type=Path, metavar="PATH", help="the configuration file")

    opened = commands.add_parser(
        "open", parents=[configured], help="open the full-screen console (the default)"
    )
    opened.add_argument("feature", nargs="?", metavar="FEATURE")
    opened.add_argument(
        "--read-only", action="store_true", help="dangerous keys explain themselves and do nothing"
    )

    demo = commands.add_parser(
        "demo", help="open the console over the embedded world: no account, no network"
    )
    _world_arguments(demo)
    demo.add_argument("--list", action="store_true", help="list the scenarios")

    world = commands.add_parser("world", help="run the embedded world alone")
    _world_arguments(world)
    world.add_argument("--port", type=int, default=0, metavar="N", help="on loopback; 0 takes a free one")
    world.add_argument(
        "--write-config", type=Path, metavar="PATH", help="write the console.toml that attaches to it"
    )
    world.add_argument(
        "--flag-from", type=Path, metavar="CONFIG", help="evaluate the flag at the provider that CONFIG names"
    )
    world.add_argument("--with-parent", action="store_true", help="end when standard input ends")

    status = commands.add_parser(
        "status", parents=[configured], help="one look: verdict, value, band, k of n, why"
    )
    status.add_argument("feature", nargs="?", metavar="FEATURE")
    status.add_argument("--json", action="store_true", help="one JSON document")

    kill = commands.add_parser("kill", parents=[configured], help="the kill without the screen")
    kill.add_argument("feature", metavar="FEATURE")
    kill.add_argument("--confirm", metavar="FLAG_KEY", help="the flag's key, typed whole")
    kill.add_argument("--reason", default="", metavar="TEXT")
    kill.add_argument("--wait", choices=_RUNGS, default="confirmed", help="the rung to wait for")
    kill.add_argument("--json", action="store_true", help="one JSON document")
    return parser


def _world_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", default="healthy", metavar="NAME", help="what goes wrong in it")
    parser.add_argument(
        "--speed", type=_positive, default=60.0, metavar="N", help="event seconds in a real second"
    )
    parser.add_argument("--volume", type=_positive, default=1.0, metavar="N", help="multiplies the traffic")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="repeats exactly")


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError("must be over 0")
    return value


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"console {version('incident-console')}"
    except PackageNotFoundError:
        return "console, from a source tree that is not installed"
