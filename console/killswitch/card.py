"""The manual card: how to kill, and how to undo it, by hand and without this program.

It is made from the configuration alone, holds no secret (``$NAME`` stands for each), and is kept in a file
beside the journal, so that it is there on the day on which this program is not.
"""

from __future__ import annotations

import os
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import registry
from adapters.flags.port import RequestSketch
from console.killswitch.levers import close_levers, open_levers
from console.text import plain

if TYPE_CHECKING:
    from adapters.flags.port import Evaluator
    from console.config import Config, FeatureConfig
    from console.killswitch.levers import Lever

FOLDER = "cards"
"""Beside the journal; one file a feature."""
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))")


@dataclass(frozen=True, slots=True)
class Block:
    """Some commands that belong together.

    Attributes:
        title: what they do, in words.
        problem: why there are none, or "".
    """

    title: str
    sketches: tuple[RequestSketch, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One feature's.

    Attributes:
        kill, proof, undo: to be done in this order.
        variables: names that the shell must have set, each the place of a secret.
    """

    feature: str
    flag_key: str
    kill_state: str
    instead: str
    kill: tuple[Block, ...]
    proof: tuple[Block, ...]
    undo: tuple[Block, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """In the order in which they are needed, each once."""
        commands = [
            sketch.command for block in (*self.kill, *self.proof, *self.undo) for sketch in block.sketches
        ]
        found = (a or b for command in commands for a, b in _VARIABLE.findall(command))
        return tuple(dict.fromkeys(found))


async def make_card(feature: FeatureConfig) -> Card:
    """Make the card of a feature. Asks nobody, and never raises for what is configured."""
    levers = open_levers(feature)
    try:
        kill = tuple(
            Block(f"lever {lever.number}, {plain(lever.label)}: {plain(lever.does)}", *_said(lever))
            for lever in levers
        )
        # What was done last is taken back first; the flag itself, which lets users in, comes at the end.
        undo = tuple(_undo(lever) for lever in reversed(levers))
        proof = await _proof(feature)
    finally:
        await close_levers(levers)
    return Card(
        feature=feature.name,
        flag_key=feature.flag_key,
        kill_state=feature.flag.kill_state,
        instead=feature.fallback.describe if feature.fallback else "",
        kill=kill,
        proof=proof,
        undo=undo,
    )


def lines(card: Card) -> tuple[str, ...]:
    """The card as text: commands stand alone on their lines, two spaces in."""
    state = card.kill_state.upper()
    found = [
        f"MANUAL CARD  {plain(card.feature)}  flag {plain(card.flag_key)}  ({state} is the kill)",
        "Copy the lines that you mean into a shell; this is no script.",
    ]
    if card.variables:
        found.append(f"They need, set in that shell: {', '.join('$' + name for name in card.variables)}")
    for heading, blocks in (
        ("KILL: one lever that works is enough", card.kill),
        ("SEE THAT IT HOLDS", card.proof),
        ("UNDO: only when users may get the AI again, in this order", card.undo),
    ):
        if not blocks:
            continue
        found += ["", heading]
        for block in blocks:
            found += ["", f" {block.title}"]
            if block.problem:
                found.append(f"   {plain(block.problem)}")
            for sketch in block.sketches:
                found += [f"   {plain(sketch.what)}:", f"  {plain(sketch.command)}"]
    if card.instead:
        found += ["", f"Killed, users get: {plain(card.instead)}"]
    return tuple(found)


def path_of(config: Config, feature: FeatureConfig) -> Path:
    """Where a feature's card is kept."""
    name = re.sub(r"[^\w.@-]", "_", feature.name)
    return config.store.parent / FOLDER / f"{name}.txt"


async def keep_card(config: Config, feature: FeatureConfig) -> Path:
    """Write the card beside the journal, private to the user; one that stands there already is left alone.

    Raises:
        OSError: it could not be written.
    """
    path = path_of(config, feature)
    text = "\n".join(lines(await make_card(feature))) + "\n"
    with suppress(OSError, UnicodeDecodeError):
        if path.read_text("utf-8") == text:
            return path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)
    return path


def _said(lever: Lever) -> tuple[tuple[RequestSketch, ...], str]:
    if lever.problem:
        return (), lever.problem
    try:
        return lever.sketches(), ""
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything; the others stand
        return (), f"its adapter could not say what it sends ({type(error).__name__})"


def _undo(lever: Lever) -> Block:
    title = f"lever {lever.number}, {plain(lever.label)}"
    try:
        sketches = () if lever.problem else lever.undo_sketches()
    except Exception:  # noqa: BLE001 - as above
        sketches = ()
    known = "" if sketches else "no undo is configured: take back by hand what the lever did"
    return Block(title, sketches, known)


async def _proof(feature: FeatureConfig) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if feature.evaluate is not None:
        source = feature.evaluate.source
        title = f"as users' code gets it, by {plain(source.provider)}"
        try:
            evaluator: Evaluator = registry.open_evaluator(
                source.provider, source.options, source.where, trust=source.trust
            )
            sketches = tuple(evaluator.sketch(context) for context in feature.evaluate.contexts)
            await evaluator.aclose()
        except Exception as error:  # noqa: BLE001 - as above
            blocks.append(Block(title, (), f"cannot be said ({type(error).__name__})"))
        else:
            blocks.append(Block(title, sketches))
    fallback = feature.fallback
    if fallback is not None and fallback.url is not None:
        wanted = f"status {fallback.expect_status}"
        if fallback.expect_body:
            wanted += f" and {fallback.expect_body!r}"
        command = f"curl -sS -i -m 5 {shlex.quote(fallback.url)}"
        blocks.append(Block("the fallback", (RequestSketch(f"look for {wanted}", command),)))
    return tuple(blocks)
