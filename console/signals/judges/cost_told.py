"""What the cost judge tells: sentences, and the table behind them."""

from __future__ import annotations

from console.signals import words
from console.signals.judges.port import number_pairs
from console.signals.pace import Pace
from console.signals.verdict import State, WindowRow

METHOD = "pace against past days, Student's t over them"
COLUMNS = ("spent", "forecast", "pace", "interval")


def cost_rows(pace: Pace, within: float) -> tuple[WindowRow, ...]:
    """Pace with its two intervals, and the whole day."""
    low, high = 1 - within, 1 + within
    band = f"{low:.2f} to {high:.2f} x"
    whole = pace.spend / pace.forecast if pace.forecast > 0 else 0.0
    rows = []
    likely, sure = pace.interval(0.90), pace.interval(0.999)
    if pace.value is not None and pace.share is not None:
        by_now = words.dollars(pace.forecast * pace.share)
        inside = likely is not None and likely[0] >= low and likely[1] <= high
        rows.append(
            WindowRow(
                "today, 90 %",
                words.dollars(pace.spend),
                by_now,
                f"{pace.value:.2f} x",
                _range(likely),
                line=band,
                state=State.OK if inside else None,
                note="health wants all of it inside",
            )
        )
    if sure is not None:
        out = sure[0] > high or sure[1] < low
        state = State.BREACH if out else None
        rows.append(
            WindowRow(
                "today, 99.9 %",
                interval=_range(sure),
                line=band,
                state=state,
                note="harm wants all of it out",
            )
        )
    rows.append(
        WindowRow(
            "whole day",
            words.dollars(pace.spend),
            words.dollars(pace.forecast),
            f"{whole:.2f} x",
            line=f"{high:.2f} x",
            state=State.BREACH if whole > high else None,
            note="harm at once when passed",
        )
    )
    return tuple(rows)


def cost_words(state: State, pace: Pace, within: float) -> tuple[str, ...]:
    """What was spent against what, what is healthy, and what changes it."""
    band = f"{1 - within:.2g} to {1 + within:.2g} x"
    spent = f"{words.dollars(pace.spend)} since midnight"
    if pace.share is None or pace.value is None:
        return f"{spent}, of {words.dollars(pace.forecast)} forecast for the day.", (
            "No full day is known yet, so nobody can say how much is usual by now."
        )
    by_now = words.dollars(pace.forecast * pace.share)
    first = f"{spent}, where the forecast gives {by_now} by now: {pace.value:.2f} x. Healthy is {band}."
    rests = f"How a day's spend builds up is known from {pace.days} past days of this kind."
    meaning = {
        State.OK: "With the error of that, the pace is still inside: health is proven.",
        State.WATCH: "With the error of that, the pace may lie inside or outside: neither is proven.",
        State.TOO_FEW: "The day is too young for a pace to say much.",
        State.BREACH: "It says BREACH until the pace is inside: proven, or for 5 half hours in a row.",
    }.get(state, "")
    return first, rests, meaning


def cost_numbers(pace: Pace) -> tuple[tuple[str, str], ...]:
    """Everything behind the verdict."""
    likely, sure = pace.interval(0.90), pace.interval(0.999)
    return number_pairs(
        {
            "spend today": words.dollars(pace.spend),
            "forecast": f"{words.dollars(pace.forecast)} for this day",
            "usual share by now": "" if pace.share is None else words.percent(pace.share),
            "pace": "" if pace.value is None else f"{pace.value:.3f} x the forecast",
            "pace, 90 % interval": "" if likely is None else f"{likely[0]:.2f} to {likely[1]:.2f} x",
            "pace, 99.9 % interval": "" if sure is None else f"{sure[0]:.2f} to {sure[1]:.2f} x",
            "rests on": f"{pace.days} past days of the same class",
            "whole day": f"{pace.spend / pace.forecast:.2f} of the day's forecast spent",
        }
    )


def _range(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f} x"
