"""`console timeline`: what happened, and by whom. Asks nobody but the disk."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.config import Config, FeatureConfig, find, open_config
from console.exits import ConfigError, Exit

if TYPE_CHECKING:
    from console.incident.happening import Happening

MOST = 5000
"""Changes that are shown of what consoles have seen; of more, the newest."""
DISK_SECONDS = 10.0

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"([0-9]{1,6})([smhdw])")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def run(args: argparse.Namespace) -> int:
    """Print what happened, oldest first.

    Returns:
        0 that is all there is; 3 a part could not be read, and stderr says which.

    Raises:
        ConfigError: there is no such feature, or `--since` cannot be understood.
    """
    since = since_when(args.since, datetime.now().astimezone())
    config, stands_in = open_config(find(args.config))
    feature = config.feature(args.feature)
    if stands_in:
        print(f"console: {stands_in}", file=sys.stderr)
    happenings, problems = asyncio.run(_read(config, feature, since))
    for problem in problems:
        print(f"console: not all of it: {problem}", file=sys.stderr)
    if args.json:
        document = {
            "version": 1,
            "feature": feature.key,
            "environment": feature.environment,
            "since": since.astimezone(UTC).isoformat(),
            "problems": problems,
            "happenings": [_document(one) for one in happenings],
        }
        print(json.dumps(document, indent=2, ensure_ascii=True))
    else:
        print("\n".join(_lines(happenings)))
    return Exit.UNKNOWN if problems else Exit.OK


def since_when(text: str, now: datetime) -> datetime:
    """Read `--since`: an age ("2h"), a date, a date and a time, or the last time that it was "03:00".

    Args:
        now: aware; what has no offset of its own is taken to be in its zone.

    Raises:
        ConfigError: it is none of these, or in the future.
    """
    if match := _AGE.fullmatch(text):
        try:
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        except OverflowError:
            raise ConfigError(f"--since {text} lies before all calendars") from None
    if match := _CLOCK.fullmatch(text):
        today = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"--since {text!r} is neither an age nor a date. Accepted: 30m, 2h, 7d, 03:00, 2026-11-22, "
            "2026-11-22T03:00, 2026-11-22T03:00+01:00"
        ) from None
    # A wall time is put into the zone by the system's own rules: summer time is not always as it is now.
    found = found.astimezone() if found.tzinfo is None else found
    if found > now:
        raise ConfigError(f"--since {text} is in the future")
    return found


async def _read(
    config: Config, feature: FeatureConfig, since: datetime
) -> tuple[tuple[Happening, ...], list[str]]:
    """What the journal and the history have, each thing once, and why a part of it is missing."""
    from console.drilling.rows import KINDS as DRILL_KINDS
    from console.drilling.rows import drills
    from console.incident.acts import KINDS, done
    from console.incident.telling import of_act, of_drill, of_kill, of_observed
    from console.killswitch.history import INTENT, STEP, records
    from console.patience import within
    from console.store.history import History, history_path
    from console.store.journal import Found, Journal
    from console.text import plain

    problems: list[str] = []
    found: dict[str, Happening] = {}
    journal = Journal(config.store, config.second_journal)

    def read() -> Found:
        return journal.rows_after(
            None,
            feature=feature.key,
            environment=feature.environment,
            # Kills whole, however long ago they began: their rungs may come true after `since`.
            kinds=(INTENT, STEP, *DRILL_KINDS, *KINDS),
        )

    told: list[Happening] = []
    try:
        rows = await within(DISK_SECONDS, read)
    except TimeoutError:
        problems.append(f"the journal: its disk did not answer within {DISK_SECONDS:g} s")
    else:
        if rows.problem:
            problems.append(plain(f"the journal: {rows.problem}"))
        told += [of_act(act) for row in rows.rows if (act := done(row)) is not None]
        for kill in records([row for row in rows.rows if row.kind in (INTENT, STEP)]):
            told.extend(of_kill(kill))
        for drill in drills([row for row in rows.rows if row.kind in DRILL_KINDS]):
            told.extend(of_drill(drill))
    path = history_path(config.store)
    if path.exists():
        history = History(path, retention=config.retention, prompts_retention=config.prompts_retention)
        seen = await history.changes(feature.key, feature.environment, since=since, limit=MOST)
        if history.problem:
            problems.append(plain(history.problem))
        await history.aclose()
        told.extend(one for observed in seen if (one := of_observed(observed)) is not None)
    for one in told:
        if one.at >= since:
            found.setdefault(one.key, one)
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.key))), problems


def _lines(happenings: tuple[Happening, ...]) -> list[str]:
    """Time with offset, kind, who and from where, what."""
    if not happenings:
        return ["nothing happened, as far as this machine knows"]
    wide = min(28, max(len(_who(one)) for one in happenings))
    return [
        f"{one.at.astimezone():%Y-%m-%d %H:%M:%S %z}  {one.kind:<11}  {_who(one):<{wide}}  {one.text}"
        for one in happenings
    ]


def _who(one: Happening) -> str:
    return f"{one.who} ({one.where})" if one.where else one.who


def _document(one: Happening) -> dict[str, Any]:
    return {
        "at": one.at.astimezone(UTC).isoformat(),
        "event_at": one.event_at.astimezone(UTC).isoformat() if one.event_at else None,
        "kind": one.kind,
        "text": one.text,
        "who": one.who,
        "where": one.where or None,
        "key": one.key,
    }
