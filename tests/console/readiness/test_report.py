"""The checklist on paper: lines, walk-through, JSON, Markdown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from console.exits import Exit
from console.readiness import report
from console.readiness.assess import assess
from console.readiness.markdown import escaped, markdown
from console.signals.verdict import State
from console.snapshot import JournalView, Snapshot
from console.text import plain
from tests.console.readiness.made import (
    DAY,
    MINUTE,
    NOW,
    READY,
    also,
    attested,
    board,
    configured,
    said,
    verdict,
    waived,
)

STALE = replace(READY, board=board(verdict("cost", State.STALE, age=11 * MINUTE)))
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PROBE = "http://probe.test/"
"""An address of the configuration, which the export shows as well."""
HOSTILE = (
    "a | b\n| c | d |",
    "<script>alert(1)</script>",
    "[click](javascript:x) ![i](http://t.test/i.png)",
    "# head",
    "- item",
    "1. one",
    "+ plus",
    "```\ncode\n```",
    "~~gone~~ **bold** _it_ `x` &amp; &#27; \\| \\",
    "@everyone #12 $x$",
    "\x1b]52;c;YQ==\x07\x9b31m",
    "\u202edrowssap\u2066",
    "x" * 100_000,
    "|" * 500,
    "<!-- ",
    "    indented",
    "[x]: http://t.test",
    "---",
    "===",
    "\udc80",
)


def export(snapshot: Snapshot) -> str:
    return markdown(snapshot, assess(snapshot, NOW), NOW, UTC)


def inlines(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in (token.children or ())]


def words(token: Token) -> str:
    """What a renderer shows of one cell or line."""
    return "".join(child.content for child in token.children or ())


def test_the_lines_say_the_count_what_is_missing_and_what_fixes_it() -> None:
    text = "\n".join(report.lines(STALE, assess(STALE, NOW), NOW, UTC))
    assert text.startswith("drafts@production  launch checklist  7 of 8  2026-11-24 08:11 +0000\n")
    assert "  ✗ FAIL    dashboards visible (dashboards)  console\n" in text
    assert "cost is 11 min old, which is stale" in text
    assert "to fix  1, then the signal" in text
    assert "  ✓ PASS    kill switch tested (kill-switch)  Mara Voss  to 18 Dec\n" in text
    assert text.index("dashboards visible") < text.index("flag, per-user")
    assert text.index("not counted:") < text.index("signals answered before")


def test_the_lines_keep_to_80_columns_and_break_no_address() -> None:
    address = "https://wiki.test/" + "a" * 90
    snapshot = also(STALE, attested("internal-cohort", evidence=f"see {address} there"))
    lines = list(report.walk(snapshot, assess(snapshot, NOW), NOW, UTC))
    assert any(address in line for line in lines)
    assert all(len(line) <= 80 for line in lines if address not in line)


def test_the_walk_tells_of_each_gate_what_is_asked_why_seen_missing_and_said() -> None:
    snapshot = also(STALE, said("dashboards", "finance exports late; ramp Thursday"))
    text = "\n".join(report.walk(snapshot, assess(snapshot, NOW), NOW, UTC))
    first = text.split("\n\n")[1]
    assert first.startswith("✗ FAIL    dashboards visible (dashboards)")
    for label in ("asked", "why", "found", "seen", "missing", "to fix", "said"):
        assert f"{label}  " in first
    assert "said  Jonas Ek: finance exports late; ramp Thursday" in first


def test_dates_are_those_of_the_readers_place_with_the_year_where_it_is_another() -> None:
    snapshot = also(READY, attested("internal-cohort", until=NOW + 60 * DAY))
    text = "\n".join(report.lines(snapshot, assess(snapshot, NOW), NOW, ZoneInfo("Asia/Tokyo")))
    assert "Jonas Ek  to 23 Jan 2027" in text
    assert "2026-11-24 17:11 +0900" in text


def test_what_makes_the_checklist_say_less_is_said_first() -> None:
    dark = replace(
        configured(faults=("[feature.traffic] cannot be used",)), journal=JournalView("disk is gone", NOW)
    )
    lines = list(report.lines(dark, assess(dark, NOW), NOW, UTC))
    assert lines[1] == "  problem   what people vouched for cannot be read: disk is gone"
    assert "[feature.traffic] cannot be used" in lines[2]


def test_the_document_has_a_version_every_gate_and_the_exit_status() -> None:
    snapshot = also(STALE, waived("dashboards", approver="Ana \x1b[31mRuiz"))
    read = json.loads(json.dumps(report.document(snapshot, assess(snapshot, NOW), Exit.OK)))
    assert (read["version"], read["met"], read["of"], read["exit"]) == (1, 8, 8, 0)
    assert [one["gate"] for one in read["gates"]][-1] == "answered"
    dashboards = next(one for one in read["gates"] if one["gate"] == "dashboards")
    assert (dashboards["state"], dashboards["by"]) == ("WAIVED", "Ana ^[[31mRuiz")
    assert dashboards["good_to"] == (NOW + 29 * DAY).isoformat()


def test_the_markdown_has_a_row_and_a_section_for_each_gate() -> None:
    tokens = RENDERER.parse(export(STALE))
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in ("th_open", "td_open")]
    heads = [token for token in tokens if token.type == "heading_open"]
    assert (len(rows), len(cells), len(heads)) == (10, 60, 10)
    assert "**7 of 8** gates are met" in export(STALE)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_neither_break_the_table_nor_become_markup(text: str) -> None:
    snapshot = also(
        replace(STALE, config=replace(STALE.config, title=text, environment=text[:50], faults=(text,))),
        attested("internal-cohort", evidence=text, by=text),
        waived("dashboards", reason=text, approver=text),
        said("runbook", text),
    )
    made = export(snapshot)
    assert all(line.isprintable() for line in made.split("\n"))
    assert len(made) < 60_000
    tokens = RENDERER.parse(made)
    assert sum(token.type == "tr_open" for token in tokens) == 10
    assert sum(token.type in ("th_open", "td_open") for token in tokens) == 60
    assert sum(token.type == "heading_open" for token in tokens) == 10
    assert not [token for token in tokens if token.type in ("html_block", "fence", "code_block", "hr")]
    acting = {"html_inline", "image", "code_inline", "em_open", "s_open"}
    assert not [child for child in inlines(tokens) if child.type in acting]
    links = [child.attrGet("href") for child in inlines(tokens) if child.type == "link_open"]
    assert all(str(link) in text for link in links if link != PROBE)


def test_an_address_given_as_evidence_can_be_followed_and_is_what_it_says() -> None:
    evidence = "see https://wiki.test/a_b?c=d&e=1#f (team)."
    snapshot = also(READY, attested("internal-cohort", evidence=evidence))
    children = inlines(RENDERER.parse(export(snapshot)))
    links = [child.attrGet("href") for child in children if child.type == "link_open"]
    assert set(links) == {PROBE, "https://wiki.test/a_b?c=d&e=1#f"}


@given(st.text(max_size=200))
def test_a_reader_of_the_export_sees_what_was_typed(text: str) -> None:
    tokens = RENDERER.parse(f"- said: {escaped(text)}\n")
    assert [token.type for token in tokens if token.nesting == 1] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
    ]
    read = " ".join(words(next(token for token in tokens if token.type == "inline")).split())
    assert read == " ".join(f"said: {plain(text.strip())}".split())
