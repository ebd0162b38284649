"""What a judged share tells of itself: sentences for a tired person, and the table behind them."""

from __future__ import annotations

from math import ceil, floor

from console.signals import words
from console.signals.detector import RUN_LENGTH
from console.signals.evidence import instant_of, minute_of
from console.signals.judges.port import Look
from console.signals.share_view import ShareView, Window
from console.signals.shares import CLEARING, DAY, LASTS, SHORT, ShareFold
from console.signals.verdict import State, WindowRow
from console.signals.wilson import proven_under, wilson_lower, wilson_upper

_Z_TWO_SIDED = 1.959963984540054
_BURNS = ((60, 5, 14.4, "burn 1 h/5 m"), (360, 30, 6.0, "burn 6 h/30 m"))
"""Long and short window in minutes, and how many times the edge both have to reach (Google's SRE Workbook,
"Alerting on SLOs"). A second opinion: it convicts nobody."""

_HUSH = 10
"""Answers in the same half hour of yesterday from which on none at all now is a finding."""

DAYS_TO_A_FALSE_ALARM = RUN_LENGTH // 1440


def interval(seen: Window) -> str:
    """Write the two-sided 95 % interval of a share."""
    low = wilson_lower(seen.bad, seen.n, _Z_TWO_SIDED)
    high = wilson_upper(seen.bad, seen.n, _Z_TWO_SIDED)
    return f"{words.percent(low).removesuffix(' %')} to {words.percent(high)}"


def share_rows(
    fold: ShareFold, view: ShareView, prefix: str = "", *, burns: bool = True
) -> tuple[WindowRow, ...]:
    """The table of a share.

    Args:
        prefix: before each window's name, where a signal judges several shares ("p95").
        burns: with the second opinion of burn rates.
    """
    name = f"{prefix} " if prefix else ""
    line = words.power(fold.detector.line)
    found = [_counted(f"{name}{SHORT} min", view.short, _of_short(view))]
    if view.long.minutes > SHORT:
        healthy = State.OK if proven_under(view.long.possibly, view.long.n, fold.edge) else None
        note = "proof of health" if healthy else f"health needs {words.count(view.need)}"
        found.append(_counted(f"{name}{words.span(view.long.minutes)}", view.long, healthy, note))
    past = view.proof >= fold.detector.line
    found.append(
        WindowRow(
            f"{name}proof now",
            proof=words.power(view.proof),
            line=line,
            state=State.BREACH if past else None,
            note="" if view.latch is None else f"{view.inside} of {CLEARING} windows inside since",
        )
    )
    latch = view.latch
    if latch is not None and not latch.known_only:
        seen = Window(latch.began, latch.crossed, latch.bad, latch.bad, latch.n)
        row = _counted(f"{name}at the proof", seen, State.BREACH)
        took = latch.crossed - latch.began
        found.append(
            WindowRow(
                row.window,
                row.bad,
                row.n,
                row.value,
                row.interval,
                words.power(latch.proof),
                line,
                State.BREACH,
                instant_of(latch.crossed),
                f"{took} min after it began",
            )
        )
    elif latch is not None:
        found.append(
            WindowRow(
                f"{name}before", state=State.BREACH, note="proven earlier; its readings are not at hand"
            )
        )
    if burns:
        found += [_burn(fold, view, name, *each) for each in _BURNS]
    return tuple(found)


def _counted(name: str, seen: Window, state: State | None, note: str = "") -> WindowRow:
    if seen.share is None:
        return WindowRow(name, n="0", state=state, note=note)
    return WindowRow(
        name,
        words.count(seen.bad),
        words.count(seen.n),
        words.percent(seen.share),
        interval(seen),
        state=state,
        note=note,
    )


def _of_short(view: ShareView) -> State | None:
    return State.WATCH if view.outside >= 2 else None


def _burn(
    fold: ShareFold, view: ShareView, name: str, long: int, short: int, line: float, title: str
) -> WindowRow:
    (slow,), (quick,) = fold.bins(view.at, long, 1), fold.bins(view.at, short, 1)
    if slow.share is None or quick.share is None:
        return WindowRow(f"{name}{title}", note="second opinion: too little seen")
    rates = slow.share / fold.edge, quick.share / fold.edge
    agrees = min(rates) >= line
    return WindowRow(
        f"{name}{title}",
        words.count(slow.bad),
        words.count(slow.n),
        f"{rates[0]:.3g} x",
        line=f"{line:g} x",
        state=State.WATCH if agrees else None,
        note=f"second opinion: {'harm' if agrees else 'no harm'}, {rates[1]:.3g} x in {short} min",
    )


def share_words(fold: ShareFold, view: ShareView, shown: Window, verb: str) -> tuple[str, ...]:
    """Say what was counted, what is healthy, what it means and what it takes to change.

    Args:
        shown: the window that the verdict tells of.
        verb: what the bad ones did ("failed", "took over 4.84 s").
    """
    edge = words.whole_percent(fold.edge)
    if shown.share is None:
        first = f"No answers in the last {words.span(max(SHORT, shown.minutes))}."
    else:
        most = ceil(fold.edge * shown.n) - 1
        few = "none" if most < 1 else f"at most {words.count(floor(most))}"
        n = words.count(shown.n)
        counts = f"{words.count(shown.bad)} of {n} answers {verb} in {words.span(shown.minutes)}"
        first = f"{counts}. Healthy is under {edge}: {few} of {n}."
    return (first, *_meaning(fold, view, shown, edge))


def _meaning(fold: ShareFold, view: ShareView, shown: Window, edge: str) -> tuple[str, ...]:
    upper = words.percent(upper_bound(view.long)) if view.long.n > 0 else ""
    latch = view.latch
    if latch is not None:
        clears = (
            f"It says BREACH until {CLEARING} windows in a row are inside, each of {SHORT} min or more with "
            f"{fold.clean} answers; so far {view.inside}. Missing data does not clear it."
        )
        if latch.known_only:
            return (
                "It was proven before: before this console started, or before another model answered.",
                clears,
            )
        rare = f"less than once in {DAYS_TO_A_FALSE_ALARM} days"
        return f"If the true share were {edge}, this alarm would come {rare}.", clears
    if view.state is State.OK:
        if view.lost:
            return (f"Health was proven until {view.lost} min ago; the upper bound is at {upper} now.",)
        return (f"Even the upper bound of the true share, {upper}, is under {edge}: health is proven.",)
    if view.state is State.TOO_FEW:
        more = max(1, ceil(view.need - view.long.n))
        return (
            f"Too few answers to prove health or harm: {words.count(more)} more are needed for health, "
            f"{fold.clean} in all if none of them is bad.",
        )
    if view.state is State.WATCH and view.proven:
        return (
            f"Health is proven again for {view.proven} min; it says OK once that has held for {LASTS} min.",
        )
    if view.state is State.WATCH and shown.bad > fold.edge * shown.n:
        lower = words.percent(wilson_lower(shown.bad, shown.n))
        return (
            f"Over the band; the true share is probably over {lower}. That is no proof of harm yet: "
            f"the evidence is at {words.power(view.proof)}, and BREACH at {words.power(fold.detector.line)}.",
        )
    if view.state is State.WATCH:
        return (
            f"In the band, but the true share may still be up to {upper}; more answers have to prove it.",
        )
    return ()


def upper_bound(seen: Window) -> float:
    if seen.possibly <= 0 and seen.n > 0:
        return float(1 - 0.05 ** (1 / seen.n))
    return wilson_upper(seen.possibly, seen.n)


def no_answers(view: ShareView) -> str:
    """Say since when there were none: a new epoch may be young."""
    minutes = view.long.minutes
    return "no answers yet" if minutes < 1 else f"no answers in the last {words.span(minutes)}"


def proven_in_band(view: ShareView) -> str:
    """Say that health is proven, or was until a few minutes ago."""
    return f"proven in band until {view.lost} min ago" if view.lost else "proven in band"


def proven_again(view: ShareView) -> str:
    """Say that a proof that was lost is there again, and has to last."""
    return f"proven in band again for {view.proven} of {LASTS} min"


def known_minute(look: Look) -> int | None:
    """Minute since which a BREACH stands that was proven before this judge was asked."""
    return None if look.latch is None else minute_of(look.latch.since)


def proven_before(view: ShareView, look: Look) -> str:
    """Tell what was proven, where the evidence at hand does not show it."""
    if view.latch is None or not view.latch.known_only or look.latch is None:
        return ""
    return f"; proven before: {look.latch.headline.partition('; proven before: ')[0]}"


def shown_window(view: ShareView) -> Window:
    """The window that a person is told of: since harm began, the last half hour, or that of the proof."""
    if view.excursion is not None:
        return view.excursion
    if view.state is State.WATCH and view.outside >= 2 and view.short.n > 0:
        return view.short
    return view.long


def hushed(fold: ShareFold, view: ShareView) -> str:
    """Say so when nothing at all is answered while yesterday at this time there was; "" otherwise.

    A feature that fails before it logs anything looks healthy to every share.
    """
    if view.short.n > 0:
        return ""
    (yesterday,) = fold.bins(view.at - DAY, SHORT, 1)
    if yesterday.n < _HUSH:
        return ""
    return f"no answers for {SHORT} min; {words.count(yesterday.n)} at this time yesterday"


def needs_text(view: ShareView, noun: str) -> str:
    """Say how many more events ("answer") a proof of health waits for, and how long that takes."""
    missing = max(1, ceil(view.need - view.long.n))
    text = f"needs {words.count(missing)} more {noun}{'s' * (missing != 1)}"
    if view.long.n <= 0 or view.long.minutes <= 0:
        return text
    minutes = missing * view.long.minutes / view.long.n
    if view.long.n + missing > view.long.n / view.long.minutes * DAY * 1.05:
        return f"{text} within a day; too little traffic for that"
    return f"{text}, ~{words.span(minutes)} at this rate"


def window_text(seen: Window) -> str:
    """Write k of n, the share and its two-sided 95 % interval."""
    if seen.share is None:
        return "nothing"
    return f"{of(seen, ' of ')}, {words.percent(seen.share)}, Wilson 95 % {interval(seen)}"


def of(seen: Window, between: str) -> str:
    """Write "3 of 38", or "3/38" where room is short; "" when nothing was counted."""
    if seen.n <= 0:
        return ""
    write = words.bare if between == "/" else words.count
    return f"{write(seen.bad)}{between}{write(seen.n)}"
