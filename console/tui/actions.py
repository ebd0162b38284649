"""Every key, once: what it is called, where it works, and whether it changes what users get.

The keys, the footer, the ``?`` page, the palette and docs/keys.md are all made from this list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SIGNALS, DETAIL, FEATURES = "signals", "detail", "features"
CHECKLIST, WALK, TIMELINE = "checklist", "walk", "timeline"
RUNBOOK, ARMING, HELP = "runbook", "arming", "help"
DIALOG, LADDER, FORM, FILTER = "dialog", "ladder", "form", "filter"

_VIEWS = frozenset({SIGNALS, DETAIL, FEATURES, CHECKLIST, WALK, TIMELINE, RUNBOOK, ARMING, HELP, LADDER})
_PAGES = frozenset({RUNBOOK, ARMING, HELP})
_LISTS = frozenset({SIGNALS, FEATURES, CHECKLIST, TIMELINE})
_SCROLLED = _PAGES | {TIMELINE, DETAIL, WALK}

TYPED_ON = frozenset({DIALOG, FORM, FILTER})
"""Where letters are typed, so that none of them is a key."""

GROUPS = ("the kill", "move", "look", "decide", "write")
"""In the order of the ``?`` page."""
_KILL, _MOVE, _LOOK, _DECIDE, _WRITE = GROUPS


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does.

    Attributes:
        id: stable name, by which a key is rebound in `[keys]`; it may have several entries.
        keys: Textual's names of the keys, the main one first.
        shown: the main key as it is printed.
        label: in the footer, a word or two.
        description: in ``?`` and the palette.
        screens: where the key works.
        group: of `GROUPS`.
        dangerous: it changes what users get, or opens the dialog that does; capitals only.
        rank: in a footer that is short of room the lowest go first.
        right: stands at the footer's right edge.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    description: str
    screens: frozenset[str]
    group: str
    dangerous: bool = False
    rank: int = 0
    right: bool = False


ACTIONS: tuple[Action, ...] = (
    Action(
        "kill",
        ("K",),
        "K",
        "kill",
        "stop the AI path: opens the dialog that asks for the word; shows the ladder while a kill is running",
        _VIEWS,
        _KILL,
        dangerous=True,
        rank=9,
    ),
    Action("ladder", (), "", "", "the newest kill, rung by rung", _VIEWS - {LADDER}, _KILL),
    Action(
        "arming",
        ("exclamation_mark",),
        "!",
        "can I kill?",
        "prove now, without an effect on users, that each lever would work; what else is wrong",
        _VIEWS,
        _KILL,
        rank=4,
    ),
    Action(
        "leave",
        ("escape", "ctrl+c"),
        "esc",
        "leave, nothing is sent",
        "out of the dialog; nothing is sent",
        frozenset({DIALOG}),
        _KILL,
        rank=8,
    ),
    Action(
        "requests",
        ("f2",),
        "F2",
        "exact requests",
        "what each lever sends, to be sent by hand",
        frozenset({DIALOG, LADDER}),
        _KILL,
        rank=6,
    ),
    Action(
        "signals",
        ("1",),
        "1",
        "signals",
        "the seven signals in their bands",
        _VIEWS - {SIGNALS},
        _MOVE,
        rank=4,
    ),
    Action(
        "checklist",
        ("2",),
        "2",
        "checklist",
        "the launch gates with their evidence",
        _VIEWS - {CHECKLIST},
        _MOVE,
        rank=3,
    ),
    Action(
        "runbook",
        ("4",),
        "4",
        "runbook",
        "the runbook, at the signal in breach",
        _VIEWS - {RUNBOOK},
        _MOVE,
        rank=5,
    ),
    Action(
        "timeline",
        ("5",),
        "5",
        "timeline",
        "everything that happened, by everyone",
        _VIEWS - {TIMELINE},
        _MOVE,
        rank=5,
    ),
    Action(
        "features",
        ("f",),
        "f",
        "features",
        "every feature in one table, worst first",
        _VIEWS - {FEATURES},
        _MOVE,
        rank=2,
    ),
    Action(
        "into",
        ("enter",),
        "↵",
        "why",
        "into what the cursor is on: why a verdict is what it is, a gate, a feature, a kill",
        _LISTS,
        _MOVE,
        rank=6,
    ),
    Action(
        "back",
        ("escape",),
        "esc",
        "back",
        "out of here; never ends a kill",
        _VIEWS - {SIGNALS},
        _MOVE,
        rank=7,
    ),
    Action("next_item", ("down", "j", "tab"), "↓", "", "the cursor down", _LISTS, _MOVE),
    Action("previous_item", ("up", "k", "shift+tab"), "↑", "", "the cursor up", _LISTS, _MOVE),
    Action("next_item", ("down",), "↓", "", "the cursor down", frozenset({FILTER}), _MOVE),
    Action("previous_item", ("up",), "↑", "", "the cursor up", frozenset({FILTER}), _MOVE),
    Action("scroll_down", ("down", "j"), "↓", "scroll", "a line down", _SCROLLED - _LISTS, _MOVE, rank=1),
    Action("scroll_up", ("up", "k"), "↑", "", "a line up", _SCROLLED - _LISTS, _MOVE),
    Action("page_down", ("pagedown",), "pgdn", "", "a page down", _SCROLLED | {FEATURES}, _MOVE),
    Action("page_up", ("pageup",), "pgup", "", "a page up", _SCROLLED | {FEATURES}, _MOVE),
    Action(
        "newest",
        ("end",),
        "end",
        "newest",
        "to the newest line, and on with it as others come",
        frozenset({TIMELINE}),
        _MOVE,
        rank=1,
    ),
    Action(
        "next",
        ("right_square_bracket",),
        "]",
        "",
        "the next signal, gate or feature",
        frozenset({SIGNALS, DETAIL, WALK}),
        _MOVE,
    ),
    Action(
        "previous",
        ("left_square_bracket",),
        "[",
        "",
        "the one before",
        frozenset({SIGNALS, DETAIL, WALK}),
        _MOVE,
    ),
    Action(
        "next",
        ("right", "l"),
        "→",
        "next",
        "the next signal, gate or feature",
        frozenset({DETAIL, WALK}),
        _MOVE,
        rank=6,
    ),
    Action("previous", ("left", "h"), "←", "", "the one before", frozenset({DETAIL, WALK}), _MOVE),
    Action(
        "palette",
        ("colon", "ctrl+p"),
        ":",
        "",
        "every action by name; in the demo, its scenarios",
        _VIEWS,
        _MOVE,
    ),
    Action(
        "help", ("question_mark", "f1"), "?", "help", "every key", _VIEWS - {HELP}, _MOVE, rank=6, right=True
    ),
    Action("help", ("f1",), "F1", "help", "every key", TYPED_ON, _MOVE, rank=6, right=True),
    Action(
        "interrupt", ("ctrl+c",), "ctrl+c", "", "says that q leaves; ends nothing by itself", _VIEWS, _MOVE
    ),
    Action(
        "quit",
        ("q",),
        "q",
        "quit",
        "leave the console; a confirmed kill goes on",
        _VIEWS,
        _MOVE,
        rank=8,
        right=True,
    ),
    Action(
        "hold",
        ("space",),
        "space",
        "hold",
        "hold the panels; banner and ladder stay live",
        frozenset({SIGNALS}),
        _LOOK,
        rank=2,
    ),
    Action(
        "refresh",
        ("r",),
        "r",
        "refresh",
        "read flag and runbook now, and prove arming",
        _VIEWS - {HELP},
        _LOOK,
        rank=1,
    ),
    Action("span", ("g",), "g", "span", "the chart over another span", frozenset({DETAIL}), _LOOK, rank=5),
    Action(
        "sort", ("s",), "s", "sort now", "put the worst first again", frozenset({FEATURES}), _LOOK, rank=3
    ),
    Action(
        "filter",
        ("slash",),
        "/",
        "filter",
        "show only what has these letters in it",
        frozenset({FEATURES, TIMELINE}),
        _LOOK,
        rank=6,
    ),
    Action(
        "filter_keep",
        ("enter",),
        "↵",
        "keep it",
        "keep the filter, and back to the keys",
        frozenset({FILTER}),
        _LOOK,
        rank=7,
    ),
    Action(
        "filter_clear",
        ("escape", "ctrl+c"),
        "esc",
        "show all again",
        "out of the filter: everything shows again",
        frozenset({FILTER}),
        _LOOK,
        rank=8,
    ),
    Action(
        "copy",
        ("y",),
        "y",
        "copy",
        "copy the query, or the line under the cursor, to your own clipboard",
        frozenset({DETAIL, TIMELINE}),
        _LOOK,
        rank=4,
    ),
    Action(
        "walk",
        ("m",),
        "m",
        "meeting",
        "launch meeting: one gate a screen, unmet first",
        frozenset({CHECKLIST}),
        _DECIDE,
        rank=6,
    ),
    Action(
        "walk",
        ("m",),
        "m",
        "meeting",
        "launch meeting: one gate a screen, unmet first",
        frozenset({SIGNALS}),
        _DECIDE,
        rank=3,
    ),
    Action(
        "attest",
        ("a",),
        "a",
        "attest",
        "vouch for this gate, with evidence",
        frozenset({CHECKLIST, WALK}),
        _DECIDE,
        rank=6,
    ),
    Action(
        "waive",
        ("w",),
        "w",
        "waive",
        "go without this gate for a time: reason, approver, date",
        frozenset({CHECKLIST, WALK}),
        _DECIDE,
        rank=6,
    ),
    Action(
        "acknowledge",
        ("o",),
        "o",
        "I have read it",
        "say that you have read this version of the runbook; from the checklist, read it first",
        frozenset({RUNBOOK}),
        _DECIDE,
        rank=6,
    ),
    Action(
        "acknowledge",
        ("o",),
        "o",
        "read runbook",
        "say that you have read this version of the runbook; from the checklist, read it first",
        frozenset({CHECKLIST, WALK}),
        _DECIDE,
        rank=4,
    ),
    Action(
        "note",
        ("n",),
        "n",
        "note",
        "write a note into the timeline; in the meeting, what was said of this gate",
        _VIEWS - {HELP, WALK},
        _WRITE,
        rank=5,
    ),
    Action(
        "note",
        ("n",),
        "n",
        "said",
        "write a note into the timeline; in the meeting, what was said of this gate",
        frozenset({WALK}),
        _WRITE,
        rank=6,
    ),
    Action(
        "export",
        ("x",),
        "x",
        "export",
        "write the checklist as Markdown into a file",
        frozenset({CHECKLIST, WALK}),
        _WRITE,
        rank=5,
    ),
    Action(
        "submit",
        ("enter",),
        "↵",
        "next, then write",
        "in a form: to the next field; from the last, write it into the journal",
        frozenset({FORM}),
        _WRITE,
        rank=7,
    ),
    Action(
        "cancel",
        ("escape", "ctrl+c"),
        "esc",
        "leave, nothing is written",
        "out of the form; nothing is written",
        frozenset({FORM}),
        _WRITE,
        rank=8,
    ),
    Action("next_field", ("tab", "down"), "tab", "", "the next field of a form", frozenset({FORM}), _WRITE),
    Action(
        "previous_field", ("shift+tab", "up"), "shift+tab", "", "the field before", frozenset({FORM}), _WRITE
    ),
)


class Keymap:
    """Which key does what on which screen.

    Args:
        actions: as in `ACTIONS`, on the same keys or on others.
        refused: a sentence for each wish of `[keys]` that could not be had.
    """

    def __init__(self, actions: Iterable[Action] = ACTIONS, refused: tuple[str, ...] = ()) -> None:
        self.actions = tuple(actions)
        self.refused = refused
        self._by_key = {
            (screen, key): action
            for action in self.actions
            for screen in action.screens
            for key in action.keys
        }

    def find(self, screen: str, key: str) -> Action | None:
        """What `key` (Textual's name) does on a screen."""
        return self._by_key.get((screen, key))

    def of(self, screen: str) -> tuple[Action, ...]:
        """What works on a screen, in the order of the list."""
        return tuple(action for action in self.actions if screen in action.screens)


KEYS = Keymap()
"""As delivered."""
