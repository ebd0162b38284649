from pathlib import Path

import pytest

from console.runbook.text import LARGEST, read_runbook, steps, steps_for

RUNBOOK = """# Drafts
1. Read line 2.

## Error rate
3. Failures over 5 %: kill.
4) Then tell the channel.

```
5. not a step
```

## Latency
6. p95 over 1.5 x: kill.

## Other
7. When the error rate and tickets grow together, call the owner.
"""


def test_the_steps_of_a_runbook_keep_their_numbers_and_code_blocks_hold_none() -> None:
    assert [(s.number, s.section) for s in steps(RUNBOOK)] == [
        (1, "Drafts"),
        (3, "Error rate"),
        (4, "Error rate"),
        (6, "Latency"),
        (7, "Other"),
    ]


@pytest.mark.parametrize(
    ("title", "numbers"), [("error rate", [3, 4]), ("latency p95", [6]), ("tickets", [7]), ("cost today", [])]
)
def test_the_steps_for_a_signal_are_those_under_its_heading_or_that_mention_it(
    title: str, numbers: list[int]
) -> None:
    assert [s.number for s in steps_for(RUNBOOK, title)] == numbers


def test_a_runbook_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path) -> None:
    binary = tmp_path / "binary.md"
    binary.write_bytes(b"\xff\xfe\x00")
    huge = tmp_path / "huge.md"
    huge.write_bytes(b"x" * (LARGEST + 1))
    for path, words in [
        (None, "set `runbook`"),
        (tmp_path / "missing.md", "no such file"),
        (tmp_path, "is a directory"),
        (binary, "not UTF-8"),
        (huge, "no runbook"),
    ]:
        read = read_runbook(path)
        assert read.text == ""
        assert words in read.problem


def test_the_sample_runbook_has_steps_for_each_of_the_seven_signals() -> None:
    markdown = read_runbook(Path(__file__).parents[3] / "runbooks" / "support-drafts.md").text
    titles = ("error rate", "latency p95", "cost today", "thumbs-down", "eval score", "tickets", "injection")
    assert all(steps_for(markdown, title) for title in titles)
