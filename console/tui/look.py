"""Which set of glyphs the terminal can show, by the locale alone."""

from __future__ import annotations

from collections.abc import Mapping

from widgets.look import ASCII, UNICODE, Look


def look_for(environment: Mapping[str, str]) -> Look:
    """ASCII where the locale says C, POSIX or a charset other than UTF-8; the first that is set counts.

    Python puts ``LC_CTYPE=C.UTF-8`` into the environment where no locale is set at all (PEP 538), so that an
    unset one gets the full set.
    """
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name, "")
        if value:
            return UNICODE if "utf" in value.lower() else ASCII
    return UNICODE
