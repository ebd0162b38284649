"""An engine that answers like Prometheus 2.42, through httpx.MockTransport: the numbers are a test's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx

NOON = int(datetime(2026, 11, 21, 12, 0, tzinfo=UTC).timestamp())

Row = Mapping[str, float | str | None]
"""Values by one label's value ("" for a series without labels) at one instant; None for no value."""
Numbers = Callable[[int], Row] | float | str | Row


class Engine:
    """Answers queries that it knows; others have no data.

    Args:
        queries: by query, the values at an instant (epoch seconds), or the same at every instant.
        label: the label that tells series of one query apart.

    Attributes:
        now: its clock; a test moves it.
        asked: (path, form) of each request.
        broken: by query, the response instead of an answer.
    """

    def __init__(self, queries: Mapping[str, Numbers], *, label: str = "kind") -> None:
        self.now = float(NOON)
        self.queries = dict(queries)
        self.label = label
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.broken: dict[str, httpx.Response | Exception] = {}
        self.warnings: list[str] = []
        self.headers: list[httpx.Headers] = []

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def ranges(self, query: str) -> list[tuple[int, int]]:
        """(start, end) of each range query that was asked for, relative to noon."""
        return [
            (int(form["start"]) - NOON, int(form["end"]) - NOON)
            for path, form in self.asked
            if path.endswith("query_range") and form["query"] == query
        ]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
        self.asked.append((request.url.path, form))
        self.headers.append(request.headers)
        query = form["query"]
        if query in self.broken:
            broken = self.broken[query]
            if isinstance(broken, Exception):
                raise broken
            return broken
        if query == "time()":
            return self._success("scalar", [self.now, str(self.now)])
        if request.url.path.endswith("query_range"):
            times = range(int(form["start"]), int(form["end"]) + 1, int(form["step"]))
            assert len(times) <= 11_000
            return self._success("matrix", self._matrix(query, times))
        rows = self._row(query, int(self.now))
        vector = [
            {"metric": self._metric(name), "value": [self.now, str(value)]}
            for name, value in rows.items()
            if value is not None
        ]
        return self._success("vector", vector)

    def _success(self, kind: str, result: Any) -> httpx.Response:
        body: dict[str, Any] = {"status": "success", "data": {"resultType": kind, "result": result}}
        if self.warnings:
            body["warnings"] = self.warnings
        return httpx.Response(200, json=body)

    def _matrix(self, query: str, times: range) -> list[dict[str, Any]]:
        series: dict[str, list[list[Any]]] = {}
        for time in times:
            for name, value in self._row(query, time).items():
                if value is not None:
                    series.setdefault(name, []).append([time, str(value)])
        return [{"metric": self._metric(name), "values": values} for name, values in series.items()]

    def _row(self, query: str, time: int) -> Row:
        numbers = self.queries.get(query, {})
        if callable(numbers):
            numbers = numbers(time)
        return numbers if isinstance(numbers, Mapping) else {"": numbers}

    def _metric(self, name: str) -> dict[str, str]:
        return {self.label: name} if name else {}


def refusal(status: int, kind: str, words: str) -> httpx.Response:
    """An error as the API puts it."""
    return httpx.Response(status, content=json.dumps({"status": "error", "errorType": kind, "error": words}))
