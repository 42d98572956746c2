"""Stack 4: the lake."""

from __future__ import annotations

from cdktf_cdktf_provider_azurerm.user_assigned_identity import UserAssignedIdentity
from constructs import Construct

from infra_cdktf.components.diagnostics import Diagnostics, DiagnosticsConfig
from infra_cdktf.components.encryption_key import EncryptionKey, EncryptionKeyConfig
from infra_cdktf.components.file_lifecycle import FileLifecycle, FileLifecycleConfig
from infra_cdktf.components.lake_storage import EncryptionUser, LakeStorage, LakeStorageConfig, LakeStorageOutputs
from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import Placement, ResourceGroup, ResourceGroupConfig
from infra_cdktf.environment import Environment
from infra_cdktf.lake_containers import SideContainer
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.network import NetworkOutputs
from infra_cdktf.stacks.platform import PlatformOutputs

WRITE_LOGS = ("StorageWrite", "StorageDelete")
READ_LOGS = ("StorageRead",)
"""By far the most lines: kept where an audit asks who read what."""


class LakeStack(EnvironmentStack):
    """Storage account, private endpoints for both of its protocols, lifecycle and audit logs."""

    def __init__(
        self, scope: Construct, environment: Environment, network: NetworkOutputs, platform: PlatformOutputs
    ) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "lake")
        settings, names = environment.settings, environment.names
        placement = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(name=names.resource("lake"), location=settings.location, tags=environment.tags),
        ).placement
        key = EncryptionKey(self, "key", EncryptionKeyConfig(vault=platform.key_vault, name="lake"))
        storage = LakeStorage(
            self,
            "storage",
            LakeStorageConfig(
                placement=placement,
                account_name=names.lake_account,
                lake=settings.lake,
                key_uri=key.outputs.uri,
                key_user=self._key_user(placement, key),
                protects_data=settings.protects_data,
            ),
        ).outputs
        FileLifecycle(
            self,
            "file-lifecycle",
            FileLifecycleConfig(
                account_id=storage.account_id,
                contracts=environment.contracts,
                landing_days=settings.lake.landing_days,
            ),
        )
        for service in ("blob", "dfs"):
            self._endpoint(service, placement, storage, network)
        self._audit(storage, platform.log_workspace_id)
        self.outputs = storage
        self.publish({"lake_url": storage.lake_url, "branch_files_url": storage.urls[SideContainer.LANDING]})

    def _key_user(self, placement: Placement, key: EncryptionKey) -> EncryptionUser:
        identity = UserAssignedIdentity(
            self,
            "key-user",
            name=self.environment.names.resource("lake-encryption"),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )
        return EncryptionUser(identity.id, key.usable_by("lake", identity.principal_id))

    def _endpoint(
        self, service: str, placement: Placement, storage: LakeStorageOutputs, network: NetworkOutputs
    ) -> None:
        config = PrivateEndpointConfig(
            placement=placement,
            name=self.environment.names.resource(f"lake-{service}-endpoint"),
            resource_id=storage.account_id,
            subresource=service,
            subnet_id=network.network.subnet_ids["endpoints"],
            dns_zone_id=network.dns_zone_ids[service],
        )
        PrivateEndpoint(self, f"{service}-endpoint", config)

    def _audit(self, storage: LakeStorageOutputs, log_workspace_id: str) -> None:
        config = DiagnosticsConfig(
            resource_id=f"{storage.account_id}/blobServices/default",
            log_workspace_id=log_workspace_id,
            log_categories=(*WRITE_LOGS, *(READ_LOGS if self.environment.settings.lake.logs_reads else ())),
            metric_categories=("Transaction",),
        )
        Diagnostics(self, "blob-diagnostics", config)
