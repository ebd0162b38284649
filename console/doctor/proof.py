"""What will prove a kill below *confirmed*: that it can be asked at all. Nothing here sends a change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.errors import AdapterError
from adapters.http import Http
from console.doctor.finding import Finding, Severity
from console.killswitch.probes import ANY_STATUS, PROBE_BODY, open_probe
from console.killswitch.steps import Rung
from console.text import quoted

if TYPE_CHECKING:
    from console.config import FallbackConfig, FeatureConfig

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """One rung that was asked once.

    Attributes:
        rung: "evaluated", "quiet" or "fallback".
        text: what it answered.
        problem, todo: why it could not be asked, and what to do; or "".
    """

    rung: str
    text: str = ""
    problem: str = ""
    todo: str = ""


def of_proof(feature: str, proof: ProofFacts) -> Iterator[Finding]:
    """Judge one rung: without it a kill goes through all the same, and is seen less well."""
    if proof.problem:
        what = f"{proof.problem}: a kill could not be shown to be {_meaning(proof.rung)}"
        yield Finding(Severity.WARNING, "proof", feature, proof.rung, what, proof.todo)
    else:
        yield Finding(Severity.FINE, "proof", feature, proof.rung, proof.text)


def _meaning(rung: str) -> str:
    return "answered by the fallback" if rung == "fallback" else rung


async def ask_proofs(feature: FeatureConfig, *, seconds: float = SECONDS) -> tuple[ProofFacts, ...]:
    """Ask every rung that is configured, at once. Never raises for what one does."""
    asked = []
    if feature.evaluate is not None:
        asked.append(_rung(Rung.EVALUATED, feature, seconds))
    if feature.traffic is not None:
        asked.append(_rung(Rung.QUIET, feature, seconds))
    if feature.fallback is not None and feature.fallback.url is not None:
        asked.append(_fallback(feature.fallback, feature.fallback.url, seconds))
    return tuple(await asyncio.gather(*asked))


async def _rung(rung: Rung, feature: FeatureConfig, seconds: float) -> ProofFacts:
    try:
        probe = open_probe(rung, feature)
        try:
            async with asyncio.timeout(seconds):
                look = await probe.look(0.0)
        finally:
            with suppress(Exception):  # the command ends in a moment
                async with asyncio.timeout(1.0):
                    await probe.aclose()
    except AdapterError as error:
        return ProofFacts(rung.value, problem=_told(error), todo=error.todo)
    except TimeoutError:
        return ProofFacts(rung.value, problem=f"no answer within {seconds:g} s", todo="Look at its source.")
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything
        what = f"the adapter failed ({type(error).__name__})"
        return ProofFacts(rung.value, problem=what, todo="Report it to whoever made the adapter.")
    return ProofFacts(rung.value, f"answers now: {look.text}")


async def _fallback(config: FallbackConfig, url: str, seconds: float) -> ProofFacts:
    rung = Rung.FALLBACK.value
    http = Http("fallback probe", url, largest=PROBE_BODY)
    try:
        async with asyncio.timeout(seconds):
            answer = await http.request("GET", ok=ANY_STATUS)
    except AdapterError as error:
        return ProofFacts(rung, problem=_told(error), todo=error.todo)
    except TimeoutError:
        return ProofFacts(rung, problem=f"no answer within {seconds:g} s", todo="Look at the product.")
    finally:
        with suppress(Exception):  # the command ends in a moment
            await http.aclose()
    killed = answer.status == config.expect_status and config.expect_body in answer.text.raw
    seen = "the fallback" if killed else f"{answer.status}: {quoted(answer.text)}"
    return ProofFacts(rung, f"the probe answers now with {seen}")


def _told(error: AdapterError) -> str:
    said = f": {quoted(error.detail)}" if error.detail else ""
    return f"{error.where}: {error.what}{said}"
