"""Whether the identity may deploy into a subscription: create resources, and assign roles on them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tasks.preflight.check import Check, checked
from tasks.preflight.rest_api import RestApi, named_page

MANAGEMENT = "https://management.azure.com"
_VERSION = "2022-04-01"
NEEDED = {
    "create resources": "Microsoft.Resources/subscriptions/resourceGroups/write",
    "assign roles": "Microsoft.Authorization/roleAssignments/write",
}
_STEP = "an owner runs the step 'Give the deployer its rights' (python -m infra_cdktf.bootstrap)"
_REMEDIES = {
    401: "the token is not accepted: sign in again, to the tenant of the subscription",
    403: f"the identity has no role there: {_STEP}",
    404: "check ARM_SUBSCRIPTION_ID, and that you are signed in to its tenant",
}


def management_api(url: str, token: str) -> RestApi:
    """Azure Resource Manager: https://learn.microsoft.com/rest/api/azure."""
    return RestApi("Azure", url, {"Authorization": f"Bearer {token}"}, _REMEDIES)


def role_checks(api: RestApi, subscription: str, principal: str) -> Iterator[Check]:
    """A check for each thing that a deployer must be allowed to do in the subscription.

    Args:
        api: Azure Resource Manager, asked as the principal itself.
        subscription: Its id.
        principal: Its object id; roles of its groups count as its own.
    """
    allowed: list[dict[str, Any]] = []
    known = checked(
        f"roles in subscription {subscription}", lambda: allowed.extend(_allowed(api, subscription, principal))
    )
    if not known.passed:
        yield known
        return
    for what, action in NEEDED.items():
        missing = f"the deployer may not {what} ({action}): {_STEP}"
        yield Check(
            subject=f"right to {what}", failure=None if any(_grants(one, action) for one in allowed) else missing
        )


def _allowed(api: RestApi, subscription: str, principal: str) -> Iterator[dict[str, Any]]:
    """What each role that the principal has on the subscription, or above it, allows."""
    assignments = api.pages(
        f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments",
        "value",
        named_page("nextLink"),
        **{"api-version": _VERSION, "$filter": f"atScope() and assignedTo('{principal}')"},
    )
    for role in sorted({str(one["properties"]["roleDefinitionId"]) for one in assignments}):
        definition = api.get(role, **{"api-version": _VERSION})
        yield from definition["properties"]["permissions"]


def _grants(permission: dict[str, Any], action: str) -> bool:
    """Whether one permission of a role allows the action: of `actions`, and none of `notActions`."""
    matches = {
        kind: any(fnmatchcase(action.lower(), pattern.lower()) for pattern in permission.get(kind, ()))
        for kind in ("actions", "notActions")
    }
    return matches["actions"] and not matches["notActions"]
