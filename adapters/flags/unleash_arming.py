"""What Unleash's answers prove about a switch that has not been thrown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from adapters.errors import AdapterError
from adapters.flags.arming import failed, passed, unknown
from adapters.flags.port import ArmingCheck

SWITCH = "UPDATE_FEATURE_ENVIRONMENT"
SKIP = "SKIP_CHANGE_REQUEST"
ADMIN = "ADMIN"


class Permission(msgspec.Struct):
    """One right of a token (permissionSchema); without project or environment it holds in all."""

    permission: str
    project: str | None = None
    environment: str | None = None


def grants(permissions: Sequence[Permission], wanted: str, *, project: str, environment: str) -> bool:
    """Whether a right is among them, as Unleash's own access-service decides."""
    return any(
        right.permission in (wanted, ADMIN)
        and right.project in (None, "", "*", project)
        and right.environment in (None, "", "*", environment)
        for right in permissions
    )


def may_write(permissions: Sequence[Permission], *, project: str, environment: str) -> ArmingCheck:
    """Whether the token may switch flags there."""
    if grants(permissions, SWITCH, project=project, environment=environment):
        admin = any(right.permission == ADMIN for right in permissions)
        return passed("may write", f"the token has {ADMIN if admin else SWITCH}")
    return ArmingCheck(
        "may write",
        False,
        f"the token lacks {SWITCH} in {environment} of project {project}",
        "Give its owner a role that has it, or use another token.",
    )


def key_resolves(found: Sequence[str] | AdapterError, *, key: str, environment: str) -> ArmingCheck:
    """Whether the flag is there and alive.

    Args:
        found: the flags that depend on it, or why it could not be read.
    """
    if isinstance(found, AdapterError):
        return failed("key resolves", found)
    others = f"; off, it takes {len(found)} flags that depend on it along" if found else ""
    return passed("key resolves", f"{key} is live in {environment}{others}")


def no_approval_gate(
    gate: bool | None, permissions: Sequence[Permission], *, project: str, environment: str
) -> ArmingCheck:
    """Whether a change would go through without anybody's approval.

    Args:
        gate: whether change requests are on there; None where that cannot be learnt.
    """
    name = "no approval gate"
    if gate is False:
        return passed(name, f"no change requests in {environment}")
    if grants(permissions, SKIP, project=project, environment=environment):
        return passed(name, "the token may skip change requests")
    if gate is None:
        return unknown(name, "whether change requests are on cannot be read with this token")
    return ArmingCheck(
        name,
        False,
        f"change requests are on in {environment}, and the token may not skip them",
        f"Give its owner {SKIP} there.",
    )
