"""The three lines that never leave."""

from __future__ import annotations

from console.killswitch.record import PRODUCTION
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.arming import arming_words
from console.tui.views.marks import SIGNAL_STATES
from console.tui.views.others import others
from console.tui.views.standing import standing
from widgets.banner import BannerModel
from widgets.marks import Tone

_MADE_UP = (
    "made-up users on this machine; nothing real is touched",
    "made-up users; nothing real is touched",
    "made-up users",
)


def banner(scene: Scene) -> BannerModel:
    """Environment, flag and clock; the verdict line; whether it can be killed. In a drill, a drill's."""
    if scene.drill is None:
        return _banner(scene)
    # Not needed by the first frame of a console in earnest.
    from console.tui.views.drill import drill_banner

    return drill_banner(scene, _banner(scene))


def _banner(scene: Scene) -> BannerModel:
    stand, arming = standing(scene), arming_words(scene)
    key, title, environment, flag_key = _names(scene)
    flag_state, flag_detail = flag_words(scene)
    held = (
        f"panels held at {when.second(scene.event_time(scene.held_at), scene.event_now, scene.tz)}"
        if scene.held_at
        else ""
    )
    return BannerModel(
        environment="DEMO" if scene.demo else environment.upper(),
        real_users=not scene.demo,
        modes=_modes(scene),
        title=(title, key) if title != key else (key,),
        flag_key=flag_key,
        flag_state=flag_state,
        flag_detail=flag_detail,
        extra=f"x {scene.speed:g}" if scene.speed != 1 else "",
        clock=when.clock(scene.event_now, scene.tz),
        state=SIGNAL_STATES[stand.state] if stand.state else None,
        word=stand.word,
        verdict=stand.text,
        verdict_tone=Tone.DANGER if stand.danger else Tone.PLAIN,
        hint=stand.aside or _hint(scene, arming.works, killed=stand.killed),
        arming=arming.text,
        arming_tone=Tone.DANGER if arming.danger else Tone.PLAIN,
        levers=_levers(scene, held, arming.levers, arming.complete),
        drill=() if held or scene.demo or scene.read_only else arming.drill,
        others=others(scene),
    )


def flag_words(scene: Scene) -> tuple[str, tuple[str, ...]]:
    """The flag's state in a word, and forms of the rest ("25 %")."""
    snapshot = scene.snapshot
    if snapshot is None:
        return "?", ()
    if scene.killing is not None and scene.killing.running and not standing(scene).killed:
        return "asking", ()
    flag, drill = snapshot.flag, snapshot.drill
    if drill is not None and drill.ladder is not None and drill.begun.kind == PRODUCTION and flag.state:
        # At another console: whoever looks must not take it for somebody's kill.
        who = plain(drill.begun.trainee)
        return ("ON" if flag.state.on else "OFF"), (f"in a DRILL of {who}", "in a DRILL")
    if flag.state is None:
        return "?", ("not read yet",) if not flag.problem else ("cannot be read",)
    detail: tuple[str, ...] = ()
    if flag.state.on:
        detail = (percent(flag.state.percent),) if flag.state.percent is not None else ("by rules",)
    if snapshot.config.flag.kill_state == "on":
        # The word alone would be read the other way round.
        runs = "off" if flag.state.on else "on"
        detail = (f"inverse: AI {runs}", f"AI {runs}")
    if flag.problem:
        read = when.minute(scene.event_time(flag.state.read_at), scene.event_now, scene.tz)
        detail = tuple(f"{form}, read {read}" for form in detail) or (f"read {read}",)
    return ("ON" if flag.state.on else "OFF"), detail


def percent(value: float) -> str:
    """``25 %``, ``0.5 %``."""
    return f"{value:g} %"


def _names(scene: Scene) -> tuple[str, str, str, str]:
    if scene.snapshot is None:
        return "console", "console", "…", "…"
    config = scene.snapshot.config
    return (
        plain(config.key),
        plain(config.title or config.key),
        plain(config.environment),
        plain(config.flag_key),
    )


def _levers(scene: Scene, held: str, levers: tuple[str, ...], all_armed: bool) -> tuple[str, ...]:
    if held:
        return (held, "held")
    if scene.read_only:
        return ("not from here: started with --read-only", "not from here")
    return _MADE_UP if scene.demo and all_armed else levers


def _modes(scene: Scene) -> tuple[str, ...]:
    modes = []
    if scene.read_only:
        modes.append("READ-ONLY")
    if scene.held is not None:
        modes.append("HELD")
    return tuple(modes)


def _hint(scene: Scene, works: bool, *, killed: bool) -> str:
    if scene.read_only:
        return "K explains"
    if scene.snapshot is None:
        return ""
    if killed:
        return "R restore"
    if not works:
        return "K tries"
    return "K (demo)" if scene.demo else "K kill"
