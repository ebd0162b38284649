"""docs/kill-switch.md is true: each requirement has a quick test, or says that it lacks one."""

from __future__ import annotations

from tests.requirements import LACKS, OPEN, REQUIREMENTS, ROOT, holders, page


def test_the_page_names_the_tests_that_there_are() -> None:
    made = page()
    assert (ROOT / "docs" / "kill-switch.md").read_text() == made, (
        "make it anew: python -m tests.requirements > docs/kill-switch.md"
    )


def test_every_requirement_has_a_quick_test_or_is_said_to_be_open() -> None:
    quick = {number for number, held in holders().items() if any(one.target == "make test" for one in held)}
    assert set(REQUIREMENTS) - quick == OPEN
    assert set(LACKS) >= OPEN


def test_no_test_holds_a_requirement_that_there_is_not() -> None:
    assert set(holders()) == set(REQUIREMENTS)
