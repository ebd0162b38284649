"""The palette: every action that works on the screen below, by name, and the demo's scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from console.text import plain
from console.tui import actions
from console.tui.screens.base import ConsoleScreen

if TYPE_CHECKING:
    from console.tui.actions import Keymap
    from console.tui.app import ConsoleApp


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        title: what is shown and searched.
        help: below it.
        action: its id, or "" for a scenario.
        scenario: its name, or "".
    """

    title: str
    help: str
    action: str = ""
    scenario: str = ""


def entries(keys: Keymap, place: str, scenarios: tuple[tuple[str, str], ...]) -> Iterator[Entry]:
    """The lines for a place: each action once, in the registry's order, then the scenarios."""
    seen: set[str] = set()
    for action in keys.of(place):
        if action.id in seen:
            continue
        seen.add(action.id)
        name = action.id.replace("_", " ")
        title = f"{action.shown or '·':<5} {action.label or name}"
        yield Entry(title if name in title else f"{title}, {name}", action.description, action=action.id)
    for name, happens in scenarios:
        title = f"scenario: {plain(name)} - {plain(happens)}"
        yield Entry(title, "switch the embedded world to it", scenario=name)


def palette(app: ConsoleApp) -> CommandPalette:
    """The palette, for the screen that is on top now."""
    screen = app.screen
    place = screen.place if isinstance(screen, ConsoleScreen) else actions.SIGNALS
    scene = app.scene()
    listed = tuple(entries(scene.keys, place, app.backend.scenarios if scene.demo else ()))

    def chosen(entry: Entry) -> Callable[[], None]:
        if entry.scenario:
            return lambda: app.host.run(_play(app, entry.scenario))
        return lambda: _perform(app, entry.action)

    class Registry(Provider):
        """Textual makes it anew for each palette."""

        async def discover(self) -> Hits:
            for entry in listed:
                yield DiscoveryHit(Content(entry.title), chosen(entry), entry.title, entry.help)

        async def search(self, query: str) -> Hits:
            matcher = self.matcher(query)
            for entry in listed:
                score = matcher.match(entry.title)
                if score > 0:
                    yield Hit(score, Content(entry.title), chosen(entry), entry.title, entry.help)

    return CommandPalette([Registry], placeholder="what do you want to do?")


def _perform(app: ConsoleApp, action: str) -> None:
    app.perform(action)


async def _play(app: ConsoleApp, scenario: str) -> None:
    problem = await app.backend.play(scenario)
    if problem:
        app.say(f"{plain(scenario)} could not be played: {plain(problem)}")
        return
    app.say(f"{plain(scenario)} begins")
