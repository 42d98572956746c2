"""What becomes of files with age: raw ones are kept as the contracts say, branches' own until they are surely read."""

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
from contracts.raw_layout import QUARANTINE, SHARDS
from infra_cdktf.lake_containers import SideContainer


@dataclass(frozen=True, kw_only=True)
class FileLifecycleConfig:
    """The account, the datasets whose raw files are kept as the lake's terms say, and how long dropped files are."""

    account_id: str
    contracts: Contracts
    landing_days: int


class FileLifecycle(Construct):
    """One rule per dataset, for landed and quarantined files and what shards told, and one for what branches dropped.

    Manifests are not touched: the next load reads the watermark from the latest one. Delta tables are not either,
    because a file's age says nothing about whether a table still refers to it.
    """

    def __init__(self, scope: Construct, construct_id: str, config: FileLifecycleConfig) -> None:
        """Create the rules."""
        super().__init__(scope, construct_id)
        StorageManagementPolicy(
            self,
            "policy",
            storage_account_id=config.account_id,
            rule=[
                *(_rule(contract, config.contracts.lake) for contract in config.contracts.datasets),
                _dropped_files(config.landing_days),
            ],
        )


def _rule(contract: Contract, lake: LakeTerms) -> StorageManagementPolicyRule:
    above = ("", f"{QUARANTINE}/", f"{SHARDS}/")
    folders = [f"{Layer.RAW}/{folder}{contract.name}/" for folder in above]
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


def _dropped_files(days: int) -> StorageManagementPolicyRule:
    # Raw holds what was landed of them; a file that changes counts from its change.
    return StorageManagementPolicyRule(
        name="dropped-files",
        enabled=True,
        filters=StorageManagementPolicyRuleFilters(
            blob_types=["blockBlob"], prefix_match=[f"{SideContainer.LANDING}/"]
        ),
        actions=StorageManagementPolicyRuleActions(
            base_blob=StorageManagementPolicyRuleActionsBaseBlob(delete_after_days_since_modification_greater_than=days)
        ),
    )
