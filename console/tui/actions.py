"""Every key, once: what it is called, where it works, and whether it changes what users get.

The keys, the footer, the ``?`` page and the palette are all made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNALS, RUNBOOK, ARMING, HELP, DIALOG, LADDER = "signals", "runbook", "arming", "help", "dialog", "ladder"
_VIEWS = frozenset({SIGNALS, RUNBOOK, ARMING, HELP, LADDER})


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
        "ladder", ("enter",), "↵", "ladder", "the newest kill, rung by rung", frozenset({SIGNALS}), rank=6
    ),
    Action(
        "runbook", ("4",), "4", "runbook", "the runbook, at the signal in breach", _VIEWS - {RUNBOOK}, rank=5
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
    Action("back", ("escape",), "esc", "back", "out of here; never ends a kill", _VIEWS - {SIGNALS}, rank=7),
    Action(
        "scroll_down", ("down", "j"), "↓", "scroll", "a line down", frozenset({RUNBOOK, ARMING, HELP}), rank=1
    ),
    Action("scroll_up", ("up", "k"), "↑", "", "a line up", frozenset({RUNBOOK, ARMING, HELP})),
    Action("page_down", ("pagedown",), "pgdn", "", "a page down", frozenset({RUNBOOK, ARMING, HELP})),
    Action("page_up", ("pageup",), "pgup", "", "a page up", frozenset({RUNBOOK, ARMING, HELP})),
    Action("palette", ("colon", "ctrl+p"), ":", "", "every action by name", _VIEWS),
    Action("help", ("question_mark", "f1"), "?", "help", "every key", _VIEWS - {HELP}, rank=6, right=True),
    Action("help", ("f1",), "F1", "help", "how the dialog works", frozenset({DIALOG}), rank=6, right=True),
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
