"""Numbers and names as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor, isfinite, log10


def percent(share: float) -> str:
    """Write 0.368 as "36.8 %", 0.0004 as "0.04 %", 1.2 as "120 %"."""
    value = share * 100
    if value >= 99.95:
        return f"{value:,.0f} %"
    if 0 < abs(value) < 0.1:
        return f"{value:.2f} %"
    return f"{value:.1f} %"


def whole_percent(share: float) -> str:
    """Write 0.01 as "1 %", 0.125 as "12.5 %"."""
    return f"{share * 100:.4g} %"


def signed_percent(share: float) -> str:
    """Write 0.04 as "+4 %", -0.023 as "-2.3 %"."""
    value = share * 100
    return f"{value:+.0f} %" if abs(value) >= 10 or value == round(value) else f"{value:+.1f} %"


def count(number: float) -> str:
    """Write 2416.0 as "2,416"; a fraction that an engine extrapolated keeps one digit."""
    if not isfinite(number):
        return "?"
    if abs(number - round(number)) < 0.05 or abs(number) >= 100:
        return f"{round(number):,}"
    return f"{number:,.1f}"


def bare(number: float) -> str:
    """Write a count without its thousands mark, where room is short ("241")."""
    return count(number).replace(",", "")


def seconds(value: float) -> str:
    """Write 4.6 as "4.6 s", 0.48 as "480 ms"; infinity as "over the scale"."""
    if not isfinite(value):
        return "over the scale"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def dollars(value: float) -> str:
    """Write 2.306 as "$ 2.31"."""
    return f"$ {value:,.2f}" if value < 10_000 else f"$ {value:,.0f}"


def span(minutes: float) -> str:
    """Write 30 as "30 min", 300 as "5 h", 4000 as "3 d"."""
    if minutes < 90:
        return f"{minutes:.0f} min"
    if minutes < 60 * 48:
        return f"{minutes / 60:.0f} h"
    return f"{minutes / 1440:.0f} d"


def rough(number: float) -> str:
    """Write a number to two significant digits ("1,400")."""
    if number <= 0 or not isfinite(number):
        return "0"
    digits = floor(log10(number)) - 1
    return f"{round(number, -digits):,.0f}" if number >= 1 else f"{number:.2g}"


def power(natural_log: float) -> str:
    """Write e to this power in decimal scientific form ("1.8e+12"), also where a float could not hold it."""
    decimal = natural_log / 2.302585092994046
    exponent = floor(decimal)
    digits = f"{10 ** (decimal - exponent):.1f}"
    if digits == "10.0":
        digits, exponent = "1.0", exponent + 1
    return f"{digits}e{exponent:+03d}"


def plain(name: str, longest: int = 24) -> str:
    """Make a name from outside fit to be shown anywhere.

    Only letters of Latin scripts, digits and a few marks stay; everything else (control and invisible
    characters, markup brackets, other directions of writing) becomes "?". The raw name stays with its source.
    """
    kept = "".join(
        character
        if (character.isascii() and (character.isalnum() or character in " .,:/+-"))
        or ("\u00c0" <= character <= "\u024f")
        else "?"
        for character in name[: longest + 1].replace("_", " ")
    )
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def listing(
    counts: Mapping[str, float] | Iterable[tuple[str, float]], most: int = 4, *, number_first: bool = False
) -> str:
    """Write counts by name, largest first: "schema 13, time-out 1", or "6 leak, 3 role play"."""
    pairs = counts.items() if isinstance(counts, Mapping) else counts
    ranked = sorted(((name, k) for name, k in pairs if k > 0), key=lambda pair: (-pair[1], pair[0]))
    form = "{1} {0}" if number_first else "{0} {1}"
    shown = [form.format(plain(name), count(k)) for name, k in ranked[:most]]
    if len(ranked) > most:
        shown.append(f"{len(ranked) - most} more kinds")
    return ", ".join(shown)
