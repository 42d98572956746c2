"""Stack 9: what tells people that something is wrong, or too expensive."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from contracts.contract import Contract
from contracts.job_document import job_name
from infra_cdktf import log_queries
from infra_cdktf.components.alert_contacts import AlertContacts, AlertContactsConfig
from infra_cdktf.components.grafana import Grafana, GrafanaConfig
from infra_cdktf.components.grafana_dashboard import GrafanaDashboard, GrafanaDashboardConfig
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.log_alert import LogAlert, LogAlertConfig, LogQuery
from infra_cdktf.components.metric_alert import MetricAlert, MetricAlertConfig
from infra_cdktf.components.monthly_budget import MonthlyBudget, MonthlyBudgetConfig
from infra_cdktf.components.node_pool import FLOWS_POOL
from infra_cdktf.components.operations_workbook import OperationsWorkbook, OperationsWorkbookConfig
from infra_cdktf.components.resource_group import ResourceGroup, ResourceGroupConfig
from infra_cdktf.environment import Environment
from infra_cdktf.kubernetes_seam import PREFECT_NAMESPACE
from infra_cdktf.lake_containers import ADMINS, ENGINEERS
from infra_cdktf.stacks.access import AccessOutputs
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.network import NetworkOutputs
from infra_cdktf.stacks.pipelines import PipelinesOutputs
from infra_cdktf.stacks.platform import PlatformOutputs

THROTTLED = (
    "ClientThrottlingError",
    "ClientAccountBandwidthThrottlingError",
    "ClientAccountRequestThrottlingError",
    "ServerBusyError",
)


@dataclass(frozen=True, kw_only=True)
class OperationsInputs:
    """What the earlier stacks made."""

    network: NetworkOutputs
    platform: PlatformOutputs
    lake: LakeStorageOutputs
    access: AccessOutputs
    pipelines: PipelinesOutputs


class OperationsStack(EnvironmentStack):
    """Budget, contacts, alerts and the operators' dashboard."""

    def __init__(self, scope: Construct, environment: Environment, inputs: OperationsInputs) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "operations")
        settings, names = environment.settings, environment.names
        self._inputs = inputs
        self._placement = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(name=names.resource("operations"), location=settings.location, tags=environment.tags),
        ).placement
        self._contacts = AlertContacts(
            self,
            "contacts",
            AlertContactsConfig(
                placement=self._placement, name=names.resource("on-duty"), email=environment.accounts.alert_email
            ),
        ).outputs.action_group_id
        MonthlyBudget(
            self,
            "budget",
            MonthlyBudgetConfig(
                name=names.resource("budget"),
                subscription_id=environment.subscription_id,
                amount=settings.monthly_budget_brl,
                action_group_id=self._contacts,
                environment_tag=settings.name,
            ),
        )
        shown = self._shown(self._log_alerts())
        self._metric_alerts()
        if settings.grafana:
            self._grafana(shown)
        else:
            self._workbook(shown)

    def _log_alerts(self) -> list[LogQuery]:
        """Create every alert on logs; the queries that they ask."""
        queries: list[tuple[Construct, LogQuery]] = [(self, log_query) for log_query in self._platform_queries()]
        for contract in self.environment.contracts.datasets:
            queries += [(self.of_dataset(contract), log_query) for log_query in self._job_queries(contract)]
        for scope, log_query in queries:
            self._log_alert(scope, log_query)
        return [log_query for _, log_query in queries]

    def _platform_queries(self) -> tuple[LogQuery, ...]:
        return (
            log_queries.failed_flow(PREFECT_NAMESPACE),
            log_queries.failing_pods(PREFECT_NAMESPACE),
            log_queries.full_node_pool(FLOWS_POOL, self.environment.settings.cluster.flow_nodes_max),
        )

    def _job_queries(self, contract: Contract) -> list[LogQuery]:
        job_id = self._inputs.pipelines.jobs[contract.slug].job_id
        late = log_queries.late_pipeline(contract, job_id)
        return [log_queries.failed_job(contract, job_id), *([late] if late else [])]

    def _log_alert(self, scope: Construct, log_query: LogQuery) -> None:
        config = LogAlertConfig(
            placement=self._placement,
            name=self.environment.names.resource(log_query.name),
            log_query=log_query,
            log_workspace_id=self._inputs.platform.log_workspace_id,
            action_group_id=self._contacts,
        )
        LogAlert(scope, log_query.name, config)

    def _metric_alerts(self) -> None:
        names = self.environment.names
        MetricAlert(
            self,
            "storage-throttled",
            MetricAlertConfig(
                placement=self._placement,
                name=names.resource("storage-throttled"),
                description="The lake's account turns requests away. Spread the load or ask for a higher limit.",
                resource_id=self._inputs.lake.account_id,
                namespace="Microsoft.Storage/storageAccounts",
                metric="Transactions",
                dimension="ResponseType",
                values=THROTTLED,
                more_than=100,
                severity=2,
                action_group_id=self._contacts,
            ),
        )
        MetricAlert(
            self,
            "vault-denied",
            MetricAlertConfig(
                placement=self._placement,
                name=names.resource("vault-denied"),
                description="Somebody asked the key vault for what they may not have. See AuditEvent in the logs.",
                resource_id=self._inputs.platform.key_vault.vault_id,
                namespace="Microsoft.KeyVault/vaults",
                metric="ServiceApiResult",
                dimension="StatusCode",
                values=("401", "403"),
                more_than=5,
                severity=1,
                action_group_id=self._contacts,
            ),
        )

    def _shown(self, alerts: list[LogQuery]) -> dict[str, str]:
        """What the operators' dashboard shows: each dataset's runs, and the query of every alert."""
        jobs = self._inputs.pipelines.jobs
        runs = {
            f"Runs of {job_name(contract)}": log_queries.job_runs(jobs[contract.slug].job_id)
            for contract in self.environment.contracts.datasets
        }
        return runs | {log_query.name: log_query.query for log_query in alerts}

    def _grafana(self, shown: dict[str, str]) -> None:
        names, inputs = self.environment.names, self._inputs
        config = GrafanaConfig(
            placement=self._placement,
            name=names.grafana,
            endpoint_name=names.resource("grafana-endpoint"),
            endpoints_subnet_id=inputs.network.network.subnet_ids["endpoints"],
            dns_zone_id=inputs.network.dns_zone_ids["grafana"],
            monitored={"logs": inputs.platform.log_workspace_id, "lake": inputs.lake.account_id},
            admins_object_id=inputs.access.group_object_ids[ADMINS],
            viewers_object_id=inputs.access.group_object_ids[ENGINEERS],
        )
        grafana = Grafana(self, "grafana", config).outputs
        dashboard = GrafanaDashboardConfig(
            title=names.resource("operations"),
            grafana_name=grafana.name,
            resource_group_name=self._placement.resource_group_name,
            log_workspace_id=inputs.platform.log_workspace_id,
            queries=shown,
            after=grafana.ready,
        )
        GrafanaDashboard(self, "grafana-dashboard", dashboard)

    def _workbook(self, shown: dict[str, str]) -> None:
        config = OperationsWorkbookConfig(
            placement=self._placement,
            title=f"{self.environment.names.resource('operations')}",
            log_workspace_id=self._inputs.platform.log_workspace_id,
            queries=shown,
        )
        OperationsWorkbook(self, "workbook", config)
