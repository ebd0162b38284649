"""The keys that work here."""

from __future__ import annotations

from collections.abc import Mapping

from console.tui import actions
from console.tui.scene import Scene
from console.tui.views.alarms import unseen
from widgets.footer import FooterModel, KeyModel


def footer(scene: Scene, screen: str, labels: Mapping[str, str] | None = None) -> FooterModel:
    """Dangerous keys first, then the others, help and the way out at the right; or, for a while, a notice.

    Args:
        labels: what an action (by its id) is called at this moment, where that differs from the registry.
    """
    if scene.notice:
        return FooterModel((), notice=scene.notice)
    dangerous: list[KeyModel] = []
    ordinary: list[KeyModel] = []
    right: list[KeyModel] = []
    for action in scene.keys.of(screen):
        if not action.label or (action.id == "ladder" and scene.ladder() is None):
            continue
        if action.id in ("hint", "end_drill") and not _drilling(scene):
            continue
        if action.id == "acknowledge" and screen == actions.LADDER and not _alarmed(scene):
            continue
        forbidden = action.dangerous and scene.read_only
        label = (labels or {}).get(action.id) or _label(action, scene, screen)
        key = KeyModel(
            action.shown,
            label,
            enabled=not forbidden,
            reason="read-only" if forbidden else "",
            rank=action.rank,
        )
        (dangerous if action.dangerous else right if action.right else ordinary).append(key)
    groups = tuple(tuple(group) for group in (dangerous, ordinary) if group)
    return FooterModel(groups, tuple(right))


def _drilling(scene: Scene) -> bool:
    return scene.drill is not None and not scene.drill.over


def _alarmed(scene: Scene) -> bool:
    newest = scene.ladder()
    return newest is not None and bool(unseen(scene, newest))


def _label(action: actions.Action, scene: Scene, screen: str) -> str:
    if action.id == "kill" and _drilling(scene):
        return "ladder" if scene.ladder() is not None else "kill (drill)"
    if action.id == "back" and screen == actions.DRILL and not _drilling(scene):
        return "leave"
    if action.id == "back" and screen == actions.LADDER and _drilling(scene):
        return "to signals"
    if action.id == "hold" and scene.held:
        return "goes on"
    if action.id == "back" and screen == actions.LADDER and scene.killing and scene.killing.running:
        return "to signals, the kill goes on"
    return action.label
