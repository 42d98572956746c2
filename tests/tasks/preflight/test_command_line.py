"""The command says whether all that a stage needs is there: to people a line each, to programs as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_KEY, PREFECT_API_SSL_CERT_FILE, PREFECT_API_URL, temporary_settings

from blocks.images import image_name
from blocks.settings import LakehouseSettings
from tasks.preflight import stages
from tasks.preflight.__main__ import main
from tasks.preflight.graph import RIGHTS
from tests.packaged_contracts import CONTRACTS
from tests.tasks.preflight.stub_cloud import PRINCIPAL, TENANT, StubCloud, arm
from tests.tasks.preflight.test_azure import ASSIGNMENTS as ROLE_ASSIGNMENTS
from tests.tasks.preflight.test_azure import DEFINITIONS, PLACE, ROLES, SUBSCRIPTION, VAULT
from tests.tasks.preflight.test_github import ENVIRONMENTS, REPOSITORY
from tests.tasks.preflight.test_graph import APPLICATION
from tests.tasks.scripted_api import answer

SOURCES = [source.name for contract in CONTRACTS.datasets for source in contract.sources]
IMAGES = [image_name(name) for name in (*SOURCES, "lakehouse", "worker")]


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """None that the command knows is set."""
    names = {name.upper() for name in (*stages.PreflightSettings.model_fields, *LakehouseSettings.model_fields)}
    for name in os.environ:
        if name in names or name.startswith(("STORE_", "CUSTOMERS_", "BRANCH_", "RETURN_")):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def everything(
    cloud: StubCloud, entra: str, certificates: Path, variables: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[StubCloud]:
    """A cloud, a Prefect server and a workspace at one address, where nothing is missing."""
    (tmp_path / "token").write_text("good")
    for name, value in {
        "GITHUB_TOKEN": "good",
        "GITHUB_REPOSITORY": "shop/lakehouse",
        "GITHUB_API_URL": cloud.url,
        "DATAMASTER_ENVIRONMENT": "prod",
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        "DATAMASTER_REGISTRY": cloud.host,
        "DATAMASTER_KEY_VAULT": "datamaster-dev-0001",
        "LAKE_URL": "abfss://datamaster.dfs.core.windows.net",
        "DATABRICKS_HOST": cloud.host,
        "DATABRICKS_TOKEN_FILE": str(tmp_path / "token"),
        "STORE_DATABASE_URL_FILE": "/secrets/DB-KEY",
        "CUSTOMERS_API_URL": "https://customers.example.com",
        "CUSTOMERS_API_KEY_FILE": "/secrets/API-KEY",
        "BRANCH_FILES_URL": "file:///branches",
        "RETURN_FILES_URL": "file:///returns",
    }.items():
        variables.setenv(name, value)
    variables.setattr(stages, "MANAGEMENT", cloud.url)
    variables.setattr(stages, "GRAPH", cloud.url)
    secrets = ("DB-KEY", "API-KEY", "PII-HASH-KEY", "PREFECT-API-KEY")
    cloud.accepted = {"good", entra, "registry"}
    cloud.routes |= {
        REPOSITORY: answer({}),
        ENVIRONMENTS: answer({"environments": [{"name": "prod"}]}),
        ROLE_ASSIGNMENTS: arm({"value": [{"properties": {"roleDefinitionId": f"{DEFINITIONS}/owner"}}]}),
        f"GET {DEFINITIONS}/owner": arm({"properties": {"permissions": [ROLES["owner"]]}}),
        APPLICATION: answer({"value": [{"appRoleId": next(iter(RIGHTS))}]}),
        f"GET {PLACE}/resources": arm({"value": [{"id": VAULT, "name": "datamaster-dev-0001"}]}),
        f"GET {VAULT}/secrets": arm({"value": [{"name": name} for name in secrets]}),
        "POST /oauth2/exchange": answer({"refresh_token": "refresh"}),
        "POST /oauth2/token": answer({"access_token": "registry"}),
        "GET /api/2.2/jobs/list": answer({"jobs": []}),
        "GET /api/admin/version": answer("2.20.27"),
        "POST /api/work_pools/filter": answer([]),
    }
    for image in IMAGES:
        repository, _, tag = image.partition(":")
        uploads = f"/v2/{repository}/blobs/uploads/"
        cloud.routes |= {
            f"HEAD /v2/{repository}/manifests/{tag}": answer(b""),
            f"POST {uploads}": answer(b"", 202, Location=f"{uploads}7"),
            f"DELETE {uploads}7": answer(b"", 204),
        }
    trust = str(certificates / "ca-bundle.pem")
    prefect = {PREFECT_API_URL: f"{cloud.url}/api", PREFECT_API_KEY: "good", PREFECT_API_SSL_CERT_FILE: trust}
    with temporary_settings(prefect):
        yield cloud


EXPECTED = {
    "infrastructure": [
        "GitHub token",
        "GitHub environment",
        "Azure sign-in",
        "right to create resources",
        "right to assign roles",
        "right to make groups",
    ],
    "images": ["GitHub token", *(f"right to push {i.partition(':')[0]}" for i in IMAGES)],
    "deploy": [
        *(f"image {image}" for image in IMAGES),
        "block documents",
        "Databricks",
        "secrets in datamaster-dev-0001",
        "Prefect",
    ],
}


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("stage", EXPECTED)
def test_everything_that_is_there_is_told_to_programs(stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--for", stage, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [check["failure"] for check in told if not check["passed"]] == []
    assert [check["subject"] for check in told] == EXPECTED[stage]
    assert status == 0


def test_a_token_is_asked_for_by_the_resource_that_it_opens(everything: StubCloud) -> None:
    main(["--for", "infrastructure"])
    assert {given["scope"] for given in everything.parameters if "scope" in given} == {f"{everything.url}/.default"}


def test_what_is_missing_is_told_to_people_a_line_each(
    everything: StubCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    repository, _, tag = image_name("customers-api").partition(":")
    del everything.routes[f"HEAD /v2/{repository}/manifests/{tag}"]
    everything.routes[f"GET {VAULT}/secrets"] = arm({"value": [{"name": "DB-KEY"}]})
    everything.routes["GET /api/2.2/jobs/list"] = answer({"error_code": "403", "message": "Invalid token."}, 403)
    everything.routes["POST /api/work_pools/filter"] = answer({"detail": "no"}, 401)
    assert main(["--for", "deploy"]) == 1
    *lines, total = capsys.readouterr().out.splitlines()
    assert total == f"{len(EXPECTED['deploy'])} checks, 4 failed"
    image, databricks, secrets, prefect = lines
    assert image.startswith(f"image {image_name('customers-api')}: image {image_name('customers-api')} is not in the")
    assert databricks.startswith("Databricks: Databricks answers 403 to jobs/list")
    assert "lacks API-KEY, PII-HASH-KEY, PREFECT-API-KEY: set them" in secrets
    assert prefect == "Prefect: Prefect answers 401: check PREFECT_API_URL and PREFECT_API_KEY"


@pytest.mark.parametrize(
    ("stage", "subjects"),
    [
        ("infrastructure", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "DATAMASTER_ENVIRONMENT", "ARM_SUBSCRIPTION_ID"]),
        ("images", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "DATAMASTER_REGISTRY"]),
        ("deploy", ["DATAMASTER_REGISTRY", *["block documents"] * 7, "Databricks", "secrets in Key Vault", "Prefect"]),
    ],
)
def test_nothing_is_left_out_for_want_of_a_variable(
    stage: str, subjects: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert main(["--for", stage, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [check["subject"] for check in told] == subjects
    assert not any(check["passed"] for check in told)


def test_a_principal_is_a_person_or_an_application(everything: StubCloud, capsys: pytest.CaptureFixture[str]) -> None:
    """The application's permissions were asked for; a person's token would have asked for directory roles."""
    main(["--for", "infrastructure"])
    assert f"GET /v1.0/servicePrincipals/{PRINCIPAL}/appRoleAssignments" in everything.asked
    assert capsys.readouterr().out.endswith("6 checks, 0 failed\n")


@pytest.mark.usefixtures("everything")
def test_what_stands_behind_a_failure_is_told_too(cloud: StubCloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.routes[f"POST /{TENANT}/oauth2/v2.0/token"] = answer({"error": "invalid_client"}, 401)
    assert main(["--for", "infrastructure"]) == 1
    *lines, _ = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Azure sign-in: Entra ID gives no token for ")
    assert lines[1:] == [
        f"roles in subscription {SUBSCRIPTION}: was not looked at: Azure sign-in comes first",
        "right to make groups: was not looked at: Azure sign-in comes first",
    ]


def test_contracts_that_cannot_be_read_are_told(variables: pytest.MonkeyPatch, tmp_path: Path) -> None:
    variables.setenv("DATAMASTER_CONTRACTS", str(tmp_path))
    assert main(["--for", "run"]) == 2
