"""Stack 8: the pipelines, which are released apart from the platform."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from contracts.model import Layer
from infra_cdktf.access_matrix import TABLE_LAYERS, readers_of_personal_data, schema_privileges
from infra_cdktf.components.catalog_grants import CatalogGrants, CatalogGrantsConfig
from infra_cdktf.components.column_masks import GOVERNANCE_SCHEMA, ColumnMasks, ColumnMasksConfig
from infra_cdktf.components.etl_job import EtlJob, EtlJobConfig, EtlJobOutputs
from infra_cdktf.components.job_cluster import JobCluster, JobClusterConfig
from infra_cdktf.components.job_volumes import CHECKPOINTS, WHEELS
from infra_cdktf.components.key_vault import SecretName
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.sales_dashboard import SalesDashboard, SalesDashboardConfig
from infra_cdktf.components.secret_scope import SecretScope, SecretScopeConfig, SecretScopeOutputs
from infra_cdktf.components.sql_warehouse import SqlWarehouse, SqlWarehouseConfig
from infra_cdktf.components.unity_catalog import MANAGED
from infra_cdktf.environment import Environment
from infra_cdktf.job_document import JobDocument
from infra_cdktf.stacks.access import ADMINS, ENGINEERS, FLOWS, PIPELINE, AccessOutputs
from infra_cdktf.stacks.catalog import CatalogOutputs
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.platform import PlatformOutputs
from infra_cdktf.stacks.workspace import WorkspaceOutputs

JOB_PERMISSIONS = {ADMINS: "CAN_MANAGE", ENGINEERS: "CAN_MANAGE_RUN"}
OTHERS_PERMISSION = "CAN_VIEW"


@dataclass(frozen=True)
class PipelinesOutputs:
    """The contract's job."""

    job: EtlJobOutputs


@dataclass(frozen=True, kw_only=True)
class PipelinesInputs:
    """What the earlier stacks made."""

    platform: PlatformOutputs
    lake: LakeStorageOutputs
    access: AccessOutputs
    workspace: WorkspaceOutputs
    catalog: CatalogOutputs
    job: JobDocument


class PipelinesStack(EnvironmentStack):
    """The contract's job, who may see its data, and what analysts look at."""

    def __init__(self, scope: Construct, environment: Environment, inputs: PipelinesInputs) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "pipelines")
        self._inputs = inputs
        self._names = inputs.access.databricks.grant_names
        self._people = tuple(role for role in environment.contract.roles if not role.workload)
        workspace = inputs.workspace.workspace
        self.workspace_provider(workspace.url, workspace.resource_id)
        CatalogGrants(
            self,
            "grants",
            CatalogGrantsConfig(
                contract=environment.contract,
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
        self.outputs = PipelinesOutputs(self._job(scope_of_secrets))
        self.publish({"job_id": self.outputs.job.job_id})

    def _job(self, secrets: SecretScopeOutputs) -> EtlJobOutputs:
        environment, inputs, databricks = self.environment, self._inputs, self.environment.settings.databricks
        cluster = JobCluster(
            self,
            "cluster",
            JobClusterConfig(
                name=environment.names.resource("pipelines"),
                databricks=databricks,
                tags=environment.tags,
                user=self._names[PIPELINE],
            ),
        ).outputs
        volumes = inputs.catalog.volumes.paths
        config = EtlJobConfig(
            name=environment.contract.job_name,
            document=inputs.job,
            parameters=inputs.job.defaults(
                {
                    "catalog": inputs.catalog.catalog.catalog,
                    "lake_url": inputs.lake.lake_url,
                    "checkpoints_url": volumes[CHECKPOINTS],
                    "raw_stream_format": "cloudFiles",
                    "column_tags": "true",
                }
            ),
            wheel_path=f"{volumes[WHEELS]}/datamaster-{environment.version}-py3-none-any.whl",
            cluster=cluster,
            databricks=databricks,
            environment_variables={"PII_HASH_KEY": secrets.reference(SecretName.PII_HASH)},
            tags=environment.tags | {"version": environment.version},
            run_as=self._names[PIPELINE],
            alert_email=environment.accounts.alert_email,
            permission_levels={
                self._names[role.name]: JOB_PERMISSIONS.get(role.name, OTHERS_PERMISSION) for role in self._people
            },
            callers=(self._names[FLOWS],),
        )
        return EtlJob(self, environment.contract.slug, config).outputs

    def _for_people(self) -> None:
        environment, inputs = self.environment, self._inputs
        warehouse = SqlWarehouse(
            self,
            "warehouse",
            SqlWarehouseConfig(
                name=environment.names.resource("queries"),
                size=environment.settings.databricks.warehouse_size,
                tags=environment.tags,
                users=self._groups(TABLE_LAYERS),
            ),
        ).outputs
        for table in environment.contract.gold_tables:
            SalesDashboard(
                self,
                f"dashboard-{table.name}",
                SalesDashboardConfig(
                    title=f"{table.description.rstrip('.')} ({environment.settings.name})",
                    catalog=inputs.catalog.catalog.catalog,
                    gold_table=table,
                    warehouse_id=warehouse.warehouse_id,
                    viewers=self._groups((Layer.GOLD,)),
                ),
            )
        self._mask_columns(warehouse.warehouse_id)

    def _mask_columns(self, warehouse_id: str) -> None:
        environment, inputs = self.environment, self._inputs
        config = ColumnMasksConfig(
            catalog=inputs.catalog.catalog.catalog,
            storage_root=f"{inputs.lake.urls[Layer.GOLD]}{MANAGED}/{GOVERNANCE_SCHEMA}",
            host=f"https://{inputs.workspace.workspace.url}",
            warehouse_id=warehouse_id,
            excepted=tuple(self._names[role.name] for role in readers_of_personal_data(environment.contract)),
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
