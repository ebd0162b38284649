"""`console card`: how to kill by hand, without this program."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from console.config import find, open_config
from console.exits import Exit
from console.text import plain


def run(args: argparse.Namespace) -> int:
    """Print the card. It is kept in a file too; where that cannot be written, stderr says so."""
    config, instead = open_config(find(args.config))
    feature = config.feature(args.feature)
    if instead:
        print(f"console: {instead}", file=sys.stderr)

    from console.killswitch.card import keep_card, lines, make_card

    card = asyncio.run(make_card(feature))
    if args.json:
        print(json.dumps(_document(card), indent=2))
    else:
        print("\n".join(lines(card)))
    try:
        path = asyncio.run(keep_card(config, feature))
    except OSError as error:
        print(f"console: the card is not kept in a file: {plain(str(error))}", file=sys.stderr)
    else:
        print(f"console: kept in {plain(str(path))}", file=sys.stderr)
    return Exit.OK


def _document(card: Any) -> dict[str, Any]:
    def blocks(listed: Any) -> list[dict[str, Any]]:
        return [
            {
                "title": plain(block.title),
                "problem": plain(block.problem),
                "commands": [
                    {"what": plain(sketch.what), "command": sketch.command} for sketch in block.sketches
                ],
            }
            for block in listed
        ]

    return {
        "version": 1,
        "feature": card.feature,
        "flag": card.flag_key,
        "kill_state": card.kill_state,
        "variables": list(card.variables),
        "kill": blocks(card.kill),
        "proof": blocks(card.proof),
        "undo": blocks(card.undo),
    }
