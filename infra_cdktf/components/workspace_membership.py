"""Which metastore the workspace uses, and who of the account may enter it."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformProvider, Token
from cdktf_cdktf_provider_databricks.metastore_assignment import MetastoreAssignment
from cdktf_cdktf_provider_databricks.mws_permission_assignment import MwsPermissionAssignment
from constructs import Construct

from infra_cdktf.components.databricks_workspace import DatabricksWorkspaceOutputs


@dataclass(frozen=True, kw_only=True)
class WorkspaceMembershipConfig:
    """Account-level principal ids by role; `admin_role` becomes workspace admin, the others users."""

    account_provider: TerraformProvider
    workspace: DatabricksWorkspaceOutputs
    metastore_id: str
    principal_ids: dict[str, str]
    admin_role: str


class WorkspaceMembership(Construct):
    """Assignments at account level, so that they work before anybody can sign in to the workspace."""

    def __init__(self, scope: Construct, construct_id: str, config: WorkspaceMembershipConfig) -> None:
        """Assign the metastore, which turns on identity federation, then the principals."""
        super().__init__(scope, construct_id)
        metastore = MetastoreAssignment(
            self,
            "metastore",
            provider=config.account_provider,
            metastore_id=config.metastore_id,
            workspace_id=config.workspace.workspace_number,
        )
        for role, principal_id in config.principal_ids.items():
            MwsPermissionAssignment(
                self,
                f"member-{role}",
                provider=config.account_provider,
                workspace_id=config.workspace.workspace_number,
                principal_id=Token.as_number(principal_id),
                permissions=["ADMIN" if role == config.admin_role else "USER"],
                depends_on=[metastore],
            )
