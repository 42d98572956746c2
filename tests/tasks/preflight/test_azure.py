"""What a deployer may do is computed from its role assignments, and a vault's secrets are known by name."""

from __future__ import annotations

import pytest

from tasks.errors import MisconfiguredError
from tasks.preflight.azure_roles import management_api, role_checks
from tasks.preflight.check import Check
from tasks.preflight.key_vault import require_secrets
from tests.tasks.preflight.stub_cloud import PRINCIPAL, StubCloud, arm
from tests.tasks.scripted_api import answer

SUBSCRIPTION = "33333333-3333-3333-3333-333333333333"
PLACE = f"/subscriptions/{SUBSCRIPTION}"
ASSIGNMENTS = f"GET {PLACE}/providers/Microsoft.Authorization/roleAssignments"
DEFINITIONS = f"{PLACE}/providers/Microsoft.Authorization/roleDefinitions"
CONTRIBUTOR = {
    "actions": ["*"],
    "notActions": [
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
    ],
}
ADMINISTRATOR = {"actions": ["Microsoft.Authorization/roleAssignments/write", "*/read"], "notActions": []}
ROLES = {
    "owner": {"actions": ["*"], "notActions": []},
    "contributor": CONTRIBUTOR,
    "administrator": ADMINISTRATOR,
    "reader": {"actions": ["*/read"], "notActions": []},
}
CREATE, ASSIGN = "right to create resources", "right to assign roles"


def assigned(cloud: StubCloud, *roles: str) -> None:
    """The principal has these roles, each on a page of its own."""
    for number, role in enumerate(roles):
        definition = f"{DEFINITIONS}/{role}"
        following = f"{cloud.url}{PLACE}/providers/Microsoft.Authorization/roleAssignments/{number + 1}?api-version=1"
        page = {"value": [{"properties": {"roleDefinitionId": definition, "scope": PLACE}}]}
        more = {"nextLink": following} if number + 1 < len(roles) else {}
        cloud.routes[ASSIGNMENTS if number == 0 else f"{ASSIGNMENTS}/{number}"] = arm(page | more)
        cloud.routes[f"GET {definition}"] = arm({"properties": {"permissions": [ROLES[role]]}})


def look(cloud: StubCloud) -> dict[str, Check]:
    return {check.subject: check for check in role_checks(management_api(cloud.url, "good"), SUBSCRIPTION, PRINCIPAL)}


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        (["owner"], set()),
        (["contributor", "administrator"], set()),
        (["reader", "administrator", "contributor"], set()),
        (["contributor"], {ASSIGN}),
        (["administrator"], {CREATE}),
        (["reader"], {CREATE, ASSIGN}),
    ],
)
def test_rights_come_from_all_roles_together(cloud: StubCloud, roles: list[str], missing: set[str]) -> None:
    assigned(cloud, *roles)
    found = look(cloud)
    assert set(found) == {CREATE, ASSIGN}
    assert {subject for subject, check in found.items() if not check.passed} == missing
    assert cloud.parameters[0]["$filter"] == f"atScope() and assignedTo('{PRINCIPAL}')"


def test_a_principal_without_any_role_is_told(cloud: StubCloud) -> None:
    cloud.routes[ASSIGNMENTS] = arm({"value": []})
    assert str(look(cloud)[ASSIGN].failure).endswith("'Give the deployer its rights' (python -m infra_cdktf.bootstrap)")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "the token is not accepted: sign in again"),
        (403, "the identity has no role there: an owner runs the step"),
        (404, "check ARM_SUBSCRIPTION_ID"),
    ],
)
def test_each_refusal_says_what_to_do(cloud: StubCloud, status: int, told: str) -> None:
    cloud.routes[ASSIGNMENTS] = answer({"error": {"code": "no"}}, status)
    (check,) = look(cloud).values()
    assert f"Azure answers {status} to {ASSIGNMENTS.removeprefix('GET ')}: {told}" in str(check.failure)


VAULT = f"{PLACE}/resourceGroups/platform/providers/Microsoft.KeyVault/vaults/datamaster-dev-0001"


@pytest.fixture
def vault(cloud: StubCloud) -> StubCloud:
    """A subscription with two vaults, of which ours has its secrets on two pages."""
    others = VAULT.replace("datamaster-dev-0001", "another")
    listed = [{"id": others, "name": "another"}, {"id": VAULT, "name": "datamaster-dev-0001"}]
    second = f"{cloud.url}{VAULT}/secrets/page2?api-version=2023-07-01"
    cloud.routes |= {
        f"GET {PLACE}/resources": arm({"value": listed}),
        f"GET {VAULT}/secrets": arm({"value": [{"name": "DB-KEY"}], "nextLink": second}),
        f"GET {VAULT}/secrets/page2": arm({"value": [{"name": "API-KEY"}]}),
    }
    return cloud


def look_for(cloud: StubCloud, *names: str, vault: str = "datamaster-dev-0001") -> None:
    require_secrets(management_api(cloud.url, "good"), SUBSCRIPTION, vault, set(names))


def test_secrets_are_found_on_every_page(vault: StubCloud) -> None:
    look_for(vault, "DB-KEY", "API-KEY")
    assert vault.asked[0] == f"GET {PLACE}/resources"
    assert vault.parameters[0]["$filter"] == "resourceType eq 'Microsoft.KeyVault/vaults'"


def test_missing_secrets_are_named(vault: StubCloud) -> None:
    told = "^key vault datamaster-dev-0001 lacks OTHER-KEY, PII-HASH-KEY: set them as"
    with pytest.raises(MisconfiguredError, match=told):
        look_for(vault, "DB-KEY", "PII-HASH-KEY", "OTHER-KEY")


def test_a_vault_that_the_subscription_does_not_show_is_told(vault: StubCloud) -> None:
    with pytest.raises(MisconfiguredError, match=r"shows no key vault elsewhere: deploy the stack platform$"):
        look_for(vault, "DB-KEY", vault="elsewhere")


def test_an_identity_that_may_not_list_secrets_is_told(vault: StubCloud) -> None:
    vault.routes[f"GET {VAULT}/secrets"] = answer({"error": {"code": "AuthorizationFailed"}}, 403)
    with pytest.raises(MisconfiguredError, match=r"answers 403 to .*/secrets: the identity has no role there"):
        look_for(vault, "DB-KEY")
