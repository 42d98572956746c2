"""Stack 5: who may do what. Every role assignment on data and secrets of the environment stands here."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azuread.provider import AzureadProvider
from cdktf_cdktf_provider_azurerm.user_assigned_identity import UserAssignedIdentity
from constructs import Construct

from contracts.lake_terms import Role
from infra_cdktf.components.cluster_access import ClusterAccess, ClusterAccessConfig
from infra_cdktf.components.container_access import ContainerAccess, ContainerAccessConfig
from infra_cdktf.components.databricks_principals import (
    DatabricksPrincipals,
    DatabricksPrincipalsConfig,
    DatabricksPrincipalsOutputs,
    GroupIdentity,
    WorkloadAccount,
)
from infra_cdktf.components.entra_groups import EntraGroups, EntraGroupsConfig, EntraGroupsOutputs
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.secret_access import SecretAccess, SecretAccessConfig
from infra_cdktf.environment import Environment
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.platform import PlatformOutputs

ADMINS = "data_admins"
ENGINEERS = "data_engineers"
FLOWS = "flows"
PIPELINE = "pipeline"
KUBERNETES_ROLES = {
    ADMINS: "Azure Kubernetes Service RBAC Cluster Admin",
    ENGINEERS: "Azure Kubernetes Service RBAC Writer",
}


def check_roles(roles: tuple[Role, ...]) -> None:
    """The lake has the roles that the platform itself gives something to.

    Raises:
        InvalidSettings: one line for each role that is missing.
    """
    missing = sorted({ADMINS, ENGINEERS, FLOWS, PIPELINE} - {role.name for role in roles})
    if missing:
        raise InvalidSettings([f"contracts: have no role {name}" for name in missing])


@dataclass(frozen=True)
class AccessOutputs:
    """The pipeline's identity, the groups in Entra, and everybody in Databricks."""

    pipeline_identity_id: str
    group_object_ids: dict[str, str]
    databricks: DatabricksPrincipalsOutputs


class AccessStack(EnvironmentStack):
    """Groups, the pipeline's identity, and their rights on containers, secrets and the cluster."""

    def __init__(
        self, scope: Construct, environment: Environment, platform: PlatformOutputs, lake: LakeStorageOutputs
    ) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "access")
        AzureadProvider(self, "azuread", tenant_id=str(environment.accounts.tenant_id))
        self._platform = platform
        groups = self._groups()
        pipeline = self._pipeline_identity()
        principal_ids = {
            **groups.object_ids,
            FLOWS: platform.flows.principal_id,
            PIPELINE: pipeline.principal_id,
        }
        self._rights_on_containers(lake, principal_ids)
        self._rights_on_platform(groups)
        databricks = self._in_databricks(groups, pipeline.client_id)
        self.outputs = AccessOutputs(pipeline.id, groups.object_ids, databricks)

    def _groups(self) -> EntraGroupsOutputs:
        people = tuple(role for role in self.environment.contracts.lake.roles if not role.workload)
        names = {role.name: self.environment.names.group(role.name) for role in people}
        return EntraGroups(self, "groups", EntraGroupsConfig(roles=people, display_names=names)).outputs

    def _pipeline_identity(self) -> UserAssignedIdentity:
        # One identity on both gates: Unity Catalog's access connector uses it on storage, and the job runs as it.
        placement = self._platform.placement
        return UserAssignedIdentity(
            self,
            "pipeline-identity",
            name=self.environment.names.resource("pipeline"),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )

    def _rights_on_containers(self, lake: LakeStorageOutputs, principal_ids: dict[str, str]) -> None:
        config = ContainerAccessConfig(
            account_id=lake.account_id,
            container_ids=lake.container_ids,
            roles=self.environment.contracts.lake.roles,
            principal_ids=principal_ids,
            role_name_prefix=self.environment.names.resource("data"),
        )
        ContainerAccess(self, "containers", config)

    def _rights_on_platform(self, groups: EntraGroupsOutputs) -> None:
        SecretAccess(
            self,
            "secrets",
            SecretAccessConfig(
                vault=self._platform.key_vault,
                admins_object_id=groups.object_ids[ADMINS],
                worker_principal_id=self._platform.worker.principal_id,
                flows_principal_id=self._platform.flows.principal_id,
            ),
        )
        ClusterAccess(
            self,
            "cluster",
            ClusterAccessConfig(
                cluster_id=self._platform.cluster.cluster_id,
                operator_role_name=self.environment.names.resource("cluster-operator"),
                principal_ids=groups.object_ids,
                kubernetes_roles=KUBERNETES_ROLES,
            ),
        )

    def _in_databricks(self, groups: EntraGroupsOutputs, pipeline_client_id: str) -> DatabricksPrincipalsOutputs:
        names, accounts = self.environment.names, self.environment.accounts
        config = DatabricksPrincipalsConfig(
            account_provider=self.account_provider(),
            account_id=str(accounts.databricks_account_id),
            groups={role: GroupIdentity(names.group(role), object_id) for role, object_id in groups.object_ids.items()},
            workloads={
                FLOWS: WorkloadAccount(names.resource(FLOWS), self._platform.flows.client_id),
                PIPELINE: WorkloadAccount(names.resource(PIPELINE), pipeline_client_id),
            },
            run_as=PIPELINE,
            deployer_application_id=str(accounts.deployer_application_id),
            taggers=names.taggers,
            makes_taggers=self.environment.settings.owns_account_objects,
        )
        return DatabricksPrincipals(self, "databricks-principals", config).outputs
