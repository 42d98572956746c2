"""Groups are made by an application with the permission, or by a person with the directory role."""

from __future__ import annotations

import pytest

from tasks.errors import AccessRefused, MisconfiguredError
from tasks.preflight.graph import RIGHTS, ROLES, graph_api, require_groups_right
from tests.tasks.preflight.stub_cloud import PRINCIPAL, StubCloud
from tests.tasks.scripted_api import answer

APPLICATION = f"GET /v1.0/servicePrincipals/{PRINCIPAL}/appRoleAssignments"
PERSON = "GET /v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole"
OTHER = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"


def look(cloud: StubCloud, *, is_person: bool = False) -> None:
    require_groups_right(graph_api(cloud.url, "good"), PRINCIPAL, is_person=is_person)


@pytest.mark.parametrize("right", RIGHTS)
def test_a_permission_is_found_on_any_page(cloud: StubCloud, right: str) -> None:
    following = f"{cloud.url}/v1.0/servicePrincipals/{PRINCIPAL}/appRoleAssignments/more?$skiptoken=x"
    cloud.routes[APPLICATION] = answer({"value": [{"appRoleId": OTHER}], "@odata.nextLink": following})
    cloud.routes[f"{APPLICATION}/more"] = answer({"value": [{"appRoleId": right}]})
    look(cloud)


@pytest.mark.parametrize("role", ROLES)
def test_a_person_has_the_role(cloud: StubCloud, role: str) -> None:
    cloud.routes[PERSON] = answer({"value": [{"roleTemplateId": role}]})
    look(cloud, is_person=True)


@pytest.mark.parametrize(
    ("is_person", "told"), [(False, "neither Group.ReadWrite.All or"), (True, "neither Groups Administrator or")]
)
def test_an_identity_without_it_is_told_the_step(cloud: StubCloud, is_person: bool, told: str) -> None:
    for address in (APPLICATION, PERSON):
        cloud.routes[address] = answer({"value": [{"appRoleId": OTHER}]})
    with pytest.raises(MisconfiguredError, match=told):
        look(cloud, is_person=is_person)


def test_an_identity_that_may_not_look_is_told(cloud: StubCloud) -> None:
    cloud.routes[APPLICATION] = answer({"error": {"code": "Authorization_RequestDenied"}}, 403)
    with pytest.raises(AccessRefused, match=r"may not read what it may do \(Application.Read.All\)"):
        look(cloud)
