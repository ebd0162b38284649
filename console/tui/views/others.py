"""Who else is here: consoles that are open now on the same feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from console.text import plain
from console.tui.scene import Scene

if TYPE_CHECKING:
    from console.store.kept import Presence

_MOST = 3
"""More names than these say nothing that a number does not."""


def others(scene: Scene) -> tuple[str, ...]:
    """Forms for the banner, the longest first: "also Jonas Ek (evals)", "also Jonas Ek"; () for nobody."""
    if scene.snapshot is None:
        return ()
    here = [each for each in scene.snapshot.others if _same_feature(each, scene)]
    if not here:
        return ()
    people: dict[str, list[str]] = {}
    for each in here:
        name = plain(each.operator)
        # The same person at another terminal is no second pair of eyes.
        name = "you" if name.casefold() == plain(scene.operator).casefold() else name or "somebody"
        screens = people.setdefault(name, [])
        if each.screen and plain(each.screen) not in screens:
            screens.append(plain(each.screen))
    number = f"also {len(here)}"
    if len(people) > _MOST:
        return (f"{number} consoles", number)
    whole = _joined(f"{name} ({', '.join(on)})" if on else name for name, on in people.items())
    return (
        f"also {whole}",
        f"also {_joined(people)}",
        f"also {_joined(name.split(' ')[0] for name in people)}",
    )


def _same_feature(each: Presence, scene: Scene) -> bool:
    assert scene.snapshot is not None  # noqa: S101 - asked only where there is one
    config = scene.snapshot.config
    return (each.feature, each.environment) in ((config.key, config.environment), ("", ""))


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)
