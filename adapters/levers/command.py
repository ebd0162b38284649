"""A local command as a lever: it puts the feature into its killed state, whatever that takes.

Commands are lists whose first member is an absolute path. They run without a shell, in a session of their
own, with nothing of this environment but PATH, HOME and LANG, and with what `env` names. One that is not done
within 5 s is killed with everything it has started. The reason and the operator are not handed over: every
user of this machine can see a command's arguments.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from adapters.errors import AdapterError, BadOptions
from adapters.flags.port import ArmingCheck, Receipt, RequestSketch
from adapters.levers.process import Done, finding, run
from adapters.options import Reference, decode
from adapters.secrets import Secret
from adapters.telltale import given_away
from adapters.trust import NO_TRUST, Trust

SECONDS = 5.0


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A local command: a list of an absolute path and its arguments, run without a shell and within 5 s.

    It gets `PATH`, `HOME`, `LANG` and what `env` names, and nothing else of the environment. It works only if
    console.toml is yours or root's, and nobody else can write it or put another in its place.

    Attributes:
        run: puts the feature into its killed state, and may be run again.
        check: tells whether that holds: status 0 says yes, 1 says no.
        arm: proves that `run` would work, and changes nothing.
        undo: takes it back: what a restore runs, and what stands on the manual card.
        proof: what confirms it; by default `check`, where there is one. Without any the lever can be pulled
            and never confirmed.
        env: secrets for the commands: names of variables to references.
        key: taken and not used.
        environment: taken and not used.
    """

    run: list[str]
    check: list[str] = []
    arm: list[str] = []
    undo: list[str] = []
    proof: Literal["check", "evaluation", "traffic"] | None = None
    env: dict[str, Reference] = {}
    key: str = ""
    environment: str = ""


class Command:
    """One command that kills.

    Args:
        options: run, check, arm, undo (commands), proof, env (names to secret references).
        where: the table as the user wrote it.
        trust: the configuration file must be one that only this user and root can write.
        seconds: the most that each command may take.

    Raises:
        BadOptions: the table cannot be used, or its file may not run commands.
    """

    def __init__(
        self, options: Mapping[str, Any], where: str, *, trust: Trust = NO_TRUST, seconds: float = SECONDS
    ) -> None:
        chosen = decode(Options, options, where=where)
        if not trust.commands:
            raise BadOptions(
                "it runs commands, and others than you and root can write the configuration "
                f"file{trust.because}",
                where=where,
                todo="Make it yours and writable by nobody else (chmod go-w).",
            )
        for name in ("run", "check", "arm", "undo"):
            _check(name, getattr(chosen, name), where, needed=name == "run")
        if chosen.proof == "check" and not chosen.check:
            raise BadOptions(
                '`proof` is "check", and there is no `check`',
                where=where,
                todo="Add the command that tells whether it holds, or take another proof.",
            )
        self._chosen = chosen
        self._where = f"command {chosen.run[0]}"
        self._env = {
            name: Secret(reference, where=where, key=f"env.{name}", trust=trust)
            for name, reference in chosen.env.items()
        }
        self._seconds = seconds

    @property
    def label(self) -> str:
        """How a person names it."""
        return "command"

    @property
    def does(self) -> str:
        """The program that is run."""
        return self._chosen.run[0]

    @property
    def proof(self) -> str | None:
        """What proves that it worked: "check", "evaluation" or "traffic"; None where nothing is named.

        A lever with a `check` and no `proof` is proven by its check.
        """
        return self._chosen.proof or ("check" if self._chosen.check else None)

    async def pull(self, *, reason: str, operator: str) -> Receipt:
        """Run the command.

        Raises:
            Unreachable: the program is not there, or may not be run: nothing was done.
            Refused: it ended with another status than 0. What it had done by then is not known.
            TimedOut: it was not done in time, and was killed; it may have worked.
            SecretMissing: a secret of `env` cannot be resolved.
        """
        done = await self._run(self._chosen.run)
        if done.status != 0:
            raise done.refused(self._where)
        return Receipt(said=done.output)

    @property
    def undoable(self) -> bool:
        """Whether there is an `undo` command."""
        return bool(self._chosen.undo)

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """Run the `undo` command.

        Raises:
            BadOptions: there is none.
            AdapterError: as `pull`.
        """
        if not self._chosen.undo:
            raise BadOptions("there is no `undo`", where=self._where, todo="Take it back by hand.")
        done = await self._run(self._chosen.undo)
        if done.status != 0:
            raise done.refused(f"command {self._chosen.undo[0]}")
        return Receipt(said=done.output)

    async def holds(self) -> bool | None:
        """Whether the killed state holds, by `check`: status 0 says yes, 1 no. None without a `check`.

        Raises:
            AdapterError: the command could not be run, took too long, or ended with another status.
        """
        if not self._chosen.check:
            return None
        done = await self._run(self._chosen.check)
        if done.status not in (0, 1):
            raise done.refused(f"command {self._chosen.check[0]}")
        return done.status == 0

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove that the programs are there and safe, and run `arm`, which must change nothing."""
        programs = dict.fromkeys(
            command[0] for command in (self._chosen.run, self._chosen.check, self._chosen.arm) if command
        )
        checks = [_present(Path(program)) for program in programs]
        if self._env:
            checks.append(await self._secrets())
        checks.append(await self._dry_run(all(check.holds for check in checks)))
        return tuple(checks)

    def sketches(self) -> tuple[RequestSketch, ...]:
        """Say the commands as a person would type them."""
        return self._typed(
            ("kill by the command", self._chosen.run),
            ("see whether it holds (status 0: it does)", self._chosen.check),
        )

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """Say the command that takes it back."""
        return self._typed(("undo it", self._chosen.undo))

    def _typed(self, *named: tuple[str, list[str]]) -> tuple[RequestSketch, ...]:
        env = "".join(f'{name}="{secret.shell}" ' for name, secret in self._env.items())
        return tuple(RequestSketch(what, f"{env}{shlex.join(command)}") for what, command in named if command)

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _run(self, command: list[str]) -> Done:
        env = {name: await secret.reveal() for name, secret in self._env.items()}
        return await run(command, env=env, seconds=self._seconds)

    async def _secrets(self) -> ArmingCheck:
        try:
            for secret in self._env.values():
                await secret.reveal()
        except AdapterError as error:
            return ArmingCheck("secrets", False, error.what, error.todo)
        return ArmingCheck("secrets", True, "every secret of `env` resolves")

    async def _dry_run(self, sound: bool) -> ArmingCheck:
        name = "would work"
        if not self._chosen.arm:
            return ArmingCheck(
                name, None, "no `arm` command proves it", "Add one that tries everything and changes nothing."
            )
        if not sound:
            return ArmingCheck(name, None, "not asked, because of the above")
        try:
            done = await self._run(self._chosen.arm)
        except AdapterError as error:
            return ArmingCheck(name, False, f"the `arm` command {error.what}", error.todo)
        shown = shlex.join(self._chosen.arm)
        if done.status != 0:
            return ArmingCheck(
                name, False, f"the `arm` command ended with {done.ending}", f"Run it by hand: {shown}"
            )
        return ArmingCheck(name, True, f"the `arm` command ended with status 0 after {done.seconds:.1f} s")


def _check(name: str, command: list[str], where: str, *, needed: bool) -> None:
    if not command:
        if needed:
            raise BadOptions(f"`{name}` is empty", where=where, todo="Write the program and its arguments.")
        return
    if not Path(command[0]).is_absolute():
        raise BadOptions(
            f"`{name}` does not start with an absolute path",
            where=where,
            todo="Write the whole path of the program, /usr/local/bin/...: PATH is not searched.",
        )
    if any("\0" in argument for argument in command):
        raise BadOptions(f"`{name}` holds a NUL character", where=where, todo="Take it out.")
    if sign := given_away(command[1:]):
        raise BadOptions(
            f"`{name}` has a secret in its arguments ({sign}), which every user of this machine can see",
            where=where,
            todo='Hand it over in the environment: env = { TOKEN = "env:TOKEN" }.',
        )


def _present(program: Path) -> ArmingCheck:
    wrong = finding(program)
    if wrong is None:
        return ArmingCheck(
            f"{program.name} present", True, f"{program} can be run, and only its owner can change it"
        )
    return ArmingCheck(f"{program.name} present", False, *wrong)
