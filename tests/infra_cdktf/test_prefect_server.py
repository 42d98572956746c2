"""A Prefect server of one's own, by setting, and the runner: what the platform makes for what runs on it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from infra_cdktf.accounts import Deployer
from infra_cdktf.environment_settings import EntrySettings
from infra_cdktf.settings import DEV
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan, Resource

pytestmark = pytest.mark.infra
STACK = "datamaster-dev-platform"


@pytest.fixture(scope="module")
def hosted(synthesis: Synthesis, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """An environment with a server of its own."""
    return synthesis.into(
        tmp_path_factory.mktemp("hosted"), (DEV.model_copy(update={"prefect_server": "self-hosted"}),)
    )


@pytest.fixture(scope="module")
def database(hosted: Plan) -> Resource:
    return hosted.one("azurerm_postgresql_flexible_server", of=STACK)


def test_prefect_cloud_takes_no_database(plan: Plan) -> None:
    assert plan.all("azurerm_postgresql_flexible_server") == []


def test_database_knows_entra_and_no_passwords(database: Resource) -> None:
    sign_in = database["authentication"]
    assert (sign_in["active_directory_auth_enabled"], sign_in["password_auth_enabled"]) == (True, False)
    assert not {"administrator_login", "administrator_password"} & set(database.body)


def test_database_has_a_private_address_alone(hosted: Plan, database: Resource) -> None:
    assert database["public_network_access_enabled"] is False
    endpoints = [
        one
        for one in hosted.all("azurerm_private_endpoint", of=STACK)
        if one["private_service_connection"]["subresource_names"] == ["postgresqlServer"]
    ]
    (endpoint,) = endpoints
    (zone,) = endpoint["private_dns_zone_group"]["private_dns_zone_ids"]
    assert hosted.origin(STACK, zone)["name"] == "privatelink.postgres.database.azure.com"


def test_the_servers_identity_administers_its_database_and_signs_in_as_its_service_account(
    hosted: Plan, database: Resource
) -> None:
    administrator = hosted.one("azurerm_postgresql_flexible_server_active_directory_administrator", of=STACK)
    identity = hosted.origin(STACK, administrator["object_id"])
    assert identity["name"] == administrator["principal_name"] == "datamaster-dev-prefect-server"
    assert hosted.origin(STACK, administrator["server_name"]) == database
    subjects = {
        hosted.origin(STACK, credential["parent_id"])["name"]: credential["subject"]
        for credential in hosted.all("azurerm_federated_identity_credential", of=STACK)
    }
    assert subjects[identity["name"]] == "system:serviceaccount:prefect:prefect-server"


def test_manifests_are_told_what_they_refer_to(hosted: Plan) -> None:
    outputs = {name: one["value"] for name, one in hosted.stacks[STACK]["output"].items()}
    assert outputs["prefect_server_host_name"] == "prefect.datamaster-dev.internal"
    record = hosted.one("azurerm_private_dns_a_record", of=STACK)
    assert record["records"] == [outputs["prefect_server_ip_address"]]
    (nodes,) = [subnet for subnet in hosted.all("azurerm_subnet", of="-dev-network") if subnet["name"] == "nodes"]
    assert IPv4Address(outputs["prefect_server_ip_address"]) in IPv4Network(nodes["address_prefixes"][0])
    assert hosted.origin(STACK, outputs["prefect_server_database_host"]).kind == "azurerm_postgresql_flexible_server"


def test_worker_is_told_to_keep_prefects_key_out_of_jobs_manifests(plan: Plan, environment: str) -> None:
    """The name is the one that the installed worker reads."""
    source = Path(__import__("prefect_kubernetes.worker").worker.__file__).read_text(encoding="utf-8")
    name = "PREFECT_KUBERNETES_WORKER_STORE_PREFECT_API_IN_SECRET"
    assert f'"{name}"' in source
    published = plan.stacks[f"datamaster-{environment}-platform"]["output"]["worker_settings"]["value"]
    assert published == f'{{"{name}": "true"}}'


def test_runner_is_inside_and_signs_in_as_the_deployer(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-platform"
    place = plan.one("azurerm_container_app_environment", of=stack)
    assert place["internal_load_balancer_enabled"] is True
    assert plan.origin(stack, place["infrastructure_subnet_id"])["name"] == "runner"
    job = plan.one("azurerm_container_app_job", of=stack)
    (identity,) = job["identity"]["identity_ids"]
    deployer = plan.origin(stack, identity)
    assert (deployer.kind, deployer["name"]) == (
        "data.azurerm_user_assigned_identity",
        f"datamaster-{environment}-deployer",
    )
    assert "secret" not in job.body
    assert job["replica_retry_limit"] == 0


def test_a_setting_does_without_a_runner(synthesis: Synthesis, tmp_path: Path) -> None:
    without = synthesis.into(tmp_path, (DEV.model_copy(update={"entry": EntrySettings(runner=False)}),))
    assert without.all("azurerm_container_app_job", "azurerm_container_app_environment") == []
    assert "runner" not in {subnet["name"] for subnet in without.all("azurerm_subnet")}


def test_a_person_who_deploys_does_without_a_runner(synthesis: Synthesis, tmp_path: Path) -> None:
    deployers = synthesis.accounts.deployers.model_copy(update={"dev": Deployer(user="ana@example.com")})
    accounts = synthesis.accounts.model_copy(update={"deployers": deployers})
    assert synthesis.into(tmp_path, (DEV,), accounts).all("azurerm_container_app_job") == []
