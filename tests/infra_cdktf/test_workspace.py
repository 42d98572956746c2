"""The workspace, and Unity Catalog inside it."""

from __future__ import annotations

import pytest

from tests.infra_cdktf.plan import Plan, Resource

pytestmark = pytest.mark.infra


@pytest.fixture
def workspace(plan: Plan, environment: str) -> Resource:
    return plan.one("azurerm_databricks_workspace", of=f"-{environment}-workspace")


def endpoints(plan: Plan, workspace: Resource) -> list[Resource]:
    return plan.all("azurerm_private_endpoint", of=workspace.stack)


def test_workspace_is_premium_injected_and_private(plan: Plan, workspace: Resource, environment: str) -> None:
    assert workspace["sku"] == "premium"
    assert workspace["public_network_access_enabled"] is False
    assert workspace["network_security_group_rules_required"] == "NoAzureDatabricksRules"
    assert workspace["managed_resource_group_name"] == f"datamaster-{environment}-databricks-managed"
    network = workspace["custom_parameters"]
    assert network["no_public_ip"] is True
    named = {
        kind: plan.origin(workspace.stack, network[f"{kind}_subnet_name"])["name"] for kind in ("public", "private")
    }
    assert named == {"public": "databricks-host", "private": "databricks-container"}


def test_workspaces_own_storage_is_behind_its_firewall_and_our_key(plan: Plan, workspace: Resource) -> None:
    assert workspace["default_storage_firewall_enabled"] is True
    name = workspace["custom_parameters"]["storage_account_name"]
    connections = [endpoint["private_service_connection"] for endpoint in endpoints(plan, workspace)]
    reached = {
        connection["subresource_names"][0]
        for connection in connections
        if connection["private_connection_resource_id"].endswith(f"/Microsoft.Storage/storageAccounts/{name}")
    }
    assert reached == {"blob", "dfs"}
    assert workspace["customer_managed_key_enabled"] is True
    encrypted = plan.one("azurerm_databricks_workspace_root_dbfs_customer_managed_key", of=workspace.stack)
    (awaited,) = encrypted["depends_on"]
    assert plan.origin(workspace.stack, f"${{{awaited}.id}}")["scope"].endswith("/keys/workspace")


def test_connector_signs_in_as_the_pipeline(plan: Plan, environment: str) -> None:
    connector = plan.one("azurerm_databricks_access_connector", of=f"-{environment}-workspace")
    assert connector["identity"]["type"] == "UserAssigned"
    (identity,) = connector["identity"]["identity_ids"]
    assert plan.origin(connector.stack, identity)["name"] == f"datamaster-{environment}-pipeline"


def test_given_metastore_is_assigned_before_anybody_enters(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-workspace"
    assignment = plan.one("databricks_metastore_assignment", of=stack)
    assert assignment["metastore_id"] == "00000000-0000-0000-0000-00000000cccc"
    for member in plan.all("databricks_mws_permission_assignment", of=stack):
        assert member["depends_on"] == [assignment.address]


def test_all_groups_and_workloads_enter_and_only_admins_administer(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-workspace"
    permissions = {
        plan.origin(stack, str(member["principal_id"]))["display_name"].split("-", 2)[2]: member["permissions"]
        for member in plan.all("databricks_mws_permission_assignment", of=stack)
    }
    users = {"data_engineers", "data_scientists", "data_analysts", "flows", "pipeline"}
    assert permissions == {name: ["USER"] for name in users} | {"data_admins": ["ADMIN"]}


def test_account_knows_groups_by_their_entra_ids(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-access"
    groups = [group for group in plan.all("databricks_group", of=stack) if "external_id" in group.body]
    assert len(groups) == 4
    for group in groups:
        in_entra = plan.origin(stack, group["external_id"])
        assert in_entra.kind == "azuread_group"
        assert in_entra["display_name"] == group["display_name"]
        assert in_entra["security_enabled"] is True


def test_the_deployer_may_have_jobs_run_as_the_pipeline(plan: Plan, environment: str) -> None:
    rules = plan.one("databricks_access_control_rule_set", of=f"-{environment}-access")
    (rule,) = rules["grant_rules"]
    assert rule["role"] == "roles/servicePrincipal.user"
    assert rule["principals"] == ["servicePrincipals/00000000-0000-0000-0000-00000000dddd"]


def test_each_layer_is_an_external_location_of_this_workspace_and_raw_is_read_only(
    plan: Plan, environment: str
) -> None:
    stack = f"datamaster-{environment}-catalog"
    locations = plan.all("databricks_external_location", of=stack)
    read_only = {location["name"].rsplit("_", 1)[1]: location["read_only"] for location in locations}
    assert read_only == {"raw": True, "bronze": False, "silver": False, "gold": False}
    for location in locations:
        container = plan.origin(stack, "${" + location["url"].split("${")[1].split("}")[0] + "}")
        assert location["name"] == f"datamaster_{environment}_{container['name']}"
        assert location["isolation_mode"] == "ISOLATION_MODE_ISOLATED"


def test_credential_uses_the_connector_with_the_pipelines_identity(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-catalog"
    credential = plan.one("databricks_storage_credential", of=stack)
    identity = credential["azure_managed_identity"]
    assert plan.origin(stack, identity["access_connector_id"]).kind == "azurerm_databricks_access_connector"
    assert plan.origin(stack, identity["managed_identity_id"])["name"] == f"datamaster-{environment}-pipeline"
    assert credential["isolation_mode"] == "ISOLATION_MODE_ISOLATED"


def test_catalog_is_bound_to_its_workspace(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-catalog"
    catalog = plan.one("databricks_catalog", of=stack)
    assert (catalog["name"], catalog["isolation_mode"]) == (f"datamaster_{environment}", "ISOLATED")
    binding = plan.one("databricks_workspace_binding", of=stack)
    assert plan.origin(stack, binding["securable_name"]) == catalog
    assert plan.origin(stack, binding["workspace_id"]).stack == f"datamaster-{environment}-workspace"


def test_managed_storage_lies_apart_from_the_pipelines_tables(plan: Plan, environment: str) -> None:
    """No external table may lie inside a managed location; the job's tables lie at `‹container›/‹table›`."""
    stack = f"datamaster-{environment}-catalog"
    for holder in plan.all("databricks_catalog", "databricks_schema", of=stack):
        assert "windows.net/_managed/" in holder["storage_root"]


def test_schemas_and_volumes_are_those_the_job_uses(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-catalog"
    assert [schema["name"] for schema in plan.all("databricks_schema", of=stack)] == ["bronze", "gold", "silver"]
    volumes = plan.all("databricks_volume", of=stack)
    assert sorted(volume["name"] for volume in volumes) == ["checkpoints", "wheels"]
    for volume in volumes:
        assert volume["volume_type"] == "EXTERNAL"
        assert plan.origin(stack, volume["schema_name"])["name"] == "bronze"
        assert volume["storage_location"].endswith(f"/_{volume['name']}")


def test_administrators_read_the_system_tables(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-catalog"
    readable = {grant["schema"]: grant for grant in plan.all("databricks_grant", of=stack) if "schema" in grant.body}
    assert set(readable) == {f"system.{name}" for name in ("access", "compute", "lakeflow", "query", "storage")}
    for grant in readable.values():
        assert plan.origin(stack, grant["principal"])["display_name"].endswith("data_admins")
        assert grant["privileges"] == ["USE_SCHEMA", "SELECT"]


def test_what_exists_once_per_account_is_made_once_and_never_destroyed(plan: Plan) -> None:
    once = plan.all("databricks_system_schema", "databricks_tag_policy")
    once += [group for group in plan.all("databricks_group") if group["display_name"] == "datamaster-taggers"]
    assert len(once) == 7
    assert {resource.stack.split("-")[1] for resource in once} == {"dev"}
    assert all(resource["lifecycle"] == {"prevent_destroy": True} for resource in once)
