"""Where one can be: the names of the screens, and which are alike."""

from __future__ import annotations

SIGNALS, DETAIL, FEATURES = "signals", "detail", "features"
CHECKLIST, WALK, TIMELINE = "checklist", "walk", "timeline"
RUNBOOK, ARMING, HELP = "runbook", "arming", "help"
DIALOG, LADDER, FORM, FILTER = "dialog", "ladder", "form", "filter"

VIEWS = frozenset({SIGNALS, DETAIL, FEATURES, CHECKLIST, WALK, TIMELINE, RUNBOOK, ARMING, HELP, LADDER})
PAGES = frozenset({RUNBOOK, ARMING, HELP})
LISTS = frozenset({SIGNALS, FEATURES, CHECKLIST, TIMELINE})
SCROLLED = PAGES | {TIMELINE, DETAIL, WALK}

TYPED_ON = frozenset({DIALOG, FORM, FILTER})
"""Where letters are typed, so that none of them is a key."""
