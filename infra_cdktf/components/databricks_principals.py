"""Entra's groups and identities in the Databricks account.

A group is registered under its Entra object id (`external_id`); automatic identity management then keeps its members in
step with Entra, so nobody is ever added by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_databricks.access_control_rule_set import (
    AccessControlRuleSet,
    AccessControlRuleSetGrantRules,
)
from cdktf_cdktf_provider_databricks.data_databricks_group import DataDatabricksGroup
from cdktf_cdktf_provider_databricks.group import Group
from cdktf_cdktf_provider_databricks.group_member import GroupMember
from cdktf_cdktf_provider_databricks.service_principal import ServicePrincipal
from constructs import Construct


@dataclass(frozen=True)
class GroupIdentity:
    """A group's display name and Entra object id."""

    display_name: str
    object_id: str


@dataclass(frozen=True)
class WorkloadAccount:
    """A workload identity's display name and Entra application (client) id."""

    display_name: str
    client_id: str


@dataclass(frozen=True, kw_only=True)
class DatabricksPrincipalsConfig:
    """Groups and workloads by the name of the lake's role, and who may let jobs run as the pipeline (`deployer`).

    `taggers` is the group of those who may set governed tags; it exists once per account, and one environment makes it
    (`makes_taggers`).
    """

    account_provider: TerraformProvider
    account_id: str
    groups: dict[str, GroupIdentity]
    workloads: dict[str, WorkloadAccount]
    run_as: str
    deployer: str
    taggers: str
    makes_taggers: bool


@dataclass(frozen=True)
class DatabricksPrincipalsOutputs:
    """By the name of the lake's role: the account's ids for assignments, and names that grants know them by.

    A group's name is its display name, a workload's is its application id.
    """

    principal_ids: dict[str, str]
    grant_names: dict[str, str]


class DatabricksPrincipals(Construct):
    """Groups and service principals at account level; no workspace is needed."""

    def __init__(self, scope: Construct, construct_id: str, config: DatabricksPrincipalsConfig) -> None:
        """Register all, and let the deployer choose the pipeline's identity for a job's runs."""
        super().__init__(scope, construct_id)
        groups = {
            role: Group(
                self,
                f"group-{role}",
                provider=config.account_provider,
                display_name=group.display_name,
                external_id=group.object_id,
            )
            for role, group in config.groups.items()
        }
        workloads = {
            role: ServicePrincipal(
                self,
                f"workload-{role}",
                provider=config.account_provider,
                display_name=workload.display_name,
                application_id=workload.client_id,
            )
            for role, workload in config.workloads.items()
        }
        GroupMember(
            self,
            "sets-tags",
            provider=config.account_provider,
            group_id=self._taggers(config).id,
            member_id=workloads[config.run_as].id,
        )
        runs_as = config.workloads[config.run_as].client_id
        AccessControlRuleSet(
            self,
            "who-runs-as-pipeline",
            provider=config.account_provider,
            name=f"accounts/{config.account_id}/servicePrincipals/{runs_as}/ruleSets/default",
            grant_rules=[
                AccessControlRuleSetGrantRules(
                    role="roles/servicePrincipal.user",
                    principals=[config.deployer],
                )
            ],
            depends_on=[workloads[config.run_as]],
        )
        self.outputs = DatabricksPrincipalsOutputs(
            principal_ids={role: made.id for role, made in (groups | workloads).items()},
            grant_names={role: made.display_name for role, made in groups.items()}
            | {role: made.application_id for role, made in workloads.items()},
        )

    def _taggers(self, config: DatabricksPrincipalsConfig) -> Group | DataDatabricksGroup:
        if config.makes_taggers:
            return Group(
                self,
                "taggers",
                provider=config.account_provider,
                display_name=config.taggers,
                lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
            )
        return DataDatabricksGroup(self, "taggers", provider=config.account_provider, display_name=config.taggers)
