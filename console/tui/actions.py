"""Every key, once: what it is called, where it works, and whether it changes what users get.

The keys, the footer, the ``?`` page and the palette are all made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNALS, DETAIL, FEATURES = "signals", "detail", "features"
CHECKLIST, WALK, TIMELINE = "checklist", "walk", "timeline"
RUNBOOK, ARMING, HELP = "runbook", "arming", "help"
DIALOG, LADDER, FORM, FILTER = "dialog", "ladder", "form", "filter"

_VIEWS = frozenset({SIGNALS, DETAIL, FEATURES, CHECKLIST, WALK, TIMELINE, RUNBOOK, ARMING, HELP, LADDER})
_PAGES = frozenset({RUNBOOK, ARMING, HELP})
_LISTS = frozenset({SIGNALS, FEATURES, CHECKLIST, TIMELINE})
_SCROLLED = _PAGES | {TIMELINE, DETAIL, WALK}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does.

    Attributes:
        id: stable name, by which a key is rebound.
        keys: Textual's names of the keys, the main one first.
        shown: the main key as it is printed.
        label: in the footer, a word or two.
        description: in ``?`` and the palette.
        screens: where the key works.
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
        dangerous=True,
        rank=9,
    ),
    Action("signals", ("1",), "1", "signals", "the seven signals in their bands", _VIEWS - {SIGNALS}, rank=4),
    Action(
        "checklist",
        ("2",),
        "2",
        "checklist",
        "the launch gates with their evidence",
        _VIEWS - {CHECKLIST},
        rank=4,
    ),
    Action(
        "runbook", ("4",), "4", "runbook", "the runbook, at the signal in breach", _VIEWS - {RUNBOOK}, rank=5
    ),
    Action(
        "timeline",
        ("5",),
        "5",
        "timeline",
        "everything that happened, by everyone",
        _VIEWS - {TIMELINE},
        rank=4,
    ),
    Action(
        "features",
        ("f",),
        "f",
        "features",
        "every feature in one table, worst first",
        _VIEWS - {FEATURES},
        rank=2,
    ),
    Action(
        "into",
        ("enter",),
        "↵",
        "why",
        "into what the cursor is on: why a verdict is what it is, a gate, a feature",
        frozenset({SIGNALS, FEATURES, CHECKLIST, TIMELINE}),
        rank=6,
    ),
    Action("ladder", (), "", "", "the newest kill, rung by rung", _VIEWS - {LADDER}),
    Action("next_item", ("down", "j", "tab"), "↓", "", "the cursor down", _LISTS),
    Action("previous_item", ("up", "k", "shift+tab"), "↑", "", "the cursor up", _LISTS),
    Action("scroll_down", ("down", "j"), "↓", "scroll", "a line down", _SCROLLED - _LISTS, rank=1),
    Action("scroll_up", ("up", "k"), "↑", "", "a line up", _SCROLLED - _LISTS),
    Action("page_down", ("pagedown",), "pgdn", "", "a page down", _SCROLLED | {FEATURES}),
    Action("page_up", ("pageup",), "pgup", "", "a page up", _SCROLLED | {FEATURES}),
    Action(
        "next",
        ("right_square_bracket",),
        "]",
        "",
        "the next signal, gate or feature",
        frozenset({SIGNALS, DETAIL, WALK}),
    ),
    Action(
        "previous", ("left_square_bracket",), "[", "", "the one before", frozenset({SIGNALS, DETAIL, WALK})
    ),
    Action("next", ("right", "l"), "→", "", "the next signal, gate or feature", frozenset({DETAIL, WALK})),
    Action("previous", ("left", "h"), "←", "", "the one before", frozenset({DETAIL, WALK})),
    Action(
        "filter",
        ("slash",),
        "/",
        "filter",
        "show only what has these letters in it",
        frozenset({FEATURES, TIMELINE}),
        rank=3,
    ),
    Action("sort", ("s",), "s", "sort now", "put the worst first again", frozenset({FEATURES}), rank=3),
    Action(
        "walk",
        ("m",),
        "m",
        "meeting",
        "launch meeting: one gate a screen, unmet first",
        frozenset({CHECKLIST, SIGNALS}),
        rank=3,
    ),
    Action(
        "attest",
        ("a",),
        "a",
        "attest",
        "vouch for this gate, with evidence",
        frozenset({CHECKLIST, WALK}),
        rank=4,
    ),
    Action(
        "waive",
        ("w",),
        "w",
        "waive",
        "go without this gate for a time: reason, approver, date",
        frozenset({CHECKLIST, WALK}),
        rank=4,
    ),
    Action(
        "acknowledge",
        ("o",),
        "o",
        "I have read it",
        "say that you have read this version of the runbook",
        frozenset({RUNBOOK, CHECKLIST, WALK}),
        rank=4,
    ),
    Action(
        "note",
        ("n",),
        "n",
        "note",
        "write a note into the timeline; in the meeting, what was said of this gate",
        _VIEWS - {HELP},
        rank=3,
    ),
    Action(
        "arming",
        ("exclamation_mark",),
        "!",
        "can I kill?",
        "prove now, without an effect on users, that each lever would work",
        _VIEWS,
        rank=5,
    ),
    Action(
        "refresh",
        ("r",),
        "r",
        "refresh",
        "read flag and runbook now, and prove arming",
        _VIEWS - {HELP},
        rank=1,
    ),
    Action("span", ("g",), "g", "span", "the chart over another span", frozenset({DETAIL}), rank=5),
    Action(
        "copy",
        ("y",),
        "y",
        "copy",
        "copy the query, or the line under the cursor, to your own clipboard",
        frozenset({DETAIL, TIMELINE}),
        rank=2,
    ),
    Action(
        "export",
        ("x",),
        "x",
        "export",
        "write this as Markdown beside the store",
        frozenset({CHECKLIST, WALK}),
        rank=2,
    ),
    Action(
        "hold",
        ("space",),
        "space",
        "hold",
        "hold the panels; banner and ladder stay live",
        frozenset({SIGNALS}),
        rank=2,
    ),
    Action(
        "leave",
        ("escape", "ctrl+c"),
        "esc",
        "leave, nothing is sent",
        "out of the dialog; nothing is sent",
        frozenset({DIALOG}),
        rank=8,
    ),
    Action(
        "requests",
        ("f2",),
        "F2",
        "exact requests",
        "what each lever sends, to be sent by hand",
        frozenset({DIALOG, LADDER}),
        rank=6,
    ),
    Action(
        "cancel",
        ("escape", "ctrl+c"),
        "esc",
        "leave, nothing is written",
        "out of the form; nothing is written",
        frozenset({FORM}),
        rank=8,
    ),
    Action(
        "submit",
        ("enter",),
        "↵",
        "write it",
        "to the next field; from the last, write it into the journal",
        frozenset({FORM}),
        rank=7,
    ),
    Action("back", ("escape",), "esc", "back", "out of here; never ends a kill", _VIEWS - {SIGNALS}, rank=7),
    Action("palette", ("colon", "ctrl+p"), ":", "", "every action by name", _VIEWS),
    Action("help", ("question_mark", "f1"), "?", "help", "every key", _VIEWS - {HELP}, rank=6, right=True),
    Action("help", ("f1",), "F1", "help", "how this works", frozenset({DIALOG, FORM}), rank=6, right=True),
    Action(
        "quit", ("q",), "q", "quit", "leave the console; a confirmed kill goes on", _VIEWS, rank=8, right=True
    ),
)

_BY_KEY = {(screen, key): action for action in ACTIONS for screen in action.screens for key in action.keys}


def find(screen: str, key: str) -> Action | None:
    """What `key` (Textual's name) does on a screen."""
    return _BY_KEY.get((screen, key))


def of(screen: str) -> tuple[Action, ...]:
    """What works on a screen, in the order of the list."""
    return tuple(action for action in ACTIONS if screen in action.screens)
