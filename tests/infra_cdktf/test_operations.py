from __future__ import annotations

import json

import pytest

from contracts.contract import Contract
from contracts.job_document import job_name
from contracts.lake_terms import ServiceLevel
from infra_cdktf.log_queries import late_after_hours, late_pipeline
from infra_cdktf.settings import environment_settings
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan, Resource

pytestmark = pytest.mark.infra


@pytest.fixture
def stack(environment: str) -> str:
    return f"datamaster-{environment}-operations"


def log_alert(plan: Plan, stack: str, name: str) -> Resource:
    return plan.one("azurerm_monitor_scheduled_query_rules_alert_v2", of=stack, name=stack.replace("operations", name))


def test_budget_warns_before_and_after_it_is_spent(plan: Plan, stack: str, environment: str) -> None:
    budget = plan.one("azurerm_consumption_budget_subscription", of=stack)
    assert budget["amount"] == environment_settings(environment).monthly_budget_brl
    assert [(one["threshold_type"], one["threshold"]) for one in budget["notification"]] == [
        ("Actual", 80),
        ("Actual", 100),
        ("Forecasted", 110),
    ]
    assert budget["filter"] == {"tag": [{"name": "environment", "values": [environment]}]}


def test_every_taggable_resource_counts_towards_the_budget(plan: Plan, environment: str) -> None:
    untagged = [
        resource.address
        for resource in plan.all("azurerm_resource_group", "azurerm_storage_account", of=f"-{environment}-")
        if resource["tags"]["environment"] != environment
    ]
    assert untagged == []


def test_each_trouble_has_an_alert_that_somebody_gets(
    plan: Plan, stack: str, environment: str, synthesis: Synthesis
) -> None:
    alerts = plan.all("azurerm_monitor_scheduled_query_rules_alert_v2", of=stack)
    metrics = plan.all("azurerm_monitor_metric_alert", of=stack)
    assert {alert["name"].removeprefix(f"datamaster-{environment}-") for alert in [*alerts, *metrics]} == {
        *(f"{trouble}-{c.slug}" for trouble in ("job-failed", "pipeline-late") for c in synthesis.contracts.datasets),
        "flow-failed",
        "pods-failing",
        "node-pool-full",
        "storage-throttled",
        "vault-denied",
    }
    told = [alert["action"]["action_groups"][0] for alert in alerts]
    told += [alert["action"][0]["action_group_id"] for alert in metrics]
    assert {plan.origin(stack, group).kind for group in told} == {"azurerm_monitor_action_group"}
    group = plan.one("azurerm_monitor_action_group", of=stack)
    assert [receiver["email_address"] for receiver in group["email_receiver"]] == ["data-platform@example.com"]


def asked_job(plan: Plan, stack: str, query: str) -> str:
    return str(plan.origin(stack, query.split('jobId) == "')[1].split('"', maxsplit=1)[0])["name"])


def test_job_alerts_ask_for_the_datasets_job_in_this_environment(plan: Plan, stack: str, contract: Contract) -> None:
    for name, action in (("job-failed", "runFailed"), ("pipeline-late", "runSucceeded")):
        alert = log_alert(plan, stack, f"{name}-{contract.slug}")
        (criteria,) = alert["criteria"]
        assert f'ActionName == "{action}"' in criteria["query"]
        assert asked_job(plan, stack, criteria["query"]) == job_name(contract)
        assert job_name(contract) in alert["description"]


def test_a_daily_dataset_is_late_after_a_day_without_success(plan: Plan, stack: str, contract: Contract) -> None:
    frequency = contract.service_level("frequency", contract.name)
    assert frequency is not None
    assert (frequency.value, frequency.unit) == (1, "d")
    alert = log_alert(plan, stack, f"pipeline-late-{contract.slug}")
    assert "ago(26h)" in alert["criteria"][0]["query"]
    assert "in 26 hours" in alert["description"]
    assert alert["query_time_range_override"] == "P2D"


@pytest.mark.parametrize(
    ("value", "unit", "hours"),
    [
        (6, "h", 8),
        (1.5, "hours", 4),
        (1, "d", 26),
        (1, "week", 170),
        (1, "month", 26),
        (1, None, 26),
        ("daily", "d", 26),
    ],
)
def test_a_dataset_is_late_by_its_own_frequency(
    synthesis: Synthesis, value: str | float, unit: str | None, hours: int
) -> None:
    assert late_after_hours(with_frequency(synthesis.contracts.datasets[0], value, unit)) == hours


def test_a_dataset_too_rare_for_a_log_alert_has_none(synthesis: Synthesis) -> None:
    """Azure lets a log alert look back two days at most: a shorter look would call every rare dataset late."""
    daily = synthesis.contracts.datasets[0]
    assert late_pipeline(with_frequency(daily, 46, "h"), "7") is not None
    assert late_pipeline(with_frequency(daily, 2, "d"), "7") is None


def with_frequency(contract: Contract, value: str | float, unit: str | None) -> Contract:
    others = [
        level for level in contract.service_levels if (level.property, level.element) != ("frequency", contract.name)
    ]
    own = ServiceLevel(property="frequency", element=contract.name, value=value, unit=unit)
    return contract.model_copy(update={"service_levels": (*others, own)})


def test_node_pool_alert_knows_the_pools_limit(plan: Plan, stack: str, environment: str) -> None:
    pool = plan.one("azurerm_kubernetes_cluster_node_pool", of=f"-{environment}-platform", name="flows")
    (criteria,) = log_alert(plan, stack, "node-pool-full")["criteria"]
    assert criteria["query"].endswith(f"Nodes >= {pool['max_count']}")
    assert f"agentpool) == '{pool['name']}'" in criteria["query"]


def test_metric_alerts_watch_the_lake_and_the_vault(plan: Plan, stack: str) -> None:
    watched = {
        alert["criteria"][0]["metric_name"]: plan.origin(stack, alert["scopes"][0]).kind
        for alert in plan.all("azurerm_monitor_metric_alert", of=stack)
    }
    assert watched == {"Transactions": "azurerm_storage_account", "ServiceApiResult": "azurerm_key_vault"}


def test_dashboard_is_grafana_or_a_workbook_as_the_settings_say(plan: Plan, stack: str, environment: str) -> None:
    has_grafana = environment_settings(environment).grafana
    assert len(plan.all("azurerm_dashboard_grafana", of=stack)) == int(has_grafana)
    assert len(plan.all("azurerm_application_insights_workbook", of=stack)) == int(not has_grafana)


def test_grafana_is_private_and_reads_only(plan: Plan) -> None:
    stack = "datamaster-prod-operations"
    grafana = plan.one("azurerm_dashboard_grafana", of=stack)
    assert grafana["public_network_access_enabled"] is False
    assert grafana["api_key_enabled"] is False
    roles = sorted(role["role_definition_name"] for role in plan.all("azurerm_role_assignment", of=stack))
    assert roles == ["Grafana Admin", "Grafana Editor", "Grafana Viewer", "Monitoring Reader", "Monitoring Reader"]


def test_grafana_shows_what_the_workbook_shows(plan: Plan) -> None:
    stack = "datamaster-prod-operations"
    made = plan.one("terraform_data", of=stack)
    (provisioner,) = made["provisioner"]
    variables = provisioner["local-exec"]["environment"]
    assert variables["GRAFANA"] == plan.one("azurerm_dashboard_grafana", of=stack)["name"]
    assert "az grafana dashboard create" in provisioner["local-exec"]["command"]
    assert made["triggers_replace"] == [variables["DEFINITION"]]
    panels = json.loads(variables["DEFINITION"])["panels"]
    asked = {panel["targets"][0]["azureLogAnalytics"]["query"] for panel in panels}
    alerts = plan.all("azurerm_monitor_scheduled_query_rules_alert_v2", of=stack)
    assert {alert["criteria"][0]["query"] for alert in alerts} < asked
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(panels)


def test_grafana_is_ready_before_its_dashboard_is_written(plan: Plan) -> None:
    stack = "datamaster-prod-operations"
    awaited = {plan.origin(stack, f"${{{one}.id}}").kind for one in plan.one("terraform_data", of=stack)["depends_on"]}
    assert awaited == {"azurerm_role_assignment", "azurerm_private_endpoint"}


def test_flow_failed_alert_asks_the_table_that_container_logs_reach(plan: Plan, stack: str, environment: str) -> None:
    (criteria,) = log_alert(plan, stack, "flow-failed")["criteria"]
    table = criteria["query"].split(" | ")[0]
    rule = plan.one("azurerm_monitor_data_collection_rule", of=f"-{environment}-platform")
    assert f"Microsoft-{table}" in rule["data_flow"][0]["streams"]


def test_workbook_shows_every_alerts_query(plan: Plan) -> None:
    stack = "datamaster-dev-operations"
    workbook = json.loads(plan.one("azurerm_application_insights_workbook", of=stack)["data_json"])
    shown = {item["content"].get("query") for item in workbook["items"]}
    asked = {
        alert["criteria"][0]["query"] for alert in plan.all("azurerm_monitor_scheduled_query_rules_alert_v2", of=stack)
    }
    assert asked < shown


def test_workbook_shows_every_datasets_runs(plan: Plan, contract: Contract) -> None:
    stack = "datamaster-pre-operations"
    workbook = json.loads(plan.one("azurerm_application_insights_workbook", of=stack)["data_json"])
    queries = {item["content"].get("title"): item["content"].get("query") for item in workbook["items"]}
    runs = queries[f"Runs of {job_name(contract)}"]
    assert asked_job(plan, stack, runs) == job_name(contract)
    assert runs.endswith("RunId = tostring(parameters.runId)")
