"""JSON answers of the world's HTTP services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

LARGEST_BODY = 65_536
"""Bytes."""


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def problem(status: int, code: str, message: str) -> Response:
    """An error: a code for programs, and words for people."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return reply({"error": code, "message": message}, status, headers)


async def body_of(request: Request) -> bytes | None:
    """The request's body, or None when it is larger than any sensible one."""
    parts = b""
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST_BODY:
            return None
    return parts
