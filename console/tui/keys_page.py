"""Writes docs/keys.md from the registry of actions.

python -m console.tui.keys_page > docs/keys.md
"""

from __future__ import annotations

from console.tui.actions import FORM, GROUPS, KEYS, TYPED_ON
from console.tui.key_table import KeyRow, key_rows

_HEAD = """# Keys

<!-- Made by `python -m console.tui.keys_page`; a test holds it equal to the registry. -->

Capitals change what users get, or open the dialog that does; small letters never do. Every action is also in
the palette (`:` or `ctrl+p`), and `?` shows this list. Where letters are typed (the kill dialog, a form, a
filter) no letter is a key: `esc` leaves, `F1` helps.

Each can be put on other keys by its id, in console.toml:

```toml
[keys]
note = "F6"
refresh = ["r", "F5"]
```

`q` always leaves and `K` always kills. A key that cannot be had is refused with a sentence, and the action
keeps its own.
"""


def keys_page() -> str:
    """The whole document."""
    parts = [_HEAD]
    rows = key_rows(KEYS)
    for group in GROUPS:
        parts.append(
            f"## {group[0].upper()}{group[1:]}\n\n| key | id | what it does | where |\n|---|---|---|---|"
        )
        parts += [_line(row) for row in rows if row.group == group]
        parts.append("")
    return "\n".join(parts)


def _line(row: KeyRow) -> str:
    keys = " ".join(f"`{key}`" for key in row.keys.split(" ")) if row.keys else "palette only"
    danger = " **Changes what users get.**" if row.dangerous else ""
    return f"| {keys} | `{row.id}` | {row.description}{danger} | {_where(row.places)} |"


def _where(places: tuple[str, ...]) -> str:
    everywhere = sorted({screen for action in KEYS.actions for screen in action.screens} - TYPED_ON)
    missing = [place for place in everywhere if place not in places]
    if len(missing) <= 2 and places != (FORM,):
        return "everywhere" + (f" but {', '.join(missing)}" if missing else "")
    return ", ".join(places)


if __name__ == "__main__":
    print(keys_page(), end="")
