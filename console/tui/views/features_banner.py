"""The three lines on top of the features table: of all of them, not of one."""

from __future__ import annotations

from collections.abc import Mapping

from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.feature_row import KILLED, Entry, own_scene, row, word_of
from console.tui.views.standing import standing
from widgets.banner import BannerModel
from widgets.marks import State, Tone

_BLIND = ("ERROR", "STALE", "NO DATA")
_ORDER = (
    "sorted worst first; the order holds while the cursor is in the table · s sorts again now",
    "the order holds while the cursor is in the table · s sorts again",
    "s sorts again",
)


def features_banner(scene: Scene, found: Mapping[str, Entry]) -> BannerModel:
    """How many there are, and how they stand; the worst of them; how they are sorted."""
    words = {name: word_of(scene, entry) for name, entry in found.items()}
    state, word, verdict, tone = _worst(scene, found, words)
    return BannerModel(
        environment="ALL",
        real_users=not scene.demo,
        modes=tuple(word for word, on in (("DEMO", scene.demo), ("READ-ONLY", scene.read_only)) if on),
        title=_counts(scene, found, words),
        flag_key="",
        flag_state="",
        clock=when.clock(scene.event_now, scene.tz),
        state=state,
        word=word,
        verdict=verdict,
        verdict_tone=tone,
        hint="↵ open" if found else "",
        arming=_ORDER,
    )


def _counts(scene: Scene, found: Mapping[str, Entry], words: Mapping[str, str]) -> tuple[str, ...]:
    features = f"{len(found)} features" if len(found) != 1 else "1 feature"
    environments = len({entry.environment for entry in found.values() if entry.snapshot is not None})
    said = list(words.values())
    breach, watch, killed = (said.count(word) for word in ("BREACH", "WATCH", KILLED))
    broken = sum(1 for entry in found.values() if entry.broken is not None)
    blind = sum(1 for word in said if word in _BLIND) - broken
    # Asking each for its levers is dear with hundreds, so only what is asked already counts.
    unarmed = sum(1 for entry in found.values() if _not_armed(entry))
    stands = [
        text
        for count, text in (
            (breach, f"{breach} in BREACH"),
            (blind, f"{blind} blind"),
            (watch, f"{watch} in WATCH"),
            (killed, f"{killed} killed"),
            (broken, f"{broken} broken"),
            (unarmed, f"{unarmed} not armed"),
        )
        if count
    ]
    places = f"{environments} environments" if environments != 1 else "1 environment"
    return (
        " · ".join((features, places, ", ".join(stands) or "none in BREACH")),
        " · ".join((features, ", ".join(stands) or "none in BREACH")),
        " · ".join((features, ", ".join(stands[:2]) or "none in BREACH")),
        features,
    )


def _not_armed(entry: Entry) -> bool:
    arming = entry.snapshot.arming if entry.snapshot is not None else None
    return arming is not None and not any(lever.armed for lever in arming.levers)


def _worst(
    scene: Scene, found: Mapping[str, Entry], words: Mapping[str, str]
) -> tuple[State | None, str, str, Tone]:
    """The line of a kill that is not proven yet, else of the worst feature."""
    if scene.snapshot is not None and scene.killing is not None:
        stand = standing(own_scene(scene, scene.snapshot))
        if scene.killing.confirmed and stand.danger:
            name = f"{scene.snapshot.config.key} ({scene.snapshot.config.environment})"
            return State.BREACH, stand.word, f"{name}: {stand.text}", Tone.DANGER
    if not found:
        return None, "", "no feature is watched", Tone.PLAIN
    for word in ("BREACH", "ERROR", "STALE", "NO DATA", "WATCH", KILLED, "TOO FEW"):
        loud = [name for name, said in words.items() if said == word]
        if not loud:
            continue
        model = row(scene, found[loud[0]])
        since = f", since {model.since}" if model.since else ""
        text = f"{model.feature} ({model.environment}): {model.worst}{since}"
        return model.state, model.word, text, model.tone
    return State.OK, "", f"all {len(found)} in band", Tone.PLAIN
