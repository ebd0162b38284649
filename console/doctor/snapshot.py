"""What the doctor can say of a feature that is being watched anyway. Asks nothing and waits for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.doctor.arming import of_arming
from console.doctor.configuration import of_feature_config
from console.doctor.finding import Finding, Severity, worst_first
from console.doctor.sources import LARGEST_SKEW, of_partial, of_skew
from console.doctor.units import Sample, implausible
from console.signals.verdict import State, Verdict

if TYPE_CHECKING:
    from console.feature import Snapshot

_BLIND = {
    State.ERROR: ("", ""),
    State.NO_DATA: ("its source has nothing of it", "Look at its query, and at what the feature exports."),
    State.STALE: ("nothing new has come", "See that the feature still sends, and the source takes it in."),
}


def snapshot_findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Everything about one feature that is broken, doubtful or fine by its newest snapshot; worst first.

    What has not been looked at yet (arming before its first proof, a source before its first answer) has no
    finding: `console doctor` looks at everything, this at what is at hand.
    """
    return worst_first(_of_snapshot(snapshot))


def _of_snapshot(snapshot: Snapshot) -> Iterator[Finding]:
    config = snapshot.config
    name = config.name
    yield from of_feature_config(config)
    if snapshot.reload:
        yield Finding(
            Severity.WARNING,
            "configuration",
            name,
            "reload",
            f"console.toml as it stands on the disk is not in use: {snapshot.reload}",
            "Correct the file; it is read again by itself.",
        )
    if snapshot.arming is not None:
        yield from of_arming(name, snapshot.arming)
    if snapshot.flag.problem:
        yield Finding(
            Severity.BROKEN,
            "arming",
            name,
            config.flag_key,
            f"the flag cannot be read: {snapshot.flag.problem}",
            "A kill is still sent. Look at the provider's address and token.",
        )
    if snapshot.back_on:
        yield Finding(
            Severity.WARNING,
            "arming",
            name,
            config.flag_key,
            "the flag is no longer as the newest kill left it",
            "If nobody restored it on purpose, kill again.",
        )
    yield from _sources(snapshot)
    if snapshot.runbook.problem:
        yield Finding(Severity.WARNING, "runbook", name, "runbook", snapshot.runbook.problem)
    if snapshot.journal.problem:
        yield Finding(
            Severity.BROKEN,
            "journal",
            "",
            "journal",
            snapshot.journal.problem,
            "What other consoles do is not seen here. Look at the disk, and at the file's owner.",
        )
    if snapshot.history.problem:
        yield Finding(
            Severity.WARNING,
            "history",
            "",
            "history",
            snapshot.history.problem,
            "Until it can be written, a restart forgets what was seen. Look at the disk.",
        )


def _sources(snapshot: Snapshot) -> Iterator[Finding]:
    name, board = snapshot.config.name, snapshot.board
    if board.clock is not None and board.clock.speed == 1:
        skew = (board.clock.at - board.clock.real).total_seconds()
        if abs(skew) > LARGEST_SKEW:
            yield of_skew(name, "sources", skew)
    yield from _blind(snapshot)
    for key, verdict in board.verdicts.items():
        if verdict.state not in _BLIND:
            source = snapshot.sources.get(key)
            yield from _seen(
                name, verdict, source.label if source else "its source", _baseline(snapshot, key)
            )


def _blind(snapshot: Snapshot) -> Iterator[Finding]:
    """Signals that cannot be seen; those with the same trouble together."""
    together: dict[tuple[State, str], list[str]] = {}
    for key, verdict in snapshot.board.verdicts.items():
        if verdict.state is State.NO_DATA and snapshot.board.clock is None:
            continue  # nobody has answered yet
        if verdict.state in _BLIND:
            why = verdict.problem or verdict.why or _BLIND[verdict.state][0]
            together.setdefault((verdict.state, why), []).append(key)
    for (state, why), keys in together.items():
        subject, what = ", ".join(keys), f"{state.value}: {why}"
        yield Finding(Severity.BROKEN, "sources", snapshot.config.name, subject, what, _BLIND[state][1])


def _seen(name: str, verdict: Verdict, label: str, baseline: dict[str, float]) -> Iterator[Finding]:
    key, fine = verdict.signal, True
    for what, todo in implausible(_sample(verdict), baseline):
        fine = False
        yield Finding(Severity.WARNING, "sources", name, key, what, todo)
    if verdict.partial:
        fine = False
        yield Finding(Severity.WARNING, "sources", name, key, verdict.partial, of_partial(verdict.partial))
    if fine and verdict.state is not State.OFF:
        yield Finding(Severity.FINE, "sources", name, key, f"{label} answers, and is fresh")


def _sample(verdict: Verdict) -> Sample:
    """What a verdict tells of its numbers: of latency the p95, of evals the score."""
    if verdict.signal == "latency":
        return Sample("latency", p95=verdict.value)
    if verdict.signal == "evals":
        return Sample("evals", score=verdict.value)
    return Sample(verdict.signal)


def _baseline(snapshot: Snapshot, key: str) -> dict[str, float]:
    signal = snapshot.config.signals.get(key)
    return dict(signal.baseline) if signal else {}
