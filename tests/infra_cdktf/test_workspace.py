"""The workspace, and Unity Catalog inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_cdktf.accounts import Deployer
from infra_cdktf.environment_settings import EntrySettings
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.settings import DEV, environment_settings
from tests.infra_cdktf.conftest import Synthesis
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


def test_what_changes_the_workspace_happens_one_after_the_other(plan: Plan, workspace: Resource) -> None:
    """Databricks answers `ConcurrentUpdateError` to a second update (azurerm#26373)."""
    key = plan.one("azurerm_databricks_workspace_root_dbfs_customer_managed_key", of=workspace.stack)
    waits_for = {one.address: one["depends_on"] for one in endpoints(plan, workspace)}
    order = [key.address]
    while waits_for:
        (following,) = [address for address, before in waits_for.items() if before == [order[-1]]]
        order.append(following)
        del waits_for[following]
    assert len(order) == 5


def test_workspace_follows_its_keys_rotation(plan: Plan, workspace: Resource) -> None:
    key = plan.one("azurerm_databricks_workspace_root_dbfs_customer_managed_key", of=workspace.stack)
    assert '["uri", "value"]' in key["key_vault_key_id"] or ".uri" in key["key_vault_key_id"]


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
    number = {"dev": "dddd", "pre": "eeee", "prod": "ffff"}[environment]
    assert rule["principals"] == [f"servicePrincipals/00000000-0000-0000-0000-00000000{number}"]


def test_a_person_who_deploys_dev_may_too(synthesis: Synthesis, tmp_path: Path) -> None:
    person = Deployer(user="ana@example.com")
    deployers = synthesis.accounts.deployers.model_copy(update={"dev": person})
    accounts = synthesis.accounts.model_copy(update={"deployers": deployers})
    by_a_person = synthesis.into(tmp_path, (DEV,), accounts)
    rules = by_a_person.one("databricks_access_control_rule_set", of="-dev-access")
    assert rules["grant_rules"][0]["principals"] == ["users/ana@example.com"]


def test_each_layer_is_an_external_location_of_this_workspace_and_raw_is_read_only(
    plan: Plan, environment: str
) -> None:
    stack = f"datamaster-{environment}-catalog"
    locations = plan.all("databricks_external_location", of=stack)
    read_only = {location["name"].rsplit("_", 1)[1]: location["read_only"] for location in locations}
    layers = {"raw": True, "bronze": False, "silver": False, "gold": False}
    assert read_only == layers | {"wheels": True, "checkpoints": False}
    for location in locations:
        container = plan.origin(stack, "${" + location["url"].split("${")[1].split("}")[0] + "}")
        assert location["name"] == f"datamaster_{environment}_{container['name']}"
        assert location["isolation_mode"] == "ISOLATION_MODE_ISOLATED"


def test_no_location_has_file_events_unless_raw_is_set_to(plan: Plan, synthesis: Synthesis, tmp_path: Path) -> None:
    """Databricks enables them where nothing is said; without their rights the queue cannot be made."""
    stated = {location["enable_file_events"] for location in plan.all("databricks_external_location")}
    assert stated == {False}
    lake = DEV.lake.model_copy(update={"file_events": True})
    with_events = synthesis.into(tmp_path, (DEV.model_copy(update={"lake": lake}),))
    locations = with_events.all("databricks_external_location", of="-dev-catalog")
    events = {location["name"]: location.get("file_event_queue") for location in locations}
    assert [name for name, queue in events.items() if queue] == ["datamaster_dev_raw"]
    group = with_events.one("azurerm_resource_group", of="-dev-lake")["name"]
    subscription = str(synthesis.accounts.subscriptions.of("dev"))
    assert events["datamaster_dev_raw"] == {"managed_aqs": {"resource_group": group, "subscription_id": subscription}}
    for job in with_events.all("databricks_job", of="-dev-pipelines"):
        defaults = {parameter["name"]: parameter["default"] for parameter in job["parameter"]}
        assert defaults["raw_stream_format"] == "fileEvents"


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
        container = "${" + volume["storage_location"].split("${")[1].split("}")[0] + "}"
        assert plan.origin(stack, container)["name"] == volume["name"], "its own, which engineers cannot write"


def test_schemas_that_databricks_enables_by_itself_are_not_made(plan: Plan) -> None:
    """Making one fails or never settles (databricks#4874, #5878); who reads them, a metastore's admin says."""
    assert plan.all("databricks_system_schema") == []
    assert not [grant for grant in plan.all("databricks_grant", "databricks_grants") if "system" in str(grant.body)]


def test_serverless_queries_reach_the_lake_by_endpoints_where_the_settings_say(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-workspace"
    rules = plan.all("databricks_mws_ncc_private_endpoint_rule", of=stack)
    wanted = environment_settings(environment).databricks.serverless_queries
    assert sorted(rule["group_id"] for rule in rules) == (["blob", "dfs"] if wanted else [])
    for rule in rules:
        account = plan.origin(stack, rule["resource_id"])
        assert (account.kind, account.stack) == ("azurerm_storage_account", f"datamaster-{environment}-lake")
    assert len(plan.all("databricks_mws_ncc_binding", of=stack)) == int(wanted)


def test_a_listed_front_end_admits_the_listed_addresses_alone(synthesis: Synthesis, tmp_path: Path) -> None:
    accounts = synthesis.accounts.model_copy(update={"people_ip_ranges": ("203.0.113.0/24",)})
    listed = DEV.model_copy(update={"entry": EntrySettings(workspace_front_end="listed")})
    plan = synthesis.into(tmp_path, (listed,), accounts)
    assert plan.one("azurerm_databricks_workspace", of="-dev-")["public_network_access_enabled"] is True
    addresses = plan.one("databricks_ip_access_list", of="-dev-catalog")
    assert (addresses["list_type"], addresses["ip_addresses"]) == ("ALLOW", ["203.0.113.0/24"])
    on = plan.one("databricks_workspace_conf", of="-dev-catalog")
    assert on["custom_config"] == {"enableIpAccessLists": "true"}
    assert addresses["depends_on"] == [on.address]


def test_a_listed_front_end_without_addresses_is_refused(synthesis: Synthesis, tmp_path: Path) -> None:
    listed = DEV.model_copy(update={"entry": EntrySettings(workspace_front_end="listed")})
    with pytest.raises(InvalidSettings, match="people_ip_ranges: is empty, and the front end of dev is listed"):
        synthesis.into(tmp_path, (listed,))


def test_what_exists_once_per_account_is_made_once_and_never_destroyed(plan: Plan) -> None:
    once = plan.all("databricks_tag_policy")
    once += [group for group in plan.all("databricks_group") if group["display_name"] == "datamaster-taggers"]
    assert len(once) == 2
    assert {resource.stack.split("-")[1] for resource in once} == {"dev"}
    assert all(resource["lifecycle"] == {"prevent_destroy": True} for resource in once)
