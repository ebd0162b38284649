"""Refusals that only Unleash's own words tell apart (permission-error, api-token-middleware and
maintenance-middleware in its source)."""

from __future__ import annotations

from adapters.errors import AdapterError, Effect, Forbidden, NeedsApproval, ServerFault


def explain(error: Forbidden | ServerFault, *, project: str, environment: str) -> AdapterError:
    """Put what only Unleash's own words tell apart into errors of their own."""
    words = error.detail.raw if error.detail is not None else ""
    place = f"in {environment} of project {project}"
    if "SKIP_CHANGE_REQUEST" in words:
        return NeedsApproval(
            f"change requests are on {place}, so it refused the change",
            where=error.where,
            todo="Give the token SKIP_CHANGE_REQUEST there, or open a change request.",
            detail=error.detail,
        )
    if "different token type" in words:
        return Forbidden(
            "the token is of the wrong kind: it is for SDKs",
            where=error.where,
            todo="Use a personal access token, a service account's or an admin token.",
            detail=error.detail,
        )
    if "UPDATE_FEATURE_ENVIRONMENT" in words:
        return Forbidden(
            f"the token may not switch flags {place}",
            where=error.where,
            todo="Give its owner a role with UPDATE_FEATURE_ENVIRONMENT there.",
            detail=error.detail,
        )
    if isinstance(error, ServerFault) and "maintenance mode" in words:
        return ServerFault(
            "it is in maintenance mode and changes nothing",
            where=error.where,
            todo="Have an Unleash administrator end it.",
            detail=error.detail,
            effect=Effect.NONE,
        )
    return error
