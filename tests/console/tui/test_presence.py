"""Said beside the feature: who else is here, what is wrong with the console itself; and what is journaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events

from console.incident.acts import Act, Look, Opened, Proved
from console.snapshot import HistoryView, JournalView, Snapshot
from console.store.kept import Presence
from console.tui import actions
from console.tui.looks import LOOK_SECONDS, Looks
from console.tui.scene import Scene
from console.tui.screens.kill import KillScreen
from console.tui.views.banner import banner
from console.tui.views.findings import findings
from tests.console.tui.stage import CONFIG, HOSTILE, NOW, SNAPSHOT, StageBackend
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_views import scene
from widgets.findings import Findings
from widgets.footer import Footer


def here(name: str, screen: str = "signals", feature: str = CONFIG.key) -> Presence:
    return Presence(f"{name}-{screen}", name, feature, CONFIG.environment if feature else "", screen, NOW)


def with_others(*others: Presence) -> Scene:
    return scene(replace(SNAPSHOT, others=others), operator="Mara Voss")


@pytest.mark.parametrize(
    ("others", "forms"),
    [
        ((), ()),
        ((here("Jonas Ek", "timeline"),), ("also Jonas Ek (timeline)", "also Jonas Ek", "also Jonas")),
        ((here("Mara Voss"),), ("also you (signals)", "also you", "also you")),
        ((here("mara voss", ""),), ("also you", "also you", "also you")),
        (
            (here("Jonas Ek"), here("Jonas Ek", "runbook"), here("Ana Ruiz")),
            (
                "also Jonas Ek (signals, runbook), Ana Ruiz (signals)",
                "also Jonas Ek, Ana Ruiz",
                "also Jonas, Ana",
            ),
        ),
        (tuple(here(name) for name in "ABCDE"), ("also 5 consoles", "also 5")),
        ((here("Jonas Ek", feature="another"),), ()),
        (
            (here("Jonas Ek", "features", feature=""),),
            ("also Jonas Ek (features)", "also Jonas Ek", "also Jonas"),
        ),
    ],
)
def test_others_on_this_feature_are_named_with_their_screen(
    others: tuple[Presence, ...], forms: tuple[str, ...]
) -> None:
    assert banner(with_others(*others)).others == forms


def test_nobody_is_said_to_be_on_call_while_only_a_rotation_is_known() -> None:
    assert banner(scene(replace(SNAPSHOT, rotation=("Jonas Ek",)))).on_call == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"journal": JournalView("the journal cannot be read: disk gone", NOW)}, "disk gone"),
        ({"history": HistoryView("cannot be written: read-only", NOW)}, "a restart would forget"),
        (
            {"reload": "feature[0].flag: no `key`"},
            "console.toml changed and is refused, the old one is in use",
        ),
    ],
)
async def test_what_is_wrong_with_the_console_stands_under_the_banner_of_every_screen(
    change: dict[str, object], words: str
) -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(120, 30)) as pilot:
        assert words not in shown(app)
        backend.publish(replace(SNAPSHOT, **change))  # type: ignore[arg-type]
        await pilot.pause(0.4)
        for keys in ("2", "5", "4", "n", "escape", "1", "K"):
            await pilot.press(keys)
            assert app.screen.query_one(Findings).display, keys
            assert words in shown(app), keys
        await pilot.press("escape")
        backend.publish(SNAPSHOT)
        await pilot.pause(0.4)
        assert words not in shown(app)


@pytest.mark.parametrize("size", [(80, 24), (80, 20), (40, 12)])
async def test_a_finding_takes_neither_the_footer_nor_the_kill(size: tuple[int, int]) -> None:
    backend = StageBackend(replace(SNAPSHOT, journal=JournalView("the disk is gone", NOW)))
    app = app_on(backend)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        footer = app.screen.query_one(Footer)
        assert "K kill" in footer.render_line(0).text
        assert footer.region.bottom == size[1]
        if size[0] == 80:
            await pilot.press("K", *"kill")
            assert "Enter kills support-drafts-ai in production" in shown(app)
            await pilot.press("enter")
            assert len(backend.executors[0].reasons) == 1


def test_each_finding_is_said_once_and_the_worst_first() -> None:
    broken: Snapshot = replace(
        SNAPSHOT, journal=JournalView("gone", NOW), history=HistoryView("gone", NOW), reload="bad"
    )
    said = findings(scene(broken))
    assert [sentence.split(":")[0].split(" ")[0] for sentence in said] == [
        "journal",
        "console.toml",
        "history",
    ]


async def test_hostile_findings_and_names_are_inert() -> None:
    bad = HOSTILE.raw
    broken = replace(
        SNAPSHOT,
        journal=JournalView(bad, NOW),
        reload=bad,
        others=(Presence("x", bad, CONFIG.key, CONFIG.environment, bad, NOW),),
    )
    app = app_on(StageBackend(broken))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("exclamation_mark")
        text = shown(app)
        assert all(line.isprintable() for line in text.splitlines())


async def settle(check: Callable[[], bool], pause: Callable[[float], object]) -> None:
    for _ in range(40):
        if check():
            return
        await pause(0.05)  # type: ignore[misc]
    raise AssertionError("it never came")


def of_kind(backend: StageBackend, kind: type[Act]) -> list[Act]:
    return [act for act in backend.acts if isinstance(act, kind)]


async def test_a_key_on_the_signals_is_a_look_an_idle_pane_is_none_and_it_is_written_once() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.5)
        assert backend.acts == []
        await pilot.press("j", "j", "k")
        await settle(lambda: backend.acts != [], pilot.pause)
        await pilot.press("2", "j", "1", "j")
        await pilot.pause(0.5)
        assert of_kind(backend, Look) == [Look("signals")]


async def test_a_key_on_a_detail_is_a_look_at_that_signal() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "g")
        await settle(lambda: len(backend.acts) == 2, pilot.pause)
        assert set(of_kind(backend, Look)) == {Look("signals"), Look("error rate")}


async def test_a_look_counts_again_after_its_time() -> None:
    backend = StageBackend()
    app = app_on(backend)
    time = [0.0]
    async with app.run_test(size=(80, 24)) as pilot:
        looks = Looks(app, clock=lambda: time[0])
        for now in (0.0, LOOK_SECONDS - 1, LOOK_SECONDS + 1):
            time[0] = now
            looks.looked("signals")
        await settle(lambda: len(backend.acts) == 2, pilot.pause)


async def test_asking_whether_it_can_be_killed_is_journaled_with_what_came_out() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("exclamation_mark")
        await settle(lambda: of_kind(backend, Proved) != [], pilot.pause)
        assert of_kind(backend, Proved) == [Proved(2, 2)]


async def test_opening_the_dialog_is_journaled_afterwards_and_a_journal_that_hangs_delays_nothing() -> None:
    class Hanging(StageBackend):
        async def record(self, act: Act) -> str:
            import asyncio

            self.acts.append(act)
            await asyncio.Event().wait()
            return ""

    backend = Hanging()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.on_event(events.Key("K", "K"))
        assert isinstance(app.screen, KillScreen)
        assert of_kind(backend, Opened) == []
        await settle(lambda: of_kind(backend, Opened) != [], pilot.pause)
        await pilot.press("k", "i", "l", "l", "enter")
        assert len(backend.executors[0].reasons) == 1


async def test_a_journal_that_fails_for_a_look_disturbs_nobody() -> None:
    class Broken(StageBackend):
        async def record(self, act: Act) -> str:
            raise RuntimeError("no such table")

    app = app_on(Broken())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j")
        await pilot.pause(0.6)
        assert "no such table" in shown(app)
        assert app.is_running


async def test_the_others_are_told_which_screen_is_open() -> None:
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "m", "escape", "escape", "K")
        assert backend.shown[-1] == actions.LADDER
        assert [place for place in backend.shown if place != actions.SIGNALS][:3] == [
            actions.CHECKLIST,
            actions.WALK,
            actions.CHECKLIST,
        ]


async def test_with_several_features_the_console_begins_with_their_table() -> None:
    from console.tui.app import ConsoleApp
    from widgets.look import UNICODE

    other = replace(SNAPSHOT, config=replace(CONFIG, key="search-answers"))
    for others, place in (((other,), actions.FEATURES), ((), actions.SIGNALS)):
        backend = StageBackend(SNAPSHOT, others=others)
        app = ConsoleApp(backend, look=UNICODE, now=lambda: NOW, table=True)  # type: ignore[arg-type]
        async with app.run_test(size=(100, 30)) as pilot:
            backend.publish(SNAPSHOT)
            await pilot.pause(0.4)
            assert app.screen.place == place  # type: ignore[attr-defined]
