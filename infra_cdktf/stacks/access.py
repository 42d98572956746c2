"""Stack 5: who may do what. Every role assignment on data and secrets of the environment stands here."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azuread.data_azuread_service_principal import DataAzureadServicePrincipal
from cdktf_cdktf_provider_azuread.data_azuread_user import DataAzureadUser
from cdktf_cdktf_provider_azuread.provider import AzureadProvider
from cdktf_cdktf_provider_azurerm.user_assigned_identity import UserAssignedIdentity
from constructs import Construct

from contracts.lake_terms import Role
from infra_cdktf.components.cluster_access import ClusterAccess, ClusterAccessConfig, KubernetesRole
from infra_cdktf.components.container_access import ContainerAccess, ContainerAccessConfig, Principal
from infra_cdktf.components.databricks_principals import (
    DatabricksPrincipals,
    DatabricksPrincipalsConfig,
    DatabricksPrincipalsOutputs,
    GroupIdentity,
    WorkloadAccount,
)
from infra_cdktf.components.entra_groups import EntraGroups, EntraGroupsConfig
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.secret_access import SecretAccess, SecretAccessConfig
from infra_cdktf.environment import Environment
from infra_cdktf.kubernetes_seam import ENGINEERS_NAMESPACE, PREFECT_NAMESPACE
from infra_cdktf.lake_containers import ADMINS, BRANCHES, DEPLOYER, ENGINEERS, FLOWS, PIPELINE
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.roles import CLUSTER_OPERATOR
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.platform import PlatformOutputs

AKS_ROLE = "Azure Kubernetes Service RBAC"
KUBERNETES_ROLES = (
    KubernetesRole(ADMINS, f"{AKS_ROLE} Cluster Admin"),
    KubernetesRole(ENGINEERS, f"{AKS_ROLE} Reader", PREFECT_NAMESPACE),
    KubernetesRole(ENGINEERS, f"{AKS_ROLE} Writer", ENGINEERS_NAMESPACE),
)
"""Who may start a pod in the flows' namespace acts as the flows: engineers read there, and write in their own."""
BRANCHES_DESCRIPTION = "Identities by which branches drop files."


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
        workloads = {FLOWS: platform.flows.principal_id, PIPELINE: pipeline.principal_id}
        principals = {
            **{name: Principal(object_id, "Group") for name, object_id in groups.items()},
            **{name: Principal(object_id, "ServicePrincipal") for name, object_id in workloads.items()},
            DEPLOYER: self._deployer(),
        }
        self._rights_on_containers(lake, principals)
        self._rights_on_platform(groups)
        of_the_lake = {name: object_id for name, object_id in groups.items() if name != BRANCHES}
        databricks = self._in_databricks(of_the_lake, pipeline.client_id)
        self.outputs = AccessOutputs(pipeline.id, of_the_lake, databricks)

    def _groups(self) -> dict[str, str]:
        """The groups' object ids."""
        roles = self.environment.contracts.lake.roles
        descriptions = {role.name: role.description for role in roles if not role.workload}
        descriptions[BRANCHES] = BRANCHES_DESCRIPTION
        names = {name: self.environment.names.group(name) for name in descriptions}
        config = EntraGroupsConfig(descriptions=descriptions, display_names=names)
        return EntraGroups(self, "groups", config).outputs.object_ids

    def _deployer(self) -> Principal:
        deployer = self.environment.deployer
        if deployer.user is not None:
            person = DataAzureadUser(self, "deployer", user_principal_name=deployer.user)
            return Principal(person.object_id, "User")
        principal = DataAzureadServicePrincipal(self, "deployer", client_id=str(deployer.application_id))
        return Principal(principal.object_id, "ServicePrincipal")

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

    def _rights_on_containers(self, lake: LakeStorageOutputs, principals: dict[str, Principal]) -> None:
        config = ContainerAccessConfig(
            account_id=lake.account_id,
            container_ids=lake.container_ids,
            contracts=self.environment.contracts,
            principals=principals,
            role_names=self.environment.roles,
            delegator=PIPELINE,
        )
        ContainerAccess(self, "containers", config)

    def _rights_on_platform(self, groups: dict[str, str]) -> None:
        SecretAccess(
            self,
            "secrets",
            SecretAccessConfig(
                vault=self._platform.key_vault,
                admins_object_id=groups[ADMINS],
                worker_principal_id=self._platform.worker.principal_id,
                flows_principal_id=self._platform.flows.principal_id,
            ),
        )
        ClusterAccess(
            self,
            "cluster",
            ClusterAccessConfig(
                cluster_id=self._platform.cluster.cluster_id,
                operator_role_id=self.environment.roles.resource_id(CLUSTER_OPERATOR),
                principal_ids=groups,
                kubernetes_roles=KUBERNETES_ROLES,
            ),
        )

    def _in_databricks(self, groups: dict[str, str], pipeline_client_id: str) -> DatabricksPrincipalsOutputs:
        names, accounts = self.environment.names, self.environment.accounts
        config = DatabricksPrincipalsConfig(
            account_provider=self.account_provider(),
            account_id=str(accounts.databricks_account_id),
            groups={role: GroupIdentity(names.group(role), object_id) for role, object_id in groups.items()},
            workloads={
                FLOWS: WorkloadAccount(names.resource(FLOWS), self._platform.flows.client_id),
                PIPELINE: WorkloadAccount(names.resource(PIPELINE), pipeline_client_id),
            },
            run_as=PIPELINE,
            deployer=self.environment.deployer.rule_set_name,
            taggers=names.taggers,
            makes_taggers=self.environment.settings.owns_account_objects,
        )
        return DatabricksPrincipals(self, "databricks-principals", config).outputs
