"""The matrix that was agreed on, computed back from the role assignments and grants that were synthesized."""

from __future__ import annotations

import pytest

from infra_cdktf.roles import BLOBS, BUILT_IN_ROLES, DEFINED_ROLES, LAKE_ADMINISTRATOR, LAKE_CREATOR, LAKE_UPLOADER
from tests.infra_cdktf.plan import Plan, Resource, texts

pytestmark = pytest.mark.infra

READ, CREATE, WRITE, ALL, DROP, NONE = "read", "create, read", "read, write", "all", "drop", ""
LAYERS = ("raw", "bronze", "silver", "gold")
AGREED = {
    "data_engineers": (WRITE, WRITE, NONE, NONE),
    "data_scientists": (NONE, NONE, READ, READ),
    "data_analysts": (NONE, NONE, NONE, READ),
    "data_admins": (ALL, ALL, ALL, ALL),
    "flows": (CREATE, NONE, NONE, NONE),
    "pipeline": (READ, WRITE, WRITE, WRITE),
}
BUILT_IN = {"Storage Blob Data Reader": READ, "Storage Blob Data Contributor": WRITE}
"""https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage"""
SCHEMA_ACCESS = {
    frozenset(("USE_SCHEMA", "SELECT")): READ,
    frozenset(("USE_SCHEMA", "SELECT", "MODIFY", "CREATE_TABLE", "APPLY_TAG")): WRITE,
    frozenset(
        (
            "USE_SCHEMA",
            "SELECT",
            "MODIFY",
            "CREATE_TABLE",
            "APPLY_TAG",
            "EXECUTE",
            "CREATE_FUNCTION",
            "CREATE_VOLUME",
            "READ_VOLUME",
            "WRITE_VOLUME",
            "REFRESH",
            "MANAGE",
        )
    ): ALL,
}

DEFINED = {LAKE_CREATOR.name: CREATE, LAKE_ADMINISTRATOR.name: ALL, LAKE_UPLOADER.name: DROP}

Cells = dict[tuple[str, str], str]


def agreed(layers: tuple[str, ...] = LAYERS) -> Cells:
    return {
        (who, layer): access
        for who, row in AGREED.items()
        for layer, access in zip(LAYERS, row, strict=True)
        if access and layer in layers
    }


BESIDE = {
    ("branches", "landing"): DROP,
    ("flows", "landing"): READ,
    ("data_engineers", "landing"): READ,
    ("data_admins", "landing"): ALL,
    ("deployer", "wheels"): WRITE,
    ("pipeline", "wheels"): READ,
    ("data_admins", "wheels"): READ,
    ("pipeline", "checkpoints"): WRITE,
    ("data_admins", "checkpoints"): ALL,
}
"""The containers beside the layers: engineers write neither wheels nor checkpoints."""


def who_is(plan: Plan, stack: str, reference: str) -> str:
    """The contract's role behind a principal's id or name."""
    principal = plan.origin(stack, reference)
    if principal.address.endswith(".deployer"):
        return "deployer"
    if principal.kind.startswith("databricks_"):
        key = "external_id" if principal.kind == "databricks_group" else "application_id"
        principal = plan.origin(principal.stack, principal[key])
    name = principal["display_name"] if principal.kind == "azuread_group" else principal["name"]
    return str(name.split("-", 2)[2])


def access_of(plan: Plan, assignment: Resource) -> str:
    if built_in := assignment.get("role_definition_name"):
        return BUILT_IN[built_in]
    return DEFINED[defined_role(plan, assignment)]


def defined_role(plan: Plan, assignment: Resource) -> str:
    """The name of the defined role behind an id."""
    _, environment, _ = assignment.stack.split("-")
    names = plan.role_names[environment]
    return next(role.name for role in DEFINED_ROLES if names.resource_id(role) == assignment["role_definition_id"])


def container_assignments(plan: Plan, environment: str) -> list[Resource]:
    return [
        assignment
        for assignment in plan.all("azurerm_role_assignment", of=f"-{environment}-")
        if plan.followed(assignment.stack, assignment["scope"]).endswith(".id}")
        and plan.origin(assignment.stack, assignment["scope"]).kind == "azurerm_storage_container"
    ]


def test_storage_roles_are_the_agreed_matrix(plan: Plan, environment: str) -> None:
    found: Cells = {}
    for assignment in container_assignments(plan, environment):
        container = plan.origin(assignment.stack, assignment["scope"])
        cell = (who_is(plan, assignment.stack, assignment["principal_id"]), container["name"])
        assert cell not in found, f"{cell} is assigned twice"
        found[cell] = access_of(plan, assignment)
    assert found == agreed() | BESIDE


def test_defined_roles_do_what_their_names_say() -> None:
    container = BLOBS.removesuffix("/blobs") + "/read"
    everything = {"/read", "/write", "/delete", "/add/action", "/move/action", "/modifyPermissions/action"}
    meant = {
        LAKE_CREATOR: {"/read", "/write", "/add/action"},
        LAKE_ADMINISTRATOR: everything,
        LAKE_UPLOADER: {"/write", "/add/action", "/move/action"},
    }
    for role, actions in meant.items():
        assert role.actions == (container,)
        assert {action.removeprefix(BLOBS) for action in role.data_actions} == actions


def test_schema_grants_are_the_agreed_matrix(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-pipelines"
    found: Cells = {}
    for grants in plan.all("databricks_grants", of=stack):
        schema = plan.origin(stack, grants["schema"]) if "schema" in grants.body else None
        if schema is None or schema["name"] not in LAYERS:
            continue
        for grant in grants["grant"]:
            access = SCHEMA_ACCESS[frozenset(grant["privileges"])]
            found[who_is(plan, stack, grant["principal"]), schema["name"]] = access
    assert found == {
        cell: access for cell, access in agreed(("bronze", "silver", "gold")).items() if cell[0] != "flows"
    }


def test_raw_is_read_and_never_written_through_unity_catalog(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-pipelines"
    locations = {
        plan.origin(stack, grants["external_location"])["url"].split("//")[1].split("@")[0]: {
            who_is(plan, stack, grant["principal"]): tuple(grant["privileges"]) for grant in grants["grant"]
        }
        for grants in plan.all("databricks_grants", of=stack)
        if "external_location" in grants.body
    }
    by_layer = {
        plan.origin(f"datamaster-{environment}-catalog", f"{container}")["name"]: granted
        for container, granted in locations.items()
    }
    readers = dict.fromkeys(("data_engineers", "data_admins", "pipeline"), ("READ_FILES",))
    tables = {"pipeline": ("CREATE_EXTERNAL_TABLE",)}
    assert by_layer == {"raw": readers, "bronze": tables, "silver": tables, "gold": tables}


def test_nobody_else_is_assigned_anything_on_the_lake(plan: Plan, environment: str) -> None:
    lake = {f"azurerm_storage_{kind}" for kind in ("account", "container")}
    beyond = [
        (assignment["role_definition_name"], plan.followed(assignment.stack, assignment["scope"]))
        for assignment in plan.all("azurerm_role_assignment", of=f"-{environment}-")
        if assignment not in container_assignments(plan, environment)
        and any(f"/{kind}." in plan.followed(assignment.stack, assignment["scope"]) for kind in lake)
    ]
    watches = ["Monitoring Reader"] if environment == "prod" else []
    assert sorted(role for role, _ in beyond) == [*watches, "Storage Blob Delegator"]


def test_unity_catalogs_identity_may_sign_for_the_account(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-access"
    delegator = plan.one("azurerm_role_assignment", of=stack, role_definition_name="Storage Blob Delegator")
    assert plan.origin(stack, delegator["scope"]).kind == "azurerm_storage_account"
    assert who_is(plan, stack, delegator["principal_id"]) == "pipeline"
    connector = plan.one("azurerm_databricks_access_connector", of=f"-{environment}-workspace")
    (identity,) = connector["identity"]["identity_ids"]
    assert plan.origin(connector.stack, identity) == plan.origin(stack, delegator["principal_id"])


def test_engineers_look_into_the_flows_namespace_and_write_in_their_own(plan: Plan, environment: str) -> None:
    """Who may start a pod beside the flows may start it as the flows."""
    stack = f"datamaster-{environment}-access"
    found = {
        (who_is(plan, stack, role["principal_id"]), plan.followed(stack, role["scope"]).partition("}")[2]): role[
            "role_definition_name"
        ].removeprefix("Azure Kubernetes Service RBAC ")
        for role in plan.all("azurerm_role_assignment", of=stack)
        if (role.get("role_definition_name") or "").startswith("Azure Kubernetes Service")
    }
    assert found == {
        ("data_admins", ""): "Cluster Admin",
        ("data_engineers", "/namespaces/prefect"): "Reader",
        ("data_engineers", "/namespaces/engineers"): "Writer",
    }
    credentials = plan.all("azurerm_federated_identity_credential", of=f"-{environment}-platform")
    assert all(credential["subject"].split(":")[2] == "prefect" for credential in credentials)


def test_every_role_that_is_assigned_is_one_that_the_deployer_may_assign(plan: Plan) -> None:
    for assignment in plan.all("azurerm_role_assignment"):
        if assignment.get("role_definition_name"):
            assert assignment["role_definition_name"] in BUILT_IN_ROLES
        else:
            assert defined_role(plan, assignment)
    assert plan.all("azurerm_role_definition") == []
    used = {assignment.get("role_definition_name") for assignment in plan.all("azurerm_role_assignment")}
    assert set(BUILT_IN_ROLES) <= used, "roles that nothing assigns"


def test_grants_on_the_catalog_only_let_people_in(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-pipelines"
    (catalog,) = [grants for grants in plan.all("databricks_grants", of=stack) if "catalog" in grants.body]
    entered = {who_is(plan, stack, grant["principal"]): grant["privileges"] for grant in catalog["grant"]}
    assert entered == {who: ["USE_CATALOG"] for who in AGREED if who != "flows"}


def test_no_role_owns_or_wildcards(plan: Plan) -> None:
    owners = [
        role["role_definition_name"]
        for role in plan.all("azurerm_role_assignment")
        if (role.get("role_definition_name") or "").endswith(("Owner", "User Access Administrator"))
        or role.get("role_definition_name") == "Contributor"
    ]
    wildcards = [action for role in DEFINED_ROLES for action in (*role.actions, *role.data_actions) if "*" in action]
    grants = [text for kind in plan.all("databricks_grants", "databricks_grant") for text in texts(kind.body)]
    assert owners == []
    assert wildcards == []
    assert not {"ALL_PRIVILEGES", "account users", "users"} & set(grants)
