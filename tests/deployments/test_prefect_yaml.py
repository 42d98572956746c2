"""prefect.yaml is the contracts' rendering, nothing more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from blocks.images import project_version
from contracts.folder import PACKAGED_CONTRACTS
from contracts.sources.source import Resources
from deployments.prefect_yaml import render, variables
from deployments.work_pool.variables import OWN_LOGGERS
from tests.packaged_contracts import CONTRACTS

COMMITTED = Path(__file__).parents[2] / "prefect.yaml"


def test_committed_file_is_what_the_contracts_render_to() -> None:
    assert COMMITTED.read_text() == render(CONTRACTS), "renew it: python -m deployments.prefect_yaml"


def test_every_dataset_and_source_has_a_deployment_with_its_schedule() -> None:
    contracts = CONTRACTS
    deployments = {item["name"]: item for item in yaml.safe_load(render(contracts))["deployments"]}
    names = {source.name for contract in contracts.datasets for source in contract.sources}
    upkeep = {"upkeep-customer-purchases", "upkeep-product-returns"}
    assert set(deployments) == names | upkeep | {"customer-purchases", "product-returns", "reconcile"}
    for contract in contracts.datasets:
        assert deployments[contract.slug]["parameters"] == {"dataset": contract.slug}
        assert deployments[f"upkeep-{contract.slug}"]["parameters"] == {"dataset": contract.slug}
        assert deployments[f"upkeep-{contract.slug}"]["entrypoint"] == "flows/upkeep.py:upkeep"
        for source in contract.sources:
            deployment = deployments[source.name]
            assert deployment["schedules"] == [{"cron": contract.cron(source.name), "timezone": "America/Sao_Paulo"}]
            assert deployment["parameters"] == {"dataset": contract.slug, "source": source.name}
            assert deployment["entrypoint"] == "flows/ingest.py:ingest"


def test_what_differs_between_environments_is_left_to_variables() -> None:
    text = COMMITTED.read_text()
    assert variables(text) == [
        "DATAMASTER_CODE_FOLDER",
        "DATAMASTER_REGISTRY",
        "DATAMASTER_SCHEDULES_PAUSED",
        "DATAMASTER_WORK_POOL",
    ]
    assert str(COMMITTED.parent) not in text


def test_every_deployment_has_its_image_and_brings_our_own_logs_to_prefect() -> None:
    for item in yaml.safe_load(COMMITTED.read_text())["deployments"]:
        job_variables = item["work_pool"]["job_variables"]
        image = item["name"] if item["entrypoint"] == "flows/ingest.py:ingest" else "lakehouse"
        assert job_variables["image"] == f"{{{{ $DATAMASTER_REGISTRY }}}}/{image}:{project_version()}"
        assert job_variables["env"] == {"PREFECT_LOGGING_EXTRA_LOGGERS": ",".join(OWN_LOGGERS)}
        assert item["version"] == project_version()


def test_a_source_s_run_gets_what_its_contract_asks_for() -> None:
    contracts = CONTRACTS
    first, *others = contracts.datasets
    source, *more = first.sources
    asking = source.model_copy(update={"resources": Resources(memory="4Gi")})
    changed = contracts.model_copy(
        update={"datasets": (first.model_copy(update={"sources": (asking, *more)}), *others)}
    )
    deployments = {item["name"]: item for item in yaml.safe_load(render(changed))["deployments"]}
    assert deployments[source.name]["work_pool"]["job_variables"]["memory"] == "4Gi"
    assert "cpu_request" not in deployments[source.name]["work_pool"]["job_variables"]
    assert "memory" not in deployments[more[0].name]["work_pool"]["job_variables"]


def test_every_entrypoint_names_a_function_that_is_there() -> None:
    for item in yaml.safe_load(COMMITTED.read_text())["deployments"]:
        file, function = item["entrypoint"].split(":")
        assert f"def {function}(" in (COMMITTED.parent / file).read_text()


def _renewed(file: Path, contracts: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PREFECT_YAML": str(file), "DATAMASTER_CONTRACTS": str(contracts)}
    command = [sys.executable, "-m", "deployments.prefect_yaml"]
    return subprocess.run(command, cwd=COMMITTED.parent, env=environment, capture_output=True, text=True, check=False)


def test_contracts_that_cannot_be_used_leave_the_file_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text("as it was")
    (tmp_path / "broken.odcs.yaml").write_text("a: [")
    refused = _renewed(file, tmp_path)
    assert refused.returncode == 1
    assert f"{tmp_path / 'broken.odcs.yaml'}: (file): is not YAML" in refused.stderr
    assert file.read_text() == "as it was"


def test_the_command_renews_the_file(tmp_path: Path) -> None:
    file = tmp_path / "prefect.yaml"
    assert _renewed(file, PACKAGED_CONTRACTS).returncode == 0
    assert file.read_text() == COMMITTED.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["prefect.yaml"]
