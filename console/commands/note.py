"""`console note`: write something into the timeline. Asks nobody but the disk."""

from __future__ import annotations

import argparse
import json
import sys

from console.config import find, open_config
from console.exits import ConfigError, Exit

LONGEST = 2000
"""Characters; more is a document, and belongs elsewhere."""


def run(args: argparse.Namespace) -> int:
    """Write the note durably, and say where it stands.

    Returns:
        0 written; 2 it cannot be used; 4 no journal could be written.

    Raises:
        ConfigError: there is no such feature, or no text.
    """
    from console.identity import operator
    from console.incident.acts import Note, body_of, kind_of
    from console.store.journal import Journal
    from console.text import plain

    config, stands_in = open_config(find(args.config))
    feature = config.feature(args.feature)
    text = " ".join(" ".join(args.text).split())
    if not text:
        raise ConfigError("a note needs words; nothing was written")
    if len(text) > LONGEST:
        raise ConfigError(
            f"a note of {len(text):,} characters; {LONGEST:,} are taken. Nothing was written: put it "
            "where it can be read, and note the address"
        )
    if stands_in:
        print(f"console: {stands_in}", file=sys.stderr)
    who, act = operator(config.operator), Note(text)
    written = Journal(config.store, config.second_journal).append(
        kind_of(act), feature=feature.key, environment=feature.environment, body=body_of(act, who)
    )
    status = Exit.OK if written.row is not None else Exit.NO_JOURNAL
    if written.row is None:
        print(f"console: NOT WRITTEN, no journal took it: {plain(written.problem)}", file=sys.stderr)
    elif written.problem:
        print(f"console: written to the second place: {plain(written.problem)}", file=sys.stderr)
    if args.json:
        document = {
            "version": 1,
            "feature": feature.key,
            "environment": feature.environment,
            "operator": who.name,
            "text": text,
            "written": written.row is not None,
            "row": written.row,
            "place": str(written.place) if written.place else None,
            "problem": written.problem or None,
            "exit": int(status),
        }
        print(json.dumps(document, indent=2))
    elif written.row is not None:
        print(f"{feature.name}  row {written.row} of {plain(str(written.place))}: {plain(text)}")
    return status
