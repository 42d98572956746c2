from __future__ import annotations

import json

import pytest

from infra_cdktf.settings import environment_settings
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


def test_each_trouble_has_an_alert_that_somebody_gets(plan: Plan, stack: str, environment: str) -> None:
    alerts = plan.all("azurerm_monitor_scheduled_query_rules_alert_v2", of=stack)
    metrics = plan.all("azurerm_monitor_metric_alert", of=stack)
    assert {alert["name"].removeprefix(f"datamaster-{environment}-") for alert in [*alerts, *metrics]} == {
        "job-failed",
        "pipeline-late",
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


def test_job_alerts_ask_for_this_environments_job(plan: Plan, stack: str) -> None:
    for name, action in (("job-failed", "runFailed"), ("pipeline-late", "runSucceeded")):
        (criteria,) = log_alert(plan, stack, name)["criteria"]
        assert f'ActionName == "{action}"' in criteria["query"]
        job = criteria["query"].split('jobId) == "')[1].split('"')[0]
        assert plan.origin(stack, job)["name"] == "etl-customer-purchases"


def test_a_day_without_success_is_late(plan: Plan, stack: str) -> None:
    alert = log_alert(plan, stack, "pipeline-late")
    assert "ago(26h)" in alert["criteria"][0]["query"]
    assert alert["query_time_range_override"] == "P2D"


def test_node_pool_alert_knows_the_pools_limit(plan: Plan, stack: str, environment: str) -> None:
    pool = plan.one("azurerm_kubernetes_cluster_node_pool", of=f"-{environment}-platform")
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
    assert roles == ["Grafana Admin", "Grafana Viewer", "Monitoring Reader", "Monitoring Reader"]


def test_workbook_shows_every_alerts_query(plan: Plan) -> None:
    stack = "datamaster-dev-operations"
    workbook = json.loads(plan.one("azurerm_application_insights_workbook", of=stack)["data_json"])
    shown = {item["content"].get("query") for item in workbook["items"]}
    asked = {
        alert["criteria"][0]["query"] for alert in plan.all("azurerm_monitor_scheduled_query_rules_alert_v2", of=stack)
    }
    assert asked < shown
