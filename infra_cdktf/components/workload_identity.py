"""An Azure identity that a Kubernetes service account takes on, without any secret."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.federated_identity_credential import FederatedIdentityCredential
from cdktf_cdktf_provider_azurerm.user_assigned_identity import UserAssignedIdentity
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

ENTRA_AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityConfig:
    """Which service account of which cluster (`oidc_issuer_url`) may act as the identity."""

    placement: Placement
    name: str
    oidc_issuer_url: str
    namespace: str
    service_account: str


@dataclass(frozen=True)
class WorkloadIdentityOutputs:
    """`principal_id` for Azure's role assignments, `client_id` for the service account's annotation and Databricks."""

    identity_id: str
    principal_id: str
    client_id: str


class WorkloadIdentity(Construct):
    """A user-assigned identity with one federated credential."""

    def __init__(self, scope: Construct, construct_id: str, config: WorkloadIdentityConfig) -> None:
        """Create the identity and trust the service account's tokens."""
        super().__init__(scope, construct_id)
        identity = UserAssignedIdentity(
            self,
            "identity",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
        )
        FederatedIdentityCredential(
            self,
            "service-account",
            name=config.service_account,
            resource_group_name=config.placement.resource_group_name,
            parent_id=identity.id,
            issuer=config.oidc_issuer_url,
            audience=[ENTRA_AUDIENCE],
            subject=f"system:serviceaccount:{config.namespace}:{config.service_account}",
        )
        self.outputs = WorkloadIdentityOutputs(identity.id, identity.principal_id, identity.client_id)
