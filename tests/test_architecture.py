"""The rules that keep the house in order: who may import whom, and what an import may cost."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
PACKAGES = ("console", "widgets", "adapters")
SCREEN = ("console.tui", "widgets")
WORLD = "console.demo"
"""Modules under it run in the embedded world's own process, where the start counts for less."""
DEAR = (
    "textual",
    "httpx",
    "httpx_sse",
    "websockets",
    "sqlite_utils",
    "starlette",
    "uvicorn",
    "prometheus_client",
    "UnleashClient",
)
"""What takes 10 ms or more to import: only the function that needs one may import it."""

REPORT = """
import importlib, json, sys
dear, names = json.load(sys.stdin)
found = {}
for name in names:
    before = set(sys.modules)
    importlib.import_module(name)
    if new := sorted(set(dear) & (set(sys.modules) - before)):
        found[name] = new
print(json.dumps(found))
"""


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def inside(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def imports(path: Path) -> Iterator[str]:
    """Everything that a file imports anywhere, inside functions too."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def dear_imports(names: list[str]) -> dict[str, list[str]]:
    asked = json.dumps([DEAR, names])
    done = subprocess.run(
        [sys.executable, "-c", REPORT], cwd=ROOT, input=asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_the_import_contracts_hold() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_only_the_screen_imports_textual_or_widgets() -> None:
    drawn = {
        name: seen
        for name, path in modules()
        if not inside(name, SCREEN)
        and (seen := [i for i in imports(path) if inside(i, ("textual", "widgets"))])
    }
    assert drawn == {}


def test_importing_a_service_or_an_adapter_loads_nothing_dear() -> None:
    names = [name for name, _ in modules() if not inside(name, (*SCREEN, WORLD, "console.__main__"))]
    assert dear_imports(names) == {}


def test_every_folder_of_tests_is_a_package() -> None:
    # Else a test module of the same name in another folder, or one named like a package of ours, shadows it.
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
