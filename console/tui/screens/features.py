"""Every feature in one table; what is pressed is about the row under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from time import monotonic

from msgspec import structs
from textual import events
from textual.widget import Widget

from console.text import plain
from console.tui import actions
from console.tui.feature_list import FeatureList
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.views.feature_row import Entry
from console.tui.views.features import by_urgency, entries, features, matcher
from console.tui.views.features_banner import features_banner
from console.tui.views.footer import footer
from widgets.banner import BannerModel
from widgets.features import Features, rows_shown
from widgets.footer import FooterModel, KeyModel

SETTLING_SECONDS = 10.0
"""After opening, what sources may take for their first answer before the order holds all the same."""

_MOST_LETTERS = 60

_ABOUT_THE_ROW = frozenset(
    {
        "kill",
        "into",
        "signals",
        "checklist",
        "walk",
        "runbook",
        "timeline",
        "ladder",
        "arming",
        "note",
        "refresh",
    }
)
"""What is done to one feature, or opens a place that is about one: always the one under the cursor."""

_STEPS = {"next_item": 1, "previous_item": -1}
_OWN_LABELS = frozenset({"open", "filter", "sort now"})


def screen(host: Host) -> ConsoleScreen:
    """The place `features`."""
    return FeaturesScreen(host)


class FeaturesScreen(ConsoleScreen):
    """Rows are held by name: new data changes what they say, and never which one the cursor is on."""

    place = actions.FEATURES

    def __init__(self, host: Host, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._list = FeatureList()
        self._typing = self._settled = False
        self._opened_at = clock()
        super().__init__(host)
        self._features = Features(look=self.look)

    @property
    def cursor(self) -> str | None:
        """The name of the row under the cursor."""
        return self._list.cursor

    def aim(self, target: str) -> None:
        """Sort anew, with the cursor on the worst."""
        self._list, self._typing, self._settled = FeatureList(), False, False
        self._opened_at = self._clock()
        self._sort(self.host.scene())

    def body(self) -> Iterable[Widget]:
        """The table."""
        yield self._features

    def banner_model(self, scene: Scene) -> BannerModel:
        """Of all features."""
        return features_banner(scene, entries(scene))

    def footer_model(self, scene: Scene) -> FooterModel:
        """What works on the table alone goes last; while letters are typed, only what works then."""
        if self._typing and not scene.notice:
            keys = (KeyModel("↵", "keep", rank=3), KeyModel("esc", "show all", rank=3), KeyModel("↓", "down"))
            return FooterModel((keys,))
        model = footer(scene, self.place, {"into": "open"})
        groups = tuple(tuple(_ranked(key) for key in group) for group in model.groups)
        return structs.replace(model, groups=groups)

    def draw_body(self, scene: Scene) -> None:
        """The visible rows."""
        found = entries(scene)
        if self._settled:
            self._list = self._list.joined(found, matcher(scene, found, self._list.letters))
        else:
            self._sort(scene)
        rows = rows_shown(self._features.size.height)
        self._list = self._list.scrolled(rows)
        width = self._features.size.width or self.app.size.width
        self._features.show(features(scene, found, self._list, rows, width, self._typing))

    def take(self, event: events.Key | events.Paste, read: int) -> bool:
        """Letters of the filter while it is being typed."""
        if not self._typing:
            return False
        letters = self._list.letters
        if isinstance(event, events.Paste):
            self._filter(letters + plain(" ".join(event.text.split())))
        elif event.key == "escape":
            self._typing = False
            self._filter("")
        elif event.key == "enter":
            self._typing = False
            self.redraw()
        elif event.key == "backspace":
            self._filter(letters[:-1])
        elif event.character is not None and event.character.isprintable():
            self._filter(letters + event.character)
        else:
            return False
        return True

    def act(self, action: str) -> bool:
        """Move, sort, filter; anything about a feature is about the one under the cursor."""
        if action in _ABOUT_THE_ROW:
            return self._about_the_row(action)
        page = max(1, rows_shown(self._features.size.height) - 1)
        steps = {**_STEPS, "page_down": page, "page_up": -page}
        if action in steps:
            self._settled = True
            self._list = self._list.moved(steps[action])
        elif action == "sort":
            self._settled = True
            self._sort(self.host.scene())
        elif action == "filter":
            self._typing = self._settled = True
        elif action == "back" and self._list.letters:
            self._filter("")
        else:
            return False
        self.redraw()
        return True

    def _sort(self, scene: Scene) -> None:
        """The worst first.

        While the sources of some have not answered yet, each drawing sorts again; until then there is no
        cursor, because the feature that it stands on must not change.
        """
        found = entries(scene)
        listed = self._list.sorted(by_urgency(scene, found), matcher(scene, found, self._list.letters))
        heard = all(snapshot.board.clock is not None for snapshot in scene.snapshots)
        late = self._clock() - self._opened_at >= SETTLING_SECONDS
        self._settled = self._settled or (bool(found) and (heard or late))
        self._list = listed if self._settled else replace(listed, cursor=None)

    def _filter(self, letters: str) -> None:
        scene = self.host.scene()
        found = entries(scene)
        letters = letters[:_MOST_LETTERS]
        self._list = self._list.filtered(letters, matcher(scene, found, letters))
        self.draw(scene)

    def _about_the_row(self, action: str) -> bool:
        """Choose the row's feature, now; the app then does what the key says. True: nothing is left to do."""
        name = self._list.cursor
        entry = entries(self.host.scene()).get(name) if name is not None else None
        if entry is None or entry.snapshot is None:
            self.host.say(_refusal(name, entry))
            return True
        self.host.choose(entry.name)
        chosen = self.host.backend.snapshot
        if chosen is None or chosen.config.name != entry.name:
            self.host.say(f"{plain(entry.name)} could not be chosen: nothing was done")
            return True
        if action == "into":
            self.host.go(actions.SIGNALS)
            return True
        return False


def _ranked(key: KeyModel) -> KeyModel:
    return structs.replace(key, rank=7) if key.label in _OWN_LABELS else key


def _refusal(name: str | None, entry: Entry | None) -> str:
    if name is None:
        return "no row is under the cursor: j goes to the first"
    if entry is None or entry.broken is None:
        return f"{plain(name)} is no longer in console.toml: s sorts anew"
    return f"{entry.key} cannot be watched or killed from here: {plain(entry.broken.problem)}"
