"""Whether the identity may make groups in Entra, which the access stack does."""

from __future__ import annotations

from tasks.errors import MisconfiguredError
from tasks.preflight.rest_api import RestApi, named_page

GRAPH = "https://graph.microsoft.com"
RIGHTS = {
    "62a82d76-70ea-41e2-9197-370581804d09": "Group.ReadWrite.All",
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7": "Directory.ReadWrite.All",
}
"""Application permissions of Microsoft Graph by id, the same in every tenant; one of them suffices."""

ROLES = {
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
}
"""Directory roles by template, the same in every tenant; one of them suffices for a person."""

_STEP = "'Let the deployer make groups in Entra' (python -m infra_cdktf.bootstrap)"
_REMEDIES = {
    401: "the token is not accepted: sign in again",
    403: f"the identity may not read what it may do (Application.Read.All): run the step {_STEP}",
    404: "Entra does not know the identity: sign in to the tenant of the subscription",
}


def graph_api(url: str, token: str) -> RestApi:
    """Microsoft Graph: https://learn.microsoft.com/graph/api/overview."""
    return RestApi("Microsoft Graph", f"{url}/v1.0", {"Authorization": f"Bearer {token}"}, _REMEDIES)


def require_groups_right(api: RestApi, principal: str, *, is_person: bool) -> None:
    """That the principal may make groups.

    Args:
        api: Microsoft Graph, asked as the principal itself.
        principal: Its object id.
        is_person: Whether it is a person, who has directory roles in place of application permissions.

    Raises:
        MisconfiguredError: it may not.
    """
    if is_person:
        address, field, wanted = "/me/transitiveMemberOf/microsoft.graph.directoryRole", "roleTemplateId", ROLES
    else:
        address, field, wanted = f"/servicePrincipals/{principal}/appRoleAssignments", "appRoleId", RIGHTS
    found = {str(one.get(field)) for one in api.pages(address, "value", named_page("@odata.nextLink"))}
    if found.isdisjoint(wanted):
        what = " or ".join(wanted.values())
        raise MisconfiguredError(f"the identity has neither {what} and so makes no groups: run the step {_STEP}")
