"""Cost: today's pace against the forecast, within 20 %.

The pace and its error are those of `console.signals.pace`. The forecast is that of a working day; a
weekend's is scaled by past weeks.

Spending more than 1.2 x the whole day's forecast is a fact at any hour, and BREACH at once. Otherwise
BREACH wants the 99.9 % interval of R outside the band, on at least five past days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from math import isfinite

from adapters.signals.port import Amount, Observation
from console.signals import words
from console.signals.bins import Bins
from console.signals.days import HOUR, Day, Days
from console.signals.evidence import Evidence, minute_of
from console.signals.judges.cost_told import COLUMNS, METHOD, cost_rows, cost_words
from console.signals.judges.port import Look, number_pairs, stream_age
from console.signals.latching import Hold
from console.signals.pace import Pace, measure, weekend_factor, weekend_most
from console.signals.series import Series, Unit
from console.signals.verdict import Gauge, State, Verdict

YOUNG = 0.15
"""Share of a day's spend before which a pace says too little."""

_DAYS_FOR_PROOF = 5
_MARK = timedelta(minutes=10)
_GRID = datetime(1970, 1, 1, tzinfo=UTC)
_BINS, _BIN = 30, timedelta(minutes=2)


class CostJudge:
    """Holds the day's spend against the forecast.

    Args:
        within: width of the band, a share (0.2).
        baseline: "forecast" in US dollars a working day.
        zone: whose midnight begins a day.
    """

    key = "cost"
    title = "cost today"
    kind: type[Observation] = Amount
    needs_answers = True
    follows_model = False

    def __init__(self, within: float, baseline: Mapping[str, float], zone: tzinfo = UTC) -> None:
        self.band_text = f"±{words.whole_percent(within)}"
        self._within = within
        forecast = baseline.get("forecast", 0.0)
        self._forecast = forecast if isfinite(forecast) and forecast > 0 else None
        self._days = Days(_usd, zone)
        self._zone = zone
        self._hold = Hold()
        self._marks: dict[tuple[datetime, datetime | None], State] = {}
        self._marks_version = 0
        self._curve: tuple[tuple[object, ...], tuple[float, ...]] | None = None

    def max_age(self, interval: timedelta) -> timedelta:
        """A stream's; a billing export's is three of its own intervals."""
        return stream_age(interval)

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge at the look's minute."""
        found, why, pace, start = self._measured(evidence, look.at, look.epoch)
        if pace is None:
            return self._verdict(found, None, evidence, look, start, why)
        if self._forecast is None:
            return self._unjudged(pace.spend, evidence, look, start)
        if found is State.OK and self._strayed(evidence, look):
            found, why = State.WATCH, f"{why}: in band again, OK once that has held for 20 min"
        state, since = self._hold.over(
            found,
            look.at,
            inside=pace.value is not None and abs(pace.value - 1) <= self._within,
            epoch=look.epoch,
            known=None if look.latch is None else look.latch.since,
            earlier=lambda then: self._measured(evidence, then, look.epoch)[0],
        )
        if state is not found:
            why += f"; inside again for {self._hold.inside} of 5 half hours"
        return self._verdict(state, pace, evidence, look, start, why, since)

    def _measured(
        self, evidence: Evidence, at: datetime, epoch: datetime | None
    ) -> tuple[State, str, Pace | None, datetime]:
        """What the evidence says of the day in which a time lies: state, reason, pace, the day's begin."""
        today = self._days.local_date(at - timedelta.resolution)
        past = self._days.past(evidence, today)
        start = datetime(today.year, today.month, today.day, tzinfo=self._zone)
        if evidence.empty:
            return State.NO_DATA, "nothing was billed yet", None, start
        spend = self._days.since(evidence, start, at)
        weekend = today.weekday() >= 5
        forecast = (self._forecast or 0.0) * (weekend_factor(past) if weekend else 1.0)
        pace = measure(spend, forecast, past, at - start, weekend=weekend)
        restarted = epoch is not None and epoch > start
        earliest = evidence.earliest
        if earliest is not None and earliest > start + timedelta(hours=1) and pace.spend <= pace.forecast:
            unread = words.span((earliest - start).total_seconds() / 60)
            return State.TOO_FEW, f"the first {unread} of the day were not read", pace, start
        most = (self._forecast or 0.0) * (weekend_most(past) if weekend else 1.0)
        return *self._state(pace, past, restarted, most), pace, start

    def _strayed(self, evidence: Evidence, look: Look) -> bool:
        """Whether the pace was not proven inside at the last marks: near an edge it comes and goes.

        The marks stand on a fixed grid, so that this too is a matter of the evidence alone.
        """
        if evidence.interval > _MARK:
            return False
        today = self._days.local_date(look.at - timedelta.resolution)
        newest = look.at - (look.at - _GRID) % _MARK
        changed = evidence.oldest_change(self._marks_version)
        self._marks_version = evidence.version
        oldest = newest - 2 * _MARK
        self._marks = {
            key: state
            for key, state in self._marks.items()
            if key[0] > oldest and (changed is None or minute_of(key[0]) <= changed)
        }
        for back in range(2):
            key = (newest - back * _MARK, look.epoch)
            if self._days.local_date(key[0] - timedelta.resolution) != today:
                return False
            if key not in self._marks:
                self._marks[key] = self._measured(evidence, *key)[0]
            if self._marks[key] is State.WATCH:
                return True
        return False

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series:
        """Spend against what the forecast gives that time of day; dollars a day where none can be told."""
        laid = Bins.until(at, span, bins)
        spent = laid.sums(evidence, lambda reading: (_usd(reading.observation) or 0.0,))
        past = self._days.past(evidence, self._days.local_date(at - timedelta.resolution))
        alike = [day for day in past if day.known > 0.9 and day.total > 0][-28:]
        if self._forecast is None or not alike:
            by_day = timedelta(days=1) / laid.width
            values = tuple(None if one is None else one[0] * by_day for one in spent)
            return Series(laid.start, laid.end, values, Unit.DOLLARS)
        found: list[float | None] = []
        for index, one in enumerate(spent):
            start, end = laid.edges(index)
            expected = self._expected(start, min(end, at), past)
            found.append(one[0] / expected if one is not None and expected > 0 else None)
        return Series(laid.start, laid.end, tuple(found), Unit.TIMES, 1 + self._within, 1 - self._within)

    def _expected(self, start: datetime, end: datetime, past: list[Day]) -> float:
        """What the forecast gives a bin, by days of the same class as the one it begins in."""
        day = self._days.local_date(start)
        weekend = day.weekday() >= 5
        pace = measure(0.0, 1.0, past, timedelta(hours=24), weekend=weekend)
        curve = self._usual_curve(_alike(past, pace))
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        share = _on(curve, (end - midnight) / HOUR) - _on(curve, (start - midnight) / HOUR)
        return share * (self._forecast or 0.0) * (weekend_factor(past) if weekend else 1.0)

    def _state(self, pace: Pace, past: list[Day], restarted: bool, most: float) -> tuple[State, str]:
        high, low = 1 + self._within, 1 - self._within
        if pace.spend > high * max(most, pace.forecast):
            return State.BREACH, f"over {high:g} x the whole day's forecast already"
        state, why = self._by_pace(pace, low, high, restarted)
        yesterday = past[-1] if past else None
        if yesterday is not None and state is not State.OK and self._forecast is not None and not restarted:
            usual = self._forecast * (weekend_most(past[:-1]) if yesterday.weekend else 1.0)
            if yesterday.total > high * usual:
                return State.BREACH, f"yesterday took {yesterday.total / usual:.2f} x its forecast; {why}"
        return state, why

    def _by_pace(self, pace: Pace, low: float, high: float, restarted: bool) -> tuple[State, str]:
        if pace.share is None or pace.value is None:
            return State.TOO_FEW, "no full day yet to know how a day's spend builds up"
        off = words.signed_percent(pace.value - 1)
        if pace.share < YOUNG:
            return State.TOO_FEW, f"pace {off} of forecast; day too young"
        if restarted:
            return State.WATCH, f"pace {off} of forecast; not judged low on a day with a restart"
        sure, likely = pace.interval(0.999), pace.interval(0.90)
        if sure is None or likely is None:
            return State.WATCH, f"pace {off} of forecast; one past day is too few to know its error"
        words_of = f"pace {off} of forecast ({likely[0]:.2f} to {likely[1]:.2f} x)"
        if pace.days >= _DAYS_FOR_PROOF and (sure[0] > high or sure[1] < low):
            return State.BREACH, words_of
        if likely[0] >= low and likely[1] <= high:
            return State.OK, words_of
        inside = low <= pace.value <= high
        return State.WATCH, f"{words_of}: {'in band, not proven' if inside else 'outside, not proven'}"

    def _unjudged(self, spend: float, evidence: Evidence, look: Look, start: datetime) -> Verdict:
        text = "needs a forecast: set forecast of this signal's baseline"
        return Verdict(
            signal=self.key,
            title=self.title,
            state=State.TOO_FEW,
            since=start,
            value=spend,
            value_text=words.dollars(spend),
            band_text=self.band_text,
            headline=f"{self.title} {words.dollars(spend)}, not judged: no forecast",
            why=text,
            newest=evidence.newest,
            needs=text,
        )

    def _verdict(
        self,
        state: State,
        pace: Pace | None,
        evidence: Evidence,
        look: Look,
        start: datetime,
        why: str,
        since: datetime | None = None,
    ) -> Verdict:
        reach = self._within * 2.5
        text = f"{reach * 100:.3g}"
        off = None if pace is None or pace.value is None else min(pace.value - 1, 1e6)
        gauge = Gauge(-reach, reach, f"-{text}", f"+{text} %", -self._within, self._within, 0.0, off)
        if pace is None:
            return Verdict(
                signal=self.key,
                title=self.title,
                state=state,
                since=start,
                band_text=self.band_text,
                headline=f"{self.title}: {why}",
                why=why,
                gauge=gauge,
            )
        share = "" if pace.share is None else f"{pace.share * 100:.0f} %"
        needs = ""
        if state is State.TOO_FEW:
            needs = (
                "needs one full day"
                if pace.share is None
                else f"judged from {YOUNG * 100:.0f} % of a day's spend; {share} seen"
            )
        by_now = "" if pace.share is None else f" of {words.dollars(pace.forecast * pace.share)} by now"
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=start if state in (State.OK, State.TOO_FEW) else since,
            value=pace.spend,
            value_text=words.dollars(pace.spend),
            band_text=self.band_text,
            band_long=f"healthy {self.band_text}{by_now}",
            count_text=share,
            count_long=f"of {words.dollars(pace.forecast)} forecast",
            headline=f"{self.title} {words.dollars(pace.spend)}: {why.partition(' (')[0]}",
            why=why,
            newest=evidence.newest,
            gauge=gauge,
            history=self._history(evidence, look, start, pace),
            history_edge=1 + self._within,
            history_low_edge=1 - self._within,
            needs=needs,
            numbers=self._numbers(pace),
            words=cost_words(state, pace, self._within),
            method=METHOD,
            columns=COLUMNS,
            windows=cost_rows(pace, self._within),
            parts=number_pairs({"rests on": f"{pace.days} past days of the same class"}),
        )

    def _history(
        self, evidence: Evidence, look: Look, start: datetime, pace: Pace
    ) -> tuple[float | None, ...]:
        """The last hour's spend, each bin against what the forecast gives it."""
        past = _alike(self._days.past(evidence, self._days.local_date(look.at - timedelta.resolution)), pace)
        if not past:
            return ()
        ends = [look.at - back * _BIN for back in range(_BINS, -1, -1)]
        curve = self._usual_curve(past)
        usual = [_on(curve, (end - start) / HOUR) for end in ends]
        found: list[float | None] = []
        for index in range(_BINS):
            begin, end = ends[index], ends[index + 1]
            expected = (usual[index + 1] - usual[index]) * pace.forecast
            if begin < start or expected <= 0:
                found.append(None)
                continue
            readings = list(evidence.between(int(begin.timestamp() // 60), int(end.timestamp() // 60)))
            spend = sum(_usd(one.observation) or 0.0 for one in readings)
            found.append(spend / expected if readings else None)
        return tuple(found)

    def _usual_curve(self, past: list[Day]) -> tuple[float, ...]:
        """S at the end of each hour; the past changes once a day."""
        key = (past[0].date, past[-1].date, past[-1].total)
        if self._curve is None or self._curve[0] != key:
            hours = range(25)
            whole = sum(day.total for day in past)
            self._curve = key, tuple(sum(day.until(hour * HOUR) for day in past) / whole for hour in hours)
        return self._curve[1]

    def _numbers(self, pace: Pace) -> tuple[tuple[str, str], ...]:
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


def _on(curve: tuple[float, ...], hours: float) -> float:
    at = max(0.0, min(hours, len(curve) - 1.0))
    whole = min(int(at), len(curve) - 2)
    return curve[whole] + (curve[whole + 1] - curve[whole]) * (at - whole)


def _alike(past: list[Day], pace: Pace) -> list[Day]:
    return [day for day in past if day.known > 0.9 and day.total > 0][-pace.days :] if pace.days else []


def _usd(seen: Observation) -> float | None:
    return seen.usd if isinstance(seen, Amount) else None
