"""What becomes of raw files with age: cheaper storage first, then gone, as the contracts' retention says."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.storage_management_policy import (
    StorageManagementPolicy,
    StorageManagementPolicyRule,
    StorageManagementPolicyRuleActions,
    StorageManagementPolicyRuleActionsBaseBlob,
    StorageManagementPolicyRuleFilters,
)
from constructs import Construct

from contracts.contract import Contract
from contracts.folder import Contracts
from contracts.lake_terms import LakeTerms, Layer
from contracts.raw_layout import QUARANTINE


@dataclass(frozen=True, kw_only=True)
class RawLifecycleConfig:
    """The lake's account and the datasets whose raw files it holds, all kept as long as the lake's terms say."""

    account_id: str
    contracts: Contracts


class RawLifecycle(Construct):
    """One rule per dataset, for landed and quarantined files alike.

    Manifests are not touched: the next load reads the watermark from the latest one. Delta tables are not either,
    because a file's age says nothing about whether a table still refers to it.
    """

    def __init__(self, scope: Construct, construct_id: str, config: RawLifecycleConfig) -> None:
        """Create the rules."""
        super().__init__(scope, construct_id)
        StorageManagementPolicy(
            self,
            "policy",
            storage_account_id=config.account_id,
            rule=[_rule(contract, config.contracts.lake) for contract in config.contracts.datasets],
        )


def _rule(contract: Contract, lake: LakeTerms) -> StorageManagementPolicyRule:
    folders = [f"{Layer.RAW}/{contract.name}/", f"{Layer.RAW}/{QUARANTINE}/{contract.name}/"]
    return StorageManagementPolicyRule(
        name=f"raw-{contract.slug}",
        enabled=True,
        filters=StorageManagementPolicyRuleFilters(blob_types=["blockBlob"], prefix_match=folders),
        actions=StorageManagementPolicyRuleActions(
            base_blob=StorageManagementPolicyRuleActionsBaseBlob(
                tier_to_cool_after_days_since_modification_greater_than=lake.raw_cool_after_days,
                delete_after_days_since_modification_greater_than=lake.raw_days,
            )
        ),
    )
