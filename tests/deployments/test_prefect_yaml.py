"""prefect.yaml is the contract's rendering, nothing more."""

from pathlib import Path

import yaml

from contracts.reader import read_contract
from deployments.prefect_yaml import render

COMMITTED = Path(__file__).parents[2] / "prefect.yaml"


def test_committed_file_is_what_the_contract_renders_to() -> None:
    assert COMMITTED.read_text() == render(read_contract()), (
        "renew it: python -m deployments.prefect_yaml > prefect.yaml"
    )


def test_every_source_and_the_pipeline_has_a_deployment_with_its_schedule() -> None:
    contract = read_contract()
    deployments = {item["name"]: item for item in yaml.safe_load(render(contract))["deployments"]}
    assert set(deployments) == {"customer-purchases", "store-database", "customers-api", "branch-files"}
    for source in contract.sources:
        assert deployments[source.name]["schedules"][0]["cron"] == contract.source_schedules[source.name].cron
        assert deployments[source.name]["parameters"] == {"source": source.name}


def test_every_entrypoint_names_a_function_that_is_there() -> None:
    for item in yaml.safe_load(COMMITTED.read_text())["deployments"]:
        file, function = item["entrypoint"].split(":")
        assert f"def {function}(" in (COMMITTED.parent / file).read_text()
