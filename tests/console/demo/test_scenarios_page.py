"""docs/scenarios.md and the pictures say of each scenario what the program says."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from console.demo.scenarios import SCENARIOS

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "scenarios.md").read_text("utf-8")
SECTIONS = {part.split("\n", 1)[0]: " ".join(part.split()) for part in PAGE.split("\n## ")[1:]}
SIZES = {(800, 480), (1200, 800)}
"""Pixels of 80 x 24 and 120 x 40 cells."""


def test_the_page_has_every_scenario_and_no_other_in_the_order_of_the_list() -> None:
    assert list(SECTIONS) == list(SCENARIOS)
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == list(SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_page_says_what_the_scenario_says(name: str) -> None:
    scenario = SCENARIOS[name]
    said = SECTIONS[name]
    assert f"*{scenario.summary[0].upper()}{scenario.summary[1:]}.*" in said
    assert f"**One sees**: {scenario.see}." in said
    assert f"**One does**: {scenario.do}." in said
    assert "**It teaches**: " in said


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_has_its_picture(name: str) -> None:
    assert re.search(rf"!\[[^\]]+\]\(images/scenario-{name}\.png\)", SECTIONS[name])
    picture = (DOCS / "images" / f"scenario-{name}.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) in SIZES
    assert len(picture) < 120_000


def test_there_are_no_pictures_of_scenarios_that_are_gone() -> None:
    pictures = {path.stem.removeprefix("scenario-") for path in (DOCS / "images").glob("scenario-*")}
    assert pictures == set(SCENARIOS)


def test_texts_fit_where_they_are_shown() -> None:
    for scenario in SCENARIOS.values():
        assert re.fullmatch("[a-z][a-z-]*", scenario.name)
        assert len(scenario.summary) <= 90
        for text in (scenario.summary, scenario.see, scenario.do):
            assert text.isprintable()
            assert not text.endswith(".")


def test_listing_them_imports_nothing_heavy() -> None:
    code = (
        "import sys; from console.cli import main; main(['demo', '--list']);"
        "heavy = {'asyncio', 'httpx', 'textual', 'msgspec', 'starlette', 'uvicorn', 'sqlite3', 'random'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *listed, heavy = done.stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(SCENARIOS)
    assert heavy == "[]"
