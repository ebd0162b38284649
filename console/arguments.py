"""What each command may be given on the command line. Nothing but argparse is imported for it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RUNGS = ("confirmed", "evaluated", "quiet", "fallback")
"""Of a kill, in the order in which they come true."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `console.commands.NAME` runs it.

    Attributes:
        help: a line for `console --help`.
        register: adds the command's own arguments to its parser.
    """

    name: str
    help: str
    register: Callable[[argparse.ArgumentParser], None]


def _open(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", nargs="?", metavar="FEATURE")
    parser.add_argument(
        "--read-only", action="store_true", help="dangerous keys explain themselves and do nothing"
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    _world_alike(parser)
    parser.add_argument("--list", action="store_true", help="list the scenarios")


def _world(parser: argparse.ArgumentParser) -> None:
    _world_alike(parser)
    parser.add_argument("--port", type=int, default=0, metavar="N", help="on loopback; 0 takes a free one")
    parser.add_argument(
        "--write-config", type=Path, metavar="PATH", help="write the console.toml that attaches to it"
    )
    parser.add_argument(
        "--flag-from", type=Path, metavar="CONFIG", help="evaluate the flag at the provider that CONFIG names"
    )
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")


def _status(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", nargs="?", metavar="FEATURE")
    _json(parser)


def _watch(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", nargs="?", metavar="FEATURE", help="only this one; else all")
    parser.add_argument(
        "--plain", action="store_true", help="fixed columns without glyphs, for logs and screen readers"
    )


def _doctor(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", nargs="?", metavar="FEATURE", help="only this one; else all")
    _json(parser)


def _kill(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument("--confirm", metavar="FLAG_KEY", help="the flag's key, typed whole")
    parser.add_argument("--reason", default="", metavar="TEXT")
    parser.add_argument("--wait", choices=RUNGS, default="confirmed", help="the rung to wait for")
    _json(parser)


def _restore(parser: argparse.ArgumentParser) -> None:
    _back(parser)
    parser.add_argument("--reason", default="", metavar="TEXT", help="why users may have it again")
    parser.add_argument(
        "--cause",
        action="append",
        default=[],
        metavar="SIGNAL=TEXT",
        help="what the BREACH of a signal came from; once for each",
    )
    parser.add_argument(
        "--override", action="store_true", help="go past the rules that do not hold; loud, and journaled"
    )


def _back(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument("--to", required=True, metavar="STAGE", help="a stage's name, or a share (5%%)")
    parser.add_argument("--confirm", metavar="FLAG_KEY", help="the flag's key, typed whole")
    _json(parser)


def _drill(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument(
        "--kind",
        choices=("tabletop", "rehearsal", "production"),
        default="tabletop",
        help="tabletop sends nothing; rehearsal flips the flag of [feature.drill]; production the real one",
    )
    parser.add_argument("--confirm", metavar="FLAG_KEY", help="for production: the flag's key, typed whole")
    parser.add_argument("--trainee", metavar="NAME", help="who is drilled; by default you")
    parser.add_argument(
        "--story", default="schema-failures", metavar="SCENARIO", help="what is said to happen"
    )


def _card(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    _json(parser)


def _audit(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="audit", metavar="WHAT", required=True)
    verify = what.add_parser("verify", help="compute the journal's chains again")
    _configured(verify)
    _json(verify)


def _gates(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--walk", action="store_true", help="one gate after the other: asked, why, seen, missing"
    )
    form.add_argument("--markdown", action="store_true", help="for the minutes of a launch meeting")
    _json(form)


def _attest(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument("gate", metavar="GATE", help="its key, as `console gates` shows it")
    parser.add_argument("--evidence", required=True, metavar="TEXT", help="words or an address")
    parser.add_argument("--until", metavar="DATE", help="when it expires")
    _json(parser)


def _waive(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument("gate", metavar="GATE", help="its key, as `console gates` shows it")
    parser.add_argument("--reason", required=True, metavar="TEXT")
    parser.add_argument("--approver", required=True, metavar="NAME", help="who allowed it")
    parser.add_argument("--until", required=True, metavar="DATE", help="when it expires")
    _json(parser)


def _note(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what is to be remembered")
    _json(parser)


def _timeline(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument(
        "--since", default="24h", metavar="AGE|DATE", help="30m, 2h, 7d, or 2026-11-22[T03:00] (24h)"
    )
    _json(parser)


def _configured(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="PATH", help="the configuration file")


def _json(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document")


def _world_alike(parser: argparse.ArgumentParser) -> None:
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


COMMANDS = (
    Command("open", "open the full-screen console (the default)", _open),
    Command("demo", "open the console over the embedded world: no account, no network", _demo),
    Command("world", "run the embedded world alone", _world),
    Command("status", "one look: verdict, value, band, k of n, why", _status),
    Command("watch", "watch without a screen: a line a change", _watch),
    Command("doctor", "what is broken, and what to do about it", _doctor),
    Command("kill", "the kill without the screen", _kill),
    Command("restore", "give a killed feature back to users, to a lower stage", _restore),
    Command("back", "a step down, as free of gates as the kill", _back),
    Command("drill", "rehearse the kill: it restores itself, scores, files the evidence", _drill),
    Command("card", "how to kill, and undo it, by hand and without this program", _card),
    Command("audit", "audit verify: is the journal as it was written?", _audit),
    Command("gates", "the launch checklist", _gates),
    Command("attest", "vouch for a launch gate", _attest),
    Command("waive", "go without a launch gate for a time", _waive),
    Command("note", "write something into the timeline", _note),
    Command("timeline", "what happened, and by whom", _timeline),
)
