"""`console audit verify`: is the journal as it was written?"""

from __future__ import annotations

import argparse
import json

from console.config import find, open_config
from console.exits import Exit
from console.text import plain


def run(args: argparse.Namespace) -> int:
    """Compute both chains again, print each finding with its row, and answer by the exit status.

    0: nothing is wrong; 1: a row was changed, moved, taken out or cut off; 3: a place cannot be read, or
    nothing tells whether rows were cut off at its end.
    """
    config, _ = open_config(find(args.config))

    from console.store.audit import Audit

    audit = Audit(config.store, config.second_journal, config.published_head)
    findings = audit.verify()
    counts = audit.counts()
    status = Exit.OK
    if findings:
        status = Exit.NO if any(finding.broken for finding in findings) else Exit.UNKNOWN
    if args.json:
        document = {
            "version": 1,
            "places": [{"place": str(place), "rows": rows} for place, rows in counts],
            "findings": [
                {"place": str(each.place), "row": each.row, "broken": each.broken, "text": each.text}
                for each in findings
            ],
            "exit": int(status),
        }
        print(json.dumps(document, indent=2))
        return status
    for place, rows in counts:
        mine = [finding for finding in findings if finding.place == place]
        whole = "" if mine else ", the chain is whole" if rows else ", nothing was ever written here"
        print(f"{plain(str(place))}: {rows} row{'' if rows == 1 else 's'}{whole}")
        for finding in mine:
            print(f"  {'BROKEN' if finding.broken else 'NOT KNOWN'}  {plain(finding.text)}")
    if config.published_head is not None:
        mine = [finding for finding in findings if finding.place == config.published_head]
        print(f"{plain(str(config.published_head))}: published heads{'' if mine else ', they agree'}")
        for finding in mine:
            print(f"  {'BROKEN' if finding.broken else 'NOT KNOWN'}  {plain(finding.text)}")
    return status
