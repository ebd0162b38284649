"""What `attest` and `waive` share: somebody's word goes into the journal, and how the gate stands then."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from console.config import Config, FeatureConfig, find, open_config
from console.exits import Exit

if TYPE_CHECKING:
    from console.identity import Operator
    from console.incident.acts import Attest, Waive
    from console.readiness.gates import Gate
    from console.store.journal import Written

STAND_SECONDS = 5.0
"""How long the answer to how the gate stands waits for sources; the word itself is written before."""

Make = Callable[["Config", "Operator", datetime], "tuple[Attest | Waive, tuple[str, ...]]"]
"""Makes the act, and remarks on it that stop nothing."""


def vouch(args: argparse.Namespace, make: Make) -> int:
    """Write somebody's word, print it, and say how the gate stands now.

    Returns:
        0 written; 2 it cannot be used; 4 no journal could be written; 6 against our own rules.
    """
    from console.identity import operator
    from console.incident.acts import body_of, kind_of
    from console.readiness.terms import Refused, Unusable
    from console.store.journal import Journal

    config, instead = open_config(find(args.config))
    if instead:
        print(f"console: {instead}", file=sys.stderr)
    feature = config.feature(args.feature)
    who = operator(config.operator)
    try:
        act, remarks = make(config, who, datetime.now(UTC))
    except Unusable as error:
        print(f"console: {error}; nothing was written", file=sys.stderr)
        return Exit.USAGE
    except Refused as error:
        print(f"console: {error}; nothing was written", file=sys.stderr)
        return Exit.OUR_RULES
    for remark in remarks:
        print(f"console: {remark}", file=sys.stderr)
    written = Journal(config.store, config.second_journal).append(
        kind_of(act), feature=feature.key, environment=feature.environment, body=body_of(act, who)
    )
    as_json = getattr(args, "json", False)
    if not as_json:
        _say("\n".join(_words(feature, act, who, written)))
    if written.row is None:
        _say(
            f"console: NOT WRITTEN, no journal took it: {written.problem}. "
            "It counts for nothing until this line is given again once one can be written",
            sys.stderr,
        )
    elif written.problem:
        _say(f"console: written to the second place, {written.problem}", sys.stderr)
    status = Exit.OK if written.row is not None else Exit.NO_JOURNAL
    gate, why = (None, "") if written.row is None else _stands(config, feature, act.gate)
    if as_json:
        _say(json.dumps(_document(feature, act, who, written, gate, status), indent=2))
    elif gate is not None:
        _say(f"now  {gate.state.value}  {gate.definition.title}: {gate.evidence}")
        if gate.fix:
            _say(f"     to fix: {gate.fix}")
    if why:
        _say(f"console: how the gate stands now could not be told: {why}", sys.stderr)
    return status


def _say(text: str, stream: TextIO | None = None) -> None:
    """Print, also where nobody reads any more: what is written is written, and the exit status says so."""
    with suppress(OSError):
        print(text, file=stream or sys.stdout, flush=True)


def _stands(config: Config, feature: FeatureConfig, key: str) -> tuple[Gate | None, str]:
    """The gate as it stands now; or None, and why that cannot be told."""
    from console.glance import glance
    from console.readiness.assess import assess

    try:
        seen = asyncio.run(glance(config, (feature,), STAND_SECONDS))
        if seen.broken:
            return None, seen.broken[0].problem
        gates = assess(seen.snapshots[0], datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - the word is written: nothing that a look meets may hide that
        return None, str(error) or type(error).__name__
    return next(gate for gate in gates if gate.definition.key == key), ""


def _words(feature: FeatureConfig, act: Attest | Waive, who: Operator, written: Written) -> list[str]:
    from console.incident.acts import Attest
    from console.readiness.report import minute
    from console.text import plain

    place = "not written" if written.row is None else f"row {written.row} of {plain(str(written.place))}"
    head = f"{plain(feature.name)}  {act.gate}"
    if isinstance(act, Attest):
        lines = [f"{head}  attested by {plain(who.name)}", f"  evidence  {plain(act.evidence)}"]
    else:
        lines = [
            f"{head}  waived for {plain(who.name)}, approved by {plain(act.approver)}",
            f"  reason    {plain(act.reason)}",
        ]
    return [*lines, f"  until     {minute(act.until, None)}", f"  journal   {place}"]


def _document(
    feature: FeatureConfig,
    act: Attest | Waive,
    who: Operator,
    written: Written,
    gate: Gate | None,
    status: Exit,
) -> dict[str, Any]:
    import msgspec

    from console.readiness.report import as_json

    return {
        "version": 1,
        "feature": feature.key,
        "environment": feature.environment,
        "written": written.row is not None,
        "row": written.row,
        "place": str(written.place) if written.place else None,
        "problem": written.problem or None,
        "operator": who.name,
        "act": msgspec.to_builtins(act),
        "gate": as_json(gate) if gate is not None else None,
        "exit": int(status),
    }
