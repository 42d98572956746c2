from __future__ import annotations

import pytest

from contracts.contract import Contract
from infra_cdktf.settings import environment_settings
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan, Resource

pytestmark = pytest.mark.infra


@pytest.fixture
def stack(environment: str) -> str:
    return f"datamaster-{environment}-lake"


@pytest.fixture
def account(plan: Plan, stack: str) -> Resource:
    return plan.one("azurerm_storage_account", of=stack)


def test_account_is_a_private_data_lake_without_keys(account: Resource) -> None:
    assert account["is_hns_enabled"] is True
    assert account["shared_access_key_enabled"] is False
    assert account["public_network_access_enabled"] is False
    assert account["allow_nested_items_to_be_public"] is False
    assert account["min_tls_version"] == "TLS1_2"
    assert account["https_traffic_only_enabled"] is True
    assert account["local_user_enabled"] is False
    assert account["sftp_enabled"] is False


def test_deleted_data_can_be_brought_back(account: Resource) -> None:
    blobs = account["blob_properties"]
    assert blobs["delete_retention_policy"]["days"] >= 7
    assert blobs["container_delete_retention_policy"]["days"] >= 7


def test_account_is_encrypted_with_our_key_by_an_identity_that_may_use_it(
    plan: Plan, stack: str, account: Resource
) -> None:
    user = plan.origin(stack, account["customer_managed_key"]["user_assigned_identity_id"])
    (awaited,) = account["depends_on"]
    assignment = plan.origin(stack, f"${{{awaited}.id}}")
    assert assignment["role_definition_name"] == "Key Vault Crypto Service Encryption User"
    assert assignment["scope"].endswith("/keys/lake")
    assert plan.origin(stack, assignment["principal_id"]) == user


def test_each_layer_has_a_private_container(plan: Plan, stack: str) -> None:
    containers = plan.all("azurerm_storage_container", of=stack)
    layers, beside = ("raw", "bronze", "silver", "gold"), ("landing", "wheels", "checkpoints")
    assert [container["name"] for container in containers] == sorted([*layers, *beside])
    assert {container["container_access_type"] for container in containers} == {"private"}


def test_terraform_refuses_to_destroy_data_beyond_dev(plan: Plan, environment: str) -> None:
    kinds = ("azurerm_storage_account", "azurerm_storage_container", "databricks_catalog", "databricks_schema")
    data = [*plan.all(*kinds, of=f"-{environment}-lake"), *plan.all(*kinds, of=f"-{environment}-catalog")]
    assert len(data) == 12
    for resource in data:
        assert resource.get("lifecycle") == (None if environment == "dev" else {"prevent_destroy": True})


def test_raw_cools_and_is_purged_as_the_contracts_say(plan: Plan, stack: str, synthesis: Synthesis) -> None:
    lake = synthesis.contracts.lake
    assert (lake.raw_cool_after_days, lake.raw_days) == (30, 365)
    rules = plan.one("azurerm_storage_management_policy", of=stack)["rule"]
    for rule in [rule for rule in rules if rule["name"].startswith("raw-")]:
        assert rule["enabled"] is True
        assert rule["actions"]["base_blob"] == {
            "tier_to_cool_after_days_since_modification_greater_than": lake.raw_cool_after_days,
            "delete_after_days_since_modification_greater_than": lake.raw_days,
        }


def test_purge_never_touches_manifests_or_tables(
    plan: Plan, stack: str, contract: Contract, synthesis: Synthesis
) -> None:
    rules = {rule["name"]: rule for rule in plan.one("azurerm_storage_management_policy", of=stack)["rule"]}
    assert len(rules) == len(synthesis.contracts.datasets) + 1
    folders = rules[f"raw-{contract.slug}"]["filters"]["prefix_match"]
    assert folders == [f"raw/{folder}{contract.name}/" for folder in ("", "_quarantine/", "_shards/")]


def test_what_branches_drop_is_deleted_once_it_is_surely_landed(plan: Plan, stack: str, environment: str) -> None:
    rules = {rule["name"]: rule for rule in plan.one("azurerm_storage_management_policy", of=stack)["rule"]}
    dropped = rules["dropped-files"]
    assert dropped["filters"]["prefix_match"] == ["landing/"]
    days = environment_settings(environment).lake.landing_days
    assert dropped["actions"]["base_blob"] == {"delete_after_days_since_modification_greater_than": days}


def test_flows_are_told_where_branches_drop_files(plan: Plan, stack: str) -> None:
    url = plan.stacks[stack]["output"]["branch_files_url"]["value"]
    assert url.startswith("abfss://")
    assert plan.origin(stack, url.removeprefix("abfss://").partition("@")[0])["name"] == "landing"


def test_every_write_and_deletion_is_logged_and_reads_beyond_dev(plan: Plan, stack: str, environment: str) -> None:
    setting = plan.one("azurerm_monitor_diagnostic_setting", of=stack)
    assert setting["target_resource_id"].endswith("/blobServices/default")
    reads = [] if environment == "dev" else ["StorageRead"]
    assert [log["category"] for log in setting["enabled_log"]] == ["StorageWrite", "StorageDelete", *reads]
