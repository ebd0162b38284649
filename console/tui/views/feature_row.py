"""One row of the features table: how a feature stands, and what the kill key would do to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from console.killswitch.alarms import alarm_words
from console.signals.verdict import State, Verdict
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.alarms import unseen
from console.tui.views.arming import exercised, levers_now
from console.tui.views.banner import flag_words, percent
from console.tui.views.kill_facts import affects, flag_move
from console.tui.views.marks import SIGNAL_STATES
from console.tui.views.signals import why
from console.tui.views.standing import back_on, worst
from widgets.features import FeatureRowModel
from widgets.marks import State as Shown
from widgets.marks import Tone

if TYPE_CHECKING:
    from console.config import BrokenFeature
    from console.feature import Snapshot

SEVEN = ("cost", "latency", "evals", "errors", "feedback", "tickets", "injection")
"""In the order of the heading, C L E R F T I."""

KILLED = "KILLED"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row is about: a feature that is watched, or one that cannot be.

    Attributes:
        name: unique among the entries; of a watched one ``key@environment``.
        snapshot: None for one that is broken, or gone from the configuration since the table was sorted.
        broken: why it cannot be watched.
    """

    name: str
    snapshot: Snapshot | None = None
    broken: BrokenFeature | None = None

    @property
    def key(self) -> str:
        """The feature's key, plain."""
        if self.snapshot is not None:
            return plain(self.snapshot.config.key)
        return plain(self._written.rpartition("@")[0] or self._written)

    @property
    def environment(self) -> str:
        """Where it runs, plain."""
        if self.snapshot is not None:
            return plain(self.snapshot.config.environment)
        key, _, environment = self._written.rpartition("@")
        return plain(environment) if key else ""

    @property
    def _written(self) -> str:
        return self.broken.name if self.broken is not None else self.name


def own_scene(scene: Scene, snapshot: Snapshot) -> Scene:
    """The moment as it is for one feature: its snapshot, and of kills its own only."""
    if scene.snapshot is not None and scene.snapshot.config.name == snapshot.config.name:
        return replace(scene, snapshot=snapshot, held=None, held_at=None)
    return replace(scene, snapshot=snapshot, held=None, held_at=None, killing=None)


def word_of(scene: Scene, entry: Entry) -> str:
    """How a feature stands as a whole, in a word of the table."""
    snapshot = entry.snapshot
    if snapshot is None:
        return State.ERROR.value if entry.broken is not None else State.NO_DATA.value
    if killed(scene, snapshot):
        return KILLED
    verdict = worst(snapshot.board.verdicts.values())
    if verdict is None:
        return State.NO_DATA.value
    return State.BREACH.value if verdict.was is State.BREACH else verdict.state.value


def killed(scene: Scene, snapshot: Snapshot) -> bool:
    """A kill of it was confirmed, and the flag has not been turned on again since."""
    kill = snapshot.kill
    return kill is not None and kill.confirmed_at is not None and not back_on(own_scene(scene, snapshot))


def row(scene: Scene, entry: Entry) -> FeatureRowModel:
    """One line of the table."""
    word = word_of(scene, entry)
    if entry.snapshot is None:
        words = plain(entry.broken.problem) if entry.broken is not None else "no longer in console.toml"
        state = Shown.ERROR if entry.broken is not None else Shown.NO_DATA
        return FeatureRowModel(state, word, entry.key, entry.environment, worst=words, kill="NOT ARMED")
    own = own_scene(scene, entry.snapshot)
    verdicts = entry.snapshot.board.verdicts
    signals = tuple(SIGNAL_STATES[verdicts[key].state] if key in verdicts else None for key in SEVEN)
    verdict = worst(verdicts.values())
    if word == KILLED:
        state, words, since = Shown.OFF, *_killed_words(own)
    else:
        state = Shown[word.replace(" ", "_")]
        words, since = _words(verdict), _since(own, verdict)
    return FeatureRowModel(
        state=state,
        word=word,
        feature=entry.key,
        environment=entry.environment,
        stage=_stage(own),
        signals=signals,
        worst=words,
        since=since,
        kill=_armed(own),
        tone=Tone.DANGER if word == State.BREACH.value or _alarm(own) else Tone.PLAIN,
    )


def panel(scene: Scene, entry: Entry) -> tuple[str, ...]:
    """What the kill key would do to a row, before it is pressed."""
    snapshot = entry.snapshot
    if snapshot is None:
        if entry.broken is None:
            return ("It is no longer in console.toml: K does nothing here.",)
        return (
            plain(entry.broken.problem),
            "K does nothing here: mend its table, it is read again by itself.",
        )
    own, config = own_scene(scene, snapshot), snapshot.config
    now, target = (part.strip() for part in flag_move(snapshot)[0].rsplit("→", 1))
    inverse = ", which is the kill here" if target == "ON" else ""
    does = f"{plain(config.flag_key)} {target} in {plain(config.environment)}{inverse}; now {now}"
    instead = plain(config.fallback.describe) if config.fallback else "nobody has described what"
    return (
        f"K (read-only: not from here) would turn {does}" if scene.read_only else f"K would turn {does}",
        f"affects  {affects(snapshot)}",
        f"instead  {instead}",
        f"{_pulled(own)} · {_runbook(snapshot)}",
    )


def panel_title(entry: Entry) -> str:
    """Of the panel: which one it is, and, where there is something, why it is what it is."""
    name = f"{entry.key} in {entry.environment}" if entry.environment else entry.key
    words = _words(worst(entry.snapshot.board.verdicts.values())) if entry.snapshot is not None else ""
    return f"{name}: {words}" if words else name


def _words(verdict: Verdict | None) -> str:
    """Why the worst signal is what it is; "" while all is well."""
    if verdict is None:
        return "no signal is configured"
    if verdict.state is State.OK:
        return ""
    if verdict.state is State.ERROR and verdict.problem:
        text = f"{plain(verdict.title)}: {plain(verdict.problem)}"
    elif verdict.state is State.TOO_FEW:
        text = f"{plain(verdict.title)}: {plain(verdict.needs)}" if verdict.needs else why(verdict)
    else:
        text = plain(verdict.headline) or why(verdict)
    was = verdict.was is State.BREACH and verdict.state is not State.BREACH
    return f"now {verdict.state.value}: {text}" if was else text


def _since(own: Scene, verdict: Verdict | None) -> str:
    if verdict is None or verdict.since is None or verdict.state is State.OK:
        return ""
    return _brief(verdict.since, own.event_now, own.tz)


def _killed_words(own: Scene) -> tuple[str, str]:
    record = own.snapshot.kill if own.snapshot else None
    if record is None or record.confirmed_at is None:
        return "", ""
    still = "; ".join(plain(words) for words in record.ladder.still_on)
    words = f"off by {plain(record.ladder.operator)}" + (f"; {still}" if still else "")
    if alarm := _alarm(own):
        words = f"but {alarm}; {words}"
    return words, _brief(own.event_time(record.confirmed_at), own.event_now, own.tz)


def _alarm(own: Scene) -> str:
    """Of a kill that stands: the first rung that did not come true and that nobody has seen, or ""."""
    snapshot = own.snapshot
    if snapshot is None or snapshot.kill is None or not killed(own, snapshot):
        return ""
    return next((plain(alarm_words(step)) for step in unseen(own, snapshot.kill.ladder)), "")


def _brief(instant: datetime, now: datetime, tz: tzinfo) -> str:
    """``02:58``, ``Mon``, ``8 Nov``: what a narrow column can say."""
    text = when.minute(instant, now, tz)
    return text.split(" ")[0] if ":" in text else text


def _stage(own: Scene) -> str:
    word, _ = flag_words(own)
    state = own.snapshot.flag.state if own.snapshot else None
    if state is None or not state.on:
        return word
    if state.percent is None:
        return "by rules"
    for stage in own.snapshot.config.stages if own.snapshot else ():
        if stage.cohort and stage.percent == state.percent:
            return plain(stage.name)
    return percent(state.percent)


def _armed(own: Scene) -> str:
    listed = levers_now(own.snapshot) if own.snapshot else ()
    if not listed:
        return "asking" if own.snapshot and own.snapshot.arming is None else "NOT ARMED"
    armed = [lever for lever in listed if lever.armed]
    if not armed:
        return "NOT ARMED"
    if not listed[0].armed:
        return f"lever {armed[0].number} ✓"
    return "ARMED ✓" if exercised(own) else "NOT PROVEN"


def _runbook(snapshot: Snapshot) -> str:
    if snapshot.config.runbook is None:
        return "no runbook is bound"
    path = plain(str(snapshot.config.runbook))
    if snapshot.runbook.problem:
        return f"runbook cannot be read: {plain(snapshot.runbook.problem)}"
    version = f", version {snapshot.runbook.version}" if snapshot.runbook.version else ""
    return f"runbook {path}{version}"


def _pulled(own: Scene) -> str:
    last = own.last_confirmed_kill
    return "levers never pulled" if last is None else f"last pulled {when.ago(last, own.now)}"
