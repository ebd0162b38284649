"""What follows from everything that was seen. Asks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from console.doctor.arming import of_arming
from console.doctor.configuration import of_feature_config, of_file
from console.doctor.credentials import of_dates, of_secret
from console.doctor.facts import Facts, FeatureFacts
from console.doctor.finding import Finding, Severity, worst_first
from console.doctor.keeping import of_history, of_journal
from console.doctor.logout import of_logout
from console.doctor.machine import of_installation, of_terminal
from console.doctor.proof import of_proof
from console.doctor.runbook import of_runbook
from console.doctor.sources import of_source
from console.text import plain


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Every finding, worst first."""
    return worst_first(_every(facts))


def _every(facts: Facts) -> Iterator[Finding]:
    if facts.unusable:
        yield Finding(Severity.BROKEN, "configuration", "", "console.toml", facts.unusable)
    if facts.file is not None:
        yield from of_file(facts.file)
    for fault in facts.faults:
        yield Finding(Severity.WARNING, "configuration", "", "left out", fault)
    for broken in facts.broken:
        yield Finding(Severity.BROKEN, "configuration", broken.name, "cannot be used", broken.problem)
    for feature in facts.features:
        yield from _of_feature(feature, facts)
    if facts.journal is not None:
        yield from of_journal(facts.journal, facts.at)
    if facts.history is not None:
        yield from of_history(facts.history)
    if facts.log:
        yield Finding(Severity.WARNING, "history", "", "log", facts.log, "Look at the directory's owner.")
    yield from of_terminal(facts.terminal)
    yield from of_logout(facts.logout)
    yield from of_installation(facts.installation)


def _of_feature(feature: FeatureFacts, facts: Facts) -> Iterator[Finding]:
    config = feature.config
    yield from of_feature_config(config)
    for secret in feature.secrets:
        yield from of_secret(config.name, secret, facts.at)
    yield from of_dates(config, facts.at)
    if feature.arming is not None:
        yield from of_arming(config.name, feature.arming)
    else:
        what = f"could not be proven: {feature.arming_problem}"
        yield Finding(Severity.BROKEN, "arming", config.name, "levers", what, "Run the doctor again.")
    yield from _of_flag(feature)
    for proof in feature.proofs:
        yield from of_proof(config.name, proof)
    for source in feature.sources:
        yield from of_source(config.name, source, killed=feature.killed)
    yield from of_runbook(
        config.name, feature.runbook, flag_key=config.flag_key, environment=config.environment
    )


def _of_flag(feature: FeatureFacts) -> Iterator[Finding]:
    config, kill, state = feature.config, feature.kill, feature.flag

    def found(severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(severity, "arming", config.name, config.flag_key, what, todo)

    if state is None:
        yield found(
            Severity.BROKEN,
            f"the flag cannot be read: {feature.flag_problem}",
            "A kill is still sent. Look at the provider's address and token.",
        )
    elif feature.back_on and kill is not None:
        at = f"{kill.at.astimezone():%Y-%m-%d %H:%M %z}"
        yield found(
            Severity.WARNING,
            f"the flag is no longer as the kill of {at} by {plain(kill.ladder.operator)} left it",
            "If nobody restored it on purpose, kill again.",
        )
    else:
        share = "" if state.percent is None or not state.on else f" at {state.percent:g} %"
        yield found(Severity.FINE, f"the flag is {'ON' if state.on else 'OFF'}{share}")
