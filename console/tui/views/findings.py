"""What is wrong with the console itself and must not be missed, whatever screen is on top."""

from __future__ import annotations

from console.text import plain
from console.tui.scene import Scene


def findings(scene: Scene) -> tuple[str, ...]:
    """Sentences, the worst first; each thing once."""
    snapshot = scene.snapshot
    said: list[str] = []
    if snapshot is not None:
        if snapshot.journal.problem:
            said.append(f"journal: {plain(snapshot.journal.problem)}")
        if snapshot.reload:
            said.append(
                f"console.toml changed and is refused, the old one is in use: {plain(snapshot.reload)}"
            )
        if snapshot.history.problem:
            said.append(f"history: {plain(snapshot.history.problem)}; a restart would forget what was seen")
    said += [plain(sentence) for sentence in scene.keys.refused]
    return tuple(dict.fromkeys(said))
