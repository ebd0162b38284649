"""View models of a bad night, as the screens would make them."""

from __future__ import annotations

from widgets.banner import BannerModel
from widgets.checklist import ChecklistModel, CriterionModel, GateModel
from widgets.footer import FooterModel, KeyModel
from widgets.gauge import GaugeModel
from widgets.history import HistoryModel
from widgets.kill_dialog import FactModel, KillDialogModel, LeverModel
from widgets.ladder import LadderModel, NoteModel, RungModel, SectionModel
from widgets.line import Line, plain_text
from widgets.marks import Mark, State, Tone
from widgets.message import MessageModel
from widgets.signal_panel import SignalModel
from widgets.signals import SignalsModel
from widgets.timeline import TimelineModel, TimelineRow


def text_of(lines: tuple[Line, ...]) -> list[str]:
    """The rows as plain strings."""
    return [plain_text(line) for line in lines]


BANNER = BannerModel(
    environment="PRODUCTION",
    title=("Support draft replies", "support-drafts"),
    flag_key="support-drafts-ai",
    flag_state="ON",
    flag_detail=("stage 25 % (day 2 of 2)", "25 %"),
    clock=("Tue 03:11:08 -0500", "Tue 03:11:08", "03:11:08"),
    state=State.BREACH,
    word="BREACH",
    verdict="error rate 36.8 %: 14 of 38 answers failed, since 02:58",
    verdict_tone=Tone.DANGER,
    hint="K kill",
    arming=("ARMED ✓ proven 03:09", "ARMED ✓ 03:09"),
    levers=("lever 1 unleash, lever 2 command", "2 levers"),
    drill=("drilled 6 days ago",),
    on_call=("on call Mara Voss", "on call Mara"),
    others=("also Jonas (evals)", "also Jonas"),
)

ERRORS = SignalModel(
    title="error rate",
    state=State.BREACH,
    value="36.8 %",
    band="< 1 %",
    band_long="healthy < 1 %",
    count="14/38",
    count_long="14 of 38 answers, 30 min",
    why="schema 13, time-out 1; all on answers after 02:58",
    since="since 02:58",
    newest="03:11:04",
    gauge=GaugeModel(0, 4, "0", "4 %", None, 1, None, 36.8),
    history=HistoryModel((0.5,) * 40 + (0.9, 1.9) + (4.0,) * 18, 0, 4, None, 1),
)

FEEDBACK = SignalModel(
    title="thumbs-down",
    state=State.WATCH,
    value="9.1 %",
    band="< 10 %",
    band_long="healthy < 10 %",
    count="22/241",
    count_long="22 of 241 answers, today",
    why="upper bound 13 %: in band, not proven; rated 31 %",
    since="since 03:06",
    newest="03:11:02",
    gauge=GaugeModel(0, 20, "0", "20 %", None, 10, None, 9.1),
    history=HistoryModel((7.5,) * 48 + (9.0,) * 12, 0, 20, None, 10),
)

LATENCY = SignalModel(
    title="latency p95",
    state=State.TOO_FEW,
    value="4.6 s",
    band="±10 %",
    band_long="healthy ±10 % of 4.4 s; p50 1.9 s",
    count="241/400",
    count_long="241 of 400 answers",
    why="needs 159 more answers, ~2 h at this rate",
    since="since 00:00",
    newest="03:11:04",
    gauge=GaugeModel(-25, 25, "-25", "+25 %", -10, 10, 0, 4.5),
    history=HistoryModel((0.0,) * 60, -25, 25, -10, 10),
)

COST = SignalModel(
    title="cost today",
    state=State.TOO_FEW,
    value="$ 2.31",
    band="±20 %",
    band_long="healthy ±20 % of $ 2.22 by this hour",
    count="6 %",
    count_long="of $ 41.20 forecast",
    why="pace +4 % of forecast; day too young, judged from 04:50",
    since="since 00:00",
    newest="03:00:00",
)

EVALS = SignalModel(
    title="eval score",
    state=State.OK,
    value="0.84",
    band="≥ 0.817",
    band_long="healthy ≥ 0.817 (cold 0.86, -5 %)",
    count="200",
    count_long="200 answers, last night",
    why="cold 0.86, -2.3 %; last run before the break, at 02:00",
    since="since 9 Nov",
    newest="02:00:41",
    gauge=GaugeModel(0.76, 0.92, "0.76", "0.92", 0.817, None, 0.86, 0.84),
)

TICKETS = SignalModel(
    title="tickets",
    state=State.OK,
    value="x 0.97",
    band="trend",
    band_long="healthy: 7-day growth not over x 1.25",
    count="11/d",
    count_long="11 a day, 7 days",
    why="7 days x 0.97 (0.81 to 1.16); last 24 h still arriving",
    since="since 9 Nov",
    newest="03:05:00",
)

INJECTION = SignalModel(
    title="injection",
    state=State.OK,
    value="9 tries",
    band="shape",
    band_long="healthy: usual shape, none new in",
    count="0 passed",
    count_long="0 passed, 24 h",
    why="6 leak, 3 role play: shape as before; 3 sources",
    since="since 9 Nov",
    newest="03:11:01",
)

SIGNALS = SignalsModel(
    (ERRORS, FEEDBACK, LATENCY, COST, EVALS, TICKETS, INJECTION),
    "last 60 min",
)

CHECKLIST = ChecklistModel(
    title="launch checklist",
    count="7 of 8",
    gates=(
        GateModel(Mark.PASS, "flag with percentage rollout", "unleash, read 03:11"),
        GateModel(Mark.PASS, "kill switch tested", "drill 18 Nov by Priya, to 18 Dec"),
        GateModel(Mark.PASS, "fallback tested", "probe answered, drill 18 Nov"),
        GateModel(Mark.PASS, "internal cohort ran, issues triaged", "7 days, 12 issues, 0 open"),
        GateModel(Mark.PASS, "5 % cohort and ramp criteria", "30 random agents, matched activity"),
        GateModel(
            Mark.FAIL,
            "dashboards visible",
            "cost is 11 min old, wanted 5; error rate, latency, eval are fresh",
            "2",
        ),
        GateModel(Mark.PASS, "nightly eval running", "02:00, 200 answers, 9 nights of 9"),
        GateModel(Mark.PASS, "on-call knows the runbook", "4 of 4 acknowledged version 7"),
    ),
    next_title="next stage 50 %",
    next_state="not now",
    criteria=(
        CriterionModel(Mark.FAIL, "no signal in BREACH", "error rate"),
        CriterionModel(Mark.FAIL, "seven proven OK", "3 of 7"),
        CriterionModel(Mark.PASS, "2 days at 25 %", "2 d 4 h"),
        CriterionModel(Mark.FAIL, "eight gates", "7 of 8"),
    ),
    findings=("25 % of users are 58 % of requests; forecast made on 5 %",),
)

TIMELINE = TimelineModel(
    rows=(
        TimelineRow("02:57:40", "provider", "model alias resolves to a new snapshot", "log"),
        TimelineRow("03:00:12", "verdict", "error rate WATCH → BREACH", "console"),
        TimelineRow("03:09:02", "arming", "proven again: token may write, no approval gate", "console"),
        TimelineRow("03:10:50", "look", "Mara Voss opened signals", "ssh"),
    ),
    hint="5 all",
)

FOOTER = FooterModel(
    groups=(
        (
            KeyModel("K", "kill", rank=9),
            KeyModel("4", "runbook", rank=5),
            KeyModel("↵", "why"),
            KeyModel("5", "timeline", rank=3),
            KeyModel("n", "note", rank=2),
            KeyModel("c", "card", rank=6),
        ),
    ),
    right=(KeyModel("?", "help", rank=1), KeyModel("q", "quit", rank=2)),
)

DIALOG = KillDialogModel(
    title="KILL  support-drafts",
    lead="Turns the AI path OFF for every user in production. Real users.",
    facts=(
        FactModel("flag", "support-drafts-ai    ON at 25 %  →  OFF", "(OFF is the kill)"),
        FactModel("affects", "~150 agents, 76 answers an hour now"),
        FactModel("instead", "agents write by hand; pane says 'temporarily unavailable'"),
        FactModel("", "seen to work 18 Nov, in the drill"),
        FactModel("way back", "R, to 5 % or lower, with the flag key and a reason"),
    ),
    levers=(
        LeverModel("lever 1", "unleash", "ARMED ✓ 03:09", "switch off in production", "≤ 5 s"),
        LeverModel("lever 2", "command", "ARMED ✓ 03:09", "/usr/local/bin/force-fallback", "≤ 5 s"),
    ),
    levers_notes=("lever 2 goes by itself when lever 1 does not answer",),
    runbook_title="runbook, error rate",
    runbook=(
        ("3", "Failures over 5 % for 5 min: kill. Do not wait for the provider."),
        ("4", "Then tell #support-drafts: drafts are off, agents write by hand."),
    ),
    word="kill",
    typed="kil",
    message="Enter: not yet, 1 letter to go",
)

LADDER = LadderModel(
    title="KILLING  support-drafts",
    tone=Tone.DANGER,
    rungs=(
        RungModel(Mark.PASS, "journaled", "0.01 s", "row 4182, on disk before anything was sent"),
        RungModel(Mark.UNKNOWN, "lever 1", "5.00 s", "unleash: sent 0.04 s, no answer; may have worked"),
        RungModel(Mark.TO_COME, "", "", "reading back every 2 s; it is not counted as success"),
        RungModel(Mark.PASS, "lever 2", "5.02 s", "command: force-fallback support-drafts"),
        RungModel(Mark.PASS, "accepted", "5.33 s", "exit 0; it says 'fallback forced, epoch 118'"),
        RungModel(Mark.NOW, "confirmed", "6.2 s", "lever 2 has no read-back; evaluation must prove it"),
        RungModel(Mark.TO_COME, "evaluated", "", "3 contexts: team, 5 % cohort, 25 % cohort"),
        RungModel(Mark.TO_COME, "quiet", "", "AI answers 76/h → about 0, logs still arriving"),
        RungModel(Mark.TO_COME, "fallback", "", "probe: 'temporarily unavailable'"),
    ),
    notes=(NoteModel("You may leave or lose the line: the kill goes on without this screen."),),
    sections=(
        SectionModel(
            "while you wait",
            (
                NoteModel("If nothing is confirmed at 03:12:38, this screen shows the manual card."),
                NoteModel("You need not press anything now."),
                NoteModel("Last drill, same point:  0.9 s confirmed · 11 s quiet · 12 s fallback"),
            ),
        ),
    ),
)

LADDER_AFTER = LadderModel(
    title="KILLED  support-drafts",
    rungs=(
        RungModel(Mark.PASS, "journaled", "0.01 s", "row 4182"),
        RungModel(Mark.UNKNOWN, "lever 1", "5.00 s", "unleash: flag still ON there, read 03:13:58", "trying"),
        RungModel(Mark.PASS, "quiet", "11.4 s", "AI answers 76/h → 0; fallback 71/h; logs arrive"),
    ),
    notes=(NoteModel("time to kill 7.9 s", right="drills 0.9 s median of 4 · real 8 s, 7.9 s"),),
    sections=(
        SectionModel(
            "what is left to do",
            (
                NoteModel(
                    "flag is ON in Unleash. If lever 2 is undone, users get the AI."
                    " It is switched off there as soon as Unleash answers; c by hand.",
                    "lever 1",
                    Mark.NOW,
                ),
                NoteModel("step 4: #support-drafts   n writes the note and sends it", "tell", Mark.NOW),
            ),
        ),
    ),
)

MESSAGE = MessageModel(("starting the embedded world…",))
