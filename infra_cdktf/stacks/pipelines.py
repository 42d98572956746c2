"""Stack 8: the pipelines, which are released apart from the platform."""

from __future__ import annotations

from dataclasses import dataclass, replace

from constructs import Construct

from contracts.contract import Contract
from contracts.job_document import (
    PACKAGE,
    TASKS,
    UPKEEP_TASKS,
    RawStreamFormat,
    job_name,
    upkeep_job_name,
)
from contracts.lake_terms import Layer
from infra_cdktf.access_matrix import TABLE_LAYERS, schema_privileges
from infra_cdktf.components.catalog_grants import CatalogGrants, CatalogGrantsConfig
from infra_cdktf.components.column_masks import GOVERNANCE_SCHEMA, ColumnMasks, ColumnMasksConfig
from infra_cdktf.components.etl_job import EtlJob, EtlJobConfig, EtlJobOutputs
from infra_cdktf.components.gold_dashboard import GoldDashboard, GoldDashboardConfig
from infra_cdktf.components.job_cluster import JobCluster, JobClusterConfig, JobClusterOutputs
from infra_cdktf.components.job_volumes import CHECKPOINTS, WHEELS
from infra_cdktf.components.key_vault import SecretName
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.secret_scope import SecretScope, SecretScopeConfig, SecretScopeOutputs
from infra_cdktf.components.sql_warehouse import SqlWarehouse, SqlWarehouseConfig
from infra_cdktf.components.unity_catalog import MANAGED
from infra_cdktf.environment import Environment
from infra_cdktf.lake_containers import ADMINS, ENGINEERS, FLOWS, PIPELINE
from infra_cdktf.stacks.access import AccessOutputs
from infra_cdktf.stacks.catalog import CatalogOutputs
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.platform import PlatformOutputs
from infra_cdktf.stacks.workspace import WorkspaceOutputs

JOB_PERMISSIONS = {ADMINS: "CAN_MANAGE", ENGINEERS: "CAN_MANAGE_RUN"}
OTHERS_PERMISSION = "CAN_VIEW"


@dataclass(frozen=True)
class PipelinesOutputs:
    """Each dataset's job, by the dataset's slug."""

    jobs: dict[str, EtlJobOutputs]


@dataclass(frozen=True, kw_only=True)
class PipelinesInputs:
    """What the earlier stacks made."""

    platform: PlatformOutputs
    lake: LakeStorageOutputs
    access: AccessOutputs
    workspace: WorkspaceOutputs
    catalog: CatalogOutputs


class PipelinesStack(EnvironmentStack):
    """A job for each dataset, who may see the lake's data, and what analysts look at."""

    def __init__(self, scope: Construct, environment: Environment, inputs: PipelinesInputs) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "pipelines")
        self._inputs = inputs
        self._names = inputs.access.databricks.grant_names
        self._roles = environment.contracts.lake.roles
        self._people = tuple(role for role in self._roles if not role.workload)
        workspace = inputs.workspace.workspace
        self.workspace_provider(workspace.url, workspace.resource_id)
        CatalogGrants(
            self,
            "grants",
            CatalogGrantsConfig(
                roles=self._roles,
                grant_names=self._names,
                catalog=inputs.catalog.catalog,
                locations=inputs.catalog.locations,
                volumes=inputs.catalog.volumes,
                pipeline_role=PIPELINE,
            ),
        )
        scope_of_secrets = SecretScope(
            self,
            "secrets",
            SecretScopeConfig(
                name=environment.names.resource("pipeline"),
                vault=inputs.platform.key_vault,
                reader=self._names[PIPELINE],
            ),
        ).outputs
        self._for_people()
        cluster = self._cluster()
        datasets = environment.contracts.datasets
        jobs = {contract.slug: self._job(contract, cluster, scope_of_secrets) for contract in datasets}
        for contract in datasets:
            self._upkeep_job(contract, cluster)
        self.outputs = PipelinesOutputs(jobs)
        self.publish({f"job_id_{contract.name}": jobs[contract.slug].job_id for contract in datasets})

    def _cluster(self) -> JobClusterOutputs:
        config = JobClusterConfig(
            name=self.environment.names.resource("pipelines"),
            databricks=self.environment.settings.databricks,
            tags=self.environment.tags,
            user=self._names[PIPELINE],
        )
        return JobCluster(self, "cluster", config).outputs

    def _job(self, contract: Contract, cluster: JobClusterOutputs, secrets: SecretScopeOutputs) -> EtlJobOutputs:
        config = replace(
            self._config(contract, cluster),
            environment_variables={"PII_HASH_KEY": secrets.reference(SecretName.PII_HASH)},
        )
        return EtlJob(self.of_dataset(contract), "job", config).outputs

    def _upkeep_job(self, contract: Contract, cluster: JobClusterOutputs) -> None:
        config = replace(
            self._config(contract, cluster),
            name=upkeep_job_name(contract),
            description="Puts the tables of one dataset in order.",
            tasks=UPKEEP_TASKS,
        )
        EtlJob(self.of_dataset(contract), "upkeep", config)

    def _config(self, contract: Contract, cluster: JobClusterOutputs) -> EtlJobConfig:
        """The dataset's own job, without the secrets that it reads."""
        environment, inputs = self.environment, self._inputs
        volumes = inputs.catalog.volumes.paths
        by_events = environment.settings.lake.file_events
        return EtlJobConfig(
            name=job_name(contract),
            description="Bronze, silver and gold of one dataset.",
            tasks=TASKS,
            contract=contract,
            parameters={
                "catalog": inputs.catalog.catalog.catalog,
                "lake_url": inputs.lake.lake_url,
                "checkpoints_url": volumes[CHECKPOINTS],
                "raw_stream_format": RawStreamFormat.FILE_EVENTS if by_events else RawStreamFormat.CLOUD_FILES,
                "column_tags": "true",
            },
            wheel_path=f"{volumes[WHEELS]}/{PACKAGE}-{environment.version}-py3-none-any.whl",
            cluster=cluster,
            databricks=environment.settings.databricks,
            environment_variables={},
            tags=environment.tags | {"version": environment.version},
            run_as=self._names[PIPELINE],
            alert_email=environment.accounts.alert_email,
            permission_levels={
                self._names[role.name]: JOB_PERMISSIONS.get(role.name, OTHERS_PERMISSION) for role in self._people
            },
            callers=(self._names[FLOWS],),
        )

    def _for_people(self) -> None:
        environment = self.environment
        warehouse = SqlWarehouse(
            self,
            "warehouse",
            SqlWarehouseConfig(
                name=environment.names.resource("queries"),
                size=environment.settings.databricks.warehouse_size,
                serverless=environment.settings.databricks.serverless_queries,
                tags=environment.tags,
                users=self._groups(TABLE_LAYERS),
            ),
        ).outputs
        for contract in environment.contracts.datasets:
            self._dashboards(contract, warehouse.warehouse_id)
        self._mask_columns(warehouse.warehouse_id)

    def _dashboards(self, contract: Contract, warehouse_id: str) -> None:
        for table in contract.gold_tables:
            config = GoldDashboardConfig(
                environment=self.environment.settings.name,
                catalog=self._inputs.catalog.catalog.catalog,
                gold_table=table,
                warehouse_id=warehouse_id,
                viewers=self._groups((Layer.GOLD,)),
            )
            GoldDashboard(self.of_dataset(contract), f"dashboard-{table.name}", config)

    def _mask_columns(self, warehouse_id: str) -> None:
        environment, inputs = self.environment, self._inputs
        config = ColumnMasksConfig(
            catalog=inputs.catalog.catalog.catalog,
            storage_root=f"{inputs.lake.urls[Layer.GOLD]}{MANAGED}/{GOVERNANCE_SCHEMA}",
            host=f"https://{inputs.workspace.workspace.url}",
            warehouse_id=warehouse_id,
            excepted=tuple(self._names[role.name] for role in self._roles if role.reads_personal_data),
            users=(*self._groups(TABLE_LAYERS), self._names[PIPELINE]),
            owns_tag=environment.settings.owns_account_objects,
            account_id=str(environment.accounts.databricks_account_id),
            taggers=environment.names.taggers,
        )
        ColumnMasks(self, "column-masks", config)

    def _groups(self, layers: tuple[Layer, ...]) -> tuple[str, ...]:
        """Groups of people that read any of `layers`."""
        return tuple(
            self._names[role.name] for role in self._people if any(schema_privileges(role, layer) for layer in layers)
        )
