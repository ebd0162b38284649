"""The requirements of the kill switch, and the tests that hold them, as docs/kill-switch.md has them.

python -m tests.requirements > docs/kill-switch.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONG = {"kill": "make test-kill", "walks": "make test-walks", "servers": "make test-servers"}
"""Marks of tests that are not among the quick ones, and what runs them."""

REQUIREMENTS = {
    1: "kills with store, sources and every other provider down, and with any other table of the file broken",
    2: "gives each lever its time and no more, shared so that each is sent; what is silent holds up nothing",
    3: "has several levers, goes to the next on any failure, and tries the others again until they hold",
    4: "is idempotent: a second kill says since when and by whom, and sends nothing",
    5: "calls an ambiguous answer neither a success nor a failure before it is read back",
    6: "journals the intent before anything leaves; an open one is found at the next start and settled",
    7: "kills where no journal can be written, says so, and waits a quarter second for a disk at most",
    8: "believes no 200: it reads back, and a state whose version did not move is doubted",
    9: "evaluates as users' code does; contexts that still get the AI are named",
    10: "watches users' traffic fall quiet, logs go on, and old logs stay readable",
    11: "keeps the time of each step, drills and real kills apart, by a clock that nobody can set",
    12: "is held up by no approval: it says so beforehand and passes it by where it can",
    13: "says whether each lever is armed, and of one that is not, why, in a sentence of its own",
    14: "proves the right to write without writing",
    15: "proves again while a stage is live, and warns before a token expires",
    16: "has a manual card whose commands kill and undo without this program",
    17: "cannot be pulled by accident: word, later Enter, and what it will do painted before it counts",
    18: "says in words what will happen, to whom, and what they get instead, also of an inverse flag",
    19: "settles kill against restore: the kill wins",
    20: "raises an alarm when anybody turns a killed flag back outside a restore",
    21: "makes the way back harder than the kill, and says everything that is missing at once",
    22: "chains its journal: whatever is changed, moved or taken out is named by its row",
    23: "records who acted, and keeps drills apart from real kills from the first byte",
    24: "restores by itself after a drill, unless somebody has really killed meanwhile",
    25: "finishes a kill whose screen or line dies, and sends nothing of one that was not confirmed",
    26: "says NOT PROVEN of a flag and lever that were never exercised, or that have changed since",
    27: "honours rate limits",
    28: "keeps secrets to itself, and runs only commands that nobody else can change",
    29: "works on slow lines, without colour, mouse or Unicode, and as one command",
    30: "depends on nothing that it kills",
}

LACKS: dict[int, str] = {}
"""What of a requirement is not held yet."""

OPEN: frozenset[int] = frozenset()
"""Those that no test holds yet."""

PAGE = """# The kill switch

<!-- Made by `python -m tests.requirements`; a test holds it true. -->

Rollback is a flag flip: by a tired person, over a bad line, on a day when something else is broken too.
This page says what the kill switch does, and which test holds each of its requirements.

## What happens after Enter

1. **journaled**: who kills what and why is on disk before anything leaves. Where no disk takes it, it kills
   all the same.
2. **lever 1** is sent, and **accepted**. When it fails, is silent, or is not confirmed, the next lever
   goes.
3. **confirmed**: the lever's own proof shows the kill state. This is success, and what `console kill` waits
   for.
4. **evaluated**, **quiet**, **fallback**: what users' code gets, their traffic, and what they get instead.
   Each that does not come true is an alarm until somebody acknowledges it with `o`.

The kill lives in a process of its own: a terminal that stalls, hangs up or dies ends nothing. If that
process dies too, the next console, or `console watch`, finds the open kill: it reads the flag, goes on with
what had left, and says of what never left that nothing was sent. What is older than 15 minutes is never
sent again by itself.

By hand, without this program: `console card FEATURE`, `c` on any screen, and a private file beside the
journal (`cards/`). `console audit verify` says whether the journal is as it was written: it computes the
chains of both places again, and holds each against its head file, against the heads in `[store]
published_head`, and the second place's against the rows `second-head` of the first. Without a head that
knows its end, it says that a cut tail cannot be excluded. Heads are published by consoles, by `console
watch` and at the end of a kill; the doctor says when they cannot be. A step that no disk takes in time is
held by the kill's process, which stays up to ten minutes for it.

## The way back

`R` and `console restore` give a killed feature back, to a lower stage than before. They ask for a reason,
the flag's key, the cause of each BREACH that stood, sources that answer, fresh traffic, and a quarter of an
hour (`[feature.restore]`); `--override` goes past what can be gone past, loudly. The share of users is set
first, while nobody gets the feature, other levers are taken back, and the flag comes last. A kill that
comes meanwhile wins. `B` and `console back` are a step down, and ask for nothing but the key. Whoever turns
a killed flag back in any other way raises an alarm on every screen and in `console watch` within one poll;
`o` acknowledges it, `K` kills again.

## The thirty requirements

It ...

"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A test that holds a requirement.

    Attributes:
        target: what runs it; "make test" for the quick ones.
    """

    file: str
    name: str
    target: str


def holders() -> dict[int, list[Holder]]:
    """Every marked test, by requirement, in the order of their files."""
    found: dict[int, list[Holder]] = {number: [] for number in REQUIREMENTS}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        whole = _marks(_assigned(tree))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                numbers, targets = zip(whole, _marks(node.decorator_list), strict=True)
                target = next(
                    (LONG[name] for name in LONG if name in {*targets[0], *targets[1]}), "make test"
                )
                for number in sorted({*numbers[0], *numbers[1]}):
                    holder = Holder(str(path.relative_to(ROOT)), node.name, target)
                    found.setdefault(number, []).append(holder)
    return found


def _assigned(tree: ast.Module) -> list[ast.expr]:
    """What `pytestmark` is set to."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(name, ast.Name) and name.id == "pytestmark" for name in node.targets
        ):
            return list(node.value.elts) if isinstance(node.value, ast.List) else [node.value]
    return []


def _marks(marks: list[ast.expr]) -> tuple[set[int], set[str]]:
    """(requirements, names of marks) of decorators or members of `pytestmark`."""
    numbers: set[int] = set()
    names: set[str] = set()
    for mark in marks:
        call = mark.func if isinstance(mark, ast.Call) else mark
        if not isinstance(call, ast.Attribute):
            continue
        names.add(call.attr)
        if call.attr == "requirement" and isinstance(mark, ast.Call):
            numbers |= {value.value for value in mark.args if isinstance(value, ast.Constant)}
    return numbers, names


def page() -> str:
    """The whole page."""
    return PAGE + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    yield "| | | held by | in `make test` | long | on real servers |"
    yield "|---|---|---|---|---|---|"
    for number, held in sorted(holders().items()):
        lacks = f" *Lacking: {LACKS[number]}.*" if number in LACKS else ""
        counts = [
            sum(1 for one in held if one.target in targets)
            for targets in (("make test",), ("make test-kill", "make test-walks"), ("make test-servers",))
        ]
        files = sorted({one.file.removeprefix("tests/") for one in held})
        names = "<br>".join(f"`{name}`" for name in files) or "nothing yet"
        cells = " | ".join(str(count) if count else "" for count in counts)
        yield f"| {number} | {REQUIREMENTS[number]}.{lacks} | {names} | {cells} |"


if __name__ == "__main__":
    print(page(), end="")
