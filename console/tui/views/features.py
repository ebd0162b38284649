"""The table of all features: which rows there are, in which order, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from console.signals.verdict import State
from console.text import plain
from console.tui.feature_list import FeatureList
from console.tui.scene import Scene
from console.tui.views.feature_row import KILLED, Entry, panel, panel_title, row, word_of
from widgets.features import FeaturesModel

_URGENCY = ("BREACH", KILLED, "ERROR", "STALE", "NO DATA", "WATCH", "TOO FEW", "OK", "OFF")

_LEGENDS = (
    (
        "C cost   L latency   E eval   R error rate   F thumbs-down / regenerate   T tickets   I injection",
        "■ breach  ▲ watch  ● ok  ○ too few  □ no data  ◑ stale  ✗ error  ◇ off by a kill",
    ),
    (
        "C cost  L latency  E eval  R error rate  F thumbs-down  T tickets  I injection",
        "■ breach ▲ watch ● ok ○ too few □ no data ◑ stale ✗ error ◇ off by a kill",
    ),
)


def entries(scene: Scene) -> dict[str, Entry]:
    """Every feature, in the configuration's order, the broken ones last."""
    found = {
        snapshot.config.name: Entry(snapshot.config.name, snapshot=snapshot) for snapshot in scene.snapshots
    }
    for broken in scene.broken:
        name, twin = f"!{broken.name}", 1
        # Two tables may be broken under one name, or under that of one that works.
        while name in found:
            twin += 1
            name = f"!{broken.name}#{twin}"
        found[name] = Entry(name, broken=broken)
    return found


def by_urgency(scene: Scene, found: Mapping[str, Entry]) -> tuple[str, ...]:
    """The names, the worst first, of equals in the configuration's order; broken ones among the ERRORs."""
    return tuple(sorted(found, key=lambda name: _URGENCY.index(word_of(scene, found[name]))))


def matcher(scene: Scene, found: Mapping[str, Entry], letters: str) -> Callable[[str], bool]:
    """Whether a row has the letters in its key, environment or words; several words must all be there."""
    wanted = letters.casefold().split()

    def matches(name: str) -> bool:
        if not wanted:
            return True
        entry = found.get(name)
        if entry is None:
            return False
        model = row(scene, entry)
        title = plain(entry.snapshot.config.title) if entry.snapshot is not None else ""
        texts = (
            entry.key,
            entry.environment,
            title,
            model.word,
            model.stage,
            model.worst,
            model.kill,
        )
        said = " ".join(texts).casefold()
        return all(word in said for word in wanted)

    return matches


def features(
    scene: Scene, found: Mapping[str, Entry], listed: FeatureList, rows: int, width: int, typing: bool
) -> FeaturesModel:
    """The visible part of the table, and the panel of the row under the cursor.

    Args:
        listed: which rows there are; scrolled so that the cursor is among the visible ones.
        rows: how many are visible.
    """
    visible = listed.shown[listed.top : listed.top + rows]
    hidden = listed.shown[listed.top + rows :]
    at = listed.at
    under = found.get(listed.cursor, Entry(listed.cursor)) if listed.cursor is not None else None
    total = len(listed.order)
    return FeaturesModel(
        rows=tuple(row(scene, found.get(name, Entry(name))) for name in visible),
        cursor=at - listed.top if at is not None and 0 <= at - listed.top < len(visible) else None,
        before=listed.top,
        after=_after(scene, found, hidden),
        letters=plain(listed.letters),
        typing=typing,
        count=f"{len(listed.shown)} of {total}" if listed.letters else str(total),
        empty=_empty(scene, listed),
        panel_title=panel_title(under) if under is not None else "",
        panel=panel(scene, under) if under is not None else (),
        legend=_LEGENDS[0] if width > len(_LEGENDS[0][0]) + 2 else _LEGENDS[1],
    )


def _after(scene: Scene, found: Mapping[str, Entry], hidden: tuple[str, ...]) -> str:
    if not hidden:
        return ""
    words = {word_of(scene, found.get(name, Entry(name))) for name in hidden}
    if words == {State.OK.value}:
        return f"{len(hidden)} more, all OK"
    loud = min(words, key=_URGENCY.index)
    return f"{len(hidden)} more, the worst {loud}"


def _empty(scene: Scene, listed: FeatureList) -> str:
    if listed.letters:
        return f"nothing has '{plain(listed.letters)}' in it; esc shows all"
    return plain(scene.message) or "no feature is configured"
