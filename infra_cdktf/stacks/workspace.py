"""Stack 6: the Databricks workspace. What lives inside it is the next stack's, which needs it to exist."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.provider import DatabricksProvider
from constructs import Construct

from infra_cdktf.components.access_connector import AccessConnector, AccessConnectorConfig, AccessConnectorOutputs
from infra_cdktf.components.databricks_workspace import (
    DatabricksWorkspace,
    DatabricksWorkspaceConfig,
    DatabricksWorkspaceOutputs,
)
from infra_cdktf.components.diagnostics import Diagnostics, DiagnosticsConfig
from infra_cdktf.components.encryption_key import EncryptionKey, EncryptionKeyConfig
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.resource_group import ResourceGroup, ResourceGroupConfig
from infra_cdktf.components.serverless_network import ServerlessNetwork, ServerlessNetworkConfig
from infra_cdktf.components.workspace_membership import WorkspaceMembership, WorkspaceMembershipConfig
from infra_cdktf.environment import Environment
from infra_cdktf.lake_containers import ADMINS
from infra_cdktf.stacks.access import AccessOutputs
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.network import NetworkOutputs
from infra_cdktf.stacks.platform import PlatformOutputs

AUDIT_LOGS = ("accounts", "clusters", "databrickssql", "jobs", "secrets", "unityCatalog", "workspace")


@dataclass(frozen=True)
class WorkspaceOutputs:
    """The workspace and the connector to the lake."""

    workspace: DatabricksWorkspaceOutputs
    connector: AccessConnectorOutputs


class WorkspaceStack(EnvironmentStack):
    """Workspace, connector, metastore and members."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        network: NetworkOutputs,
        platform: PlatformOutputs,
        lake: LakeStorageOutputs,
        access: AccessOutputs,
    ) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "workspace")
        settings, names = environment.settings, environment.names
        placement = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(name=names.resource("workspace"), location=settings.location, tags=environment.tags),
        ).placement
        connector = AccessConnector(
            self,
            "access-connector",
            AccessConnectorConfig(
                placement=placement,
                name=names.resource("access-connector"),
                identity_id=access.pipeline_identity_id,
            ),
        ).outputs
        workspace = DatabricksWorkspace(
            self,
            "workspace",
            DatabricksWorkspaceConfig(
                placement=placement,
                name=names.resource("databricks"),
                managed_resource_group_name=names.resource("databricks-managed"),
                network=network.network,
                access_connector_id=connector.connector_id,
                own_storage_name=names.workspace_storage,
                dns_zone_ids=network.dns_zone_ids,
                key=EncryptionKey(self, "key", EncryptionKeyConfig(vault=platform.key_vault, name="workspace")),
                has_public_front_end=settings.entry.workspace_front_end == "listed",
            ),
        ).outputs
        accounts = self.account_provider()
        self._admit(accounts, workspace, access)
        if settings.databricks.serverless_queries:
            self._reach_lake(accounts, workspace, lake)
        Diagnostics(
            self,
            "diagnostics",
            DiagnosticsConfig(
                resource_id=workspace.resource_id,
                log_workspace_id=platform.log_workspace_id,
                log_categories=AUDIT_LOGS,
            ),
        )
        self.outputs = WorkspaceOutputs(workspace, connector)
        self.publish({"workspace_url": workspace.url})

    def _admit(
        self, accounts: DatabricksProvider, workspace: DatabricksWorkspaceOutputs, access: AccessOutputs
    ) -> None:
        config = WorkspaceMembershipConfig(
            account_provider=accounts,
            workspace=workspace,
            metastore_id=str(self.environment.accounts.metastore_id),
            principal_ids=access.databricks.principal_ids,
            admin_role=ADMINS,
        )
        WorkspaceMembership(self, "membership", config)

    def _reach_lake(
        self, accounts: DatabricksProvider, workspace: DatabricksWorkspaceOutputs, lake: LakeStorageOutputs
    ) -> None:
        config = ServerlessNetworkConfig(
            account_provider=accounts,
            name=self.environment.names.resource("serverless"),
            location=self.environment.settings.location,
            workspace_number=workspace.workspace_number,
            lake_account_id=lake.account_id,
        )
        ServerlessNetwork(self, "serverless-network", config)
