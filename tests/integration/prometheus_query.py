"""Prometheus asked by its own HTTP API, by nothing of ours."""

from __future__ import annotations

import httpx


def number(url: str, query: str) -> float | None:
    """Evaluate a query that has one number for its answer; None where there is no data."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": query}, timeout=10)
    assert answer.is_success, answer.text
    result = answer.json()["data"]["result"]
    return float(result[0]["value"][1]) if result else None
