"""Names of providers lead to adapters, ours and other people's, or to a clear sentence."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters import registry
from adapters.errors import BadOptions
from adapters.trust import Trust

FLAG = {"url": "http://127.0.0.1:1", "token": "env:NOT_SET", "key": "k", "environment": "production"}


@pytest.mark.parametrize("kind", sorted(registry.BUILT_IN))
def test_every_listed_name_leads_to_a_class(kind: str) -> None:
    for target in registry.BUILT_IN[kind].values():
        module, _, name = target.partition(":")
        assert isinstance(getattr(importlib.import_module(module), name), type)


@pytest.mark.parametrize("provider", ["unleash", "homegrown"])
def test_opening_a_provider_needs_neither_its_server_nor_its_token(provider: str) -> None:
    assert registry.open_flag(provider, FLAG, "feature.flag of x").sketches(False)


def test_opening_evaluators_and_levers_needs_nothing_either() -> None:
    registry.open_evaluator("unleash", FLAG, "w")
    registry.open_evaluator("ofrep", FLAG, "w")
    lever = registry.open_lever("command", {"run": ["/no/such"]}, "w", trust=Trust(commands=True))
    assert lever.does == "/no/such"


def test_an_unknown_name_lists_the_known_ones_and_the_closest() -> None:
    with pytest.raises(BadOptions) as caught:
        registry.open_flag("unlesh", FLAG, "feature.flag of x")
    assert caught.value.where == "feature.flag of x"
    assert caught.value.what == "unknown provider `unlesh`"
    assert (
        caught.value.todo
        == "Did you mean `unleash`? Accepted providers: homegrown, postgresql, sqlite, unleash."
    )


def test_an_adapters_own_table_is_checked_when_it_is_opened() -> None:
    with pytest.raises(BadOptions, match=r"feature\.flag of x: unknown key `tokn`"):
        registry.open_flag("unleash", {**FLAG, "tokn": "env:A"}, "feature.flag of x")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of somebody else's, with adapters that work and one that does not."""
    (tmp_path / "acme_flags.py").write_text(
        "class Acme:\n"
        "    def __init__(self, options, where, *, trust):\n"
        "        self.label = f\"acme {options['key']} {trust.commands}\"\n"
    )
    (tmp_path / "acme_broken.py").write_text("import a_module_that_is_not_there\n")
    about = tmp_path / "acme_flags-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-flags\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[console.adapters.flags]\n"
        "acme = acme_flags:Acme\nunleash = acme_flags:Acme\nbroken = acme_broken:Broken\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("installed")
def test_another_packages_adapter_is_found_by_its_entry_point() -> None:
    assert registry.open_flag("acme", FLAG, "w", trust=Trust(commands=True)).label == "acme k True"
    assert registry.names("flags") == ("acme", "broken", "homegrown", "postgresql", "sqlite", "unleash")


@pytest.mark.usefixtures("installed")
def test_nobody_can_take_the_place_of_our_own_adapter() -> None:
    assert registry.open_flag("unleash", FLAG, "w").label == "unleash"


@pytest.mark.usefixtures("installed")
def test_another_packages_broken_adapter_is_a_sentence_and_no_traceback() -> None:
    with pytest.raises(BadOptions, match=r"`broken` cannot be loaded \(ModuleNotFoundError\)"):
        registry.open_flag("broken", FLAG, "w")


def test_a_provider_costs_nothing_until_it_is_named_and_no_network_code_until_it_is_used() -> None:
    script = (
        "import sys; from adapters import registry\n"
        "assert not {m for m in sys.modules if m.startswith('adapters.flags.unleash')}\n"
        f"registry.open_flag('unleash', {FLAG!r}, 'w'); registry.open_evaluator('ofrep', {FLAG!r}, 'w')\n"
        "print(sorted({'httpx', 'httpx_sse', 'websockets', 'console', 'textual'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_signals_get_the_tables_of_all_they_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(sys)("acme_signals")

    class Source:
        def __init__(
            self,
            options: Mapping[str, Any],
            where: str,
            signals: Mapping[str, Mapping[str, Any]],
            *,
            trust: Trust,
        ) -> None:
            self.given = (options, where, signals, trust)

    module.Source = Source  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "acme_signals", module)
    monkeypatch.setattr(registry, "BUILT_IN", {"signals": {"acme": "acme_signals:Source"}})
    source: Any = registry.open_signals("acme", {"url": "u"}, "w", {"errors": {"bad": "q"}})
    assert source.given == ({"url": "u"}, "w", {"errors": {"bad": "q"}}, Trust())


@pytest.mark.usefixtures("installed")
def test_a_lever_is_a_flag_where_its_provider_keeps_flags() -> None:
    told = {name: registry.is_flag(name) for name in ("unleash", "homegrown", "acme", "command", "nobody")}
    assert told == {"unleash": True, "homegrown": True, "acme": True, "command": False, "nobody": False}
