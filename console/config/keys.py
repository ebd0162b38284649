"""`[keys]`: which keys do what.

What the table says is read here; which actions there are is the screen's knowledge, so it hands its list to
`rebind`, which decides what of the table can be had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from adapters.errors import BadOptions
from adapters.options import choices, printable
from console.config.keyboard import read_key, shown, types
from console.config.tolerant import Faults

WHERE = "keys"
FIXED: Mapping[str, str] = {"kill": "K", "quit": "q"}
"""Keys that always do what they do: a tired hand must find them on any console."""


class Bindable(Protocol):
    """An action of the screen, a frozen dataclass. Several may share an id, on different screens."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def shown(self) -> str: ...
    @property
    def screens(self) -> frozenset[str]: ...
    @property
    def dangerous(self) -> bool: ...


Bound = TypeVar("Bound", bound=Bindable)


def read_keys_table(raw: Mapping[str, Any], faults: Faults) -> dict[str, tuple[str, ...]]:
    """Read the table: names of keys by the id of an action. What cannot be used is a fault, and left out."""
    read: dict[str, tuple[str, ...]] = {}
    for name, value in raw.items():
        with faults.caught():
            read[name] = _keys(name, value)
    return read


def rebind(
    actions: Sequence[Bound],
    wanted: Mapping[str, Sequence[str]],
    *,
    typed_on: Collection[str] = (),
    path: Path | None = None,
) -> tuple[tuple[Bound, ...], tuple[str, ...]]:
    """Put actions on other keys.

    An action gives up its own keys for those wanted; `FIXED` ones stay beside them. Refused, and said, is: an
    action that there is not, a key that would then do two things on one screen, a fixed key for another
    action, a capital for what changes nothing and a small letter for what does, a letter where letters are
    typed. What is refused keeps its own keys.

    Args:
        actions: all there are.
        wanted: `Config.keys`.
        typed_on: screens on which characters are typed.
        path: of console.toml, for the sentences.

    Returns:
        The actions with their keys, and a sentence for each wish that could not be had.
    """
    faults = Faults(path or Path("console.toml"))
    plan = _Plan(actions, typed_on)
    for name, keys in wanted.items():
        with faults.caught():
            plan.take(name, tuple(keys))
    while clash := plan.clash():
        faults.add(clash)
    return tuple(plan.bound()), tuple(faults.sentences)


def _keys(name: str, value: Any) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
        raise BadOptions(
            f"`{printable(name)}` is neither a key nor a list of keys",
            where=WHERE,
            todo='Write it like note = "n", or note = ["n", "F6"].',
        )
    if not given:
        raise BadOptions(
            f"`{printable(name)}` has no key left", where=WHERE, todo="Name one at least, or take it out."
        )
    return tuple(dict.fromkeys(read_key(key, WHERE, printable(name)) for key in given))


@dataclass
class _Plan:
    """Which actions get other keys."""

    actions: Sequence[Any]
    typed_on: Collection[str]
    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, name: str, keys: tuple[str, ...]) -> None:
        """Note a wish. Raises BadOptions where it cannot be had whatever the others are."""
        own = [action for action in self.actions if action.id == name]
        if not own:
            known = {action.id for action in self.actions}
            raise BadOptions(
                f"there is no action `{printable(name)}`", where=WHERE, todo=choices("actions", name, known)
            )
        for key in keys:
            self._check(name, key, dangerous=any(action.dangerous for action in own))
        if all(self._is_typed_on(action) for action in own) and any(types(key) for key in keys):
            raise _bad(f"`{name}` works where letters are typed", "Take a key that types nothing: F2 to F12.")
        self.taken[name] = keys

    def clash(self) -> BadOptions | None:
        """Give up one wish that makes a key do two things on one screen; None when there is none."""
        at: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for action in self.bound():
            for screen in action.screens:
                for key in action.keys:
                    if action.id not in at[screen, key]:
                        at[screen, key].append(action.id)
        for (screen, key), names in at.items():
            wished = [name for name in self.taken if name in names and key in self.taken[name]]
            if len(names) > 1 and wished:
                name = wished[-1]
                other = next(each for each in names if each != name)
                del self.taken[name]
                return _bad(
                    f"`{name}` cannot be on {shown(key)}, which is `{other}` on the screen of {screen}",
                    f"Take another key, or give `{other}` another one too.",
                )
        return None

    def bound(self) -> Iterator[Any]:
        """The actions as they are then."""
        given: set[str] = set()
        for action in self.actions:
            if action.id not in self.taken or self._keeps_its_own(action):
                yield action
            elif action.id not in given:
                given.add(action.id)
                yield self._moved(action)

    def _moved(self, action: Any) -> Any:
        fixed = FIXED.get(action.id)
        keys = tuple(dict.fromkeys([*([fixed] if fixed else []), *self.taken[action.id]]))
        same = [each for each in self.actions if each.id == action.id and not self._keeps_its_own(each)]
        screens = frozenset().union(*(each.screens for each in same))
        return replace(action, keys=keys, shown=shown(keys[0]), screens=screens)

    def _keeps_its_own(self, action: Any) -> bool:
        return self._is_typed_on(action) and any(types(key) for key in self.taken[action.id])

    def _is_typed_on(self, action: Any) -> bool:
        return any(screen in self.typed_on for screen in action.screens)

    @staticmethod
    def _check(name: str, key: str, *, dangerous: bool) -> None:
        for fixed, always in FIXED.items():
            if key == always and name != fixed:
                raise _bad(f"`{name}` cannot be on {shown(key)}, which always is `{fixed}`")
        letter = len(key) == 1 and key.isalpha()
        if dangerous and (key.islower() if letter else types(key)):
            raise _bad(
                f"`{name}` cannot be on {shown(key)}: what changes what users get is on capitals",
                "Take a capital letter, or F2 to F12.",
            )
        if letter and key.isupper() and not dangerous:
            raise _bad(f"`{name}` cannot be on {key}: capitals change what users get, and this does not")


def _bad(what: str, todo: str = "Take another key.") -> BadOptions:
    return BadOptions(what, where=WHERE, todo=todo)
