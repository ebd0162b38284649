"""The table that `make bench` prints: figures, their ratio to the minimal application, and the targets."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from benchmarks.measure import Figures

TITLES = {
    "first_paint_s": "first paint, s",
    "ready_s": "ready, s",
    "key_p95_ms": "key to settled screen, p95, ms",
    "idle_cpu_percent": "idle CPU, % of a core",
    "idle_bytes_s": "idle bytes a second",
    "paint_kb": "first full paint, kB",
    "rss_mb": "memory, MiB",
    "exit_s": "exit, terminal restored, s",
}
RATIOS = {
    "first_paint_s": 1.6,
    "ready_s": 2.0,
    "key_p95_ms": 4.0,
    "paint_kb": 2.5,
    "rss_mb": 1.8,
    "exit_s": 1.3,
}
"""Targets as multiples of the minimal application in the same run."""
LIMITS = {"idle_cpu_percent": 1.5, "idle_bytes_s": 1500.0}
"""Targets that stand alone: the minimal application has no data to show."""


def machine() -> str:
    """Say what this was measured on."""
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load average {load:.1f}, terminal 120x40"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(minimal: Figures, console: Figures, peers: Mapping[str, Figures]) -> str:
    """Return a Markdown table, one figure a line."""
    header = ["figure", "minimal app", "console", "ratio", "target", "", *peers]
    rows = [_row(field.name, minimal, console, peers) for field in fields(Figures)]
    return markdown(header, rows)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with its columns in line."""
    lines = [header, ["---"] * len(header), *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _row(name: str, minimal: Figures, console: Figures, peers: Mapping[str, Figures]) -> list[str]:
    floor, value = float(getattr(minimal, name)), float(getattr(console, name))
    ratio = value / floor if floor else float("inf")
    if name in RATIOS:
        target, met = f"<= {RATIOS[name]:g} x", ratio <= RATIOS[name]
        shown = f"{ratio:.2f} x"
    else:
        target, met = f"<= {LIMITS[name]:,g}", value <= LIMITS[name]
        shown = ""
    others = [_number(float(getattr(figures, name))) for figures in peers.values()]
    return [TITLES[name], _number(floor), _number(value), shown, target, "met" if met else "MISSED", *others]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
