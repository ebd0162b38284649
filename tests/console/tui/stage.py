"""A backend made of data, and a scripted executor behind a real socket, for tests of the screens."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from adapters.flags.port import ArmingCheck, FlagState, RequestSketch
from adapters.untrusted import Untrusted
from console.config import BrokenFeature, FallbackConfig, FeatureConfig, ProviderTable, Stage
from console.drilling.target import DrillOrder
from console.identity import Operator
from console.incident.acts import Acknowledge, Act, Attest, Done
from console.incident.happening import Happening
from console.killswitch.arming import Arming, LeverArming
from console.killswitch.record import DrillRecord, KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.killswitch.wire import Prepared, PreparedLever
from console.readiness.records import fold
from console.restoring.carry import Order
from console.signals.series import Series
from console.signals.verdict import Board, Change, Clock, Flow, Gauge, State, Verdict
from console.snapshot import FlagView, RunbookView, Snapshot

NOW = datetime(2026, 11, 24, 8, 11, 8, tzinfo=UTC)
TZ = timezone(timedelta(hours=-5))
KEY = "support-drafts"
FLAG = "support-drafts-ai"
CARD = (
    "MANUAL CARD  support-drafts@production  flag support-drafts-ai  (OFF is the kill)",
    "Copy the lines that you mean into a shell; this is no script.",
    "",
    "KILL: one lever that works is enough",
    "",
    " lever 1, unleash: switch off in production",
    "   switch the flag off:",
    '  curl -sS -i -m 5 -X POST -H "Authorization: $UNLEASH_TOKEN" https://unleash.example.com/off',
)
RUNBOOK = (Path(__file__).parents[3] / "runbooks" / "support-drafts.md").read_text()


def at(clock: str) -> datetime:
    """An instant of the morning that the mock-ups show."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(2026, 11, 24, hour, minute, second, tzinfo=TZ).astimezone(UTC)


CONFIG = FeatureConfig(
    key=KEY,
    title="Support draft replies",
    environment="production",
    flag=ProviderTable("feature.flag", "homegrown", {}),
    flag_key=FLAG,
    lever_order="in_turn",
    levers=(
        ProviderTable(
            "feature.levers[0]",
            "command",
            {"undo": ["/usr/local/bin/force-fallback", "--release", "support-drafts"]},
        ),
    ),
    runbook=Path("runbooks/support-drafts.md"),
    evaluate=None,
    traffic=None,
    fallback=FallbackConfig("agents write by hand; the draft pane says 'temporarily unavailable'"),
    signals={},
    stages=(Stage("internal", 0, "team", "7d"), Stage("5%", 5), Stage("25%", 25)),
)

_LOW = tuple([0.004] * 9)

VERDICTS = (
    Verdict(
        "errors",
        "error rate",
        State.BREACH,
        at("02:58:00"),
        value=0.368,
        value_text="36.8 %",
        band_text="< 1 %",
        band_long="healthy < 1 %",
        count_text="14/38",
        count_long="14 of 38 answers, 30 min",
        headline="error rate 36.8 %: 14 of 38 answers failed",
        why="schema 13, time-out 1; all on answers after 02:58",
        newest=at("03:11:04"),
        gauge=Gauge(0, 0.04, "0", "4 %", None, 0.01, None, 0.368),
        history=(*_LOW, 0.02, 0.3, 0.37),
        history_edge=0.01,
    ),
    Verdict(
        "feedback",
        "thumbs-down",
        State.WATCH,
        at("03:06:00"),
        value=0.091,
        value_text="9.1 %",
        band_text="< 10 %",
        band_long="healthy < 10 %",
        count_text="22/241",
        count_long="22 of 241 answers, today",
        headline="thumbs-down 9.1 %: 22 of 241 answers",
        why="upper bound 13 %: in band, not proven; rated 31 %",
        newest=at("03:11:02"),
        gauge=Gauge(0, 0.2, "0", "20 %", None, 0.1, None, 0.091),
        history=(0.05, 0.05, 0.05, 0.04, 0.05, 0.05, 0.04, 0.05, 0.06, 0.06, 0.08, 0.09),
        history_edge=0.1,
    ),
    Verdict(
        "latency",
        "latency p95",
        State.TOO_FEW,
        at("00:00:00"),
        value=4.6,
        value_text="4.6 s",
        band_text="±10 %",
        band_long="healthy ±10 % of 4.4 s; p50 1.9 s",
        count_text="241/400",
        count_long="241 of 400 answers",
        headline="latency p95 4.6 s",
        why="p50 1.9 s",
        needs="needs 159 more answers, ~2 h at this rate",
        newest=at("03:11:04"),
        gauge=Gauge(3.3, 5.5, "-25", "+25 %", 3.96, 4.84, 4.4, 4.6),
        history=(4.4, 4.3, 4.4, 4.5, 4.4, 4.6, 4.4, 4.4, 4.5, 4.6, 4.6, 4.4),
        history_edge=4.84,
        history_low_edge=3.96,
    ),
    Verdict(
        "cost",
        "cost today",
        State.TOO_FEW,
        at("00:00:00"),
        value=2.31,
        value_text="$ 2.31",
        band_text="±20 %",
        band_long="healthy ±20 % of $ 2.22 by this hour",
        count_text="6 %",
        count_long="of $ 41.20 forecast",
        headline="cost $ 2.31 today",
        why="pace +4 % of forecast",
        needs="judged from 04:50",
        newest=at("03:00:00"),
        gauge=Gauge(1.11, 3.33, "-50", "+50 %", 1.78, 2.66, 2.22, 2.31),
        history=(2.1, 2.2, 2.2, 2.2, 2.1, 2.2, 2.2, 2.4, 2.2, 2.2, 2.2, 2.3),
        history_edge=2.66,
        history_low_edge=1.78,
    ),
    Verdict(
        "evals",
        "eval score",
        State.OK,
        at("00:00:00") - timedelta(days=15),
        value=0.84,
        value_text="0.84",
        band_text="≥ 0.817",
        band_long="healthy ≥ 0.817 (cold 0.86, -5 %)",
        count_text="200",
        count_long="200 answers, last night",
        headline="eval score 0.84",
        why="cold 0.86, -2.3 %; last run before the break, at 02:00",
        newest=at("02:00:41"),
        gauge=Gauge(0.76, 0.92, "0.76", "0.92", 0.817, None, 0.86, 0.84),
        history=(0.84, 0.84, 0.85, 0.84, 0.84, 0.85, 0.84, 0.84, 0.84, 0.85, 0.84, 0.84),
        history_low_edge=0.817,
    ),
    Verdict(
        "tickets",
        "tickets",
        State.OK,
        at("00:00:00") - timedelta(days=15),
        value=0.97,
        value_text="x 0.97",
        band_text="trend",
        band_long="healthy: 7-day growth not over x 1.25",
        count_text="11/d",
        count_long="11 a day, 7 days",
        headline="tickets x 0.97",
        why="7 days x 0.97 (0.81 to 1.16); last 24 h still arriving",
        newest=at("03:05:00"),
        gauge=Gauge(0.5, 2, "x 0.5", "x 2", None, 1.25, None, 0.97),
        history=(1.0, 1.0, 1.1, 1.0, 1.0, 1.0, 1.1, 1.0, 1.0, 1.0, 1.0, None),
        history_edge=1.25,
    ),
    Verdict(
        "injection",
        "injection",
        State.OK,
        at("00:00:00") - timedelta(days=15),
        value=9,
        value_text="9 tries",
        band_text="shape",
        band_long="healthy: usual shape, none new in",
        count_text="0 passed",
        count_long="0 passed, 24 h",
        headline="injection 9 tries, none passed",
        why="6 leak, 3 role play: shape as before; 3 sources",
        newest=at("03:11:01"),
        gauge=Gauge(0, 1, "same", "new", None, 0.6, None, 0.2),
        history=(1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0),
    ),
)

LEVERS = (
    LeverArming(
        1,
        "flag service",
        "switch off in production",
        (
            ArmingCheck("reachable", True, "142 ms"),
            ArmingCheck("may write", True, "the token may change this flag"),
            ArmingCheck("key resolves", True, f"{FLAG} in production"),
        ),
        5.0,
    ),
    LeverArming(
        2,
        "command",
        "/usr/local/bin/force-fallback",
        (ArmingCheck("present, may run", True, "--dry-run answered"),),
        5.0,
    ),
)


def board(verdicts: tuple[Verdict, ...] = VERDICTS, *, speed: float = 1.0) -> Board:
    """The signals at `NOW`."""
    return Board(
        verdicts={verdict.signal: verdict for verdict in verdicts},
        clock=Clock(NOW, NOW, speed),
        flow=Flow(76.0, 0.0, 151, at("03:11:04")),
        model="gpt-drafts-2026-11",
        changes=(
            Change(at("03:00:12"), "error rate", State.WATCH, State.BREACH),
            Change(at("03:06:12"), "thumbs-down", State.OK, State.WATCH),
        ),
        revision=1,
    )


def flag(on: bool = True, *, read_at: datetime = NOW) -> FlagView:
    """The flag as read at `read_at`."""
    state = FlagState(FLAG, "production", on, 25.0, (), "7", None, None, read_at)
    return FlagView(state, "", read_at)


def happening(clock: str, kind: str, text: str, who: str = "console", where: str = "") -> Happening:
    """One line of the timeline; its key is made of all that it says."""
    return Happening(at(clock), None, kind, text, who, where, f"{kind}:{clock}:{text}")


HAPPENINGS = (
    happening("02:57:40", "model", "model gpt-drafts-2026-10 → gpt-drafts-2026-11", "provider"),
    happening("03:00:12", "verdict", "error rate WATCH → BREACH"),
    happening("03:06:12", "verdict", "thumbs-down OK → WATCH"),
    happening("03:09:02", "arming", "checked: 2 of 2 levers armed"),
    happening("03:10:50", "look", "looked at signals", "Mara Voss", "ssh 10.0.3.7"),
)


def done(act: Act, *, name: str = "Jonas Ek", ago: timedelta = timedelta(days=6), row: int = 41) -> Done:
    """An act of the journal."""
    return Done(NOW - ago, row, Operator(name, 1000), act)


RECORDS = fold(
    (
        done(Attest("internal-cohort", "7 days, 12 issues, 0 open", NOW + timedelta(days=24))),
        done(Acknowledge("3f2a91c"), row=42),
    )
)

SNAPSHOT = Snapshot(
    config=CONFIG,
    board=board(),
    flag=flag(),
    arming=Arming(LEVERS, at("03:09:02")),
    kill=None,
    happenings=HAPPENINGS,
    records=RECORDS,
    rotation=("Jonas Ek", "Mara Voss"),
    runbook=RunbookView("3f2a91c"),
)


@dataclass(frozen=True)
class Book:
    """A runbook's text."""

    text: str = RUNBOOK
    path: str = "runbooks/support-drafts.md"
    problem: str = ""


def ladder(outcome: Outcome, steps: tuple[Step, ...], **changes: object) -> Ladder:
    """A ladder of the kill at 03:12:08."""
    base = Ladder(
        kill_id="k1",
        feature=KEY,
        environment="production",
        flag_key=FLAG,
        operator="Mara Voss",
        started=at("03:12:08").isoformat(),
        row=4182,
        steps=steps,
        outcome=outcome,
        killed_by=None,
        finished=False,
        exit_status=None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


ASKING = ladder(
    Outcome.ASKING,
    (
        Step(Rung.JOURNALED, 0, Mark.TRUE, 0.01, "row 4182, on disk before anything was sent"),
        Step(Rung.LEVER, 1, Mark.UNKNOWN, 5.0, "flag service: sent 0.04 s, no answer; may have worked"),
        Step(Rung.LEVER, 2, Mark.TRUE, 5.02, "command: force-fallback support-drafts"),
        Step(Rung.ACCEPTED, 2, Mark.TRUE, 5.33, "exit 0; it says 'fallback forced, epoch 118'"),
        Step(Rung.CONFIRMED, 2, Mark.NOW, 6.2, "asking the lever's own check"),
        Step(Rung.EVALUATED, 0, Mark.TO_COME, None, "3 contexts: team, 5 % cohort, 25 % cohort"),
        Step(Rung.QUIET, 0, Mark.TO_COME, None, "AI answers 76/h → about 0, logs still arriving"),
        Step(Rung.FALLBACK, 0, Mark.TO_COME, None, "probe: 'temporarily unavailable'"),
    ),
)

KILLED = replace(
    ASKING,
    outcome=Outcome.CONFIRMED,
    killed_by=2,
    finished=True,
    exit_status=0,
    still_on=("flag still ON in flag service",),
    steps=(
        *ASKING.steps[:4],
        Step(Rung.CONFIRMED, 2, Mark.TRUE, 7.9, "its check says forced"),
        Step(Rung.EVALUATED, 0, Mark.TRUE, 7.9, "3 of 3 contexts get the fallback"),
        Step(Rung.QUIET, 0, Mark.TRUE, 11.4, "AI answers 76/h → 0; fallback 71/h; logs arrive"),
        Step(Rung.FALLBACK, 0, Mark.TRUE, 12.0, "probe: 200, 'temporarily unavailable'"),
    ),
)

RECORD = KillRecord(KILLED, at("03:12:08"), at("03:12:16"))


def earlier(kill_id: str, days: int, confirmed: float, quiet: float, fallback: float) -> KillRecord:
    """A kill by lever 1, some days before, that climbed every rung."""
    steps = (
        Step(Rung.JOURNALED, 0, Mark.TRUE, 0.01, "row 4100, on disk before anything was sent"),
        Step(Rung.LEVER, 1, Mark.TRUE, 0.02, "flag service: switch off in production"),
        Step(Rung.ACCEPTED, 1, Mark.TRUE, 0.2, "at version 7"),
        Step(Rung.CONFIRMED, 1, Mark.TRUE, confirmed, "read back: flag OFF in flag service"),
        Step(Rung.QUIET, 0, Mark.TRUE, quiet, "AI answers 0 in 10 s; fallback 12; logs arrive"),
        Step(Rung.FALLBACK, 0, Mark.TRUE, fallback, "probe: 200, 'temporarily unavailable'"),
    )
    began = at("10:20:33") - timedelta(days=days)
    changes: dict[str, object] = {"kill_id": kill_id, "started": began.isoformat(), "killed_by": 1}
    done = ladder(Outcome.CONFIRMED, steps, finished=True, exit_status=0, **changes)
    return KillRecord(done, began, began + timedelta(seconds=confirmed))


def as_drill(kill: KillRecord) -> DrillRecord:
    """The same, as the kill of a drill."""
    return DrillRecord(kill.ladder, kill.at, kill.confirmed_at)


KILLS = (earlier("k0", 40, 8.0, 14.0, 12.0),)
DRILLS = tuple(
    as_drill(earlier(f"d{days}", days, seconds, 11.0, 12.0))
    for days, seconds in ((96, 1.1), (66, 0.9), (36, 0.8), (6, 0.9))
)


PREPARED = Prepared(
    (
        PreparedLever(
            1,
            "flag service",
            "switch off in production",
            "read-back",
            5.0,
            (
                RequestSketch(
                    "switch the flag off",
                    "curl -X PATCH http://127.0.0.1:4100/flags/v1/environments/production"
                    "/flags/support-drafts-ai -H 'Authorization: Bearer $FLAG_TOKEN' -d '{\"on\": false}'",
                ),
            ),
            "",
        ),
        PreparedLever(
            2,
            "command",
            "/usr/local/bin/force-fallback",
            "check",
            5.0,
            (RequestSketch("force the fallback", "/usr/local/bin/force-fallback support-drafts"),),
            "",
        ),
    ),
    "",
    0.2,
)


class ScriptedExecutor:
    """The screen's end of a kill whose other end the test holds: every step passes a real socket."""

    def __init__(self, *, dead: bool = False) -> None:
        self._mine, self._theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._waiting: list[object] = []
        self.reasons: list[str] = []
        self.left = False
        self.half = False
        self.abandoned = False
        self._closed = False
        if dead:
            self.die()

    def say(self, *messages: object) -> None:
        """Let the executor send something."""
        self._waiting.extend(messages)
        self._theirs.send(b"." * len(messages))

    @property
    def unread(self) -> bool:
        """Something was sent that the screen has not taken yet."""
        return bool(self._waiting)

    def die(self) -> None:
        """Let the executor's end go away."""
        self._theirs.close()

    def fileno(self) -> int:
        return self._mine.fileno()

    def go(self, reason: str) -> None:
        self._mine.send(b"go")
        self.reasons.append(reason)

    def receive(self) -> list[object]:
        try:
            arrived = self._mine.recv(4096)
        except BlockingIOError:
            return []
        except ConnectionResetError:
            arrived = b""
        self._closed = not arrived
        taken, self._waiting = self._waiting[: len(arrived)], self._waiting[len(arrived) :]
        return taken

    @property
    def closed(self) -> bool:
        return self._closed

    def typing(self, half: bool) -> None:
        self.half = half

    def leave(self, *, abandoned: bool = False) -> None:
        self.left = True
        self.abandoned = abandoned
        self._mine.close()


class ScriptedDrill(ScriptedExecutor):
    """The screen's end of a drill whose other end the test holds."""

    def __init__(self, order: DrillOrder) -> None:
        super().__init__()
        self.order = order
        self.marks: list[tuple[str, str]] = []
        self.ends: list[tuple[str, str]] = []

    def mark(self, name: str, text: str = "") -> None:
        self.marks.append((name, text))

    def end(self, why: str, breach: str = "") -> None:
        self.ends.append((why, breach))


class StageBackend:
    """A backend whose snapshots the test sets."""

    def __init__(self, snapshot: Snapshot | None = SNAPSHOT, **changes: object) -> None:
        self.snapshot = snapshot
        self.broken: tuple[BrokenFeature, ...] = ()
        self.others: tuple[Snapshot, ...] = ()
        self.scenarios: tuple[tuple[str, str], ...] = ()
        self.keys: dict[str, tuple[str, ...]] = {}
        self.acts: list[Act] = []
        self.shown: list[str] = []
        self.played: list[str] = []
        self.refreshed = 0
        self.exported: list[tuple[str, str]] = []
        self.trouble = ""
        self.charted: Series | None = None
        self.message = "reading console.toml"
        self.read_only = False
        self.demo = False
        self.operator = "Mara Voss"
        self.tz: tzinfo = TZ
        self.book = Book()
        self.executors: list[ScriptedExecutor] = []
        self.begun: list[ScriptedDrill] = []
        self.proofs = 0
        self.started = self.stopped = False
        self.refuses: OSError | None = None
        self.orders: list[Order] = []
        self.way_back = "restore restored: ON at 5 %"
        self.next_dead = False
        self.prepared = PREPARED
        self._callbacks: list[Callable[[], None]] = []
        for name, value in changes.items():
            setattr(self, name, value)

    def subscribe(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def publish(self, snapshot: Snapshot | None) -> None:
        """Set the newest snapshot, as a service would."""
        self.snapshot = snapshot
        for callback in self._callbacks:
            callback()

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        return () if self.snapshot is None else (self.snapshot, *self.others)

    def choose(self, name: str) -> None:
        known = self.snapshots
        self.snapshot = next(each for each in known if each.config.name == name)
        self.others = tuple(each for each in known if each is not self.snapshot)

    def showing(self, screen: str) -> None:
        self.shown.append(screen)

    async def record(self, act: Act) -> str:
        """Keep the act, or answer with `trouble`."""
        if not self.trouble:
            self.acts.append(act)
        return self.trouble

    async def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        return self.charted

    async def refresh(self) -> None:
        self.refreshed += 1

    async def play(self, scenario: str) -> str:
        self.played.append(scenario)
        return self.trouble

    async def export(self, name: str, text: str) -> str:
        self.exported.append((name, text))
        return f"/exports/{name}.md"

    async def start(self) -> None:
        self.started = True

    async def stop(self) -> None:
        self.stopped = True
        for executor in (*self.executors, *self.begun):
            executor.die()
            executor.leave()

    async def prove(self) -> None:
        self.proofs += 1

    def open_executor(self) -> ScriptedExecutor:
        if self.refuses is not None:
            raise self.refuses
        executor = ScriptedExecutor(dead=self.next_dead)
        self.next_dead = False
        self.executors.append(executor)
        if not executor.closed:
            executor.say(self.prepared)
        return executor

    def begin_drill(self, order: DrillOrder) -> ScriptedDrill:
        if self.refuses is not None:
            raise self.refuses
        self.begun.append(ScriptedDrill(order))
        return self.begun[-1]

    async def go_back(self, order: Order) -> str:
        self.orders.append(order)
        return self.way_back

    async def card(self) -> tuple[str, ...]:
        return CARD

    def runbook(self) -> Book:
        return self.book


HOSTILE = Untrusted("\x1b]52;c;aGFoYQ==\x07\x1b[31m[@click=app.kill]x[/]\u202e\u200b\x9b2J[/")
