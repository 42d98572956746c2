"""A folder whose only contract is another one: nothing of the platform is bound to the packaged datasets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra_cdktf.diagram import diagram
from infra_cdktf.settings import DEV, PROD
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.other_dataset import read_other_dataset
from tests.infra_cdktf.plan import Plan, Resource, texts

pytestmark = pytest.mark.infra


@pytest.fixture(scope="module")
def other(synthesis: Synthesis, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    contracts = read_other_dataset(tmp_path_factory.mktemp("contracts"))
    return replace(synthesis, contracts=contracts).into(tmp_path_factory.mktemp("other"), (DEV, PROD))


def dashboards(plan: Plan) -> Iterator[tuple[Resource, list[dict[str, Any]]]]:
    for dashboard in plan.all("databricks_dashboard", of="-dev-"):
        (page,) = json.loads(dashboard["serialized_dashboard"])["pages"]
        yield dashboard, [entry["widget"] for entry in page["layout"]]


def test_its_jobs_are_the_only_ones(other: Plan) -> None:
    jobs = {job["name"]: job for job in other.all("databricks_job", of="-dev-")}
    assert set(jobs) == {"etl-machine-faults", "upkeep-machine-faults"}
    for job in jobs.values():
        assert {"name": "dataset", "default": "machine-faults"} in job["parameter"]


def test_its_raw_files_are_kept_as_it_says_of_the_lake(other: Plan) -> None:
    rule, _ = other.one("azurerm_storage_management_policy", of="-dev-")["rule"]
    folders = ["raw/machine_faults/", "raw/_quarantine/machine_faults/", "raw/_shards/machine_faults/"]
    assert rule["filters"]["prefix_match"] == folders
    assert set(rule["actions"]["base_blob"].values()) == {7, 90}


def test_it_is_late_by_its_own_frequency(other: Plan) -> None:
    name = "datamaster-dev-pipeline-late-machine-faults"
    alert = other.one("azurerm_monitor_scheduled_query_rules_alert_v2", of="-dev-", name=name)
    assert "ago(8h)" in alert["criteria"][0]["query"]


def test_its_dashboards_show_what_can_be_added_up(other: Plan) -> None:
    shown = {
        dashboard["display_name"]: [
            (widget["spec"]["widgetType"], widget["spec"]["frame"]["title"]) for widget in widgets
        ]
        for dashboard, widgets in dashboards(other)
    }
    freshness = ("counter", "Hours since the table changed")
    assert shown == {
        "faults by repair (dev)": [
            ("counter", "fault count"),
            ("counter", "Longest"),
            freshness,
            ("bar", "fault count by repaired"),
            ("bar", "Longest by repaired"),
        ],
        "Averages (dev)": [freshness],
    }


def test_nothing_of_the_packaged_datasets_is_in_its_plan(other: Plan, synthesis: Synthesis) -> None:
    words = {word for stack in other.stacks.values() for word in texts(stack)}
    for contract in synthesis.contracts.datasets:
        names = {contract.name, contract.slug, *(table.name for table in contract.gold_tables)}
        assert not [word for word in words if any(name in word for name in names)]


def test_picture_of_the_stacks_is_the_same_whatever_the_datasets(other: Plan, plan: Plan) -> None:
    """So the page need not be drawn again for a dataset; other roles do change the stack `access`."""
    stacks = ("pipelines", "operations", "lake")
    pictures = [
        [line for line in diagram(one.folder).splitlines() if line.strip().startswith(stacks) and "<b>" in line]
        for one in (other, plan)
    ]
    assert len(pictures[0]) == len(stacks)
    assert pictures[0] == pictures[1]
