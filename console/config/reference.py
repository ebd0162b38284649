"""docs/configuration.md, written from the types by ``python -m console.config.reference``.

Words come from the docstrings of the tables' types, keys, types and defaults from their fields. A test holds
the page equal to what this gives.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from adapters.flags import homegrown, ofrep, postgresql_row, sqlite_row, unleash, unleash_frontend
from adapters.levers import command, http
from adapters.signals import event_link, prometheus_options, prometheus_traffic
from console.config import examples, prose, tables
from console.config.bands import BASELINES, DEFAULTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"

Struct = type[msgspec.Struct]

FLAGS: Mapping[str, tuple[Struct, str]] = {
    "homegrown": (homegrown.Options, examples.HOMEGROWN),
    "postgresql": (postgresql_row.Options, examples.POSTGRESQL),
    "sqlite": (sqlite_row.Options, examples.SQLITE),
    "unleash": (unleash.Options, examples.UNLEASH),
}
LEVERS: Mapping[str, tuple[Struct, str]] = {
    "command": (command.Options, examples.COMMAND),
    "http": (http.Options, examples.HTTP),
}
EVALUATORS: Mapping[str, tuple[Struct, str]] = {
    "ofrep": (ofrep.Options, examples.OFREP),
    "unleash": (unleash_frontend.Options, examples.UNLEASH_FRONTEND),
}
TRAFFIC: Mapping[str, tuple[Struct, str]] = {
    "events": (event_link.Options, examples.EVENTS_TRAFFIC),
    "prometheus": (prometheus_traffic.Options, examples.PROMETHEUS_TRAFFIC),
}
SIGNALS: Mapping[str, tuple[Struct, str]] = {
    "events": (event_link.Options, examples.EVENTS),
    "prometheus": (prometheus_options.Reach, examples.REACH),
}
"""By kind and name of a provider, its keys and an example."""

TAKEN_AND_UNUSED = "taken and not used"
"""So begin the words of a key that is accepted for the sake of the feature's own; the page leaves it out."""

_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_ENTRY = re.compile(r"^    (\w+): ", re.MULTILINE)

CONTENTS = "\n".join(
    f"{'  ' * deep}- [{name}](#{anchor})"
    for deep, name, anchor in (
        (0, "`[operator]`, `[store]`, `[people]`, `[keys]`", "operator"),
        (0, "`[[feature]]`", "feature"),
        (1, "`[feature.flag]`", "featureflag-the-first-lever"),
        (1, "`[[feature.levers]]`", "featurelevers-the-next-levers"),
        (1, "`[feature.evaluate]`", "featureevaluate-the-flag-as-users-get-it"),
        (1, "`[feature.traffic]`", "featuretraffic-proof-that-it-is-quiet"),
        (1, "`[feature.fallback]`", "featurefallback"),
        (1, "`[feature.signals.*]`", "featuresignals-what-is-watched"),
        (1, "`[feature.rollout]`", "featurerollout"),
        (1, "`[feature.cohorts.*]`", "featurecohorts"),
        (1, "`[feature.restore]`", "featurerestore"),
        (1, "`[feature.drill]`", "featuredrill"),
    )
)


def page() -> str:
    """The whole page."""
    return "\n".join(_tidy(_parts())) + "\n"


def _parts() -> Iterator[str]:
    yield prose.INTRODUCTION
    yield CONTENTS
    yield from _section("## `[operator]`", tables.OperatorTable, examples.OPERATOR)
    yield from _section(
        "## `[store]`", tables.StoreTable, examples.STORE, instead={"second": "below `/var/tmp`"}
    )
    yield from _section("## `[people]`", tables.PeopleTable, examples.PEOPLE)
    yield f"## `[keys]`\n{_block(examples.KEYS)}\n{prose.KEYS_WORDS}"
    yield from _section(
        "## `[[feature]]`",
        tables.FeatureTable,
        examples.FEATURE,
        without=frozenset(tables.FEATURE_TABLES),
        instead={"title": "its key"},
    )
    yield prose.FLAG
    yield _keys(tables.FlagTable)
    yield from _providers(FLAGS, instead={"environment": "that of the feature"})
    yield prose.LEVERS
    yield from _providers(LEVERS)
    yield prose.EVALUATE
    yield _keys(tables.EvaluateTable)
    yield from _providers(
        EVALUATORS, instead={"key": "that of the flag", "environment": "that of the feature"}
    )
    yield prose.TRAFFIC
    yield from _providers(TRAFFIC)
    yield from _section("### `[feature.fallback]`", tables.FallbackTable, examples.FALLBACK)
    yield from _signals()
    yield from _section("### `[feature.rollout]`", tables.RolloutTable, examples.ROLLOUT)
    yield f"{_words(tables.StageTable)[0]}\n\n{_keys(tables.StageTable)}"
    yield from _section("### `[feature.cohorts.*]`", tables.CohortTable, examples.COHORT)
    yield from _section("### `[feature.restore]`", tables.RestoreTable, examples.RESTORE)
    yield from _section("### `[feature.drill]`", tables.DrillTable, examples.DRILL)


def _signals() -> Iterator[str]:
    yield prose.SIGNALS
    yield "| Signal | Default of `band` | Keys of `baseline` |\n|---|---|---|\n" + "\n".join(
        f"| `{name}` | `{DEFAULTS[name]}` | {_codes(BASELINES.get(name, ()))} |" for name in tables.SEVEN
    )
    yield f"Keys of `baseline`:\n\n{_keys(tables.BaselineTable)}"
    yield from _providers(SIGNALS)
    yield prose.QUERIES
    yield _keys(prometheus_options.Span)
    own = frozenset(prometheus_options.Span.__struct_fields__)
    for name in tables.SEVEN:
        kind = prometheus_options.KINDS[name]
        without = {"errors": {"rated"}, "feedback": {"fallback"}}.get(name, set())
        keys = own - {"bucket"} if name == "evals" else own
        yield f"##### Queries of `{name}`\n{_block(examples.QUERIES[name])}"
        yield _keys(kind, without=keys | without)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _section(
    heading: str,
    kind: Struct,
    example: str,
    *,
    without: frozenset[str] = frozenset(),
    instead: Mapping[str, str] | None = None,
) -> Iterator[str]:
    yield f"{heading}\n\n{_words(kind)[0]}\n{_block(example)}"
    yield _keys(kind, without=without, instead=instead)


def _providers(
    providers: Mapping[str, tuple[Struct, str]], *, instead: Mapping[str, str] | None = None
) -> Iterator[str]:
    for name, (kind, example) in providers.items():
        yield f'#### `provider = "{name}"`\n\n{_words(kind)[0]}\n{_block(example)}'
        yield _keys(kind, instead=instead)


def _keys(
    kind: Struct,
    *,
    without: frozenset[str] | set[str] = frozenset(),
    instead: Mapping[str, str] | None = None,
) -> str:
    """The table of a type's keys.

    Args:
        without: keys that stand elsewhere.
        instead: defaults that do not stand in the type, since the feature gives them.
    """
    words = _words(kind)[1]
    hints = get_type_hints(kind, include_extras=True)
    rows = ["| Key | Type | Default | |", "|---|---|---|---|"]
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name in without or words[name].startswith(TAKEN_AND_UNUSED):
            continue
        default = (instead or {}).get(name) or _default(field)
        rows.append(f"| `{name}` | {_type(hints[field.name])} | {default} | {words[name]} |")
    return "\n".join(rows)


def _words(kind: Struct) -> tuple[str, dict[str, str]]:
    """What a type's docstring says of the table, and of each key; keys of the types it extends with them."""
    own = inspect.cleandoc(kind.__doc__ or "")
    keys: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        text = inspect.cleandoc(each.__dict__.get("__doc__") or "").partition("Attributes:\n")[2]
        _, *pairs = _ENTRY.split(text)
        keys |= {name: _flowing(words) for name, words in zip(pairs[::2], pairs[1::2], strict=True)}
    return own.partition("Attributes:\n")[0].strip().replace("``", "`"), keys


def _flowing(words: str) -> str:
    """One line without the full stop at its end, safe in a table of Markdown."""
    return " ".join(words.split()).removesuffix(".").replace("``", "`").replace("|", "\\|")


def _type(hint: Any) -> str:
    """A type in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        (words,) = (meta.extra["words"] for meta in arguments[1:] if meta.extra)
        return str(words)
    if origin is Literal:
        return " or ".join(f'`"{value}"`' for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(_type(each) for each in arguments if each is not type(None))
    if origin in (list, tuple):
        return f"list of {_type(arguments[0])}s"
    if origin is dict:
        inner = _type(arguments[1]) if arguments[1] is not Any else ""
        return f"table of {inner}s" if inner and inner != "text" else "table"
    return "table" if inspect.isclass(hint) and issubclass(hint, msgspec.Struct) else _NAMES[hint]


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "*required*"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value in (None, "", [], {}):
        return "none"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _block(example: str) -> str:
    return f"\n```toml\n{example.strip()}\n```"


def _tidy(parts: Iterator[str]) -> Iterator[str]:
    """One empty line between parts, and none at the ends."""
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield part.strip("\n")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
