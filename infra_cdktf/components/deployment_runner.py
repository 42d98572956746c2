"""A runner inside the network: a container job that does one deployment and ends, started through Azure from anywhere.

It holds no token of any CI system and listens to nothing: CI (or a person) says `az containerapp job start`, which is
logged, and the job signs in as the deployer's own identity.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.container_app_environment import (
    ContainerAppEnvironment,
    ContainerAppEnvironmentWorkloadProfile,
)
from cdktf_cdktf_provider_azurerm.container_app_job import (
    ContainerAppJob,
    ContainerAppJobIdentity,
    ContainerAppJobManualTriggerConfig,
    ContainerAppJobRegistry,
    ContainerAppJobTemplate,
    ContainerAppJobTemplateContainer,
    ContainerAppJobTemplateContainerEnv,
)
from cdktf_cdktf_provider_azurerm.data_azurerm_user_assigned_identity import DataAzurermUserAssignedIdentity
from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from infra_cdktf.components.container_registry import ContainerRegistryOutputs
from infra_cdktf.components.resource_group import Placement

IMAGE = "deployer"
"""Repository of the image in the environment's registry, tagged with the project's version."""
PROFILE = "Consumption"
LONGEST_SECONDS = 2 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class DeploymentRunnerConfig:
    """Where the job stands, the deployer's identity (made by the bootstrap script), and the image it runs."""

    placement: Placement
    name: str
    subnet_id: str
    identity_name: str
    identity_resource_group: str
    registry: ContainerRegistryOutputs
    version: str
    tenant_id: str
    subscription_id: str


@dataclass(frozen=True)
class DeploymentRunnerOutputs:
    """What is started (`az containerapp job start`), and the environment whose logs are kept."""

    job_name: str
    environment_id: str


class DeploymentRunner(Construct):
    """A job that costs nothing while it does not run."""

    def __init__(self, scope: Construct, construct_id: str, config: DeploymentRunnerConfig) -> None:
        """Create the job in an environment without a public address."""
        super().__init__(scope, construct_id)
        placement = config.placement
        identity = DataAzurermUserAssignedIdentity(
            self, "deployer", name=config.identity_name, resource_group_name=config.identity_resource_group
        )
        pull = RoleAssignment(
            self,
            "pull-image",
            scope=config.registry.registry_id,
            role_definition_name="AcrPull",
            principal_id=identity.principal_id,
            principal_type="ServicePrincipal",
        )
        environment = ContainerAppEnvironment(
            self,
            "environment",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            infrastructure_subnet_id=config.subnet_id,
            internal_load_balancer_enabled=True,
            logs_destination="azure-monitor",
            workload_profile=[ContainerAppEnvironmentWorkloadProfile(name=PROFILE, workload_profile_type=PROFILE)],
        )
        job = ContainerAppJob(
            self,
            "job",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            container_app_environment_id=environment.id,
            workload_profile_name=PROFILE,
            replica_timeout_in_seconds=LONGEST_SECONDS,
            replica_retry_limit=0,
            manual_trigger_config=ContainerAppJobManualTriggerConfig(parallelism=1, replica_completion_count=1),
            identity=ContainerAppJobIdentity(type="UserAssigned", identity_ids=[identity.id]),
            registry=[ContainerAppJobRegistry(server=config.registry.login_server, identity=identity.id)],
            template=ContainerAppJobTemplate(container=[_container(config, identity.client_id)]),
            depends_on=[pull],
        )
        self.outputs = DeploymentRunnerOutputs(job.name, environment.id)


def _container(config: DeploymentRunnerConfig, client_id: str) -> ContainerAppJobTemplateContainer:
    variables = {
        "ARM_USE_MSI": "true",
        "ARM_CLIENT_ID": client_id,
        "ARM_TENANT_ID": config.tenant_id,
        "ARM_SUBSCRIPTION_ID": config.subscription_id,
        "AZURE_CLIENT_ID": client_id,
    }
    return ContainerAppJobTemplateContainer(
        name=IMAGE,
        image=f"{config.registry.login_server}/{IMAGE}:{config.version}",
        cpu=1,
        memory="2Gi",
        env=[ContainerAppJobTemplateContainerEnv(name=name, value=value) for name, value in variables.items()],
    )
