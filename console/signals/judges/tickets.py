"""Support tickets that mention the feature: the trend, not the number.

Tickets a day over answers a day (so that a ramp is not taken for harm), fitted log-linear over the last
four weeks; harm wants the days' own order to rise as well (Theil-Sen, Mann-Kendall), so that no single day
makes a trend. The last 24 hours are left out, as tickets lag behind what caused them. Days without answers do
not count.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from adapters.signals.port import Count, Observation, Traffic
from console.signals import words
from console.signals.bins import days_of
from console.signals.days import Day, Days
from console.signals.evidence import Evidence
from console.signals.judges.port import Look, number_pairs, stream_age
from console.signals.latching import CLEARING, latched
from console.signals.series import Series, Unit
from console.signals.trend import DayCount, Growth, confirmed, growth
from console.signals.verdict import Gauge, State, Verdict, WindowRow

DAYS_NEEDED = 14
_WINDOW = 28
_FEWEST = 20
"""Tickets under which no trend is spoken of."""
_LAG = timedelta(hours=24)


class TicketsJudge:
    """Holds the growth of tickets in seven days under a factor.

    Args:
        most: largest healthy growth in seven days (1.25).
        zone: whose midnight begins a day.
    """

    key = "tickets"
    title = "tickets"
    kind: type[Observation] = Count
    needs_answers = False
    follows_model = False

    def __init__(self, most: float, zone: tzinfo = UTC) -> None:
        self.band_text = "trend"
        self._most = most
        self._days = Days(_total, zone)
        self._exposed = Days(_answers, zone)
        self._memo: tuple[object, ...] = ()
        self._found: list[tuple[datetime, State, Growth | None, int, float]] = []

    def max_age(self, interval: timedelta) -> timedelta:
        """Three of the source's intervals: an hourly export may be three hours old."""
        return stream_age(interval)

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge by the days that ended a day before the look's time."""
        today = self._days.local_date(look.at)
        days = self._days.past(evidence, today)
        exposed = self._exposed.past(look.traffic, today)
        ripe = [day for day in days if day.end + _LAG <= look.at and day.known > 0]
        memo = (id(days), id(exposed), len(ripe), look.epoch)
        if self._memo != memo:
            self._found = self._replay(ripe, {day.date: day.total for day in exposed})
            self._memo = memo
        if evidence.empty or not days:
            return self._empty(evidence)
        known = None if look.latch is None else look.latch.since
        judged = ((when, found, found is State.OK) for when, found, _, _, _ in self._found)
        state, since, _ = latched(judged, known)
        fit, count, total = self._found[-1][2:] if self._found else (None, 0, 0.0)
        if state is State.NO_DATA:
            state = State.TOO_FEW
        return self._verdict(state, since, fit, count, total, days, evidence)

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series | None:
        """Tickets of each local day."""
        days = self._days.past(evidence, self._days.local_date(at))[-days_of(span) :]
        if not days:
            return None
        values = tuple(day.total if day.known else None for day in days)
        return Series(days[0].start.astimezone(UTC), days[-1].end.astimezone(UTC), values, Unit.COUNT)

    def _replay(
        self, ripe: list[Day], answers: dict[object, float]
    ) -> list[tuple[datetime, State, Growth | None, int, float]]:
        counted = [
            DayCount(
                day.date.toordinal(), day.total, answers.get(day.date, 0.0) if answers else 1.0, day.weekend
            )
            for day in ripe
        ]
        found = []
        for end in range(max(1, len(counted) - 2 * CLEARING), len(counted) + 1):
            window = [day for day in counted[max(0, end - _WINDOW) : end] if day.exposure > 0]
            fit = growth(window) if len(window) >= DAYS_NEEDED else None
            total = sum(day.count for day in window)
            state = self._state(fit, len(window), total)
            if state is State.BREACH and not confirmed(window):
                # The fit alone is swayed by one bad day: then it is for a person to look.
                state = State.WATCH
            found.append((ripe[end - 1].end + _LAG, state, fit, len(window), total))
        return found

    def _state(self, fit: Growth | None, days: int, total: float) -> State:
        if days < DAYS_NEEDED:
            return State.TOO_FEW
        if fit is None:
            # Two weeks without a single ticket: there is nothing that could grow.
            return State.OK if total == 0 else State.TOO_FEW
        if fit.low > self._most and total >= _FEWEST:
            return State.BREACH
        if fit.high <= self._most:
            return State.OK
        if total < _FEWEST:
            return State.TOO_FEW
        return State.WATCH

    def _verdict(
        self,
        state: State,
        since: datetime | None,
        fit: Growth | None,
        count: int,
        total: float,
        days: list[Day],
        evidence: Evidence,
    ) -> Verdict:
        week = [day.total for day in days[-8:-1]] or [day.total for day in days]
        per_day = sum(week) / len(week) if week else 0.0
        interval = "" if fit is None else f"{fit.low:.2f} to {fit.high:.2f}"
        factor = None if fit is None else fit.factor
        value_text = f"{words.count(per_day)} a day" if fit is None else f"x {fit.factor:.2f}"
        needs = ""
        if state is State.TOO_FEW:
            needs = (
                f"needs {DAYS_NEEDED - count} more days with answers"
                if count < DAYS_NEEDED
                else f"needs {words.count(max(1.0, _FEWEST - total))} more tickets"
            )
        trend = f"7 days x {fit.factor:.2f} ({interval})" if fit is not None else f"{count} days"
        words_of = {
            State.BREACH: f"grow x {factor or 0:.2f} in 7 days",
            State.WATCH: f"x {factor or 0:.2f} in 7 days, not proven",
        }.get(state, f"{words.count(per_day)} a day")
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=since,
            value=factor,
            value_text=value_text,
            band_text=self.band_text,
            band_long=f"healthy: 7-day growth not over x {self._most:g}",
            count_text=f"{count}/{DAYS_NEEDED}" if count < DAYS_NEEDED else f"{words.bare(per_day)}/d",
            count_long=f"{words.count(per_day)} a day, 7 days",
            headline=f"{self.title} {words_of}" + (f" ({interval})" if interval else ""),
            why=f"{trend}; last 24 h still arriving",
            newest=evidence.newest,
            gauge=Gauge(0.5, 2.0, "x 0.5", "x 2", None, self._most, None, factor),
            history=tuple(day.total if day.known else None for day in days[-30:]),
            needs=needs,
            words=self._words(state, fit, count, total, per_day),
            method="quasi-Poisson, log-linear, per answer; Theil-Sen and Mann-Kendall confirm",
            columns=("tickets", "days", "growth", "95 %"),
            windows=(
                WindowRow(
                    f"{_WINDOW} days, without the last one",
                    words.count(total),
                    f"{count}",
                    "" if fit is None else f"x {fit.factor:.2f}",
                    interval,
                    line=f"x {self._most:g}",
                    state=state if state in (State.BREACH, State.OK) else None,
                    note="in 7 days",
                ),
            ),
            parts=number_pairs({"dispersion": "" if fit is None else f"{fit.dispersion:.2f}"}),
            numbers=number_pairs(
                {
                    "growth in 7 days": "" if fit is None else f"x {fit.factor:.3f}, 95 % {interval}",
                    "healthy": f"not over x {self._most:g}; harm when the whole interval lies above",
                    "fit": "quasi-Poisson, log-linear, per answer, weekends apart",
                    "dispersion": "" if fit is None else f"{fit.dispersion:.2f}",
                    "days with answers": f"{count}, {DAYS_NEEDED} needed",
                    "tickets in them": words.count(total),
                }
            ),
        )

    def _words(
        self, state: State, fit: Growth | None, count: int, total: float, per_day: float
    ) -> tuple[str, ...]:
        most = f"x {self._most:g}"
        first = f"{words.count(per_day)} tickets a day in the last week; the number itself is not judged."
        healthy = f"Healthy is a growth of not more than {most} in 7 days, for as many answers."
        if fit is None:
            known = (
                f"{count} of {DAYS_NEEDED} days with answers are known, with {words.count(total)} tickets."
            )
            return first, healthy, known
        reach = f"it may be anything from x {fit.low:.2f} to x {fit.high:.2f}"
        grew = f"They grew x {fit.factor:.2f} in 7 days; {reach}."
        meaning = {
            State.OK: "All of that is healthy.",
            State.WATCH: "Some of that is healthy and some is not: neither is proven.",
            State.BREACH: f"It says BREACH until {CLEARING} days in a row are proven healthy.",
        }.get(state, f"Fewer than {_FEWEST} tickets are no trend.")
        return first, healthy, f"{grew} {meaning}"

    def _empty(self, evidence: Evidence) -> Verdict:
        state = State.NO_DATA if evidence.empty else State.TOO_FEW
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=None,
            band_text=self.band_text,
            headline=f"{self.title}: nothing known yet",
            why="no full day yet",
            newest=evidence.newest,
            needs=f"needs {DAYS_NEEDED} days with answers" if state is State.TOO_FEW else "",
        )


def _total(seen: Observation) -> float | None:
    return seen.total if isinstance(seen, Count) else None


def _answers(seen: Observation) -> float | None:
    return seen.ai if isinstance(seen, Traffic) else None
