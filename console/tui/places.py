"""Where one can be: the names of the screens, and which are alike."""

from __future__ import annotations

SIGNALS, DETAIL, FEATURES = "signals", "detail", "features"
CHECKLIST, WALK, TIMELINE = "checklist", "walk", "timeline"
RUNBOOK, ARMING, CARD, HELP = "runbook", "arming", "card", "help"
DRILL = "drill"
DIALOG, LADDER, FORM, FILTER = "dialog", "ladder", "form", "filter"

VIEWS = frozenset(
    {SIGNALS, DETAIL, FEATURES, CHECKLIST, WALK, TIMELINE, RUNBOOK, ARMING, CARD, HELP, LADDER, DRILL}
)
PAGES = frozenset({RUNBOOK, ARMING, CARD, HELP, DRILL})
LISTS = frozenset({SIGNALS, FEATURES, CHECKLIST, TIMELINE})
SCROLLED = PAGES | {TIMELINE, DETAIL, WALK}

TYPED_ON = frozenset({DIALOG, FORM, FILTER})
"""Where letters are typed, so that none of them is a key."""
